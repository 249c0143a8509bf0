"""What differs between two versions of a schema, as facts: no day and no rule is in them.

What is safe and what breaks follows sections 3 and 5.8 of GraphQL's specification: an output may become non-null, an
input nullable; anything else that a client's document or variables may depend on is a change.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from deprecation import coordinates
from deprecation.grammar import NAME
from deprecation.marks import Wording, missing_replacement
from deprecation.members import Member, MemberKind
from deprecation.reachability import Routes
from deprecation.schema import Schema, Type

_PLAIN = re.compile(rf"{NAME}|-?[0-9]+")
"""Values that are the same only if they are written alike, unless they are numbers for a Float."""


class ChangeKind(StrEnum):
    """What has happened to a coordinate."""

    MARKED = "marked"
    REMARKED = "remarked"
    UNMARKED = "unmarked"
    REMOVED = "removed"
    TYPE_REMOVED = "type removed"
    KIND_CHANGED = "kind changed"
    TYPE_CHANGED = "type changed"
    DEFAULT_CHANGED = "default changed"
    REQUIRED_ADDED = "required added"
    REQUIRED_DEPRECATED = "required deprecated"
    INTERFACE_REMOVED = "interface removed"
    UNION_MEMBER_REMOVED = "union member removed"
    ROOT_CHANGED = "root changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact.

    `before` and `after` are what differs: reasons of marks, types, defaults, or names; None where there is none.
    `cascade` says that what holds it has gone in the same change. `kind_of_member` is empty for types. `routes` are,
    for a type that has gone or the type of a member that has gone, the members that have gone, and were marked, through
    which alone it could be reached; None if it could be reached otherwise. `missing` is what a mark names to be used
    instead, though the schema has no such thing.
    """

    kind: ChangeKind
    coordinate: str
    kind_of_member: str = ""
    before: str | None = None
    after: str | None = None
    cascade: bool = False
    routes: tuple[str, ...] | None = None
    was_marked: bool = False
    missing: str | None = None


def between(old: Schema, new: Schema, wording: Wording) -> list[Change]:
    """Return what differs, in the order of the types' names. The wording says what marks name to be used instead."""
    touched = sorted(name for name in {*old.parts, *new.parts} if old.parts.get(name) != new.parts.get(name))
    changes: list[Change] = []
    for name in touched:
        before, after = old.get(name), new.get(name)
        if before and after:
            changes += _of_type(before, after, new, old)
        elif before:
            changes += _of_removed_type(before)
        elif after:
            changes += _of_new_type(after)
    changes += _of_roots(old, new)
    return _with_routes([_with_missing(one, new, wording) for one in changes], old)


def _of_roots(old: Schema, new: Schema) -> Iterator[Change]:
    """Compare what operations begin with. A root type that is gone is found to be gone by itself."""
    for operation, name in old.roots.items():
        if new.roots.get(operation) != name and name in new:
            yield Change(ChangeKind.ROOT_CHANGED, name, operation, before=name, after=new.roots.get(operation))


def _of_new_type(new: Type) -> Iterator[Change]:
    if new.marked:
        for coordinate, member in coordinates.members(new):
            yield from _of_new_member(coordinate, member)


def _of_removed_type(old: Type) -> Iterator[Change]:
    yield Change(ChangeKind.TYPE_REMOVED, old.name, before=old.kind)
    for coordinate, member in coordinates.members(old):
        yield _removed(coordinate, member, cascade=True)


def _of_type(old: Type, new: Type, schema: Schema, before: Schema) -> Iterator[Change]:
    if old.kind != new.kind:
        yield Change(ChangeKind.KIND_CHANGED, old.name, before=old.kind, after=new.kind)
    for change in _of_members(old.name, old.members, new.members):
        yield replace(change, cascade=True) if old.kind != new.kind and change.kind is ChangeKind.REMOVED else change
    for name in sorted(old.interfaces - new.interfaces):
        yield Change(ChangeKind.INTERFACE_REMOVED, old.name, before=name, cascade=_went(name, before, schema))
    for name in sorted(old.union_members - new.union_members):
        yield Change(ChangeKind.UNION_MEMBER_REMOVED, old.name, before=name, cascade=_went(name, before, schema))


def _went(name: str, before: Schema, schema: Schema) -> bool:
    """Whether a type has gone, or is of another kind."""
    old, new = before.get(name), schema.get(name)
    return old is not None and (new is None or new.kind != old.kind)


def _of_members(
    holder: str,
    old: dict[str, Member],
    new: dict[str, Member],
    coordinate_of: Callable[[str, str], str] = coordinates.of_member,
) -> Iterator[Change]:
    """Compare members of a type, or arguments of a field, that are there before and after."""
    for name in sorted({*old, *new}):
        coordinate = coordinate_of(holder, name)
        before, after = old.get(name), new.get(name)
        if before and after:
            if before is not after:
                yield from _of_member(coordinate, before, after)
        elif before:
            yield _removed(coordinate, before)
            for argument in before.arguments.values():
                yield _removed(coordinates.of_argument(coordinate, argument.name), argument, cascade=True)
        elif after:
            if after.required and after.kind is not MemberKind.FIELD:
                yield Change(ChangeKind.REQUIRED_ADDED, coordinate, after.kind, after=after.type)
            yield from _of_new_member(coordinate, after)
            for argument in after.arguments.values():
                yield from _of_new_member(coordinates.of_argument(coordinate, argument.name), argument)


def _of_member(coordinate: str, old: Member, new: Member) -> Iterator[Change]:
    is_field = old.kind is MemberKind.FIELD
    if not (output_is_safe if is_field else input_is_safe)(old.type, new.type):
        yield Change(ChangeKind.TYPE_CHANGED, coordinate, old.kind, old.type, new.type, was_marked=bool(old.mark))
    elif old.default is not None and not same_default(old.default, new.default, new.type):
        yield Change(ChangeKind.DEFAULT_CHANGED, coordinate, old.kind, old.default, new.default)
    if new.mark and not old.mark:
        yield from _of_new_member(coordinate, new)
    elif old.mark and not new.mark:
        yield Change(ChangeKind.UNMARKED, coordinate, old.kind, old.mark.reason)
    elif old.mark and new.mark:
        if old.mark.reason != new.mark.reason:
            yield Change(ChangeKind.REMARKED, coordinate, new.kind, old.mark.reason, new.mark.reason)
        if is_required_mark(new) and not is_required_mark(old):
            yield Change(ChangeKind.REQUIRED_DEPRECATED, coordinate, new.kind)
    yield from _of_members(coordinate, old.arguments, new.arguments, coordinates.of_argument)


def _of_new_member(coordinate: str, member: Member) -> Iterator[Change]:
    if member.mark:
        yield Change(ChangeKind.MARKED, coordinate, member.kind, after=member.mark.reason)
        if is_required_mark(member):
            yield Change(ChangeKind.REQUIRED_DEPRECATED, coordinate, member.kind)


def is_required_mark(member: Member) -> bool:
    """Whether it is marked though clients have to give it, so that they cannot leave it."""
    return bool(member.mark) and member.required and member.kind in {MemberKind.ARGUMENT, MemberKind.INPUT_FIELD}


def _removed(coordinate: str, member: Member, *, cascade: bool = False) -> Change:
    reason = member.mark.reason if member.mark else None
    return Change(ChangeKind.REMOVED, coordinate, member.kind, reason, cascade=cascade, was_marked=bool(member.mark))


def output_is_safe(old: str, new: str) -> bool:
    """Whether what a field of the old type gives may be of the new type: the same, or non-null where it was not."""
    if new.endswith("!"):
        return output_is_safe(old.removesuffix("!"), new[:-1])
    if old.endswith("!"):
        return False
    if old.startswith("[") and new.startswith("["):
        return output_is_safe(old[1:-1], new[1:-1])
    return old == new


def input_is_safe(old: str, new: str) -> bool:
    """Whether what clients give for the old type is taken for the new one: the same, or nullable where it was not."""
    return output_is_safe(new, old)


def same_default(old: str, new: str | None, type_text: str) -> bool:
    """Whether two defaults are the same value of a type, however they are written."""
    if new is None or old == new:
        return old == new
    if type_text.strip("!") not in {"Float", "ID"} and _PLAIN.fullmatch(old) and _PLAIN.fullmatch(new):
        return False
    from deprecation.values import value_of  # noqa: PLC0415, since graphql-core takes 0.15 s to import

    return value_of(old, type_text) == value_of(new, type_text)


def _with_routes(changes: list[Change], old: Schema) -> list[Change]:
    """Add, to types that have gone and to marked fields that have gone, through what they could be reached."""
    if not any(one.kind is ChangeKind.TYPE_REMOVED for one in changes):
        return changes
    gone = frozenset(one.coordinate for one in changes if one.kind is ChangeKind.REMOVED and one.was_marked)
    routes = Routes(old, gone)
    return [_with_route(one, routes) for one in changes]


def _with_route(change: Change, routes: Routes) -> Change:
    if change.kind is ChangeKind.TYPE_REMOVED or (change.kind is ChangeKind.REMOVED and change.was_marked):
        found = routes.to(coordinates.type_of(change.coordinate))
        listed = None if found is None else tuple(sorted(found))
        return replace(change, routes=listed)
    return change


def mark_of(coordinate: str, member: Member, schema: Schema, wording: Wording) -> Change:
    """Return the mark that a member has as if it were new."""
    reason = member.mark.reason if member.mark else None
    return _with_missing(Change(ChangeKind.MARKED, coordinate, member.kind, after=reason), schema, wording)


def _with_missing(change: Change, new: Schema, wording: Wording) -> Change:
    if change.kind in {ChangeKind.MARKED, ChangeKind.REMARKED}:
        return replace(change, missing=missing_replacement(new, change.coordinate, wording.read(change.after)))
    return change
