"""What each coordinate of the contract needs: exactly one action, or nothing where it is public.

A coordinate is a name that a client can write, as the GraphQL specification spells it: `Finding.title`,
`Mutation.updateFinding(findingId:)`, `FindingFilter.tool`, `FindingOrderField.TITLE`. What an argument, an input or a
carrier (a connection, an edge, a payload) needs follows from the field that it belongs to; what a filter or an order
needs is what the column needs that it reads.
"""

from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

from authz.actions import Action
from authz.guards import guards_of
from bindings.lists import ListInputs
from bindings.types import CarrierType, GuardedType, PublicType
from domain.names import snake_case

Requirements = dict[str, Action | None]
"""Each coordinate's action; None where it is public."""

_KEY = "requirements"


def requirements_of(schema: GraphQLSchema) -> Requirements:
    """Return what each coordinate of a sealed schema needs."""
    found: Requirements = schema.extensions[_KEY]
    return found


def derive(schema: GraphQLSchema, bound: Mapping[str, object], inputs: Iterable[ListInputs]) -> list[str]:
    """Find out what each coordinate needs and keep it with the schema; return those for which that is not clear."""
    derivation = _Derivation(schema, bound)
    faults = derivation.run(list(inputs))
    schema.extensions[_KEY] = dict(sorted(derivation.found.items()))
    return faults


def names_of(schema: GraphQLSchema) -> Iterator[str]:
    """Yield every coordinate that needs a requirement: types with fields, fields, arguments, inputs and orders."""
    for name, graphql_type in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(graphql_type, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in graphql_type.fields.items():
                yield f"{name}.{field_name}"
                yield from (f"{name}.{field_name}({argument}:)" for argument in field.args)
        elif isinstance(graphql_type, GraphQLInputObjectType):
            yield from (f"{name}.{field_name}" for field_name in graphql_type.fields)


class _Derivation:
    def __init__(self, schema: GraphQLSchema, bound: Mapping[str, object]) -> None:
        self._schema = schema
        self._bound = bound
        self.found: Requirements = {}

    def run(self, inputs: list[ListInputs]) -> list[str]:
        for graphql_type in self._objects():
            self._own_fields(graphql_type)
        faults = [*self._carriers(), *self._interfaces()]
        self._arguments()
        faults += self._inputs(inputs)
        missing = [name for name in names_of(self._schema) if name not in self.found]
        return faults + [
            f"{name}: needs no action that can be told; guard it by one, or mark it @public" for name in missing
        ]

    def _objects(self) -> Iterator[GraphQLObjectType]:
        for graphql_type in self._schema.type_map.values():
            if isinstance(graphql_type, GraphQLObjectType) and not graphql_type.name.startswith("__"):
                yield graphql_type

    def _own_fields(self, graphql_type: GraphQLObjectType) -> None:
        binding = self._bound.get(graphql_type.name)
        if isinstance(binding, CarrierType):
            return
        for name, field in graphql_type.fields.items():
            coordinate = f"{graphql_type.name}.{name}"
            guards = guards_of(field.resolve)
            actions = [guard.action for guard in guards if guard.action is not None]
            target = self._bound.get(get_named_type(field.type).name)
            if isinstance(binding, PublicType) or any(guard.kind == "public" for guard in guards):
                self.found[coordinate] = None
            elif actions:
                self.found[coordinate] = actions[0]
            elif isinstance(target, GuardedType):
                self.found[coordinate] = target.visible

    def _carriers(self) -> Iterator[str]:
        """Give each carrier what the fields that return it need; carriers are returned by carriers, so go on."""
        waiting = {name for name, one in self._bound.items() if isinstance(one, CarrierType)}
        while waiting:
            ready = {name for name in waiting if self._returned_by(name) <= self.found.keys()}
            if not ready:
                return
            for name in sorted(ready):
                needs = {self.found[coordinate] for coordinate in self._returned_by(name)}
                if len(needs) > 1:
                    yield f"{name}: returned by fields of different actions ({_listed(needs)}); give each its own"
                for need in needs:
                    self._give(self._schema.type_map[name], need)
            waiting -= ready

    def _returned_by(self, type_name: str) -> set[str]:
        return {
            f"{one.name}.{field_name}"
            for one in self._objects()
            for field_name, field in one.fields.items()
            if get_named_type(field.type).name == type_name
        }

    def _interfaces(self) -> Iterator[str]:
        """Give an interface's field what it needs in every type that has it; else what the interface is found by."""
        for name, graphql_type in self._schema.type_map.items():
            if not isinstance(graphql_type, GraphQLInterfaceType):
                continue
            objects = self._schema.get_implementations(graphql_type).objects
            for field_name in graphql_type.fields:
                needs = {self.found.get(f"{one.name}.{field_name}") for one in objects}
                if len(needs) > 1:
                    needs = {self.found.get(coordinate) for coordinate in self._returned_by(name)}
                if len(needs) != 1:
                    yield f"{name}.{field_name}: found by fields that need different actions ({_listed(needs)})"
                self.found[f"{name}.{field_name}"] = next(iter(needs), None)

    def _arguments(self) -> None:
        for name, graphql_type in self._schema.type_map.items():
            if isinstance(graphql_type, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
                for field_name, field in graphql_type.fields.items():
                    coordinate = f"{name}.{field_name}"
                    for argument in field.args if coordinate in self.found else ():
                        self.found[f"{coordinate}({argument}:)"] = self.found[coordinate]

    def _inputs(self, inputs: list[ListInputs]) -> Iterator[str]:
        for name, needs in self._uses_of_inputs().items():
            if len(needs) > 1:
                yield f"{name}: an input of fields that need different actions ({_listed(needs)}); give each its own"
            for need in needs:
                self._give(self._schema.type_map[name], need)
        for one in inputs:
            for python_name, column in one.filters.items():
                for field_name in getattr(self._schema.type_map.get(one.filter_name or ""), "fields", ()):
                    if snake_case(field_name) == python_name:
                        self.found[f"{one.filter_name}.{field_name}"] = self.found.get(f"{one.type_name}.{column}")
            for value, column in one.orders.items():
                self.found[f"{one.order_enum}.{value}"] = self.found.get(f"{one.type_name}.{column}")

    def _uses_of_inputs(self) -> dict[str, set[Action | None]]:
        uses: dict[str, set[Action | None]] = {}
        for name, graphql_type in self._schema.type_map.items():
            if isinstance(graphql_type, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
                for field_name, field in graphql_type.fields.items():
                    for argument_name, argument in field.args.items():
                        target = get_named_type(argument.type)
                        coordinate = f"{name}.{field_name}({argument_name}:)"
                        if isinstance(target, GraphQLInputObjectType) and coordinate in self.found:
                            uses.setdefault(target.name, set()).add(self.found[coordinate])
        return uses

    def _give(self, graphql_type: GraphQLNamedType, need: Action | None) -> None:
        for field_name in getattr(graphql_type, "fields", ()):
            self.found[f"{graphql_type.name}.{field_name}"] = need


def _listed(needs: Iterable[Action | None]) -> str:
    return ", ".join(sorted("public" if need is None else str(need) for need in needs))
