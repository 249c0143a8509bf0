"""Payloads of subscriptions: those of one event are computed and serialized once for all who get the same.

The same is what the same document and variables select, for whoever has the same rights to the event's object, as long
as nothing but its columns is selected: what resolvers make of it may depend on who asks.
"""

from collections import OrderedDict
from hashlib import sha256
from typing import Any

import orjson

from api.documents import Operation
from api.response_json import to_json
from authz.caller import Caller
from bindings.rights import rights_at

MOST_KEPT, MOST_KEPT_BYTES = 200, 8 * 1024 * 1024
"""How many are kept, and how much of JSON; an event's are of use for as long as it takes to hand it to all."""
Result = dict[str, Any]
Name = tuple[int, bytes, int, int]


class Payloads:
    """The payloads that were computed last."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: OrderedDict[Name, tuple[Any, Result, int]] = OrderedDict()
        self._bytes = 0

    def name(self, operation: Operation, caller: Caller, event: Any) -> Name | None:
        """Return the key under which a payload is shared; None if it cannot be shared."""
        if caller.subject is None:
            return None
        declared = [one.variable.name.value for one in operation.executable.operation.variable_definitions or ()]
        # A variable that is left out has its default; one that is null has not.
        used = {name: operation.variables[name] for name in declared if name in operation.variables}
        try:
            variables = sha256(orjson.dumps(used, option=orjson.OPT_SORT_KEYS)).digest()
        except TypeError:  # a file, say
            return None
        return operation.executable.number, variables, rights_at(caller, event), id(event)

    def find(self, name: Name | None) -> Result | None:
        """Return a payload that was computed for another subscriber, or None."""
        known = self._kept.get(name) if name is not None else None
        return known[1] if known else None

    def keep(self, name: Name, event: object, result: Result) -> Result:
        """Keep a payload, and the event by whose identity it is named; return it serialized."""
        data = to_json(result["data"])
        serialized = {**result, "data": orjson.Fragment(data)}
        if len(data) <= MOST_KEPT_BYTES:
            self._kept[name] = event, serialized, len(data)
            self._bytes += len(data)
        while len(self._kept) > MOST_KEPT or self._bytes > MOST_KEPT_BYTES:
            _, (_, _, size) = self._kept.popitem(last=False)
            self._bytes -= size
        return serialized
