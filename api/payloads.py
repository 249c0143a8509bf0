"""Payloads of subscriptions: those of one event are computed and serialized once for all who get the same.

The same is what the same document and variables select, for whoever has the same rights to the event's object, as long
as nothing but its columns is selected: what resolvers make of it may depend on who asks.
"""

from collections import OrderedDict
from typing import Any

import orjson

from api.documents import Operation
from api.response_json import to_json
from authz.caller import Caller
from authz.rights import rights_at

MOST_KEPT = 200
"""How many are kept; an event's are of use for as long as it takes to hand it to all."""
Result = dict[str, Any]
Name = tuple[int, bytes, int, int]


class Payloads:
    """The payloads that were computed last."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: OrderedDict[Name, tuple[Operation, Any, Result]] = OrderedDict()

    def name(self, operation: Operation, caller: Caller, event: Any) -> Name | None:
        """Return what tells a payload from others; None where nobody is signed in."""
        if caller.subject is None:
            return None
        variables = orjson.dumps(operation.variables, option=orjson.OPT_SORT_KEYS)
        return id(operation.executable), variables, rights_at(caller, event), id(event)

    def find(self, name: Name | None) -> Result | None:
        """Return a payload that was computed for somebody else, or None."""
        known = self._kept.get(name) if name is not None else None
        return known[2] if known else None

    def keep(self, name: Name, operation: Operation, event: Any, result: Result) -> Result:
        """Keep a payload, and what its name is made of; return it serialized."""
        serialized = {**result, "data": orjson.Fragment(to_json(result["data"]))}
        self._kept[name] = operation, event, serialized
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return serialized
