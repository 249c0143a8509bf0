"""What is in a row. A row stays what asyncpg read, no copy; a TypedDict beside its statement says which columns it has.

    class FindingRow(TypedDict): ...
    BY_KEY = Statement(select(*COLUMNS).where(…), FindingRow)

So `row["serverity"]` is an error of types. A test holds each TypedDict against the columns of its statement.
"""

from collections.abc import Mapping
from typing import TypeAlias, TypedDict, TypeVar

AnyRow: TypeAlias = Mapping[str, object]
"""A row of whatever statement."""
Row = TypeVar("Row", bound=AnyRow)
Row_co = TypeVar("Row_co", bound=AnyRow, covariant=True)
JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
"""What a `jsonb` column holds."""


class UnreadRow(TypedDict):
    """A row of which nothing is read: that there is one says enough."""


class CountRow(TypedDict):
    """How many there are."""

    count: int
