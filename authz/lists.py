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
from authz.subject import place_of
from database.page import Ask, PageQuery
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

    query: PageQuery
    ask: Ask
    parent: tuple[UUID, UUID]
    rows: Sequence[Any]
    more: bool
    backwards: bool
    cursor_given: bool


def cursor_of(connection: Connection, row: Any) -> str:
    """Return the cursor of a row in its list."""
    return encode_cursor(connection.query.cursor_values(row, connection.ask.order))


def parent_key(parent: Any) -> tuple[UUID, UUID]:
    """Return the organization and key by which lists below a record are found."""
    return parent["organization_id"], parent["key"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A list of one kind of object below another, as a batch resolver."""

    query: PageQuery
    visible: Action
    order: str
    descending: bool
    inputs: ListInputs | None

    async def connections(
        self,
        parents: Sequence[Any],
        info: Info,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002  # the contract's word
        order_by: Mapping[str, Any] | None = None,
    ) -> list[Connection | AdarveError]:
        """Return a connection for each parent, or the error that its caller gets, in one statement."""
        caller = info.context
        page = page_from(first, after, last, before)
        wanted = dict(filter or {})
        order = str(order_by["field"]) if order_by else self.order
        descending = order_by["direction"].value if order_by else self.descending
        asks = bool(order_by or wanted)
        refused = {
            number: error
            for number, parent in enumerate(parents if asks else ())
            if (error := self._refusal(info, parent, wanted, order if order_by else None)) is not None
        }
        allowed = [parent_key(one) for number, one in enumerate(parents) if number not in refused]
        ask = Ask(police().scope(caller.subject, self.visible), order, descending, wanted)
        slices = iter(await self.query.pages(caller.reader, allowed, page, ask) if allowed else [])
        results: list[Connection | AdarveError] = []
        for number, parent in enumerate(parents):
            if number in refused:
                results.append(refused[number])
                continue
            part = next(slices)
            cursor_given = page.cursor is not None
            results.append(
                Connection(self.query, ask, parent_key(parent), part.rows, part.more, page.backwards, cursor_given)
            )
        return results

    def _refusal(self, info: Info, parent: Any, wanted: Mapping[str, Any], order: str | None) -> AdarveError | None:
        """Return why the caller may not filter or order by what is asked, or None."""
        if self.inputs is None:
            return None
        read = [self.inputs.filters[name] for name, value in wanted.items() if value is not None]
        if order is not None:
            read.append(self.inputs.orders[order])
        for name in read:
            action = self.inputs.actions[name]
            if action is self.visible:
                continue
            try:
                what = f"`{info.field_name}` by `{name}`"
                police().require(info.context.subject, action, place_of(parent), what)
            except AdarveError as error:
                return error
        return None
