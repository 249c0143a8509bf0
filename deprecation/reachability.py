"""Which types clients can reach, and through what: a type goes duly only if all that leads to it has gone duly.

A type is reached from the root types by the types of fields, of arguments and of input fields, from a union to its
members, and from an interface to what implements it. The interfaces of an object can be named in a fragment, and their
fields asked for; but what else implements them is not reached by that.
"""

from collections import defaultdict
from collections.abc import Iterator

from deprecation.coordinates import members, of_argument
from deprecation.schema import Schema, Type

_FEDERATED = "@key"


class Routes:
    """The ways through a schema, with some members taken as doors that may turn out to be shut."""

    def __init__(self, schema: Schema, doors: frozenset[str]) -> None:
        self._schema = schema
        self._doors = doors
        self._implementers: dict[str, list[str]] = defaultdict(list)
        for one in schema.types():
            for interface in one.interfaces:
                self._implementers[interface].append(one.name)
        starts = self._starts()
        self._open = self._beyond(starts)
        self._behind = {door: self._beyond(self._targets(door)) for door in doors}

    def to(self, name: str) -> frozenset[str] | None:
        """Return the doors that lead to a type, None if it is reached without any; empty if nothing leads to it."""
        if name in self._open:
            return None
        return frozenset(door for door, behind in self._behind.items() if name in behind)

    def _starts(self) -> list[str]:
        """Return the types that clients begin with. Where there are no root types, that is every type."""
        roots = list(self._schema.roots.values())
        directives = [one.name for one in self._schema.types() if one.kind == "directive"]
        entities = [one.name for one in self._schema.types() if _is_entity(one)]
        if not roots:
            return [one.name for one in self._schema.types()]
        return roots + directives + entities

    def _beyond(self, starts: list[str]) -> set[str]:
        """Return what is reached from types; `as interface` only to be named, without what implements it."""
        seen: set[str] = set()
        named: set[str] = set()
        waiting = [(name, False) for name in starts]
        while waiting:
            name, as_interface = waiting.pop()
            known = named if as_interface else seen
            if name not in known:
                known.add(name)
                waiting += self._next(name, as_interface=as_interface)
        return seen | named

    def _next(self, name: str, *, as_interface: bool) -> Iterator[tuple[str, bool]]:
        found = self._schema.get(name)
        if found is None:
            return
        yield from ((interface, True) for interface in found.interfaces)
        if not as_interface:
            yield from ((other, False) for other in (*found.union_members, *self._implementers.get(name, ())))
        for coordinate, member in members(found):
            if member.type and coordinate not in self._doors and not self._behind_a_door(coordinate):
                yield member.named_type, False

    def _behind_a_door(self, coordinate: str) -> bool:
        field = coordinate.partition("(")[0]
        return field != coordinate and field in self._doors

    def _targets(self, door: str) -> list[str]:
        """Return the types that a member leads to: its own, and those of its arguments that are no doors themselves."""
        member = self._schema.member(door)
        if member is None:
            return []
        arguments = [one for name, one in member.arguments.items() if of_argument(door, name) not in self._doors]
        return [one.named_type for one in (member, *arguments)]


def _is_entity(one: Type) -> bool:
    """Whether it is an entity of a federated graph, which the gateway reaches by its key."""
    return any(_FEDERATED in definition.directives_text for definition in one.definitions)
