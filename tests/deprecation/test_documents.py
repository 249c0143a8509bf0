"""Documents that use what is deprecated, gone or not there yet, wherever they stand."""

import pytest

from tests.deprecation.repositories import TestRepository, mark

SCHEMA = f"""
type Query {{ car(id: ID, name: String {mark("2027/06/30", "argument")}): Car any: Any find(by: Filter): Int }}
type Car {{ color: String {mark("2027/06/30")} size: Int }}
type Bus {{ seats: Int }}
union Any = Car | Bus
enum Kind {{ OLD {mark("2027/06/30", "enum value")} NEW }}
input Filter {{ kind: Kind old: Int {mark("2027/06/30", "input field")} kinds: [Kind!] }}
extend type Query {{ later: Int }}
"""


def used(repo: TestRepository, document: str, name: str = "operations/a.graphql") -> set[tuple[str, str]]:
    repo.commit("2026-11-24", {"schema.graphql": SCHEMA})
    repo.write({name: document})
    return repo.check("--documents", name).found


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("{ car { color size } later }", {("uses-deprecated", "Car.color")}),
        ("{ car { a: color } }", {("uses-deprecated", "Car.color")}),
        ("{ any { ... on Car { color } ...F } } fragment F on Bus { seats }", {("uses-deprecated", "Car.color")}),
        ('{ car(name: "a") { size } }', {("uses-deprecated", "Query.car(name:)")}),
        ("{ find(by: {old: 1}) }", {("uses-deprecated", "Filter.old")}),
        ("{ find(by: {kind: OLD, kinds: [NEW, OLD]}) }", {("uses-deprecated", "Kind.OLD")}),
        ("query Q($by: Filter = {old: 2}) { find(by: $by) }", {("uses-deprecated", "Filter.old")}),
        ("query Q($kind: Kind! = OLD) { find(by: {kind: $kind}) }", {("uses-deprecated", "Kind.OLD")}),
        ("{ car { wheels { size } __typename } __schema { description } }", {("uses-unknown", "Car.wheels")}),
        ("{ car(size: 1) { size } }", {("uses-unknown", "Query.car(size:)")}),
        ("{ find(by: {sky: 1, kind: SKY}) }", {("uses-unknown", "Filter.sky"), ("uses-unknown", "Kind.SKY")}),
        ("query Q($a: Sky) { any { ... on Ship { a } } }", {("uses-unknown", "Sky"), ("uses-unknown", "Ship")}),
        ("{ later @sky @skip(if: true, not: 1) }", {("uses-unknown", "@sky"), ("uses-unknown", "@skip(not:)")}),
        ("{ car { size ", {("parse-error", "")}),
        ("type Other { a: Int @deprecated }", set()),
        ("  \n", set()),
    ],
)
def test_what_a_document_uses(repo: TestRepository, document: str, found: set[tuple[str, str]]) -> None:
    assert used(repo, document) == found


PAGE = """# Page

> ```graphql
> {
>   wrong }
> ```

```graphql title="How"
{
  car { color }
}
```

```js
{ car { color } }
```

~~~gql
{ car { sky } }
~~~
"""


def test_documents_in_pages_are_read(repo: TestRepository) -> None:
    repo.commit("2026-11-24", {"schema.graphql": SCHEMA})
    repo.write({"docs/page.md": PAGE.replace("> ", "").replace("wrong", "later")})
    said = repo.check("--documents", "docs/*.md", "--documents", "nothing/*.md")
    places = {(one["coordinate"], one["file"], one["line"], one["column"]) for one in said.findings}
    assert places == {("Car.color", "docs/page.md", 10, 9), ("Car.sky", "docs/page.md", 19, 9)}
    assert said.finding("uses-deprecated")["earliest_removal"] == "2027-07-01"
    assert said.exit_code == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ts", "const a = gql`\n  query { car { color ...${fragments.name} } }\n  ${fragment}\n`"),
        ("a.tsx", "const a = graphql(`{ car { color } }`)"),
        ("a.js", "const a = /* GraphQL */ `{ car { color } }`"),
        ("a.py", 'A = gql("""\n{ car { color } }\n""")'),
    ],
)
def test_documents_in_programs_are_read(repo: TestRepository, name: str, text: str) -> None:
    text = text.replace(" ...${fragments.name}", "")
    assert used(repo, text, name) == {("uses-deprecated", "Car.color")}


def test_a_use_can_be_accepted_or_ignored(repo: TestRepository) -> None:
    repo.commit("2026-11-24", {"schema.graphql": SCHEMA})
    repo.commit("2026-11-24", {"a.graphql": "{ car { color } }"}, "Use it\n\nAccept-Deprecation-Risk: Car.color")
    said = repo.check("--documents", "*.graphql", base="HEAD~1")
    assert [(one["rule"], one["accepted"]) for one in said.findings] == [("uses-deprecated", True)]
    assert said.exit_code == 0
    settings = 'documents = ["**/*.graphql"]\nignore-only = {uses-deprecated = ["Car.*"]}\n'
    repo.write({"pyproject.toml": f"[tool.adarve.deprecations]\n{settings}"})
    assert repo.check(base="HEAD").findings == []


def test_a_document_that_cannot_be_read_cannot_be_checked(repo: TestRepository) -> None:
    repo.commit("2026-11-24", {"schema.graphql": SCHEMA, "a.md": b"\xff"})
    said = repo.check("--documents", "*.md")
    assert said.exit_code == 2
    assert "a.md cannot be read" in said.errors


def test_the_list_says_what_goes_when_and_who_uses_it(repo: TestRepository) -> None:
    first, last = mark("2026/07/01", instead="b"), mark("2026/09/01")
    repo.commit("2026-01-01", f"type Query {{\n  a: Int {first}\n  b: Int @deprecated\n  c: Int {last}\n}}")
    repo.write({"docs/a.md": "```graphql\n{ a a c }\n```\n"})
    said = repo.run("list", "--today", "2026-08-01", "--documents", "docs/*.md")
    assert said.output.splitlines() == [
        "Query.a: after 2026/07/01, overdue since 2026-07-02; instead: b  (schema.graphql:2:10)",
        "    used by docs/a.md, 2 times",
        "Query.c: after 2026/09/01, in 32 days  (schema.graphql:4:10)",
        "    used by docs/a.md, 1 time",
        "Query.b: no day is named  (schema.graphql:3:10)",
        "3 deprecated.",
    ]
    (first, *_) = repo.run("list", "--today", "2026-08-01", "--format", "json").report
    assert first == {
        "coordinate": "Query.a",
        "removed_after": "2026-07-01",
        "overdue": True,
        "replacement": "b",
        "file": "schema.graphql",
        "line": 2,
        "used_by": {},
    }


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("mutation { x }", {("uses-unknown", "Mutation")}),
        ("subscription { x }", {("uses-unknown", "Subscription")}),
        ("# only a comment", set()),
        ("{ later @sky(x: 1) }", {("uses-unknown", "@sky")}),
    ],
)
def test_corner_cases_of_documents(repo: TestRepository, document: str, found: set[tuple[str, str]]) -> None:
    assert used(repo, document) == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "> ```graphql\n> {\n>   car { color }\n> }\n> ```\n"),
        ("b.md", "```GraphQL\n{ car { color } }\n```\n"),
        ("a.ts", "const a = gql<Car>`{ car { color } }`"),
        ("b.ts", "const a = gql('{ car { color } }')"),
        ("a.py", 'A = gql("{ car { color } }")'),
    ],
)
def test_other_ways_to_embed_a_document(repo: TestRepository, name: str, text: str) -> None:
    assert used(repo, text, name) == {("uses-deprecated", "Car.color")}


@pytest.mark.parametrize("pattern", ["", "**.md", "/etc/*.graphql"])
def test_a_pattern_that_is_none_is_named(repo: TestRepository, pattern: str) -> None:
    repo.commit("2026-11-24", {"schema.graphql": SCHEMA})
    said = repo.check("--documents", pattern)
    assert (said.exit_code, repr(pattern) in said.errors) == (2, True)


@pytest.mark.parametrize(
    "schema",
    [
        "extend type Query { car: Car lost: Lost } extend type Car { color: String @deprecated }",
        'type Query { car(by: LostInput): Car } "A." extend type Car { color: String @deprecated }'.replace(
            '"A." ', ""
        ),
        "type Query { car: Car } type Car implements Lost { size: Int } "
        "type Car { color: String @deprecated } union U = Gone",
        "type Query { car: Car } type Car @lost(a: {b: {c: {d: 1}}}) { size: Int } "
        "extend type Car { color: String @deprecated }",
    ],
)
def test_documents_are_read_against_any_part_of_a_graph(repo: TestRepository, schema: str) -> None:
    repo.commit("2026-11-24", {"schema.graphql": schema})
    repo.write({"a.graphql": "{ car { color } }"})
    assert ("uses-deprecated", "Car.color") in repo.check("--documents", "*.graphql").found
    assert not {one for one in repo.check("--documents", "*.graphql").found if one[0] == "uses-unknown"}
