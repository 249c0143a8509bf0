"""Pages of a list: the arguments, and the cursors. Source: Relay's "GraphQL Cursor Connections Specification".

A cursor holds the values that the list is ordered by, so the next page is found by comparing (keyset pagination) and
stays right while rows come and go.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson

from domain.errors import BadUserInput

DEFAULT_SIZE = 20
LARGEST_SIZE = 100

CursorValue = str | int | bool | datetime | UUID


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: `size` items after (or, backwards, before) a cursor."""

    size: int
    backwards: bool
    cursor: str | None


def page_from(
    first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
) -> Page:
    """Return the page that the arguments of a connection ask for; raise BadUserInput if they contradict."""
    if first is not None and last is not None:
        raise BadUserInput("`first` and `last` are both given: give one of them.", argument="last")
    if last is None and before is not None:
        raise BadUserInput("`before` goes with `last`: give both, or `first` and `after`.", argument="before")
    if last is not None and after is not None:
        raise BadUserInput("`after` goes with `first`: give both, or `last` and `before`.", argument="after")
    size = first if first is not None else last if last is not None else DEFAULT_SIZE
    if not 1 <= size <= LARGEST_SIZE:
        name = "first" if last is None else "last"
        raise BadUserInput(f"`{name}` is {size}: it must be from 1 to {LARGEST_SIZE}.", argument=name)
    return Page(size, backwards=last is not None, cursor=before if last is not None else after)


def encode_cursor(values: tuple[CursorValue, ...]) -> str:
    """Return the cursor that stands for these values."""
    plain = [v.isoformat() if isinstance(v, datetime) else v.hex if isinstance(v, UUID) else v for v in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).decode().rstrip("=")


def decode_cursor(cursor: str, kinds: tuple[type, ...], argument: str) -> tuple[CursorValue, ...]:
    """Return the values of a cursor, each of the kind the list is ordered by.

    Raises BadUserInput if the cursor was not made by a list in this order.
    """
    try:
        if len(cursor) > 4000:
            raise ValueError(cursor)
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        plain = orjson.loads(raw)
        if not isinstance(plain, list) or len(plain) != len(kinds):
            raise ValueError(plain)
        return tuple(_restore(value, kind) for value, kind in zip(plain, kinds, strict=True))
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise BadUserInput(
            f"`{argument}` is not a cursor of this list: give an `endCursor`, a `startCursor` or an edge's "
            "`cursor` of the same list in the same order.",
            argument=argument,
        ) from None


def _restore(value: object, kind: type) -> CursorValue:
    if kind is datetime and isinstance(value, str):
        restored = datetime.fromisoformat(value)
        if restored.tzinfo is None:
            raise ValueError(value)
        return restored.astimezone(UTC)
    if kind is UUID and isinstance(value, str):
        return UUID(hex=value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**15:
        return value
    if kind is str and isinstance(value, str) and "\0" not in value:
        return value
    raise TypeError(value)
