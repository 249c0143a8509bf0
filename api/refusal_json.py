"""The JSON of errors that differ in their place alone: of what is refused in thousands of objects, say."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import orjson
from graphql import GraphQLError

from engine.errors import FieldError, RefusedInEach

_NUMBERS = [str(number) for number in range(101)]
"""As many as most lists have objects."""


class RefusalWriter:
    """Writes errors as JSON."""

    def __init__(self, form: Callable[[GraphQLError], dict[str, object]]) -> None:
        """Take what gives an error its form."""
        self._form = form
        self._known: dict[tuple[int, int], tuple[str, str]] = {}
        """The JSON before and after the keys of the places above, by field and error."""
        self._prefixes: dict[int, str] = {}
        """The keys of places under which others are, by the place's identity: errors hold it for as long."""

    def json(self, error: RefusedInEach | FieldError) -> str:
        """Return an error as JSON; of what is refused in each object of a list all, with commas between them."""
        if isinstance(error, FieldError):
            field, here, original = error
            above = here[0] if here is not None else None
            before, after = self._known.get((id(field), id(original))) or self._around(error)
            return f"{before}{self._keys(above)}{after}"
        fields, errors, place, objects = error
        keys = self._keys(place)
        numbers = _NUMBERS[:objects] if objects <= len(_NUMBERS) else map(str, range(objects))
        if len(fields) == 1:
            before, after = self._known.get((id(fields[0]), id(errors[0]))) or self._around(next(error.each()))
            between = f",{after},{before}{keys}"
            return f"{before}{keys}{between.join(numbers)},{after}"
        around = [self._around(one) for one in islice(error.each(), len(fields))]
        return ",".join([f"{before}{keys}{number},{after}" for number in numbers for before, after in around])

    def _keys(self, place: Any) -> str:
        """Return the keys of a place, each with a comma."""
        if place is None:
            return ""
        above, key, _ = place
        if type(key) is int:
            return f"{self._prefix(above)}{key},"
        if above is not None and type(above[1]) is int:
            return f'{self._prefix(above[0])}{above[1]},"{key}",'
        return self._prefix(place)

    def _prefix(self, place: Any) -> str:
        """Return the same, and keep it: others are under the same place."""
        if place is None:
            return ""
        known = self._prefixes.get(id(place))
        if known is None:
            known = self._prefixes[id(place)] = f"{self._prefix(place[0])}{_spelled(place[1])},"
        return known

    def _around(self, error: FieldError) -> tuple[str, str]:
        name = (id(error.field), id(error.error))
        known = self._known.get(name)
        if known is None:
            formed = self._form(error.located())
            names = list(formed)
            at = names.index("path")
            head = _spelled({one: formed[one] for one in names[:at]})[:-1]
            rest = _spelled({one: formed[one] for one in names[at + 1 :]})[1:]
            tail = "]" + ("," if len(rest) > 1 else "") + rest
            known = self._known[name] = (f'{head},"path":[', _spelled(error.field.key) + tail)
        return known


def _spelled(value: object) -> str:
    return orjson.dumps(value).decode()
