"""Resolvers that say how they read, so that a plan reads for itself instead of calling them.

They promise that they only read what they are given and raise what reading raises, and that nothing in what they return
has to be awaited: a plan may read again what it has read before.
"""

from collections.abc import Callable
from inspect import isawaitable
from typing import Any, TypeAlias


class Column:
    """A field that is an item of its parent: `parent["name"]`."""

    def __init__(self, name: str) -> None:
        """Take the key under which the parent has the value."""
        self.name = name

    def __call__(self, parent: Any, _info: Any) -> Any:
        """Return the item, as graphql-core's executor asks for it."""
        return parent[self.name]


class Computed:
    """A field that a function makes of its parent alone, whatever the arguments are."""

    def __init__(self, function: Callable[[object], object]) -> None:
        """Take the function of the parent."""
        self.function = function

    def __call__(self, parent: object, _info: object, **_arguments: object) -> Any:
        """Return what the function makes, as graphql-core's executor asks for it."""
        return self.function(parent)


class Masked:
    """A Column or a Computed that needs a right: a bit of the mask of rights that a parent gives to whoever asks.

    A plan asks for the mask once for each parent, however many fields need a right, and not at all for parents of which
    a Checked has said it. The masked fields of one type share one function of rights.
    """

    def __init__(
        self,
        resolver: Column | Computed,
        bit: int,
        rights: Callable[[Any, Any], int],
        refusal: Callable[[Any, Any, str], Exception],
    ) -> None:
        """Take how the field is read, and the bit that it needs.

        `rights` is given the context of the run and the parent; `refusal` these and the field's coordinate, and
        returns the error of a field whose bit is missing: the same one for all objects of a list whose rights a
        Checked has said.
        """
        self.resolver = resolver
        self.bit = bit
        self.rights = rights
        self.refusal = refusal

    def __call__(self, parent: Any, info: Any) -> Any:
        """Return the value, or raise the refusal, as graphql-core's executor asks for it."""
        if self.rights(info.context, parent) & self.bit:
            return self.resolver(parent, info)
        raise self.refusal(info.context, parent, f"{info.parent_type.name}.{info.field_name}")


Check: TypeAlias = Callable[[Any, Any], tuple[Any, int | None]]


class Checked:
    """A resolver whose values pass a check before they enter a result.

    The check is given the context of the run and the value. It raises, or returns what may enter, and the rights of
    Masked fields that this gives: an object, or all objects of a list, which are then refused alike, too. These are
    None where each object is to be asked for its own.
    """

    def __init__(self, resolver: Callable[..., object], check: Check) -> None:
        """Take the resolver, of whatever kind, and the check."""
        self.resolver = resolver
        self.check = check

    def __call__(self, parent: Any, info: Any, **arguments: Any) -> Any:
        """Return the checked value, as graphql-core's executor asks for it."""
        value = self.resolver(parent, info, **arguments)
        if isawaitable(value):
            return self._later(info.context, value)
        return self.check(info.context, value)[0]

    async def _later(self, context: Any, value: Any) -> Any:
        return self.check(context, await value)[0]
