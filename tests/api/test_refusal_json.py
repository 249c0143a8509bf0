"""What is refused in each object of a list says the same, written as JSON, as each error by itself."""

from typing import Any

import orjson
import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, execute, parse

from api.errors import format_error, format_errors
from domain.errors import Forbidden
from engine.engine import Engine, Outcome
from engine.errors import RefusedInEach
from engine.plans import Plans
from engine.reading import Checked, Column, Masked

SDL = """
type Query { items: [Item!]!  group: Group  one: Item }
type Group { groups: [Group!]!  items: [Item!]!  one: Item! }
type Item { a: Int  b: Int  c: Int }
"""
REFUSED = {name: Forbidden(f'"path":[] of {name} is not for you', action=name) for name in "ab"}


def no_rights(*_: Any) -> int:
    return 0


@pytest.fixture
def schema() -> GraphQLSchema:
    schema = build_schema(SDL)
    types: Any = schema.type_map
    for name, error in REFUSED.items():
        types["Item"].fields[name].resolve = Masked(Column(name), 1, no_rights, lambda *_, error=error: error)
    for type_name, name in (("Item", "c"), ("Group", "groups"), ("Group", "one"), ("Query", "group"), ("Query", "one")):
        types[type_name].fields[name].resolve = Column(name)
    for type_name in ("Query", "Group"):
        types[type_name].fields["items"].resolve = Checked(Column("items"), lambda _, items: (items, 0))
    return schema


@pytest.mark.parametrize("count", [1, 2, 101, 250])
@pytest.mark.parametrize(
    "query",
    [
        "{ items { a c } }",
        "{ items { a b c } }",
        "{ group { x: items { a } y: items { b a } } }",
        "{ group { groups { items { a } groups { items { b } } } } }",
        "{ items { a } group { items { c a } one { a b } groups { one { b } items { a } } } one { a } }",
    ],
)
def test_errors_are_those_of_each_object(schema: GraphQLSchema, query: str, count: int) -> None:
    items = [{"a": number, "b": number, "c": number} for number in range(count)]
    one = {"a": 1, "b": 2, "c": 3}
    groups = [{"items": items, "one": one, "groups": [{"items": items}]}, {"items": items, "one": one, "groups": []}]
    group = {"items": items, "one": one, "groups": groups}
    root = {"items": items, "group": group, "one": one}
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    engine = Engine(schema, Plans(sightings=1))
    outcome = engine.execute(engine.executable(document, operation), {}, None, root)
    assert isinstance(outcome, Outcome)
    assert any(isinstance(one, RefusedInEach) for one in outcome.errors)
    reference: Any = execute(schema, document, root)
    assert outcome.data == reference.data
    assert orjson.dumps(format_errors(outcome.errors)) == orjson.dumps([format_error(one) for one in reference.errors])
