"""The expressions that split SDL say the same as graphql-core's parser, on what is well-formed and what is not."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deprecation.definition import Definition, SchemaSyntaxError
from deprecation.definitions import Splitter, read
from deprecation.members import skip_ignored
from deprecation.parsing import ParsedDefinition, parse_rest
from tests.deprecation.written_schemas import written_schemas
from tests.sampling import sample

pytestmark = pytest.mark.slow

FULL = settings(max_examples=sample(300, 40), deadline=None, suppress_health_check=list(HealthCheck))


def said(definition: Definition) -> tuple[object, ...]:
    return (
        definition.kind,
        definition.name,
        definition.extends,
        definition.interfaces,
        definition.union_members,
        definition.locations,
        definition.operation_types,
        definition.members,
    )


def outcome(definitions: list[Definition] | None) -> list[tuple[object, ...]] | None:
    return None if definitions is None else [said(one) for one in definitions]


def split(text: str, splitter: Splitter | None = None) -> list[Definition] | None:
    try:
        return (splitter or Splitter()).split(text.encode())
    except SchemaSyntaxError:
        return None


def parsed(text: str) -> list[Definition] | None:
    try:
        return parse_rest(text, 0) if skip_ignored(text) < len(text) else []
    except SchemaSyntaxError:
        return None


@FULL
@given(written_schemas())
def test_what_is_split_is_what_the_parser_reads(text: str) -> None:
    assert outcome(split(text)) == outcome(parsed(text))


@FULL
@given(written_schemas(), st.randoms(use_true_random=False))
def test_what_is_broken_for_the_parser_is_broken_here(text: str, rng: random.Random) -> None:
    for _ in range(4):
        at = rng.randrange(len(text))
        cut = rng.choice(
            [text[:at], text[:at] + text[at + 1 :], text[:at] + rng.choice('{}()[]"#@|&=:!\\ ') + text[at:]]
        )
        assert outcome(split(cut)) == outcome(parsed(cut))


@FULL
@given(st.lists(written_schemas(), min_size=2, max_size=4))
def test_pieces_seen_before_give_what_they_gave(texts: list[str]) -> None:
    splitter = Splitter()
    for text in (*texts, "\n".join(texts), *texts):
        assert outcome(split(text, splitter)) == outcome(parsed(text))


def test_what_is_written_is_read_mostly_without_the_parser() -> None:
    examples: list[str] = []

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(written_schemas())
    def collect(text: str) -> None:
        examples.append(text)

    collect()
    read_well = [found for text in examples if (found := split(text))]
    by_parser = [one for found in read_well for one in found if isinstance(one, ParsedDefinition)]
    assert len(read_well) > 150
    assert len(by_parser) < 0.5 * sum(len(found) for found in read_well)


@pytest.mark.parametrize(
    "text",
    [
        "type T { a: Int }\n# }\n}\n",
        'type T {\n  "\n}\n',
        "type T { a(b: [[[[Int]]]] = [[[[1]]]]): Int } type U { a: Int }",
        "type T @d(a: {b: {c: {d: [{e: 1}]}}}) { a: Int @deprecated(reason: {b: {c: {d: 1}}}) }",
        "{ a } type T { a: Int } query Q { b }",
        "type T { a: Int } fragment F on T { a }",
        "type T",
        "type T {}",
        "type T implements A, B { a: Int }",
        "type T implements A & B @x",
        "extend type T",
        '"described" extend type T { a: Int }',
        "enum E { true }",
        "enum E { trueish }",
        "union U =",
        "union U = | A | B",
        "schema { query: Q }",
        "schema @a",
        "extend schema @a",
        "scalar S @a(b: 1x)",
        "scalar S @a(b: 00)",
        "scalar S @a(b: $c)",
        'scalar S @a(b: "\\q")',
        'scalar S @a(b: "a\nb")',
        'scalar S @a(b: """a\\"""b""")',
        'scalar S @a(b: """"a""")',
        'scalar S @a(b: """a"""")',
        'scalar S @a(b: "" "" c: "")',
        "directive @d(a: Int = 1) repeatable on | FIELD | QUERY",
        "directive @d on",
        "typeT { a: Int }",
        "type T{a:Int}type U{a:Int}",
        "",
        "# only a comment",
        "\ufeff",
    ],
)
def test_corner_cases(text: str) -> None:
    assert outcome(split(text)) == outcome(parsed(text))


@pytest.mark.parametrize(
    "text",
    ["type A { a: Int }\ntype B { a: }\n", "# é\ntype A {\n  a: Int\n}\n\ntype B { a: }\n", "type A\ntype B { a: }"],
)
def test_it_says_where_and_what(text: str) -> None:
    for reader in (read, lambda text: Splitter().split(text.encode())):
        with pytest.raises(SchemaSyntaxError) as error:
            reader(text)
        assert text[error.value.offset - 3 :] == text[text.index(": }") - 1 :]
        assert error.value.message == "Syntax Error: Expected Name, found '}'."


def test_a_long_text_is_refused_quickly() -> None:
    text = "type T {\n" + "".join(f"  field{number}(a: Int = 1): Int\n" for number in range(20_000)) + "  wrong:\n}\n"
    with pytest.raises(SchemaSyntaxError) as error:
        Splitter().split(text.encode())
    assert text[error.value.offset] == "}"
