"""The deprecated elements of a schema at work, and what operations use of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    type_from_ast,
)

from deprecation import coordinates
from deprecation.marks import Promise, Wording
from deprecation.members import MemberKind
from deprecation.named_coordinates import named_in


@dataclass(frozen=True, slots=True)
class DeprecatedElement:
    """Something that is deprecated: its coordinate, the kind of it, the reason, and what that promises."""

    coordinate: str
    kind: MemberKind
    reason: str
    promise: Promise


@dataclass(frozen=True, slots=True)
class StaticUses:
    """What an operation uses however it is called, and the variables whose values may use more, with their types."""

    coordinates: frozenset[str]
    variables: Mapping[str, GraphQLNamedType]


NO_USES = StaticUses(frozenset(), {})


class DeprecatedElements:
    """All deprecated elements of a schema, by coordinate."""

    def __init__(self, schema: GraphQLSchema, wording: Wording | None = None) -> None:
        self._schema = schema
        self._wording = wording or Wording()
        self.all: dict[str, DeprecatedElement] = {
            coordinate: DeprecatedElement(coordinate, kind, reason, self._wording.read(" ".join(reason.split())))
            for coordinate, kind, reason in sorted(_marked(schema))
        }

    @cached_property
    def _inputs(self) -> frozenset[str]:
        """The names of input and enum types whose values can use something deprecated, themselves or within."""
        holding = {coordinates.type_of(one.coordinate) for one in self.all.values()}
        found = {name for name in holding if _is_input(self._schema.type_map.get(name))}
        grown = True
        while grown:
            more = {
                one.name
                for one in self._schema.type_map.values()
                if isinstance(one, GraphQLInputObjectType) and one.name not in found
                if any(get_named_type(field.type).name in found for field in one.fields.values())
            }
            grown = bool(more)
            found |= more
        return frozenset(found)

    def static_uses(self, document: DocumentNode, operation: OperationDefinitionNode) -> StaticUses:
        """Return what an operation of a valid document uses, also by its fragments."""
        if not self.all:
            return NO_USES
        named = {one for one in self._named(document, operation) if one in self.all}
        variables: dict[str, GraphQLNamedType] = {}
        for definition in operation.variable_definitions or ():
            variable_type = get_named_type(type_from_ast(self._schema, definition.type))
            if variable_type is not None and variable_type.name in self._inputs:
                variables[definition.variable.name.value] = variable_type
        return StaticUses(frozenset(named), variables)

    def _named(self, document: DocumentNode, operation: OperationDefinitionNode) -> Iterator[str]:
        fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
        waiting: list[OperationDefinitionNode | FragmentDefinitionNode] = [operation]
        seen: set[str] = set()
        while waiting:
            found = named_in(waiting.pop(), self._schema)
            yield from (one.coordinate for one in found.coordinates)
            fresh = found.fragments - seen
            seen |= fresh
            waiting += [fragments[name] for name in fresh if name in fragments]

    def uses(self, static: StaticUses, variables: Mapping[str, object]) -> frozenset[str]:
        """Return what an operation uses with the values of its variables."""
        if not static.variables:
            return static.coordinates
        found: set[str] = set(static.coordinates)
        for name, variable_type in static.variables.items():
            if name in variables:
                found |= self._in_value(variable_type, variables[name])
        return frozenset(found)

    def _in_value(self, value_type: GraphQLNamedType, value: object) -> set[str]:
        """Return what a value, as it came in JSON, uses. It may be wrong: it is looked at before it is checked."""
        if isinstance(value, list):
            return {used for one in value for used in self._in_value(value_type, one)}
        if isinstance(value_type, GraphQLEnumType):
            coordinate = coordinates.of_member(value_type.name, str(value))
            return {coordinate} & self.all.keys()
        if not isinstance(value_type, GraphQLInputObjectType) or not isinstance(value, dict):
            return set()
        found: set[str] = set()
        for name, (used, inner) in self._counted[value_type.name].items():
            if name in value:
                if used is not None:
                    found.add(used)
                if inner is not None:
                    found |= self._in_value(inner, value[name])
        return found

    @cached_property
    def _counted(self) -> dict[str, dict[str, tuple[str | None, GraphQLNamedType | None]]]:
        """Of each such input type the fields that count: their coordinates, if these are deprecated, and their types,
        if the values of these can use something deprecated."""
        counted: dict[str, dict[str, tuple[str | None, GraphQLNamedType | None]]] = {name: {} for name in self._inputs}
        for type_name, counting in counted.items():
            one = self._schema.type_map[type_name]
            fields = one.fields if isinstance(one, GraphQLInputObjectType) else {}
            for name, field in fields.items():
                coordinate, inner = coordinates.of_member(type_name, name), get_named_type(field.type)
                used = coordinate if coordinate in self.all else None
                holding = inner if inner.name in self._inputs else None
                if used is not None or holding is not None:
                    counting[name] = used, holding
        return counted


def _is_input(one: GraphQLNamedType | None) -> bool:
    return isinstance(one, GraphQLInputObjectType | GraphQLEnumType)


def _marked(schema: GraphQLSchema) -> Iterator[tuple[str, MemberKind, str]]:
    """Go through what is marked, with its kind and reason; what introspection itself marks is left out."""
    for one in schema.type_map.values():
        if one.name.startswith("__"):
            continue
        if isinstance(one, GraphQLObjectType | GraphQLInterfaceType):
            yield from _marked_fields(one)
        elif isinstance(one, GraphQLInputObjectType):
            for name, input_field in one.fields.items():
                if input_field.deprecation_reason is not None:
                    coordinate = coordinates.of_member(one.name, name)
                    yield coordinate, MemberKind.INPUT_FIELD, input_field.deprecation_reason
        elif isinstance(one, GraphQLEnumType):
            for name, value in one.values.items():
                if value.deprecation_reason is not None:
                    yield coordinates.of_member(one.name, name), MemberKind.ENUM_VALUE, value.deprecation_reason


def _marked_fields(one: GraphQLObjectType | GraphQLInterfaceType) -> Iterator[tuple[str, MemberKind, str]]:
    for name, field in one.fields.items():
        coordinate = coordinates.of_member(one.name, name)
        if field.deprecation_reason is not None:
            yield coordinate, MemberKind.FIELD, field.deprecation_reason
        for argument_name, argument in field.args.items():
            if argument.deprecation_reason is not None:
                of_argument = coordinates.of_argument(coordinate, argument_name)
                yield of_argument, MemberKind.ARGUMENT, argument.deprecation_reason
