"""What PostgreSQL writes is byte for byte what the plan writes without it, for everybody, over awkward rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, combinations
from random import Random
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    parse,
)

from api.documents import Operation
from api.execution import Execution
from api.schema import build_schema
from authz.actions import Action
from authz.police import Police
from authz.subject import seen_as
from bindings.pushdown import MOST_STATEMENTS, Pushdown, pushed_down_for
from bindings.types import GuardedType
from database import finding, vulnerability
from database.connection_json import statement_of
from database.derived import PythonOnly
from database.page import Scope
from database.pool import Reader
from database.statement import Statement
from database.unit_of_work import unit_of_work
from domain.identifiers import new_key
from engine.batch import Finished
from engine.explain import explain
from engine.plans import Plans
from tests.authz.test_canaries import is_alike
from tests.matrix.rows import pages
from tests.world import PEOPLE, World, result, sarif

FEW, MANY = 250, 4_000
AWKWARD = [
    "", " ", "plain", 'a "quoted" one', "back\\slash", "slash/", "\t\n\r\b\f", "\x01\x1f\x7f", "é ü ß", "日本語",
    "🏰🔥", "\u2028\u2029", "</script>", "null", "{}", "%s %d $1 :name", "'; DROP TABLE findings; --", "ñ" * 300,
]  # fmt: skip
MOMENTS = [
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    datetime(2026, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC),
    datetime(2026, 1, 2, 3, 4, 5, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(812, 5, 6, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]
WHOLE = ("group", "finding", "root", "scanImport", "enrichments", "weaknesses", "permissions")
"""Fields that Python resolves: where one is selected, the list that it is in is not written by SQL."""


async def fill(world: World, chance: Random) -> list[str]:
    """Fill every group with awkward findings and vulnerabilities; return the findings' ids."""
    ids = []
    for name, group_id in world.groups.items():
        organization_id = world.organizations["harbour" if name == "ferry" else "castle"]
        async with unit_of_work(world.services.database, organization_id, None) as work:
            for number in range(7):
                key = new_key()
                ids.append(f"07{organization_id.hex}{key.hex}")
                await work.run(
                    finding.ADD,
                    organization_id=organization_id,
                    finding_id=key,
                    group_id=group_id,
                    title=chance.choice(AWKWARD),
                    description=chance.choice(AWKWARD),
                    recommendation=chance.choice(AWKWARD),
                    severity_tenths=chance.choice([0, 1, 39, 40, 55, 70, 89, 90, 100]),
                    severity_vector=chance.choice([None, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]),
                    cwe_ids=chance.choice([[], ["CWE-79"], ["CWE-79", "CWE-89"]]),
                    cve_ids=[],
                    status=chance.choice(["DRAFT", "VULNERABLE", "SAFE"]),
                    tool=chance.choice(["Checker", AWKWARD[3]]),
                    rule_id=f"rule-{number}",
                    reported_by=chance.choice([None, *AWKWARD]),
                )
                await work.connection.execute(
                    "UPDATE findings SET created_at = $1 WHERE finding_id = $2", chance.choice(MOMENTS), key
                )
                for _ in range(chance.choice([0, 1, 3, 6])):
                    await add_vulnerability(work, chance, organization_id, group_id, key)
    return ids


async def add_vulnerability(work: Any, chance: Random, organization_id: Any, group_id: Any, finding_id: Any) -> None:
    key = new_key()
    await work.run(
        vulnerability.ADD,
        organization_id=organization_id,
        vulnerability_id=key,
        group_id=group_id,
        finding_id=finding_id,
        root_id=None,
        state=chance.choice(["SUBMITTED", "REJECTED", "VULNERABLE", "SAFE", "DELETED"]),
        path=chance.choice(AWKWARD),
        line=chance.choice([None, 0, 1, 2**31 - 1]),
        message=chance.choice(AWKWARD),
        severity_tenths=chance.choice([0, 10, 70, 100]),
        reported_by=chance.choice([None, "somebody"]),
    )
    await work.connection.execute(
        "UPDATE vulnerabilities SET snippet = $1, suppressed = $2, updated_at = $3 WHERE vulnerability_id = $4",
        chance.choice([None, *AWKWARD]),
        chance.random() < 0.5,
        chance.choice(MOMENTS),
        key,
    )


PAGE_INFO = ["hasNextPage", "hasPreviousPage", "startCursor", "end: endCursor", "__typename"]


class Asker:
    """Writes random queries over the contract: what may be selected of lists, with arguments that are mostly right."""

    def __init__(self, schema: GraphQLSchema, chance: Random, ids: list[str], cursors: list[str]) -> None:
        self._schema = schema
        self._chance = chance
        self._ids = ids
        self._cursors = cursors

    def query(self) -> str:
        chance = self._chance
        root, type_name = chance.choice(
            [
                ('organization(name: "castle")', "Organization"),
                ('organization(name: "harbour")', "Organization"),
                (f'group(name: "{chance.choice(["shop", "warehouse", "ferry"])}")', "Group"),
                (f'finding(id: "{chance.choice(self._ids)}")', "Finding"),
                ("me", "User"),
            ]
        )
        return f"{{ {root} {self._object(type_name, 3)} }}"

    def _object(self, type_name: str, depth: int) -> str:
        fields: Any = self._schema.type_map[type_name].fields  # type: ignore[attr-defined]
        chosen: list[str] = []
        for number in range(self._chance.randint(1, 6)):
            name = self._chance.choice(["__typename", *fields])
            alias = f"f{number}: " if self._chance.random() < 0.3 else ""
            written = name if name == "__typename" else self._field(fields[name], name, depth)
            if written and (alias or name not in {one.partition("(")[0].partition(" ")[0] for one in chosen}):
                chosen.append(alias + written)
        return "{ " + (" ".join(chosen) or "__typename") + " }"

    def _field(self, field: Any, name: str, depth: int) -> str | None:
        below = get_named_type(field.type)
        if is_leaf_type(below):
            odd = name == "fixes" or isinstance(get_nullable_type(field.type), GraphQLList)
            return name if not odd or self._chance.random() < 0.05 else None
        if below.name.endswith("Connection"):
            return self._list(field, name, below, depth) if depth else None
        if name in WHOLE and isinstance(below, GraphQLObjectType) and self._chance.random() < 0.05:
            return f"{name} {{ __typename }}"
        return None

    def _list(self, field: Any, name: str, connection: Any, depth: int) -> str:
        chance, node = self._chance, get_named_type(connection.fields["nodes"].type)
        item = self._object(node.name, depth - 1) if isinstance(node, GraphQLObjectType) else "{ __typename }"
        members = [
            f"nodes {item}",
            f"again: nodes {item}",
            f"edges {{ cursor node {item} __typename }}",
            "pageInfo { hasNextPage hasPreviousPage startCursor endCursor __typename }",
            f"pageInfo {{ {' '.join(chance.sample(PAGE_INFO, chance.randint(1, 3)))} }}",
            "totalCount",
            "__typename",
        ]
        picked = chance.sample(members, chance.choice([1, 1, 2, 3, 5]))
        if sum(one.startswith("pageInfo") for one in picked) > 1:
            picked.remove(members[4])
        arguments = self._arguments(field)
        return f"{name}{arguments} {{ {' '.join(picked)} }}"

    def _arguments(self, field: Any) -> str:
        chance = self._chance
        size = chance.choice([1, 2, 3, 5, 100]) if chance.random() < 0.98 else 0
        given = [f"{chance.choice(['first', 'first', 'last'])}: {size}"]
        if self._cursors and chance.random() < 0.3:
            side = "before" if given[0].startswith("last") else "after"
            given.append(f'{side}: "{chance.choice(self._cursors)}"')
        given += [
            f"{name}: {self._input(get_named_type(field.args[name].type), required=name == 'orderBy')}"
            for name in ("filter", "orderBy")
            if name in field.args and chance.random() < 0.4
        ]
        return f"({', '.join(given)})"

    def _input(self, made: Any, *, required: bool) -> str:
        assert isinstance(made, GraphQLInputObjectType)
        given = [
            f"{name}: {self._literal(get_nullable_type(one.type))}"
            for name, one in made.fields.items()
            if required or self._chance.random() < 0.6
        ]
        return "{" + ", ".join(given) + "}"

    def _literal(self, kind: Any) -> str:
        if isinstance(kind, GraphQLEnumType):
            return str(self._chance.choice(list(kind.values)))
        assert not isinstance(kind, GraphQLList)
        return orjson.dumps(self._chance.choice([*AWKWARD[:9], "Checker"])).decode()


@contextmanager
def counted() -> Iterator[list[bool]]:
    """Note of each list that could be pushed down whether it was."""
    seen: list[bool] = []
    original = Pushdown.__call__

    async def noted(self: Pushdown, level: Any, run: Any) -> Any:
        found = await original(self, level, run)
        seen.append(isinstance(found, Finished))
        return found

    with patch.object(Pushdown, "__call__", noted):
        yield seen


def nothing(*_: Any) -> None:
    """Say that nothing is known, so that everything is read."""


def nothing_written(*_: Any) -> str:
    """Say that SQL writes nothing."""
    return "it is not tried"


async def compare(world: World, rounds: int, seed: int) -> list[bool]:
    """Ask as many random queries in the names of random people, in four ways; return what was pushed down."""
    chance = Random(seed)
    ids = await fill(world, chance)
    schema, cursors = world.services.execution.schema, list[str]()
    compiled = Execution(schema, seconds=30, plans=Plans(sightings=1))
    reference = Execution(schema, seconds=30)
    with counted() as seen:
        for _ in range(rounds):
            person = chance.choice([*PEOPLE, "organization_manager", "user", None])
            query = Asker(schema, chance, ids, cursors).query()
            first = await answer(world, compiled, person, query)
            with patch("bindings.pushdown._looked_at", nothing_written):
                second = await answer(world, compiled, person, query)
                with patch("bindings.pushdown.columns_read", nothing):
                    third = await answer(world, compiled, person, query)
            assert first == second, f"{person}: {query}\n{_around(first, second)}"
            assert second == third, f"{person}: {query}\n{_around(second, third)}"
            again = await answer(world, reference, person, query)
            assert told(first) == told(again) or is_alike(first, again), (person, query)
            cursors = [*cursors_in(orjson.loads(first)), *cursors][:500]
    return seen


def _around(first: bytes, second: bytes) -> str:
    """Return where two answers differ."""
    at = next(number for number in range(len(first)) if first[number : number + 1] != second[number : number + 1])
    return f"{first[at - 80 : at + 80]!r}\n{second[at - 80 : at + 80]!r}"


async def answer(world: World, execution: Execution, person: str | None, query: str) -> bytes:
    operation = execution.prepare({"query": query})
    if not isinstance(operation, Operation):
        assert operation["errors"][0]["extensions"]["code"] == "COST_LIMIT_EXCEEDED", operation
        return b'{"data":null}'
    return orjson.dumps(await execution.run(operation, await world.caller(person)))


def told(answer: bytes) -> Any:
    """Return an answer with its errors in the order of their places: a level tells them in another than one by one."""
    found = orjson.loads(answer)
    return sorted(map(repr, found.get("errors", []))), list_of(found["data"])


def list_of(data: Any) -> Any:
    """Return data in which the order of keys counts."""
    if isinstance(data, dict):
        return [(key, list_of(value)) for key, value in data.items()]
    return [list_of(one) for one in data] if isinstance(data, list) else data


def cursors_in(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in {"cursor", "startCursor", "endCursor", "end"} and isinstance(value, str):
                yield value
            yield from cursors_in(value)
    elif isinstance(data, list):
        for one in data:
            yield from cursors_in(one)


@pytest.mark.slow
async def test_sql_writes_what_the_plan_writes(world: World) -> None:
    seen = await compare(world, FEW, 1)
    assert seen.count(True) > FEW / 8, "lists are pushed down"
    assert seen.count(False) > FEW / 20, "others are not"


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.slow
async def test_sql_writes_what_the_plan_writes_over_and_over(world: World) -> None:
    await compare(world, MANY, 2)


async def test_what_is_refused_is_not_pushed_down(world: World) -> None:
    await world.add_finding()
    query = '{ group(name: "shop") { findings(first: 5) { nodes { title reportedBy } } } }'
    with counted() as seen:
        allowed = await world.ask("admin", query)
        refused = await world.ask("user", query)
    if world.services.execution.engine.plans is not None:
        assert seen == [True, False]
    assert "errors" not in allowed
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert refused["errors"][0]["path"] == ["group", "findings", "nodes", 0, "reportedBy"]


async def test_row_security_holds_in_what_is_pushed_down(world: World) -> None:
    """A scope that is too large shows nothing that the connection does not see."""
    await world.add_finding()
    execution = Execution(world.services.execution.schema, seconds=30, plans=Plans(sightings=1))
    query = '{ organization(name: "castle") { groups(first: 5) { nodes { name findings { totalCount } } } } }'
    caller = await world.caller("organization_manager")
    everything = Scope(everything=True, organizations=frozenset(), groups=frozenset())
    operation = execution.prepare({"query": query})
    assert isinstance(operation, Operation)
    with patch.object(Police, "scope", lambda *_: everything), counted() as seen:
        seeing = orjson.dumps(await execution.run(operation, caller))
        fetch = Reader.fetch

        async def blinded(reader: Reader, statement: Statement, **values: Any) -> Any:
            if "string_agg" in statement.sql:
                reader.organizations = frozenset({world.organizations["harbour"]})
            return await fetch(reader, statement, **values)

        with patch.object(Reader, "fetch", blinded):
            blind = orjson.dumps(await execution.run(operation, caller))
    assert seen == [True, True]
    assert b"warehouse" in seeing
    assert blind == b'{"data":{"organization":{"groups":{"nodes":[]}}}}'


async def test_a_role_that_is_looked_through_sees_no_more_than_without(world: World) -> None:
    query = '{ organization(name: "castle") { stakeholders(first: 50) { nodes { email role } } } }'
    caller = await world.caller("organization_manager")
    caller.subject = seen_as(caller.subject, "group:GROUP_MANAGER")
    execution = Execution(world.services.execution.schema, seconds=30, plans=Plans(sightings=1))
    operation = execution.prepare({"query": query})
    assert isinstance(operation, Operation)
    told = orjson.dumps(await execution.run(operation, caller))
    assert told == b'{"data":{"organization":{"stakeholders":{"nodes":[]}}}}'


@pytest.mark.parametrize("members", ["totalCount", "nodes { title", "edges { cursor", "pageInfo { hasNextPage"])
async def test_what_conditions_leave_empty_is_an_empty_object(world: World, members: str) -> None:
    await world.add_finding()
    body = f"{members} @skip(if: $x)" + (" }" if "{" in members else "")
    query = f'query ($x: Boolean!) {{ group(name: "shop") {{ findings(first: 2) {{ {body} }} }} }}'
    execution, reference = (
        Execution(world.services.execution.schema, seconds=30, plans=plans) for plans in (Plans(sightings=1), None)
    )
    answers = []
    for one in (execution, reference):
        operation = one.prepare({"query": query, "variables": {"x": True}})
        assert isinstance(operation, Operation)
        answers.append(orjson.loads(orjson.dumps(await one.run(operation, await world.caller("user")))))
    assert answers[0] == answers[1]


async def test_a_text_that_cannot_be_stored_is_refused_where_it_was_given(world: World) -> None:
    await world.add_finding()
    query = """query ($tool: String) {
      organization(name: "castle") { groups { nodes { name findings(filter: {tool: $tool}) { totalCount } } } }
    }"""
    answers = []
    for plans in (Plans(sightings=1), None):
        execution = Execution(world.services.execution.schema, seconds=30, plans=plans)
        operation = execution.prepare({"query": query, "variables": {"tool": "\0"}})
        assert isinstance(operation, Operation)
        answers.append(await execution.run(operation, await world.caller("organization_manager")))
    assert told(orjson.dumps(answers[0])) == told(orjson.dumps(answers[1]))
    (first, *_) = answers[0]["errors"]
    assert first["extensions"] == {"code": "BAD_USER_INPUT", "argument": "tool"}
    assert first["path"] == ["organization", "groups", "nodes", 0, "findings"]


async def test_only_what_is_read_is_selected(world: World) -> None:
    """Where a list is not pushed down, as something of it is refused, its statement has the columns that are shown."""
    await world.add_finding()
    execution = Execution(world.services.execution.schema, seconds=30, plans=Plans(sightings=1))
    statements: list[str] = []
    world.services.database.observers.append(statements.append)
    try:
        for more, selected in (
            ("", False),
            ("cweIds group { name } createdAt", False),
            ("description", True),
            ("weaknesses { cweId }", True),
        ):
            query = f'{{ group(name: "shop") {{ findings(first: 5) {{ nodes {{ title reportedBy {more} }} }} }} }}'
            operation = execution.prepare({"query": query})
            assert isinstance(operation, Operation), operation
            statements.clear()
            await execution.run(operation, await world.caller("user"))
            (listed,) = [one for one in statements if "findings.title" in one]
            assert ("findings.description" in listed) is selected, more
    finally:
        world.services.database.observers.remove(statements.append)


async def test_another_object_that_a_column_names_is_found_by_that_column(world: World) -> None:
    await world.import_file(sarif(result()), "admin", group="shop")
    execution = Execution(world.services.execution.schema, seconds=30, plans=Plans(sightings=1))
    query = """{ group(name: "shop") {
        findings(first: 1) { nodes { group { name } } }
        vulnerabilities(first: 1) { nodes { finding { title } scanImport { id } } } } }"""
    told = orjson.loads(await answer(world, execution, "user", query))
    assert "errors" not in told
    (found,) = told["data"]["group"]["vulnerabilities"]["nodes"]
    assert found["finding"]["title"]
    assert found["scanImport"]["id"]
    assert told["data"]["group"]["findings"]["nodes"] == [{"group": {"name": "shop"}}]


def test_a_field_that_must_not_be_null_is_written_of_a_column_that_cannot_be() -> None:
    document = parse('{ group(name: "shop") { findings(first: 5) { nodes { title ruleId } } } }')
    schema = build_schema()
    assert "PostgreSQL writes all of it" in explain(schema, document, note=pushed_down_for)
    fields = schema.type_map["Finding"].fields  # type: ignore[attr-defined]
    fields["ruleId"].type = GraphQLNonNull(fields["ruleId"].type)
    assert "PostgreSQL writes all of it" not in explain(schema, document, note=pushed_down_for)


async def test_the_statements_of_a_list_that_were_used_last_are_kept(world: World) -> None:
    """Whoever asks in one way after the other does not push out what comes again."""
    execution = Execution(world.services.execution.schema, seconds=30, plans=Plans(sightings=1))
    caller = await world.caller("user")
    query = """query ($filter: VulnerabilityFilter, $orderBy: VulnerabilityOrder, $last: Int, $first: Int) {
      group(name: "shop") { vulnerabilities(first: $first, last: $last, filter: $filter, orderBy: $orderBy) {
        nodes { path } pageInfo { endCursor } } } }"""
    built = []
    made = statement_of

    def building(*arguments: Any) -> Statement:
        built.append(arguments)
        return made(*arguments)

    async def ask(**variables: Any) -> None:
        operation = execution.prepare({"query": query, "variables": variables})
        assert isinstance(operation, Operation)
        assert "errors" not in await execution.run(operation, caller)

    filters = ({"path": "a"}, {"minSeverityRating": "HIGH"}, {"state": "SUBMITTED"})
    ways = [
        {
            "orderBy": {"field": by, "direction": direction},
            side: 5,
            "filter": dict(chain(*(one.items() for one in some))),
        }
        for by in ("PATH", "CREATED_AT", "SEVERITY_SCORE")
        for direction in ("ASC", "DESC")
        for side in ("first", "last")
        for count in range(len(filters) + 1)
        for some in combinations(filters, count)
    ]
    assert len(ways) > 2 * MOST_STATEMENTS
    with patch("bindings.pushdown.statement_of", building):
        await ask(**ways[0])
        plans = execution.engine.plans
        assert plans is not None
        (known,) = plans._known.values()
        (plan,) = known._plans.values()
        selected = next(one for one in plan.selections if one.name.startswith("Group")).fields[0]
        pushed = next(one for one in selected.notes.values() if hasattr(one, "statements"))

        def without_statements() -> int:
            return plan._characters - sum(len(one.sql) for one in pushed.statements.values())

        characters = without_statements()
        for way in ways:
            await ask(**way)
            await ask(**ways[0])
        await ask(**ways[-1])
        assert len(built) == len(ways)
        assert len(pushed.statements) == MOST_STATEMENTS
        assert without_statements() == characters, "what is no longer kept does not count"


REASONS = {
    "Finding.cweIds": "SQL has no way to write Finding.cweIds as a [String!]!",
    "Finding.enrichments": "Finding.enrichments is resolved in Python, for all objects at once",
    "Root.id": "RootConnection.nodes has objects of several types",
}
"""What is said of some fields that end the pushdown of their list; all of them are named by the pages of the matrix."""


def relations(schema: GraphQLSchema) -> Iterator[tuple[str, str, list[str]]]:
    """Yield how each list below a group is asked for, and its type's fields, each as it can be selected."""
    group: Any = schema.type_map["Group"]
    for name, one in group.fields.items():
        connection: Any = get_named_type(one.type)
        if connection.name.endswith("Connection"):
            node: Any = get_named_type(connection.fields["nodes"].type)
            yield name, node.name, [_selected(field_name, field) for field_name, field in node.fields.items()]


def _selected(name: str, field: Any) -> str:
    target: Any = get_named_type(field.type)
    if not hasattr(target, "fields") or hasattr(target, "values"):
        return name
    return f"{name} {{ __typename }}"


def test_whatever_ends_the_pushdown_of_a_list_is_named(schema: GraphQLSchema) -> None:
    """No field ends it in silence, and those that do are known by name: one more is seen here."""
    ended = {}
    for relation, type_name, fields in relations(schema):
        for field in fields:
            query = f'{{ group(name: "shop") {{ {relation}(first: 5) {{ nodes {{ {field} }} }} }} }}'
            said = explain(schema, parse(query), note=pushed_down_for)
            (line,) = (one for one in said.splitlines() if one.startswith(f"# Group.{relation}: "))
            if "not written by PostgreSQL: " in line:
                ended[f"{type_name}.{field.split()[0]}"] = line.split("PostgreSQL: ")[1].rstrip(".")
    assert {name: ended[name] for name in REASONS} == REASONS
    listed = {name for page in pages().values() for name in page.get("in_python", ())}
    advice = "a list with it is slower: say so by `in_python` on its page in tests/matrix, or give a Derived"
    assert [f"{name}: {ended[name]}; {advice}" for name in sorted(ended.keys() - listed)] == []
    assert listed - ended.keys() == set(), "written by PostgreSQL by now"


def test_a_function_says_whether_sql_can_write_it_too() -> None:
    finding = GuardedType("Finding", visible=Action.FINDING_READ)
    ambiguous: Any = lambda record: record["title"]  # noqa: E731
    with pytest.raises(TypeError, match=r"Finding\.ageDays: say whether PostgreSQL can write it too"):
        finding.expose(Action.FINDING_READ, ageDays=ambiguous)
    finding.expose(Action.FINDING_READ, ageDays=PythonOnly(ambiguous, ("created_at",)))
