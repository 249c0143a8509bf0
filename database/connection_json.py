"""A list as one JSON text for each parent, with the lists below it, in one statement.

The JSON is that of a connection as the contract has it: its members (`nodes`, `edges`, `pageInfo`, `totalCount`), under
the keys and in the order that a client selects. Row-level security and the scope of the caller hold in it as in any
other statement: each list has the conditions of its PageQuery.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypedDict

from sqlalchemy import ARRAY, ColumnElement, Integer, LargeBinary, Text, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from database.derived import ORGANIZATION_HEX, Derived
from database.json_text import NULL, constant, cursor_of, hex_of, joined, json_of
from database.page import PageQuery, Shape, parents_table
from database.row import AnyRow
from database.statement import Statement


@dataclass(frozen=True, slots=True)
class Plain:
    """A member of an object: a column."""

    column: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A member that is the same in every object, as JSON."""

    json: str


@dataclass(frozen=True, slots=True)
class ObjectJson:
    """An object of a list: its members by their keys."""

    type_name: str
    members: "tuple[tuple[str, Member], ...]"


@dataclass(frozen=True, slots=True)
class Nodes:
    """The objects of a list."""

    item: ObjectJson


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of a list: of each its members, which are literals, `cursor`, or the object."""

    members: "tuple[tuple[str, Literal | ObjectJson | None], ...]"


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What is before and after a page: the names of its members by their keys."""

    members: tuple[tuple[str, str], ...]

    def reads_rows(self, *, backwards: bool) -> bool:
        """Whether any of it has to be read, and is not told by the arguments."""
        further = "hasPreviousPage" if backwards else "hasNextPage"
        return any(name in {"startCursor", "endCursor", further} for _, name in self.members)


@dataclass(frozen=True, slots=True)
class Total:
    """How many objects a list has."""


@dataclass(frozen=True, slots=True)
class ConnectionJson:
    """A list, and what is selected of it; `prefix` keeps its parameters apart from those of other lists."""

    query: PageQuery[AnyRow]
    prefix: str
    members: "tuple[tuple[str, Nodes | Edges | PageInfo | Total | Literal], ...]"

    def reads_rows(self, *, backwards: bool) -> bool:
        """Whether it looks at the rows of the list at all."""
        return self.looks_further(backwards=backwards) or any(isinstance(one, Nodes | Edges) for _, one in self.members)

    @property
    def counts(self) -> bool:
        """Whether it counts the list."""
        return any(isinstance(one, Total) for _, one in self.members)

    def looks_further(self, *, backwards: bool) -> bool:
        """Whether one more row is read than is shown, to know whether there are more."""
        return any(isinstance(one, PageInfo) and one.reads_rows(backwards=backwards) for _, one in self.members)


Member: TypeAlias = Plain | Literal | Derived | ConnectionJson
Shapes: TypeAlias = dict[str, Shape]
"""The shape of each list by its prefix."""
Pieces: TypeAlias = list[str | ColumnElement[Any]]
"""Texts and expressions that stand one after the other."""


class JsonRow(TypedDict):
    """The list of one parent, as JSON in UTF-8."""

    json: bytes


def statement_of(connection: ConnectionJson, shapes: Shapes) -> Statement[JsonRow]:
    """Return the statement that gives each parent's list, in the parents' order, as the bytes of its JSON.

    Bytes go into the response as they come; a text would be decoded and encoded again.
    """
    listed = parents_table()
    # All below a parent is of its organization, whose part of their ids is written once; OFFSET keeps it so.
    parents = select(*listed.c, hex_of(listed.c.organization_id).label(ORGANIZATION_HEX)).offset(0).subquery("parents")
    writer = _Writer(shapes, parents.c[ORGANIZATION_HEX])
    json = writer.connection(connection, parents.c.organization_id, parents.c.parent_id)
    encoded = func.convert_to(json, constant("UTF8"), type_=LargeBinary)
    rows = select(encoded.label("json")).select_from(parents).order_by(parents.c.ordinal)
    return Statement(rows, JsonRow)


class _Writer:
    def __init__(self, shapes: Shapes, organization_hex: ColumnElement[str]) -> None:
        self._shapes = shapes
        self._organization_hex = organization_hex

    def connection(self, connection: ConnectionJson, organization: object, parent: object) -> ColumnElement[str]:
        """Return the JSON of one parent's list."""
        shape = self._shapes[connection.prefix]
        query = connection.query
        if not connection.reads_rows(backwards=shape.backwards):
            return joined(self._members(connection, None, shape, organization, parent))
        by_name = {one.name: one for one in query.columns}
        needed = [by_name[name] for name in sorted(_columns_of(connection))]
        items = query.items(
            needed, organization, parent, shape, prefix=connection.prefix, name=f"{connection.prefix}items"
        )
        shown = (
            self._numbered(connection, items, shape) if connection.looks_further(backwards=shape.backwards) else items
        )
        pieces = self._members(connection, shown, shape, organization, parent)
        return select(joined(pieces)).select_from(shown).correlate_except(shown).scalar_subquery()

    @staticmethod
    def _numbered(connection: ConnectionJson, items: Any, shape: Shape) -> Any:
        """Return the rows with their number, as the last may be one that is not shown."""
        falling = connection.query.falls(shape)
        by = [one.desc() if falling else one.asc() for one in (items.c[f"order_{shape.order}"], items.c.key)]
        number = func.row_number().over(order_by=by).label("number")
        numbered = select(*items.c, number).select_from(items).correlate_except(items)
        return numbered.lateral(f"{connection.prefix}numbered")

    def _members(
        self, connection: ConnectionJson, shown: object, shape: Shape, organization: object, parent: object
    ) -> Pieces:
        def written(member: Nodes | Edges | PageInfo | Total | Literal) -> Pieces:
            if isinstance(member, Literal):
                return [member.json]
            if isinstance(member, Total):
                counted = connection.query.counted(organization, parent, shape.filters, connection.prefix)
                return [counted.scalar_subquery()]
            if isinstance(member, PageInfo):
                return self._page_info(connection, member, shown, shape)
            return ["[", self._list(connection, member, shown, shape), "]"]

        return _object_of((key, written(member)) for key, member in connection.members)

    def _list(self, connection: ConnectionJson, member: Nodes | Edges, shown: Any, shape: Shape) -> ColumnElement[str]:
        item = (
            joined(self._object(connection.query, member.item, shown))
            if isinstance(member, Nodes)
            else joined(self._edge(connection, member, shown, shape))
        )
        order = shown.c[f"order_{shape.order}"]
        falling = connection.query.falls(shape) ^ shape.backwards
        by = [one.desc() if falling else one.asc() for one in (order, shown.c.key)]
        listed: Any = func.string_agg(item, aggregate_order_by(constant(","), *by))
        if connection.looks_further(backwards=shape.backwards):
            listed = listed.filter(shown.c.number <= _size(connection))
        return func.coalesce(listed, constant(""))

    def _edge(self, connection: ConnectionJson, edges: Edges, shown: object, shape: Shape) -> Pieces:
        def written(member: Literal | ObjectJson | None) -> Pieces:
            if member is None:
                return ['"', self._cursor(connection, shown, shape), '"']
            if isinstance(member, Literal):
                return [member.json]
            return self._object(connection.query, member, shown)

        return _object_of((key, written(member)) for key, member in edges.members)

    @staticmethod
    def _cursor(connection: ConnectionJson, shown: Any, shape: Shape) -> ColumnElement[str]:
        return cursor_of(shown.c[f"order_{shape.order}"], connection.query.orders[shape.order][1], shown.c.key)

    def _page_info(self, connection: ConnectionJson, info: PageInfo, shown: Any, shape: Shape) -> Pieces:
        more = case((func.count() > _size(connection), constant("true")), else_=constant("false"))
        given = "true" if shape.cursor else "false"

        def written(name: str) -> str | ColumnElement[Any]:
            if name == "__typename":
                return '"PageInfo"'
            if name in {"hasNextPage", "hasPreviousPage"}:
                return more if (name == "hasNextPage") ^ shape.backwards else given
            rising = (name == "startCursor") ^ shape.backwards
            cursor = joined(['"', self._cursor(connection, shown, shape), '"'])
            by = shown.c.number.asc() if rising else shown.c.number.desc()
            ordered: Any = func.array_agg(aggregate_order_by(cursor, by), type_=ARRAY(Text))
            listed = ordered.filter(shown.c.number <= _size(connection))
            return func.coalesce(listed[1], constant(NULL))

        return _object_of((key, [written(name)]) for key, name in info.members)

    def _object(self, query: PageQuery[AnyRow], item: ObjectJson, row: object) -> Pieces:
        return _object_of((key, self._member(query, item.type_name, member, row)) for key, member in item.members)

    def _member(self, query: PageQuery[AnyRow], type_name: str, member: Member, row: Any) -> Pieces:
        if isinstance(member, Literal):
            return [member.json]
        if isinstance(member, Derived):
            return member.json({**row.c, ORGANIZATION_HEX: self._organization_hex}, type_name)
        if isinstance(member, ConnectionJson):
            return [self.connection(member, row.c.organization_id, row.c.key)]
        source = next(one for one in query.columns if one.name == member.column)
        written = json_of(row.c[member.column], source.type, nullable=is_nullable(source))
        if written is None:
            raise TypeError(f"{member.column} has no JSON that SQL writes")
        return [written]


def _object_of(members: Iterable[tuple[str, Pieces]]) -> Pieces:
    """Return an object of members that are written already, by their keys; `{}` where there are none."""
    pieces: Pieces = []
    for key, written in members:
        pieces += [f'{"," if pieces else ""}"{key}":', *written]
    return ["{", *pieces, "}"]


def _size(connection: ConnectionJson) -> Any:
    """Return the parameter that says how many rows are shown."""
    return bindparam(f"{connection.prefix}shown", type_=Integer)


def is_nullable(source: object) -> bool:
    """Whether a column of a list may be null; of what is not a plain column of a table that is not known."""
    element = getattr(source, "element", source)
    nullable: bool | None = getattr(element, "nullable", None)
    return nullable is not False


def _columns_of(connection: ConnectionJson) -> set[str]:
    """Return the columns that a list's JSON reads; always its key and organization, by which lists below are found."""
    names = {"organization_id", "key"}
    for _, member in connection.members:
        items: Sequence[Any] = ()
        if isinstance(member, Nodes):
            items = (member.item,)
        elif isinstance(member, Edges):
            items = [one for _, one in member.members if isinstance(one, ObjectJson)]
        for item in items:
            for _, one in item.members:
                names |= (
                    {one.column} if isinstance(one, Plain) else set(one.reads) if isinstance(one, Derived) else set()
                )
    return names
