"""A schema as it will be on a day: without what will have gone by then, and without what only that led to."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from graphql.utilities.map_schema_config import map_schema_config

from deprecation import coordinates
from deprecation.elements import DeprecatedElements


def gone_by(elements: DeprecatedElements, day: date) -> frozenset[str]:
    """Return the coordinates of what may have gone by a day: from the day after the one that its mark names."""
    found = elements.all.values()
    return frozenset(one.coordinate for one in found if one.promise.day and one.promise.day < day)


def without(schema: GraphQLSchema, gone: frozenset[str]) -> GraphQLSchema:
    """Return a copy of a schema, with its resolvers, without some members; the schema itself if there are none."""
    if not gone:
        return schema
    keeper = _Keeper(gone)
    mappers: Any = {"OBJECT": keeper.of_fields, "INTERFACE": keeper.of_fields, "INPUT_OBJECT": keeper.of_fields}
    copied = GraphQLSchema(**map_schema_config(schema.to_kwargs(), lambda _: mappers | {"ENUM": keeper.of_values}))
    kwargs = copied.to_kwargs()
    reached = _reached(copied)
    kwargs["types"] = tuple(one for one in kwargs["types"] or () if one.name in reached)
    return GraphQLSchema(**kwargs)


class _Keeper:
    """Keeps, of the members of each type, those that have not gone."""

    def __init__(self, gone: frozenset[str]) -> None:
        self._gone = gone

    def of_fields(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return what makes an object, interface or input type, without the fields and arguments that have gone."""
        return kwargs | {"fields": self._kept(kwargs["name"], kwargs["fields"])}

    def of_values(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return what makes an enum, without the values that have gone."""
        return kwargs | {"values": self._kept(kwargs["name"], kwargs["values"])}

    def _kept(self, name: str, members: Callable[[], dict[str, object]]) -> Callable[[], dict[str, Any]]:
        def kept() -> dict[str, Any]:
            found = {coordinates.of_member(name, member): (member, one) for member, one in members().items()}
            for coordinate, (_, one) in found.items():
                if isinstance(one, GraphQLField):
                    for argument in list(one.args):
                        if coordinates.of_argument(coordinate, argument) in self._gone:
                            del one.args[argument]
            return {member: one for coordinate, (member, one) in found.items() if coordinate not in self._gone}

        return kept


def _reached(schema: GraphQLSchema) -> set[str]:
    """Return the names of the types that can be reached, or that implement an interface which can be."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    directives = [get_named_type(one.type) for each in schema.directives for one in each.args.values()]
    waiting: list[GraphQLNamedType] = [*filter(None, roots), *directives]
    reached: set[str] = set()
    while waiting:
        one = waiting.pop()
        if one.name not in reached:
            reached.add(one.name)
            waiting += _leads_to(schema, one)
    return reached


def _leads_to(schema: GraphQLSchema, one: GraphQLNamedType) -> Iterator[GraphQLNamedType]:
    if isinstance(one, GraphQLUnionType | GraphQLInterfaceType):
        yield from schema.get_possible_types(one)
    if isinstance(one, GraphQLInterfaceType | GraphQLObjectType):
        yield from one.interfaces
        for field in one.fields.values():
            yield get_named_type(field.type)
            yield from (get_named_type(argument.type) for argument in field.args.values())
    if isinstance(one, GraphQLInputObjectType):
        yield from (get_named_type(field.type) for field in one.fields.values())
