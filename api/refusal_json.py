"""The JSON of what is refused in each object of a list: thousands of errors that differ in an index."""

from collections.abc import Callable
from typing import Any

import orjson
from graphql import GraphQLError

from engine.errors import RefusedInEach
from engine.place import keys_of

_NUMBERS = [b"%d" % number for number in range(101)]
"""As many as most lists have objects."""
Around = tuple[bytes, bytes]
"""What stands before and after the index of an object in the JSON of an error."""


class RefusalWriter:
    """Writes errors as JSON, one after the other with commas between them."""

    def __init__(self, form: Callable[[GraphQLError], dict[str, Any]]) -> None:
        """Take what gives an error its form."""
        self._form = form
        self._known: dict[tuple[int, ...], list[Around]] = {}
        self._above: Any = None
        self._above_keys = b""

    def json(self, refused: RefusedInEach) -> bytes:
        """Return the errors of a list: of each object those of its fields."""
        fields, errors, place, objects = refused
        above = self._keys(place)
        known = self._known.get((id(fields), *map(id, errors)))
        if known is None:
            known = [self._around(refused, number) for number in range(len(fields))]
            self._known[(id(fields), *map(id, errors))] = known
        numbers = _NUMBERS[:objects] if objects <= len(_NUMBERS) else _numbers(objects)
        if len(known) == 1:
            ((before, after),) = known
            before += above
            return before + (after + b"," + before).join(numbers) + after
        return b",".join([before + above + number + after for number in numbers for before, after in known])

    def _keys(self, place: Any) -> bytes:
        """Return the keys of a list's place, each with a comma; cheap where the next is near the one before."""
        item, key, _ = place
        if item is None or item[0] is None:
            return orjson.dumps(keys_of(place))[1:-1] + b","
        above, index, _ = item
        if above is not self._above:
            self._above, self._above_keys = above, orjson.dumps(keys_of(above))[1:-1]
        return b'%b,%b,"%b",' % (self._above_keys, orjson.dumps(index), key.encode())

    def _around(self, refused: RefusedInEach, number: int) -> Around:
        """Return the JSON of a field's error, but for the keys above the field's own."""
        field = refused.fields[number]
        formed = self._form(next(one for one in refused.each() if one.field is field).located())
        names = list(formed)
        at = names.index("path")
        head = orjson.dumps({name: formed[name] for name in names[:at]})[:-1]
        rest = orjson.dumps({name: formed[name] for name in names[at + 1 :]})[1:]
        tail = b"]" + (b"," if len(rest) > 1 else b"") + rest
        return head + b',"path":[', b',"%b"' % field.key.encode() + tail


def _numbers(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(count)]
