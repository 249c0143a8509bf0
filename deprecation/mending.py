"""The edits that would mend a finding, where that can be told without knowing what people want.

What has gone is put back where its type is now, marked where it was not; dates are moved to the first legal day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from deprecation import coordinates, dates
from deprecation.dates import day_after
from deprecation.definition import Definition
from deprecation.edits import Edit
from deprecation.judgement import Judge, Judgement
from deprecation.members import Member, MemberKind
from deprecation.schema import Schema
from deprecation.sources import Sources

_REST_OF_LINE = re.compile(r"[ \t,]*#[^\r\n]*")
_DATED = {"mark-undated", "mark-wording", "date-dropped"}
_MOVED = {"mark-too-short", "date-moved-earlier"}
_OPTIONAL = {"required-arg-added", "required-deprecated"}


@dataclass(frozen=True)
class Mender:
    """Mends findings in the files as they are now, from what was there before."""

    now: Sources
    before: Schema
    judge: Judge

    @cached_property
    def _with_crlf(self) -> set[str]:
        """The files whose lines end with CRLF."""
        return {path for path in self.now.paths if "\r\n" in self.now.text(path)}

    def edits(self, verdict: Judgement) -> tuple[Edit, ...]:
        """Return the edits that would mend a finding; none if it cannot be mended so."""
        return tuple(self._edits(verdict))

    def _edits(self, verdict: Judgement) -> Iterator[Edit]:
        if verdict.cascade:
            return
        if verdict.rule == "type-removed":
            yield from self._type_back(verdict.coordinate)
            return
        member, was = self.now.schema.member(verdict.coordinate), self.before.member(verdict.coordinate)
        if member is None and was is not None:
            yield from self._member_back(verdict, was)
        elif member is not None:
            yield from self._of_member(verdict, member, was)

    def _of_member(self, verdict: Judgement, member: Member, was: Member | None) -> Iterator[Edit]:
        definition = self._home(verdict.coordinate)
        if definition is None:
            return
        if verdict.rule in _DATED | _MOVED and member.mark:
            reason = _string(self._reason(verdict, member))
            span = member.mark.reason_span or (member.mark.start, member.mark.end)
            yield self._edit(definition, *span, reason if member.mark.reason_span else f"@deprecated(reason: {reason})")
        elif verdict.rule in _OPTIONAL:
            yield self._edit(definition, member.type_span[1] - 1, member.type_span[1], "")
        elif verdict.rule == "type-changed" and was:
            yield self._edit(definition, *member.type_span, was.type)
        elif verdict.rule == "default-changed" and was and was.default:
            if member.default:
                yield self._edit(definition, *member.default_span, was.default)
            else:
                yield self._edit(definition, member.type_span[1], member.type_span[1], f" = {was.default}")

    def _reason(self, verdict: Judgement, member: Member) -> str:
        """Return what a mark should say: the first legal day, and what it said of a replacement."""
        said = member.mark.reason if member.mark else None
        promise = self.judge.wording.read(said)
        day = _day_before(verdict.earliest_removal) or self.judge.legal(self.judge.day)
        if said and promise.date_text and promise.worded:
            return said.replace(promise.date_text, dates.written(day))
        more = self.judge.wording.rest(said or "")
        return f"{self.judge.wording.write(member.kind, day, promise)} {more}".rstrip()

    def _member_back(self, verdict: Judgement, was: Member) -> Iterator[Edit]:
        """Put a member, or an argument of a field that is still there, back at the end of what held it."""
        home = self.before.get(coordinates.type_of(verdict.coordinate))
        old = home.homes.get(coordinates.name_of_member(verdict.coordinate)) if home else None
        holder = self.now.schema.get(coordinates.type_of(verdict.coordinate))
        if old is None or holder is None:
            return
        text = self._marked(old.text[was.start : was.end], was, verdict)
        if was.kind is not MemberKind.ARGUMENT:
            if holder.members:
                name, last = list(holder.members.items())[-1]
                home_now = holder.homes[name]
                end = _end_of_line(home_now.text, last.end)
                yield self._edit(home_now, end, end, f"\n{_indent(old.text, was)}{text}")
            return
        field = self.now.schema.member(verdict.coordinate.partition("(")[0])
        definition = self._home(verdict.coordinate)
        if field is None or definition is None:
            return
        if field.arguments:
            last = list(field.arguments.values())[-1]
            yield self._edit(definition, last.end, last.end, f", {text}")
        else:
            after_name = field.name_start + len(field.name)
            yield self._edit(definition, after_name, after_name, f"({text})")

    def _marked(self, text: str, was: Member, verdict: Judgement) -> str:
        """Return the text of a member with a mark of a legal day; one that was marked in time keeps it."""
        if verdict.rule == "removed-early":
            return text
        day = _day_before(verdict.earliest_removal) or self.judge.legal(self.judge.day)
        promise = self.judge.wording.read(was.mark.reason if was.mark else None)
        reason = _string(self.judge.wording.write(was.kind, day, promise))
        mark = f"@deprecated(reason: {reason})"
        if was.mark:
            return text[: was.mark.start - was.start] + mark + text[was.mark.end - was.start :]
        return f"{text} {mark}"

    def _type_back(self, name: str) -> Iterator[Edit]:
        was = self.before.get(name)
        if was is None or not self.now.paths:
            return
        path = self.now.paths[-1]
        text = "\n".join(one.text.rstrip() + "\n" for one in was.definitions)
        end = len(self.now.text(path))
        yield Edit(path, end, end, self._as_in(path, f"\n{text}"))

    def _home(self, coordinate: str) -> Definition | None:
        found = self.now.schema.get(coordinates.type_of(coordinate))
        return found.homes.get(coordinates.name_of_member(coordinate)) if found else None

    def _edit(self, definition: Definition, start: int, end: int, text: str) -> Edit:
        path, offset = self.now.where(definition)
        return Edit(path, offset + start, offset + end, self._as_in(path, text))

    def _as_in(self, path: str, text: str) -> str:
        """Return a text with its lines ended as in a file."""
        return text.replace("\r\n", "\n").replace("\n", "\r\n") if path in self._with_crlf else text


def _end_of_line(text: str, position: int) -> int:
    """Return where a line ends if nothing but a comment follows on it, else the position."""
    match = _REST_OF_LINE.match(text, position)
    return match.end() if match else position


def _day_before(day: date | None) -> date | None:
    """Return the day that a mark names if what it marks may go on a day."""
    return None if day is None or day_after(date.min) > day else date.fromordinal(day.toordinal() - 1)


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _indent(text: str, member: Member) -> str:
    """Return the blanks before a member, if it opens its line."""
    line = text[text.rfind("\n", 0, member.start) + 1 : member.start]
    return line if not line.strip() else "  "
