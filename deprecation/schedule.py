"""What goes when: the marks that stand in a work tree, by their day, and what still uses them."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from deprecation import coordinates, dates
from deprecation.document_check import DocumentCheck
from deprecation.documents import DocumentSyntaxError
from deprecation.marks import Wording
from deprecation.problems import SourcePosition
from deprecation.sources import Sources


@dataclass(frozen=True)
class Scheduled:
    """Something that is marked: the day that its mark names, what to use instead, where it stands, and its users."""

    coordinate: str
    day: date | None
    replacement: str | None
    place: SourcePosition | None
    used_by: Mapping[str, int] = field(default_factory=dict)

    def state(self, today: date) -> str:
        """Return when it goes, in words."""
        if self.day is None:
            return "no day is named"
        days = (dates.day_after(self.day) - today).days
        if days <= 0:
            return f"overdue since {dates.day_after(self.day)}"
        return f"in {days} day{'' if days == 1 else 's'}"


def schedule(sources: Sources, wording: Wording, users: Mapping[str, Mapping[str, int]]) -> list[Scheduled]:
    """Return all that is marked, what goes first at the front; `users` are numbers of uses by coordinate and user."""
    found = list(_scheduled(sources, wording, users))
    return sorted(found, key=lambda one: (one.day or date.max, one.coordinate))


def _scheduled(sources: Sources, wording: Wording, users: Mapping[str, Mapping[str, int]]) -> Iterator[Scheduled]:
    for one in sources.schema.types():
        for coordinate, member in coordinates.members(one) if one.marked else ():
            if member.mark:
                promise = wording.read(member.mark.reason)
                place = sources.place(coordinate, of_mark=True)
                yield Scheduled(coordinate, promise.day, promise.replacement, place, users.get(coordinate, {}))


def document_users(check: DocumentCheck) -> dict[str, Mapping[str, int]]:
    """Return how often each file uses each coordinate."""
    users: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for use in check.uses():
        if not isinstance(use, DocumentSyntaxError):
            users[use.coordinate][use.file] += 1
    return dict(users)


def as_text(scheduled: list[Scheduled], today: date) -> str:
    """Return the schedule for people."""
    lines: list[str] = []
    for one in scheduled:
        when = f"after {dates.written(one.day)}, {one.state(today)}" if one.day else one.state(today)
        instead = f"; instead: {one.replacement}" if one.replacement else ""
        lines.append(f"{one.coordinate}: {when}{instead}  ({one.place})")
        lines += [f"    used by {user}, {uses} time{'' if uses == 1 else 's'}" for user, uses in one.used_by.items()]
    return "\n".join([*lines, f"{len(scheduled)} deprecated."]) + "\n"


def as_json(scheduled: list[Scheduled], today: date) -> str:
    """Return the schedule as a list for programs; days are YYYY-MM-DD."""
    listed = [
        {
            "coordinate": one.coordinate,
            "removed_after": one.day.isoformat() if one.day else None,
            "overdue": bool(one.day and one.day < today),
            "replacement": one.replacement,
            "file": one.place.file if one.place else None,
            "line": one.place.line if one.place else None,
            "used_by": dict(one.used_by),
        }
        for one in scheduled
    ]
    return json.dumps(listed, indent=2) + "\n"
