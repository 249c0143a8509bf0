"""What the modules of the engine know of each other, below all of them: small protocols, and the words they share.

Whoever reports an error, waits for a value or resolves a level is handed what it needs, not the whole run or plan.
"""

from asyncio import Future
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeGuard

from graphql import GraphQLError

Step: TypeAlias = "tuple[ResultPath, str | int, str | None]"
"""A place below the root: the place above, a key or an index, the name of the type above; see `engine.place`."""
ResultPath: TypeAlias = "Step | None"
"""Where a run is in its result; None is the root."""
Function: TypeAlias = Callable[..., Any]
"""A function of a plan, made from text."""


IsAwaitable: TypeAlias = Callable[[object], TypeGuard[Awaitable[Any]]]
"""Says of a value whether it is to be awaited."""


class Form(StrEnum):
    """How a function visits objects."""

    OBJECT = "object"
    """All leaves that can be read twice are read first and checked together; where one is not as expected, the object
    is executed field by field instead."""
    FIELD_BY_FIELD = "field_by_field"
    """Reads one field after the other, and says what is wrong in its place."""
    EACH = "each"
    """Visits a list of objects of which such leaves alone are selected."""


class Variant(NamedTuple):
    """Which function of a selection is meant."""

    form: Form
    reading: str = "attributes"
    """How graphql-core's default resolver reads the objects: their `attributes` or their `items`."""
    rights: int | None = None
    """What the objects give of the rights that fields need; None where no field needs any, or it is not known yet."""


class ReportsErrors(Protocol):
    """What errors are reported to."""

    errors: list[Any]
    nulled: set[Any]
    """The places that are null because of an error."""
    context: Any

    def collect(self, error: GraphQLError, place: ResultPath, *, leaf: bool = False) -> None:
        """Keep an error that has made a place null, unless what is above it is null already."""
        ...

    def is_nulled(self, place: ResultPath) -> bool:
        """Whether a place, or one above it, is null because of an error."""
        ...


class WaitsInBackground(Protocol):
    """What keeps the work that nobody waits for any longer."""

    background: set[Future[Any]]

    @property
    def is_awaitable(self) -> IsAwaitable:
        """Says of a value whether it is to be awaited."""
        ...


class LeavesParents(Protocol):
    """What the parents of batch resolvers are left to, until all of a level are there."""

    def leave(self, field: Any, parent: object, result: dict[str, Any], place: ResultPath) -> None:
        """Leave a parent behind; raise GraphQLError where the field's arguments are wrong."""
        ...
