"""What one operation may ask for."""

import pytest

from tests.world import World


def nested(levels: int, first: int = 100) -> str:
    inner = "title"
    for _ in range(levels):
        inner = f"group {{ findings(first: {first}) {{ nodes {{ {inner} }} }} }}"
    return '{ group(name: "shop") { findings(first: 1) { nodes { ' + inner + " } } } }"


MANY = " ".join(f"a{n}: me {{ name }}" for n in range(1100))
INNER = "group {{ findings(first: 100) {0} group {{ findings(first: 100) {0} title {1} }} {1} }}"
DEEP = f"findings(first: 100) {{0}} title {INNER} {{1}}"
INLINE = '{ group(name: "shop") { ' + DEEP.format("{ ...@include(if: true) { nodes {", "} } }") + " } }"
SPREAD = """{ group(name: "shop") { ...a } } fragment a on Group { findings(first: 100) { ...b } }
  fragment b on FindingConnection { nodes { group { findings(first: 100) { ...c } } } }
  fragment c on FindingConnection { nodes { group { findings(first: 100) { nodes { title } } } } }"""
LAST = INLINE.replace("first: 100", "first: null, last: 100")
FRAGMENTS = "".join(f"fragment f{n} on User {{ ...f{n + 1} ...f{n + 1} }} " for n in range(20))
BOMB = "{ me { ...f0 } } " + FRAGMENTS + "fragment f20 on User { name }"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (nested(3), "can return more than 20,000 objects"),
        (nested(9, first=1), "nested more than 20 levels"),
        (f"{{ {MANY} }}", "selects more than 2,000 fields"),
        (BOMB, "selects more than 2,000 fields"),
        (INLINE, "can return more than 20,000 objects"),
        (SPREAD, "can return more than 20,000 objects"),
        (LAST, "can return more than 20,000 objects"),
        ("{ " + "me { id email name } " * 250 + "}", "one name more than 20 times"),
        ("{ " + " ".join(f"a{n}: __schema {{ description }}" for n in range(9)) + " }", "the schema more than 2 times"),
        ("{ me { name } } " + " ".join(f"fragment f{n} on User {{ name }}" for n in range(101)), "100 fragments"),
        ("mutation { " + " ".join(f"a{n}: signOut {{ success }}" for n in range(21)) + " }", "more than 20 mutations"),
    ],
    ids=lambda value: value[:40],
)
async def test_an_operation_that_asks_for_too_much_is_refused(world: World, query: str, message: str) -> None:
    response = await world.ask("user", query)
    assert "data" not in response
    assert response["errors"][0]["extensions"]["code"] == "COST_LIMIT_EXCEEDED"
    assert message in response["errors"][0]["message"]


async def test_a_variable_counts_as_its_value(world: World) -> None:
    query = """query ($n: Int) { group(name: "shop") { findings(first: $n) { nodes { vulnerabilities(first: $n) {
      nodes { finding { vulnerabilities(first: $n) { nodes { path } } } } } } } } }"""
    assert await world.code("user", query, n=5) is None
    assert await world.code("user", query, n=100) == "COST_LIMIT_EXCEEDED"
    assert await world.code("user", query, n=100.0) == "COST_LIMIT_EXCEEDED"
    assert await world.code("user", query.replace("$n: Int", "$n: Int = 100")) == "COST_LIMIT_EXCEEDED"
    assert await world.code("user", query, n=10**9) in {"BAD_USER_INPUT", "COST_LIMIT_EXCEEDED"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ me { name } } #" + "x" * 100_000, "BAD_USER_INPUT"),
        ("{ me { name " * 6000, "GRAPHQL_PARSE_FAILED"),
        ("{" * 3000 + "}" * 3000, "GRAPHQL_PARSE_FAILED"),
        ("{ me " * 900 + "{ name" + " }" * 901, "BAD_USER_INPUT"),
        ("query($a: " + "[" * 4000 + "Int" + "]" * 4000 + ") { me { name } }", "BAD_USER_INPUT"),
        ("{ me(a: " + "[" * 3000 + "]" * 3000 + ") { name } }", "BAD_USER_INPUT"),
    ],
    ids=("length", "tokens", "braces", "depth", "list types", "list values"),
)
async def test_a_document_that_cannot_be_read_in_bounds_is_refused(world: World, query: str, code: str) -> None:
    response = await world.ask("user", query)
    assert response["errors"][0]["extensions"]["code"] in {
        code,
        "COST_LIMIT_EXCEEDED",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
    }


async def test_introspection_is_within_the_limits(world: World) -> None:
    from graphql import get_introspection_query

    data = await world.get(None, get_introspection_query(input_value_deprecation=True, schema_description=True))
    assert len(data["__schema"]["types"]) > 40
