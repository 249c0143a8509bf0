"""Resolvers that say how they read, so that a plan reads for itself instead of calling them.

A Column and a Computed promise that they only read what they are given, raise what reading raises, and return no
awaitable: a plan may read again what it has read before.
"""

from collections.abc import Callable
from inspect import isawaitable
from typing import Any


class Column:
    """A field that is an item of its parent: `parent["name"]`."""

    def __init__(self, name: str) -> None:
        """Take the key under which the parent has the value."""
        self.name = name

    def __call__(self, parent: Any, _info: Any) -> Any:
        """Return the item, as graphql-core's executor asks for it."""
        return parent[self.name]


class Computed:
    """A field that a function makes of its parent alone."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        """Take the function of the parent."""
        self.function = function

    def __call__(self, parent: Any, _info: Any) -> Any:
        """Return what the function makes, as graphql-core's executor asks for it."""
        return self.function(parent)


class Checked:
    """A resolver whose values pass a check before they enter a result.

    The check is given the context of the run and the value; it returns what may enter, or raises.
    """

    def __init__(self, resolver: Callable[..., Any], check: Callable[[Any, Any], Any]) -> None:
        """Take the resolver, of whatever kind, and the check."""
        self.resolver = resolver
        self.check = check

    def __call__(self, parent: Any, info: Any, **arguments: Any) -> Any:
        """Return the checked value, as graphql-core's executor asks for it."""
        value = self.resolver(parent, info, **arguments)
        if isawaitable(value):
            return self._later(info.context, value)
        return self.check(info.context, value)

    async def _later(self, context: Any, value: Any) -> Any:
        return self.check(context, await value)
