"""Pages of a list, for many parents in one statement.

For each parent a lateral subquery takes its part of the list, so that a level of a nested query costs one statement
however many parents it has. The statements of one list differ only in order, direction and which filters are used;
each shape is built once and kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Generic, TypedDict, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnClause,
    ColumnElement,
    FromClause,
    Integer,
    Label,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    or_,
    select,
    true,
    tuple_,
)

from database.metadata import Expression
from database.pool import Reader
from database.row import AnyRow, Row_co
from database.statement import Statement
from domain.page import CursorValue, Page, decode_cursor

Filter = Callable[[str], ColumnElement[bool]]
"""Makes the condition of one filter from the name of its parameter."""

UUIDS = ARRAY(Uuid())
MOST_STATEMENTS = 64
"""How many statements of one list are kept; they differ in what is asked, and in the columns that are read."""


class TotalRow(TypedDict):
    """How many items the list of one parent has."""

    total: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What a caller may see of some kind of object: everything, or these organizations and these groups."""

    everything: bool
    organizations: frozenset[UUID]
    groups: frozenset[UUID]

    @property
    def empty(self) -> bool:
        """Whether nothing at all may be seen."""
        return not (self.everything or self.organizations or self.groups)


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes two pages of one list the same statement."""

    order: str
    descending: bool
    backwards: bool
    filters: tuple[str, ...]
    cursor: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a list, beside the page: its order, filters and what the caller may see."""

    scope: Scope
    order: str
    descending: bool
    filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row_co]):
    """One parent's part of a list, in the list's order."""

    rows: Sequence[Row_co]
    more: bool
    group: UUID | None = None
    """The group in which all rows are, in the parent's organization; None where that is not so, or not known."""


def scope_condition(organization: Expression, group: Expression | None, prefix: str = "") -> ColumnElement[bool]:
    """Return the condition that keeps a list within a Scope; its parameters are those of `scope_values`."""
    conditions = [
        bindparam(f"{prefix}scope_everything", type_=Boolean),
        organization == any_(bindparam(f"{prefix}scope_organizations", type_=UUIDS)),
    ]
    if group is not None:
        conditions.append(group == any_(bindparam(f"{prefix}scope_groups", type_=UUIDS)))
    return or_(*conditions)


class PageQuery(Generic[Row_co]):
    """A list of one kind of object below a kind of parent.

    `orders` are the NOT NULL columns that it can be ordered by, each with the Python type of its values; the `key`
    column decides between equals. `parent` is None where the parents are the organizations themselves.
    """

    def __init__(  # a declaration: each argument is one of the list's facts
        self,
        source: FromClause,
        *,
        row: type[Row_co],
        columns: Sequence[Expression],
        organization: Expression,
        group: Expression | None,
        parent: Expression | None,
        key: Expression,
        orders: Mapping[str, tuple[Expression, type]],
        filters: Mapping[str, Filter] | None = None,
        where: ColumnElement[bool] | None = None,
        negated: frozenset[str] = frozenset(),
        across_organizations: bool = False,
    ) -> None:
        """Declare the list; `across_organizations` where a parent (a user) belongs to none.

        `negated` names the orders whose column holds the opposite of what is ordered by: it rises where that falls.
        """
        self._source = source
        self.row = row
        self.columns = columns
        self._organization = organization
        self._group = group
        self._parent = parent
        self._key = key
        self.orders = orders
        self.filters = filters or {}
        self._where = where
        self._negated = negated
        self.across_organizations = across_organizations
        self._shows_group = not across_organizations and _are_of_one_type(columns)
        self._page_statement = lru_cache(MOST_STATEMENTS)(self._build_page)
        self._count_statement = cache(self._build_count)

    def cursor_values(self, row: AnyRow, order: str) -> tuple[CursorValue, ...]:
        """Return the values of a row's cursor in this order."""
        return cast(CursorValue, row[f"order_{order}"]), cast(UUID, row["key"])

    async def pages(
        self,
        reader: Reader,
        parents: Sequence[tuple[UUID, UUID]],
        page: Page,
        ask: Ask,
        columns: frozenset[str] | None = None,
    ) -> list[Slice[Row_co]]:
        """Return one slice for each parent (its organization and key), in one statement; rows have these columns."""
        if ask.scope.empty:
            return [Slice([], more=False) for _ in parents]
        values = {**parents_values(parents), **self.values(page, ask), "size": page.size + 1}
        rows: list[list[Row_co]] = [[] for _ in parents]
        for row in await reader.fetch(self._page_statement(shape_of(page, ask), columns), **values):
            rows[cast(int, row["ordinal"]) - 1].append(row)
        shows_group = self._shows_group and (columns is None or "group_id" in columns)
        return [self._cut(one, page, shows_group=shows_group) for one in rows]

    async def counts(self, reader: Reader, parents: Sequence[tuple[UUID, UUID]], ask: Ask) -> list[int]:
        """Return how many items each parent's list has, in one statement."""
        if ask.scope.empty:
            return [0 for _ in parents]
        values = {**parents_values(parents), **self.ask_values(ask)}
        rows = await reader.fetch(self._count_statement(names_of(ask)), **values)
        return [row["total"] for row in rows]

    @staticmethod
    def _cut(found: list[Row_co], page: Page, *, shows_group: bool) -> Slice[Row_co]:
        rows = found[: page.size]
        groups = [cast("UUID | None", row["group_id"]) for row in rows] if shows_group else []
        together = bool(groups) and groups.count(groups[0]) == len(groups)
        return Slice(
            rows[::-1] if page.backwards else rows,
            more=len(found) > page.size,
            group=groups[0] if together else None,
        )

    def values(self, page: Page, ask: Ask, prefix: str = "") -> dict[str, Any]:
        """Return the parameters of a page, but for its parents and its size; raise BadUserInput on a wrong cursor."""
        values = self.ask_values(ask, prefix)
        if page.cursor is not None:
            kinds = (self.orders[ask.order][1], UUID)
            argument = "before" if page.backwards else "after"
            values[f"{prefix}cursor_order"], values[f"{prefix}cursor_key"] = decode_cursor(page.cursor, kinds, argument)
        return values

    def ask_values(self, ask: Ask, prefix: str = "") -> dict[str, Any]:
        """Return the parameters of what is asked of a list."""
        values: dict[str, Any] = {f"{prefix}filter_{name}": ask.filters[name] for name in names_of(ask)}
        return values | scope_values(ask.scope, with_groups=self._group is not None, prefix=prefix)

    def falls(self, shape: Shape) -> bool:
        """Whether the rows of a page are read from the largest to the smallest."""
        return shape.descending ^ shape.backwards ^ (shape.order in self._negated)

    def conditions(
        self, organization: object, parent: object, names: tuple[str, ...], prefix: str = ""
    ) -> list[ColumnElement[bool]]:
        """Return the conditions of one parent's list."""
        conditions = [scope_condition(self._organization, self._group, prefix)]
        if not self.across_organizations:
            conditions.insert(0, self._organization == organization)
        if self._parent is not None:
            conditions.append(self._parent == parent)
        if self._where is not None:
            conditions.append(self._where)
        conditions.extend(self.filters[name](f"{prefix}filter_{name}") for name in names)
        return conditions

    def items(
        self,
        columns: Sequence[Expression],
        organization: object,
        parent: object,
        shape: Shape,
        *,
        prefix: str = "",
        name: str = "items",
    ) -> Any:
        """Return the rows of one parent's page as a lateral subquery; `columns` are of this list's source."""
        order_column, _ = self.orders[shape.order]
        conditions = self.conditions(organization, parent, shape.filters, prefix)
        falling = self.falls(shape)
        if shape.cursor:
            here = tuple_(order_column, self._key)
            there = tuple_(
                bindparam(f"{prefix}cursor_order", type_=order_column.type),
                bindparam(f"{prefix}cursor_key", type_=Uuid()),
            )
            conditions.append(here < there if falling else here > there)
        return (
            select(*columns, order_column.label(f"order_{shape.order}"))
            .select_from(self._source)
            .where(*conditions)
            .order_by(*(one.desc() if falling else one.asc() for one in (order_column, self._key)))
            .limit(bindparam(f"{prefix}size", type_=Integer))
            .correlate_except(self._source)
            .lateral(name)
        )

    def counted(self, organization: object, parent: object, names: tuple[str, ...], prefix: str = "") -> Any:
        """Return the statement that counts one parent's list."""
        return (
            select(func.count().label("total"))
            .select_from(self._source)
            .where(*self.conditions(organization, parent, names, prefix))
            .correlate_except(self._source)
        )

    def _build_page(self, shape: Shape, columns: frozenset[str] | None) -> Statement[Row_co]:
        parents = parents_table()
        shown = [one for one in self.columns if columns is None or one.name in columns]
        items = self.items(shown, parents.c.organization_id, parents.c.parent_id, shape)
        falling = self.falls(shape)
        by = (items.c[f"order_{shape.order}"], items.c.key)
        rows = (
            select(parents.c.ordinal, *items.c)
            .select_from(parents.join(items, true()))
            .order_by(parents.c.ordinal, *(one.desc() if falling else one.asc() for one in by))
        )
        return Statement(rows, self.row)

    def _build_count(self, names: tuple[str, ...]) -> Statement[TotalRow]:
        parents = parents_table()
        total = self.counted(parents.c.organization_id, parents.c.parent_id, names).lateral("counted")
        rows = select(total.c.total).select_from(parents.join(total, true())).order_by(parents.c.ordinal)
        return Statement(rows, TotalRow)


def _are_of_one_type(columns: Sequence[Expression]) -> bool:
    """Return whether rows of these columns have a group, and all the same type: their `typename` is a constant."""
    kinds = {one.name: one.element for one in columns if isinstance(one, Label)}
    return any(one.name == "group_id" for one in columns) and isinstance(kinds.get("typename"), ColumnClause)


def parents_table() -> Any:
    """Return the parents of a level as a table: organization, key, and their number from 1."""
    return (
        func.unnest(bindparam("organizations", type_=UUIDS), bindparam("parents", type_=UUIDS))
        .table_valued(
            column("organization_id", Uuid), column("parent_id", Uuid), with_ordinality="ordinal", name="parents"
        )
        .render_derived()
    )


def parents_values(parents: Sequence[tuple[UUID, UUID]]) -> dict[str, Any]:
    """Return the parameters of `parents_table`."""
    return {"organizations": [one for one, _ in parents], "parents": [one for _, one in parents]}


def names_of(ask: Ask) -> tuple[str, ...]:
    """Return the names of the filters that are used."""
    return tuple(sorted(name for name, value in ask.filters.items() if value is not None))


def shape_of(page: Page, ask: Ask) -> Shape:
    """Return the shape of a page."""
    return Shape(ask.order, ask.descending, page.backwards, names_of(ask), page.cursor is not None)


def scope_values(scope: Scope, *, with_groups: bool, prefix: str = "") -> dict[str, Any]:
    """Return the parameters of `scope_condition`."""
    values: dict[str, Any] = {
        f"{prefix}scope_everything": scope.everything,
        f"{prefix}scope_organizations": list(scope.organizations),
    }
    if with_groups:
        values[f"{prefix}scope_groups"] = list(scope.groups)
    return values


def text_equals(source: Expression) -> Filter:
    """Return a filter that keeps rows whose text is the given one."""
    return lambda name: source == bindparam(name, type_=source.type)


def at_least(source: Expression) -> Filter:
    """Return a filter that keeps rows whose number is the given one or more."""
    return lambda name: source >= bindparam(name, type_=source.type)
