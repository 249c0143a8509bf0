"""Lists as connections: what a relation asks of the database, and what its filter and order inputs read.

A filter or an order tells something about the column that it reads (which rows match, which comes first), so it needs
that column's action.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from authz.actions import Action
from authz.caller import Info
from authz.police import police
from authz.subject import have_their_own_place, place_of
from bindings.together import Spot, Together
from database.page import Ask, PageQuery, Slice
from database.row import AnyRow
from domain.errors import AdarveError
from domain.page import encode_cursor, page_from


@dataclass(frozen=True, slots=True)
class ListInputs:
    """The filter and order inputs of a list of some type, and the field of that type that each of theirs reads.

    `filters` maps each field of the input `filter_name`, `orders` each value of the enum `order_enum`.
    """

    type_name: str
    filter_name: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    order_name: str | None = None
    order_enum: str | None = None
    orders: Mapping[str, str] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    """The action of each field of the type; filled by the seal."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One parent's part of a list."""

    query: PageQuery[AnyRow]
    ask: Ask
    parent: tuple[UUID, UUID]
    rows: Sequence[Any]
    more: bool
    backwards: bool
    cursor_given: bool
    nodes: Sequence[Any] | Together
    """The rows, as they are let in."""


def cursor_of(connection: Connection, row: AnyRow) -> str:
    """Return the cursor of a row in its list."""
    return encode_cursor(connection.query.cursor_values(row, connection.ask.order))


def nodes_of(connection: Connection) -> Sequence[Any] | Together:
    """Return the rows of a list."""
    return connection.nodes


def edges_of(connection: Connection) -> list[tuple[Connection, Any]]:
    """Return the edges of a list: each row with the list that it is in."""
    return [(connection, row) for row in connection.rows]


def node_of(edge: tuple[Connection, object]) -> Any:
    """Return the row of an edge."""
    return edge[1]


def edge_cursor_of(edge: tuple[Connection, Any]) -> str:
    """Return the cursor of an edge."""
    return cursor_of(*edge)


def page_info_of(connection: Connection) -> dict[str, Any]:
    """Return what is before and after a page."""
    backwards, rows = connection.backwards, connection.rows
    return {
        "hasNextPage": connection.cursor_given if backwards else connection.more,
        "hasPreviousPage": connection.more if backwards else connection.cursor_given,
        "startCursor": cursor_of(connection, rows[0]) if rows else None,
        "endCursor": cursor_of(connection, rows[-1]) if rows else None,
    }


async def total_counts(connections: Sequence[Connection], info: Info) -> list[int]:
    """Count in one statement for all connections that ask the same; one fragment may serve several lists."""
    alike: dict[int, list[int]] = {}
    for number, one in enumerate(connections):
        alike.setdefault(id(one.ask), []).append(number)
    totals = [0] * len(connections)
    for numbers in alike.values():
        first = connections[numbers[0]]
        parents = [connections[number].parent for number in numbers]
        counts = await first.query.counts(info.context.reader, parents, first.ask)
        for number, total in zip(numbers, counts, strict=True):
            totals[number] = total
    return totals


def parent_key(parent: AnyRow) -> tuple[UUID, UUID]:
    """Return the organization and key by which lists below a record are found."""
    row: Any = parent
    return row["organization_id"], row["key"]


class Spots:
    """Says which lists of a level are of one group; lists of the same group that follow each other share a spot."""

    def __init__(self) -> None:
        """Begin where no list was seen."""
        self._spot = Spot()
        self._at: Any = None

    def nodes_of(self, part: Slice[AnyRow], organization_id: UUID) -> Sequence[Any] | Together:
        """Return the rows of a list as they are let in."""
        if part.group is None:
            return part.rows
        at = (str(part.rows[0]["typename"]), organization_id, part.group)
        if have_their_own_place(at[0]):
            return part.rows
        if at != self._at:
            self._spot, self._at = Spot(), at
        return Together(part.rows, self._spot)


@dataclass(frozen=True, slots=True)
class Relation:
    """A list of one kind of object below another, as a batch resolver."""

    query: PageQuery[AnyRow]
    visible: Action
    order: str
    descending: bool
    inputs: ListInputs | None

    async def connections(
        self,
        parents: Sequence[AnyRow],
        info: Info,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: Mapping[str, object] | None = None,  # noqa: A002  # the contract's word
        order_by: Mapping[str, object] | None = None,
        columns: frozenset[str] | None = None,
    ) -> list[Connection | AdarveError]:
        """Return a connection for each parent, or the error that its caller gets, in one statement.

        Its rows have all columns, or those that are named.
        """
        caller = info.context
        page = page_from(first, after, last, before)
        wanted = dict(filter or {})
        order, descending = self.order_from(order_by)
        asks = bool(order_by or wanted)
        refused = {
            number: error
            for number, parent in enumerate(parents if asks else ())
            if (error := self._refusal(info, parent, wanted, order if order_by else None)) is not None
        }
        allowed = [parent_key(one) for number, one in enumerate(parents) if number not in refused]
        ask = Ask(police().scope(caller.subject, self.visible), order, descending, wanted)
        slices = iter(await self.query.pages(caller.reader, allowed, page, ask, columns) if allowed else [])
        results: list[Connection | AdarveError] = []
        spots = Spots()
        for number, parent in enumerate(parents):
            if number in refused:
                results.append(refused[number])
                continue
            part, key, given = next(slices), parent_key(parent), page.cursor is not None
            nodes = spots.nodes_of(part, key[0])
            results.append(Connection(self.query, ask, key, part.rows, part.more, page.backwards, given, nodes))
        return results

    def order_from(self, order_by: Mapping[str, Any] | None) -> tuple[str, bool]:
        """Return by what a list is ordered, and whether it falls."""
        return (str(order_by["field"]), order_by["direction"].value) if order_by else (self.order, self.descending)

    def read_by(self, wanted: Mapping[str, object], order: str | None) -> list[str]:
        """Return the fields that filters and an order read."""
        if self.inputs is None:
            return []
        read = [self.inputs.filters[name] for name, value in wanted.items() if value is not None]
        return read if order is None else [*read, self.inputs.orders[order]]

    def _refusal(
        self, info: Info, parent: AnyRow, wanted: Mapping[str, object], order: str | None
    ) -> AdarveError | None:
        """Return why the caller may not filter or order by what is asked, or None."""
        if self.inputs is None:
            return None
        for name in self.read_by(wanted, order):
            action = self.inputs.actions[name]
            if action is self.visible:
                continue
            try:
                what = f"`{info.field_name}` by `{name}`"
                police().require(info.context.subject, action, place_of(parent), what)
            except AdarveError as error:
                return error
        return None
