"""What a schema at work marks, what operations use of it, and how the schema will be on a day."""

from datetime import date
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, graphql_sync, parse, print_schema, validate

from deprecation.elements import DeprecatedElements
from deprecation.preview import gone_by, without
from tests.deprecation.repositories import mark

SDL = f"""
type Query {{
  car(id: ID, name: String {mark("2027/06/30", "argument")}): Car
  any: Any
  find(by: Filter, all: [[Outer!]]): Int
  old: Old {mark("2027/03/31", "field")}
  bare: Int @deprecated
  node: Node
}}
interface Node {{ id: ID {mark("2027/06/30")} name: String }}
type Car implements Node {{ id: ID name: String color: String {mark("2027/06/30")} }}
type Bus {{ seats: Int }}
type Old {{ part: Part }}
type Part {{ kind: Kind }}
union Any = Car | Bus
enum Kind {{ OLD {mark("2027/06/30", "enum value")} NEW }}
input Filter {{ kind: Kind old: Int {mark("2027/06/30", "input field")} kinds: [Kind!] more: Filter }}
input Outer {{ filter: Filter size: Int }}
input Plain {{ size: Int }}
"""


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SDL)


@pytest.fixture(scope="module")
def elements(schema: GraphQLSchema) -> DeprecatedElements:
    return DeprecatedElements(schema)


def test_all_marked_elements_are_known(elements: DeprecatedElements) -> None:
    assert list(elements.all) == [
        "Car.color",
        "Filter.old",
        "Kind.OLD",
        "Node.id",
        "Query.bare",
        "Query.car(name:)",
        "Query.old",
    ]
    assert elements.all["Query.old"].promise.day == date(2027, 3, 31)


@pytest.mark.parametrize(
    ("query", "variables", "used"),
    [
        ("{ car { name } }", {}, set()),
        ("{ car { a: color } bare __typename }", {}, {"Car.color", "Query.bare"}),
        ("{ any { ...A } } fragment A on Any { ...B } fragment B on Car { color ...A }", {}, {"Car.color"}),
        ("query A { bare } query B { car { name } }", {}, {"Query.bare"}),
        ("{ node { id ... on Car { id } } }", {}, {"Node.id"}),
        (
            '{ car(name: "a") { name } find(by: {old: 1, kind: OLD}) }',
            {},
            {"Query.car(name:)", "Filter.old", "Kind.OLD"},
        ),
        ("query ($by: Filter) { find(by: $by) }", {"by": {"kind": "NEW"}}, set()),
        ("query ($by: Filter) { find(by: $by) }", {}, set()),
        ("query ($by: Filter) { find(by: $by) }", {"by": None}, set()),
        ("query ($by: Filter) { find(by: $by) }", {"by": {"more": {"more": {"old": 1}}}}, {"Filter.old"}),
        ("query ($by: Filter = {old: 1}) { find(by: $by) }", {}, {"Filter.old"}),
        ("query ($all: [[Outer!]]) { find(all: $all) }", {"all": [[{"filter": {"kinds": ["OLD"]}}]]}, {"Kind.OLD"}),
        ("query ($all: [[Outer!]]) { find(all: $all) }", {"all": {"filter": {"kinds": "OLD"}}}, {"Kind.OLD"}),
        ("query ($kind: Kind) { find(by: {kind: $kind}) }", {"kind": "OLD", "other": "OLD"}, {"Kind.OLD"}),
        ("query ($by: Filter) { find(by: $by) }", {"by": ["OLD", 1, {"old": {}, "kind": [{}]}]}, {"Filter.old"}),
    ],
)
def test_what_an_operation_uses(
    schema: GraphQLSchema, elements: DeprecatedElements, query: str, variables: dict[str, Any], used: set[str]
) -> None:
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert elements.uses(elements.static_uses(document, operation), variables) == used


def test_values_are_looked_at_only_where_they_can_use_something(
    schema: GraphQLSchema, elements: DeprecatedElements
) -> None:
    document = parse("query ($a: Plain, $b: Outer, $c: ID, $d: Sky, $e: Kind!) { bare }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert set(elements.static_uses(document, operation).variables) == {"b", "e"}


@pytest.mark.parametrize(
    ("day", "gone"),
    [
        (date(2027, 3, 31), set()),
        (date(2027, 4, 1), {"Query.old"}),
        (date(2027, 7, 1), {"Query.old", "Car.color", "Filter.old", "Kind.OLD", "Node.id", "Query.car(name:)"}),
    ],
)
def test_what_will_have_gone(elements: DeprecatedElements, day: date, gone: set[str]) -> None:
    assert gone_by(elements, day) == gone


def test_a_preview_is_the_schema_without_what_has_gone_and_what_only_that_led_to(schema: GraphQLSchema) -> None:
    before = print_schema(schema)
    gone = gone_by(DeprecatedElements(schema), date(2027, 7, 1))
    text = print_schema(without(schema, gone))
    assert print_schema(schema) == before, "the schema at work stays as it is"
    for absent in ("color", "old", "Old", "Part", "OLD", "car(id: ID, "):
        assert absent not in text
    for present in ("car(id: ID): Car", "bare: Int", "enum Kind {\n  NEW\n}", "union Any = Car | Bus"):
        assert present in text
    assert validate(without(schema, gone), parse("{ car { color } }"))
    assert without(schema, frozenset()) is schema


def test_a_preview_answers_as_the_schema_does(schema: GraphQLSchema) -> None:
    preview = without(schema, frozenset({"Query.old", "Kind.OLD"}))
    schema.type_map["Query"].fields["find"].resolve = lambda *_, by: by["kind"]  # type: ignore[attr-defined]
    preview = without(schema, frozenset({"Query.old", "Kind.OLD"}))
    schema.type_map["Query"].fields["find"].resolve = None  # type: ignore[attr-defined]
    result = graphql_sync(preview, "{ find(by: {kind: NEW}) any { __typename } }", {"any": {"__typename": "Bus"}})
    assert result.errors is not None, "NEW is no Int"
    assert "Int cannot represent" in result.errors[0].message
    assert result.data == {"find": None, "any": {"__typename": "Bus"}}
    assert "OLD" in graphql_sync(preview, "{ find(by: {kind: OLD}) }").errors[0].message  # type: ignore[index]
