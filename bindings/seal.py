"""The seal: proves at start-up that every path to a value is guarded, and closes the boundary of every object.

It goes over every `resolve` and `subscribe` of the schema. A field without a guard, a type without a binding, a filter
that reads an unnamed column: each is a fault named by its coordinate, and with a single fault nothing starts. Then it
puts the visibility check of each object type around every field that returns such objects, so that an object is
checked wherever it enters a result, however it got there.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_non_null_type,
)

from authz.actions import Action
from authz.caller import Caller
from authz.guards import STAKEHOLDER_ARGUMENTS, Guard, guards_of, mark
from authz.nouns import knows_argument, loader_of
from authz.police import BIT, police
from authz.subject import whereabouts
from bindings import coordinates
from bindings.lists import ListInputs
from bindings.rights import rights_at
from bindings.together import Together, are_together
from bindings.types import CarrierType, GuardedType, PublicType
from database.row import AnyRow
from domain.errors import NotFound
from domain.names import snake_case
from engine.reading import Checked

ROOT_GUARDS = {"login", "user", "organization", "group", "stakeholder", "public"}
LIST_ARGUMENTS = {"filter", "orderBy"}
_ADVICE = {
    "unguarded": "bind it with GuardedType.expose, relation or one, or put a decorator of authz.guards on its resolver",
    "unbound": "bind the type with GuardedType, connection, payload or PublicType",
}


class UnguardedError(Exception):
    """Something in the schema is not guarded; the message names every coordinate and what to do."""


def seal(schema: GraphQLSchema, bindables: Iterable[object], inputs: Iterable[ListInputs]) -> None:
    """Prove that everything is guarded and close every object's boundary; raise UnguardedError otherwise."""
    bound = {one.name: one for one in bindables if isinstance(one, GuardedType | CarrierType | PublicType)}
    list_inputs = list(inputs)
    faults = [*_faults(schema, bound), *_input_faults(schema, bound, list_inputs)]
    faults = faults or coordinates.derive(schema, bound, list_inputs)
    if faults:
        raise UnguardedError("The schema is not sealed:\n" + "\n".join(f"  {fault}" for fault in sorted(faults)))
    for one in list_inputs:
        guarded = bound[one.type_name]
        if isinstance(guarded, GuardedType):
            one.actions.update(guarded.actions)
    visible = {name: one.visible for name, one in bound.items() if isinstance(one, GuardedType)}
    for coordinate, field, _ in _fields(schema):
        if _carries_objects(schema, field, visible):
            field.resolve = _close(coordinate, field, visible)


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLField, GraphQLObjectType]]:
    for name, graphql_type in schema.type_map.items():
        if isinstance(graphql_type, GraphQLObjectType) and not name.startswith("__"):
            for field_name, field in graphql_type.fields.items():
                yield f"{name}.{field_name}", field, graphql_type


def _roots(schema: GraphQLSchema) -> set[str]:
    return {root.name for root in (schema.query_type, schema.mutation_type, schema.subscription_type) if root}


def _faults(schema: GraphQLSchema, bound: Mapping[str, Any]) -> Iterator[str]:
    roots = _roots(schema)
    for name, graphql_type in schema.type_map.items():
        is_object = isinstance(graphql_type, GraphQLObjectType) and not name.startswith("__")
        if is_object and name not in bound and name not in roots:
            yield f"{name}: no binding; {_ADVICE['unbound']}"
    for coordinate, field, parent in _fields(schema):
        guards = guards_of(field.resolve)
        if not guards:
            yield f"{coordinate}: no guard; {_ADVICE['unguarded']}"
        elif parent.name in roots:
            yield from _root_faults(
                coordinate, field, guards, bound, is_subscription=parent is schema.subscription_type
            )
        elif isinstance(bound.get(parent.name), GuardedType):
            yield from _member_faults(coordinate, field, guards, bound[parent.name], bound)


def _root_faults(
    coordinate: str,
    field: GraphQLField,
    guards: tuple[Guard, ...],
    bound: Mapping[str, object],
    *,
    is_subscription: bool,
) -> Iterator[str]:
    kinds = {guard.kind for guard in guards}
    if not kinds & (ROOT_GUARDS | {"event"} if is_subscription else ROOT_GUARDS):
        yield f"{coordinate}: no guard of its own; put @require_login, an @enforce_… or @public on its resolver"
    target = bound.get(get_named_type(field.type).name)
    if "public" in kinds and isinstance(target, CarrierType) and target.connection:
        yield f"{coordinate}: @public on a list; a list counts what a caller may not see, so it needs a login"
    if is_subscription and not {guard.kind for guard in guards_of(field.subscribe)} & ROOT_GUARDS:
        yield f"{coordinate}: no guard on its source; put @enforce_on_subscription on what it subscribes to"
    for guard in (*guards, *(guards_of(field.subscribe) if is_subscription else ())):
        yield from _guard_faults(coordinate, field, guard)


def _guard_faults(coordinate: str, field: GraphQLField, guard: Guard) -> Iterator[str]:
    for named in STAKEHOLDER_ARGUMENTS if guard.kind == "stakeholder" else filter(None, [guard.by]):
        found = _argument_at(field, named)
        if found is None:
            yield f"{coordinate}: guarded by the argument {named!r}, which it does not have"
        elif guard.by is not None and not is_non_null_type(found):
            yield f"{coordinate}: guarded by {named!r}, which may be left out; make it non-null"
        elif guard.by is not None and str(found).rstrip("!") not in {"ID", "String"}:
            yield f"{coordinate}: guarded by {named!r}, which is a {found} and names no single object"
    if guard.by is None:
        return
    if not knows_argument(guard.by):
        known = "declare one with that `argument`, see authz/nouns.py"
        yield f"{coordinate}: guarded by {guard.by!r}, which names no noun; {known}"
    elif (level := loader_of(guard.by).noun.level) != guard.kind:
        yield f"{coordinate}: guarded at the {guard.kind} level by {guard.by!r}, which belongs to the {level} level"


def _argument_at(field: GraphQLField, path: str) -> GraphQLInputType | None:
    """Return the type of the argument, or of the input's field, at a path such as `input.findingId`."""
    name, *inner = path.split(".")
    found = field.args[name].type if name in field.args else None
    for step in inner:
        holder = get_named_type(found)
        if not isinstance(holder, GraphQLInputObjectType) or step not in holder.fields or not is_non_null_type(found):
            return None
        found = holder.fields[step].type
    return found


def _member_faults(
    coordinate: str, field: GraphQLField, guards: tuple[Guard, ...], parent: GuardedType, bound: Mapping[str, object]
) -> Iterator[str]:
    action = guards[0].action
    if guards[0].kind == "column" and is_non_null_type(field.type) and action is not parent.visible:
        yield f"{coordinate}: non-null, but needs {action} on top of {parent.visible}; make it nullable"
    target = bound.get(get_named_type(field.type).name)
    if guards[0].kind != "relation":
        return
    if isinstance(target, GuardedType):
        if action is not target.visible:
            yield f"{coordinate}: declared visible by {action}, but a {target.name} is by {target.visible}"
        if is_non_null_type(field.type) and not police().implies(parent.visible, target.visible):
            yield (
                f"{coordinate}: non-null, but {parent.visible} does not imply {target.visible} in the policy; "
                "make it nullable"
            )
    elif _is_unchecked(field, target) and action is not parent.visible:
        yield f"{coordinate}: said to need {action}, which nothing checks; bind it by GuardedType.expose"
    elif isinstance(target, CarrierType) and action is None:
        yield f"{coordinate}: a list without the action that makes its objects visible"


def _is_unchecked(field: GraphQLField, target: object) -> bool:
    """Return whether a field's values need no visibility check: they are neither objects nor connections of objects."""
    if isinstance(get_named_type(field.type), GraphQLInterfaceType | GraphQLUnionType):
        return False
    return not (isinstance(target, CarrierType) and target.connection)


def _input_faults(schema: GraphQLSchema, bound: Mapping[str, object], inputs: list[ListInputs]) -> Iterator[str]:
    named = {one.filter_name for one in inputs} | {one.order_name for one in inputs}
    for coordinate, field, _ in _fields(schema):
        for argument in LIST_ARGUMENTS & field.args.keys():
            input_name = get_named_type(field.args[argument].type).name
            if input_name not in named:
                yield f"{coordinate}({argument}:): {input_name} does not say what it reads; list it in ListInputs"
    for one in inputs:
        guarded = bound.get(one.type_name)
        if not isinstance(guarded, GuardedType):
            yield f"{one.type_name}: named by list inputs, but is no GuardedType"
            continue
        filter_type = schema.type_map.get(one.filter_name or "")
        order_type: Any = schema.type_map.get(one.order_enum or "")
        spelled = (
            {snake_case(name) for name in filter_type.fields}
            if isinstance(filter_type, GraphQLInputObjectType)
            else set()
        )
        values = set(order_type.values) if order_type is not None else set()
        for missing in spelled ^ one.filters.keys():
            yield f"{one.filter_name}.{missing}: listed in one of SDL and ListInputs (there in snake case), not in both"
        for missing in values ^ one.orders.keys():
            yield f"{one.order_enum}.{missing}: listed in one of SDL and ListInputs, not in both"
        for read in (*one.filters.values(), *one.orders.values()):
            if read not in guarded.actions:
                yield f"{one.type_name}.{read}: read by a list input, but not a column exposed with an action"


def _carries_objects(schema: GraphQLSchema, field: GraphQLField, visible: Mapping[str, Action]) -> bool:
    target = get_named_type(field.type)
    if isinstance(target, GraphQLInterfaceType | GraphQLUnionType):
        return any(possible.name in visible for possible in schema.get_possible_types(target))
    return target.name in visible


def _close(coordinate: str, field: GraphQLField, visible: Mapping[str, Action]) -> Any:
    """Return the field's resolver with the visibility check of every object that it returns around it."""
    inner: Any = field.resolve
    boundary = _Boundary(coordinate, visible, must_be=is_non_null_type(field.type))
    closed = Checked(inner, boundary.let_in)
    for guard in reversed(guards_of(inner)):
        mark(closed, guard)
    return closed


class _Boundary:
    """What lets objects into a result, or makes them absent."""

    def __init__(self, coordinate: str, visible: Mapping[str, Action], *, must_be: bool) -> None:
        self._coordinate = coordinate
        self._visible = {typename: BIT[action] for typename, action in visible.items()}
        self._must_be = must_be

    def let_in(self, caller: Caller, value: Any) -> tuple[Any, int | None]:
        """Return what the caller may see of a field's value, and the rights to all of it, where these are the same."""
        if type(value) is Together:
            try:
                rights, is_visible = caller.spots[value.spot]
            except KeyError:
                rights, is_visible = self._first_look(caller, value)
            return (value.records if is_visible else []), rights
        if value is None:
            return None, None
        if isinstance(value, list):
            return self._let_all_in(caller, value)
        rights = rights_at(caller, value)
        if self._is_visible(rights, value):
            return value, rights
        if self._must_be:
            raise NotFound(f"`{self._coordinate}` does not exist, or you may not see it.")
        return None, None

    def _first_look(self, caller: Caller, value: Together) -> tuple[int, bool]:
        """Return what the caller may do at a spot and whether objects there are visible, and remember both."""
        record = value.records[0]
        rights = rights_at(caller, record)
        found = caller.spots[value.spot] = rights, self._is_visible(rights, record)
        return found

    def _let_all_in(self, caller: Caller, records: list[Any]) -> tuple[list[Any], int | None]:
        """Return the visible ones; asks once for each run of records of one type at one place, which most lists are."""
        if records and are_together(records):
            rights = rights_at(caller, records[0])
            return (records if self._is_visible(rights, records[0]) else []), rights
        kept, here, visible = [], None, False
        for record in records:
            there = record["typename"], whereabouts(record)
            if there != here:
                here, visible = there, self._is_visible(rights_at(caller, record), record)
            if visible:
                kept.append(record)
        return kept, None

    def _is_visible(self, rights: int, record: AnyRow) -> bool:
        return bool(rights & self._visible[str(record["typename"])])
