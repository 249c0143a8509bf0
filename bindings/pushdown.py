"""Pushing a list down: PostgreSQL writes the JSON of all that is selected below a relation, in one statement, and that
goes into the response as it is. It is done where SQL can write it and every guard of it is decided before it is read.

Decided before means: the scope of the caller says, for each list, which organizations and groups are seen; it is a
condition of the statement, and allows no more than the boundary of each object would. A field that needs a further
action is written only where the caller may do that action wherever the list's objects can be. Whatever is not so is
left to the plan: what is refused has errors of its own, and wrong arguments too.
"""

from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLEnumType, GraphQLError, GraphQLNonNull, get_named_type, get_nullable_type
from sqlalchemy import Boolean, DateTime, Integer, Text

from authz.actions import Action
from authz.caller import Caller
from authz.police import BIT, police
from bindings.lists import (
    Connection,
    Relation,
    edge_cursor_of,
    edges_of,
    node_of,
    nodes_of,
    page_info_of,
    parent_key,
    total_counts,
)
from bindings.projection import columns_read, made_by
from database.connection_json import (
    ConnectionJson,
    Edges,
    JsonRow,
    Literal,
    Member,
    Nodes,
    ObjectJson,
    PageInfo,
    Plain,
    Total,
    is_nullable,
    statement_of,
)
from database.derived import DERIVED, PYTHON_ONLY
from database.json_text import json_of
from database.page import Ask, Scope, Shape, parents_values, shape_of
from database.statement import Statement, storable
from domain.errors import AdarveError
from domain.page import Page, page_from
from engine.batch import BatchResolver, Finished
from engine.level import Level
from engine.reading import Column, Computed, Masked
from engine.run import Run
from engine.tree import SelectedField, Selection

MOST_STATEMENTS = 32
"""How many statements are kept of one selected list; they differ in which filters, orders and cursors are used."""
_KINDS: dict[str, type[Any]] = {
    "String": Text,
    "ID": Text,
    "EmailAddress": Text,
    "CvssVector": Text,
    "Int": Integer,
    "Boolean": Boolean,
    "DateTime": DateTime,
}
"""The scalars whose outputs SQL writes from a column, and the column's kind. The scalars write texts as they are."""
_ACTIONS = {bit: action for action, bit in BIT.items()}


class NotWritten(Exception):
    """Something that SQL does not write; the message says what, and why."""


@dataclass(frozen=True, slots=True)
class _List:
    """A list that is pushed down: where it is selected, and the further actions that its objects' fields need."""

    field: SelectedField
    relation: Relation
    json: ConnectionJson
    actions: frozenset[Action]


@dataclass(slots=True)
class _Pushed:
    """What is known of a selected list once it was looked at."""

    json: ConnectionJson
    lists: list[_List]
    statements: dict[tuple[Shape, ...], Statement[JsonRow]] = field(default_factory=dict)
    """Those that were used last, the last of all at the end."""

    def statement(self, shapes: tuple[Shape, ...], selected: SelectedField) -> Statement[JsonRow]:
        """Return the statement of lists of these shapes; the plan is told of what is kept with its field."""
        found = self.statements.pop(shapes, None)
        if found is None:
            by_prefix = {one.json.prefix: shape for one, shape in zip(self.lists, shapes, strict=True)}
            found = statement_of(self.json, by_prefix)
            selected.grow(len(found.sql))
            if len(self.statements) >= MOST_STATEMENTS:
                unused = self.statements.pop(next(iter(self.statements)))
                selected.grow(-len(unused.sql))
        self.statements[shapes] = found
        return found


class Pushdown:
    """Resolves a relation together with everything selected below it, if SQL can write it."""

    def __init__(self, relation: Relation) -> None:
        """Take the relation."""
        self.relation = relation

    async def __call__(self, level: Level, run: Run) -> Finished | list[Connection | AdarveError]:
        """Return the JSON of each parent's list; its rows where the plan has to write it."""
        written = await self._written(level, run)
        if written is not None:
            return Finished(written)
        columns = columns_read(level.field, self.relation)
        return await self.relation.connections(level.parents, level.info, columns=columns, **level.arguments)

    async def _written(self, level: Level, run: Run) -> list[Any] | None:
        caller: Caller = run.context
        pushed = _looked_at(level.field)
        # A role that is looked through narrows by the place of each object, which a scope does not tell.
        if isinstance(pushed, str) or caller.subject is None or caller.subject.view_as is not None:
            return None
        try:
            asked = [_asked(caller, run, one) for one in pushed.lists]
        except (AdarveError, GraphQLError, NotWritten):
            return None  # the plan says what is wrong, in the place where it belongs
        shapes = tuple(one.shape for one in asked)
        statement = pushed.statement(shapes, level.field)
        values = parents_values([parent_key(parent) for parent in level.parents])
        for one in asked:
            values |= one.values
        rows = await caller.reader.fetch(statement, **values)
        return [orjson.Fragment(row["json"]) for row in rows]


def pushed_down_for(selected: SelectedField) -> str | None:
    """Say for whom a list and all below it is pushed down, or what keeps it from that; None for what is no list."""
    pushed = _looked_at(selected)
    if isinstance(pushed, str):
        return f"{selected.coordinate}: not written by PostgreSQL: {pushed}." if relation_of(selected) else None
    actions = sorted({action for one in pushed.lists for action in one.actions - {one.relation.visible}})
    may = f" and may {', '.join(actions)} wherever its objects are" if actions else ""
    said = f"{selected.coordinate}: PostgreSQL writes all of it for whoever looks through no other role{may};"
    return f"{said}\nthe functions below it run for others."


@dataclass(frozen=True, slots=True)
class _Asked:
    shape: Shape
    values: dict[str, Any]


def _asked(caller: Caller, run: Run, one: _List) -> _Asked:
    """Return the shape and the parameters of a list; raise NotWritten unless every guard is decided."""
    relation, arguments = one.relation, run.arguments(one.field)
    page = page_from(*(arguments.get(name) for name in ("first", "after", "last", "before")))
    order_by, wanted = arguments.get("order_by"), dict(arguments.get("filter") or {})
    order, descending = relation.order_from(order_by)
    scope = police().scope(caller.subject, relation.visible)
    needed = set(one.actions)
    if relation.inputs is not None:
        needed |= {relation.inputs.actions[name] for name in relation.read_by(wanted, order if order_by else None)}
    for action in needed - {relation.visible}:
        if not _covers(police().scope(caller.subject, action), scope):
            raise NotWritten(action)
    ask = Ask(scope, order, descending, wanted)
    values = _values(one, page, ask)
    for name, value in values.items():  # what no text of PostgreSQL holds is refused in the place of the inner list
        storable(value, name)
    return _Asked(shape_of(page, ask), values)


def _values(one: _List, page: Page, ask: Ask) -> dict[str, Any]:
    """Return the parameters of a list, as far as its JSON has use for them; raise BadUserInput on a wrong cursor."""
    json, prefix = one.json, one.json.prefix
    values = one.relation.query.values(page, ask, prefix)
    if json.looks_further(backwards=page.backwards):
        return {**values, f"{prefix}size": page.size + 1, f"{prefix}shown": page.size}
    if json.reads_rows(backwards=page.backwards):
        return {**values, f"{prefix}size": page.size}
    return one.relation.query.ask_values(ask, prefix) if json.counts else {}


def _covers(scope: Scope, other: Scope) -> bool:
    """Whether whatever is in the other scope is in this one."""
    if scope.everything:
        return True
    return not other.everything and other.organizations <= scope.organizations and other.groups <= scope.groups


_KEY = "pushdown"


def _looked_at(selected: SelectedField) -> _Pushed | str:
    """Return what is known of a selected list, or why SQL does not write it; look at it when it is first asked for."""
    if _KEY not in selected.notes:
        reader = _Reader()
        try:
            json = reader.connection(selected)
            selected.notes[_KEY] = _Pushed(json, reader.lists)
        except NotWritten as reason:
            selected.notes[_KEY] = str(reason)
    found: _Pushed | str = selected.notes[_KEY]
    return found


class _Reader:
    """Reads a plan's tree and says what SQL is to write; raises NotWritten where it cannot."""

    def __init__(self) -> None:
        self.lists: list[_List] = []

    def connection(self, selected: SelectedField) -> ConnectionJson:
        relation = relation_of(selected)
        if relation is None:
            raise NotWritten(f"{selected.coordinate} is resolved in Python, for all objects at once")
        if relation.query.across_organizations or selected.check is not None:
            raise NotWritten(f"{selected.coordinate} is a list over several organizations")
        prefix = f"l{selected.number}_"
        actions: set[Action] = set()
        members = tuple((one.key, self._connection_member(one, relation, actions)) for one in _only(selected).fields)
        json = ConnectionJson(relation.query, prefix, members)
        self.lists.append(_List(selected, relation, json, frozenset(actions)))
        return json

    def _connection_member(
        self, one: SelectedField, relation: Relation, actions: set[Action]
    ) -> Nodes | Edges | PageInfo | Total | Literal:
        if one.name == "__typename":
            return _type_name(one)
        maker = made_by(one)
        if maker is nodes_of:
            return Nodes(self._object(_only(one), relation, actions))
        if maker is edges_of:
            return Edges(tuple((edge.key, self._edge_member(edge, relation, actions)) for edge in _only(one).fields))
        if maker is page_info_of:
            return PageInfo(tuple((member.key, member.name) for member in _only(one).fields))
        if maker is total_counts:
            return Total()
        raise NotWritten(one.coordinate)

    def _edge_member(self, one: SelectedField, relation: Relation, actions: set[Action]) -> Literal | ObjectJson | None:
        if one.name == "__typename":
            return _type_name(one)
        maker = made_by(one)
        if maker is edge_cursor_of:
            return None
        if maker is node_of:
            return self._object(_only(one), relation, actions)
        raise NotWritten(one.coordinate)

    def _object(self, selection: Selection, relation: Relation, actions: set[Action]) -> ObjectJson:
        members = tuple((one.key, self._member(one, relation, actions)) for one in selection.fields)
        return ObjectJson(selection.object_type.name, members)

    def _member(self, one: SelectedField, relation: Relation, actions: set[Action]) -> Member:
        if one.name == "__typename":
            return _type_name(one)
        if type(one.source) is BatchResolver:
            return self.connection(one)
        source = one.source
        if isinstance(source, Masked):
            actions.add(_ACTIONS[source.bit])
            source = source.resolver
        if one.check is None and isinstance(source, Computed) and source.function in DERIVED:
            return DERIVED[source.function]
        if one.check is None and isinstance(source, Column) and _is_written(one, source.name, relation):
            return Plain(source.name)
        raise NotWritten(_why_not(one, source))


def _why_not(one: SelectedField, source: object) -> str:
    """Say why SQL does not write a field of an object."""
    if isinstance(source, Computed) and source.function in PYTHON_ONLY:
        return f"{one.coordinate} is computed in Python only"
    if isinstance(source, Column):
        return f"SQL has no way to write {one.coordinate} as a {one.type}"
    return f"{one.coordinate} is resolved in Python"


def relation_of(selected: SelectedField) -> Relation | None:
    """Return the relation that a field is bound to, if it is one."""
    planned = selected.source.planned if isinstance(selected.source, BatchResolver) else None
    return planned.relation if isinstance(planned, Pushdown) else None


def _only(selected: SelectedField) -> Selection:
    """Return what is selected below a field of an object type."""
    if len(selected.selections) != 1 or get_named_type(selected.type).name not in selected.selections:
        raise NotWritten(f"{selected.coordinate} has objects of several types")
    found = next(iter(selected.selections.values()))
    if not found.fields:  # as @skip and @include may leave it
        raise NotWritten(f"nothing of {selected.coordinate} is left by @skip and @include")
    return found


def _type_name(one: SelectedField) -> Literal:
    return Literal(f'"{one.parent_type.name}"')


def _is_written(one: SelectedField, name: str, relation: Relation) -> bool:
    """Whether SQL writes a column just as the field's type would."""
    source: Any = next((column for column in relation.query.columns if column.name == name), None)
    if source is None or (isinstance(one.type, GraphQLNonNull) and is_nullable(source)):
        return False
    graphql_type: Any = get_nullable_type(one.type)
    if isinstance(graphql_type, GraphQLEnumType):
        names = all(isinstance(value.value, str) and value.value == name for name, value in graphql_type.values.items())
        return names and isinstance(source.type, Text)
    kind = _KINDS.get(getattr(graphql_type, "name", ""))
    return (
        kind is not None and isinstance(source.type, kind) and json_of(source, source.type, nullable=True) is not None
    )
