"""What the text of a mark promises: the day after which a member goes, and what to use instead."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from deprecation.coordinates import PATTERN, of_argument, parent, type_of
from deprecation.dates import parse_day, written
from deprecation.grammar import NAME
from deprecation.members import MemberKind
from deprecation.schema import Schema

_DATE = r"(?P<date>\d{4}/\d{2}/\d{2})"
_KIND = r"[a-z][a-z ]*?"
_SENTENCE_WITH_DATE = re.compile(r"[^.!?]*\bafter \d{4}/\d{2}/\d{2}[^.!?]*[.!?]?")
_KINDS_OF_TYPES = {"type", "interface", "union", "enum", "input", "input type", "scalar"}
_AFTER = re.compile(rf"\bafter {_DATE}(?!\d)")


@dataclass(frozen=True)
class Promise:
    """What a reason says: the date as it is written, its day if there is such a day, whether it says it as agreed."""

    date_text: str | None
    day: date | None
    worded: bool
    replacement: str | None
    replacement_kind: str | None


@dataclass(frozen=True)
class Wording:
    """How marks are worded: `{kind}`, `{date}` and `{replacement}` stand for what differs."""

    removal: str = "This {kind} is deprecated and will be removed after {date}."
    replacement: str = "Use the {replacement} {kind} instead."

    @cached_property
    def _removal(self) -> re.Pattern[str]:
        return re.compile(_expression(self.removal))

    @cached_property
    def _replacement(self) -> re.Pattern[str]:
        return re.compile(_expression(self.replacement))

    def read(self, reason: str | None) -> Promise:
        """Return what a reason promises. A date counts also where the rest is worded otherwise."""
        said = reason or ""
        match = self._removal.match(said) or _AFTER.search(said)
        other = self._replacement.search(said)
        text = match["date"] if match else None
        return Promise(
            date_text=text,
            day=parse_day(text) if text else None,
            worded=bool(self._removal.match(said)),
            replacement=other["replacement"] if other else None,
            replacement_kind=other["kind"] if other and "kind" in other.groupdict() else None,
        )

    def rest(self, reason: str) -> str:
        """Return what a reason says beside the removal and the replacement: sentences that no wording covers."""
        said = self._removal.sub("", self._replacement.sub("", reason))
        return " ".join(_SENTENCE_WITH_DATE.sub("", said).split())

    def write(self, kind: MemberKind, day: date, promise: Promise | None = None) -> str:
        """Return a reason for a mark on a member of a kind; what is said of a replacement is kept."""
        said = self.removal.format(kind=kind, date=written(day))
        if promise and promise.replacement:
            values = {"replacement": promise.replacement, "kind": promise.replacement_kind or kind}
            said += " " + self.replacement.format(**values)
        return said


def _expression(template: str) -> str:
    """Return a template as a regular expression; blanks match as they are, since reasons have theirs run together."""
    pattern = re.escape(template).replace(re.escape("{date}"), _DATE)
    pattern = pattern.replace(re.escape("{kind}"), f"(?P<kind>{_KIND})", 1)
    return pattern.replace(re.escape("{replacement}"), rf"`?(?P<replacement>@?{NAME}[^\s`]*?)`?", 1)


def missing_replacement(schema: Schema, coordinate: str, promise: Promise) -> str | None:
    """Return what a mark on a coordinate names in its place, if the schema has no such thing.

    A coordinate is looked up as it is; a name among the members of the same type, the arguments of the same field, the
    types, and, of a `query`, `mutation` or `subscription`, the fields of that root type.
    """
    named = promise.replacement
    if not named:
        return None
    if not PATTERN.fullmatch(named):
        return named
    candidates = [named]
    if "." not in named and not named.startswith("@"):
        holder = parent(coordinate) or coordinate
        candidates = [f"{type_of(coordinate)}.{named}", of_argument(holder, named), of_argument(coordinate, named)]
        candidates += [named] if promise.replacement_kind in _KINDS_OF_TYPES else []
        candidates += [f"{schema.roots.get(promise.replacement_kind or '')}.{named}"]
    if any(one != coordinate and _exists(schema, one) for one in candidates):
        return None
    return named


def _exists(schema: Schema, coordinate: str) -> bool:
    if parent(coordinate) is None and not coordinate.endswith(")"):
        return schema.get(coordinate) is not None
    return schema.member(coordinate) is not None
