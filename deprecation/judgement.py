"""The rules held against what changed: which promises were made, kept and broken."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from deprecation import dates
from deprecation.changes import Change, ChangeKind
from deprecation.coordinates import parent
from deprecation.marks import Promise, Wording
from deprecation.members import MemberKind
from deprecation.rules import RULES, Level
from deprecation.timeline import Standing


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says of a coordinate: a sentence, and the first day on which it may be removed, if one is known."""

    rule: str
    coordinate: str
    message: str
    earliest_removal: date | None = None
    cascade: bool = False

    @property
    def broken(self) -> bool:
        """Whether it breaks a promise."""
        return RULES[self.rule].level is Level.ERROR


@dataclass(frozen=True)
class Judge:
    """Judges changes that land on a day, by marks that stand, a period of notice in months, and a wording."""

    day: date
    months: int
    wording: Wording

    def judge(self, changes: Iterable[Change], marks: Mapping[str, Standing]) -> list[Judgement]:
        """Return a verdict for every promise that changes make, keep or break.

        `marks` are those that stood before.
        """
        listed = list(changes)
        removals = _Removals(self, listed, marks)
        verdicts: list[Judgement] = []
        for change in listed:
            verdicts += self._verdicts(change, marks.get(change.coordinate), removals)
        return verdicts

    def _verdicts(self, change: Change, standing: Standing | None, removals: "_Removals") -> Iterator[Judgement]:
        match change.kind:
            case ChangeKind.REMOVED | ChangeKind.TYPE_REMOVED:
                yield from removals.verdicts(change)
            case ChangeKind.MARKED:
                yield from self.of_mark(change, self.day)
            case ChangeKind.REMARKED:
                yield from self._of_remark(change, standing)
            case ChangeKind.REQUIRED_DEPRECATED:
                yield self.required_deprecated(change.coordinate)
            case _:
                yield self._of_other(change, standing)

    def _of_other(self, change: Change, standing: Standing | None) -> Judgement:
        verdict = _SIMPLE[change.kind](change)
        if not verdict.broken or change.kind is ChangeKind.REQUIRED_ADDED:
            return verdict
        if standing and standing.landed and standing.promised:
            earliest = dates.day_after(max(standing.promised, self.legal(standing.landed)))
            return replace(verdict, earliest_removal=earliest)
        return replace(verdict, earliest_removal=self.after_notice())

    def _of_remark(self, change: Change, standing: Standing | None) -> Iterator[Judgement]:
        old, new = self.wording.read(change.before), self.wording.read(change.after)
        dropped = self.of_moved_date(change.coordinate, old, new)
        if dropped:
            yield dropped
            return
        landed = standing.landed if standing else self.day
        found = list(self.of_mark(change, landed))
        yield from (one for one in found if one.broken or old.day != new.day)

    def of_moved_date(self, coordinate: str, old: Promise, new: Promise) -> Judgement | None:
        """Return what is wrong with a mark that named another day before."""
        if old.day is None:
            return None
        if new.day is None:
            said = f"its mark named {dates.written(old.day)} as the day after which it goes, and names none now."
            return Judgement("date-dropped", coordinate, f"{coordinate}: {said}", dates.day_after(old.day))
        if new.day < old.day:
            return self.moved_earlier(coordinate, old.day, new.day)
        return None

    def moved_earlier(self, coordinate: str, promised: date, now: date) -> Judgement:
        """Say that a mark names an earlier day than it has named."""
        said = f"the day after which it goes was moved from {dates.written(promised)} to {dates.written(now)}."
        return Judgement("date-moved-earlier", coordinate, f"{coordinate}: {said}", dates.day_after(promised))

    def of_mark(self, mark: Change, landed: date | None) -> Iterator[Judgement]:
        """Say what a mark that landed on a day promises, and whether that is enough. None stands for an unknown day."""
        coordinate, kind, missing = mark.coordinate, mark.kind_of_member, mark.missing
        promise = self.wording.read(mark.after)
        if promise.day is None:
            yield self._undated(coordinate, kind, promise, landed or self.day)
            return
        legal = self.legal(landed) if landed else None
        if not promise.worded:
            said = f"its mark should say: {self.wording.write(MemberKind(kind), promise.day, promise)}"
            yield Judgement("mark-wording", coordinate, f"{coordinate}: {said}", dates.day_after(promise.day))
        if missing:
            said = f"its mark names '{missing}' to be used instead, which is not there."
            yield Judgement("replacement-missing", coordinate, f"{coordinate}: {said}", dates.day_after(promise.day))
        if legal is None:
            yield self._unknown(coordinate, promise.day)
        elif promise.day < legal:
            said = self._short_notice(promise.day, landed or self.day, legal)
            yield Judgement("mark-too-short", coordinate, f"{coordinate}: {said}", dates.day_after(legal))
        elif promise.worded and not missing:
            said = f"it goes after {dates.written(promise.day)}."
            yield Judgement("ok-mark", coordinate, f"{coordinate}: {said}", dates.day_after(promise.day))

    def required_deprecated(self, coordinate: str) -> Judgement:
        """Say that something is marked though it has to be given."""
        return Judgement("required-deprecated", coordinate, f"{coordinate} is deprecated, though it has to be given.")

    def misplaced(self, type_name: str) -> Judgement:
        """Say that a type is marked, which cannot be."""
        said = f"{type_name} is marked as deprecated, but only members of types can be: tools do not show it."
        return Judgement("mark-misplaced", type_name, said)

    def legal(self, landed: date) -> date:
        """Return the first day that a mark which landed on a day may name."""
        return dates.add_months(landed, self.months)

    def after_notice(self) -> date:
        """Return the first day on which what is marked today may be removed."""
        return dates.day_after(self.legal(self.day))

    def _undated(self, coordinate: str, kind: str, promise: Promise, landed: date) -> Judgement:
        example = self.wording.write(MemberKind(kind), self.legal(landed), promise)
        named = f"its mark names {promise.date_text}, a day that no calendar has" if promise.date_text else ""
        said = f"{named or 'its mark names no day'}. Say, for instance: {example}"
        return Judgement("mark-undated", coordinate, f"{coordinate}: {said}", dates.day_after(self.legal(landed)))

    def _unknown(self, coordinate: str, promised: date) -> Judgement:
        said = (
            f"its mark names {dates.written(promised)}, but the history here does not reach back to the day it landed. "
            "Fetch the whole history."
        )
        return Judgement("history-unknown", coordinate, f"{coordinate}: {said}")

    def _short_notice(self, promised: date, landed: date, legal: date) -> str:
        return (
            f"its mark landed on {dates.written(landed)} and names {dates.written(promised)}; "
            f"with {self.months} months' notice, {dates.written(legal)} is the first day it may name."
        )

    def of_removal(self, change: Change, standing: Standing | None) -> Judgement:
        """Say whether a member may go on this day."""
        coordinate = change.coordinate
        if not change.was_marked:
            said = f"{coordinate} was not marked as deprecated, and is gone."
            return Judgement("removed-unmarked", coordinate, said, self.after_notice(), change.cascade)
        named = self.wording.read(change.before).day
        if named is None:
            said = f"{coordinate} is gone, and its mark named no day."
            return Judgement("removed-undated", coordinate, said, self.after_notice(), change.cascade)
        landed = standing.landed if standing else self.day
        promised = max(named, standing.promised or named) if standing else named
        legal = self.legal(landed) if landed else promised
        if self.day <= promised:
            said = f"{coordinate} is gone, and was to stay until {dates.written(promised)}."
            earliest = dates.day_after(max(promised, legal))
            return Judgement("removed-early", coordinate, said, earliest, change.cascade)
        if landed is None:
            said = f"{coordinate} is gone, but the history here does not reach back to the day its mark landed."
            return Judgement("history-unknown", coordinate, said, None, change.cascade)
        if promised < legal:
            said = f"{coordinate} is gone: {self._short_notice(promised, landed, legal)}"
            return Judgement("mark-too-short", coordinate, said, dates.day_after(legal), change.cascade)
        said = f"{coordinate} is gone, as promised for the time after {dates.written(promised)}."
        return Judgement("ok-removal", coordinate, said, dates.day_after(promised), change.cascade)


class _Removals:
    """What has gone in one change, and which of it went duly."""

    def __init__(self, judge: Judge, changes: list[Change], marks: Mapping[str, Standing]) -> None:
        self._judge = judge
        removed = [one for one in changes if one.kind is ChangeKind.REMOVED]
        self._found = {one.coordinate: judge.of_removal(one, marks.get(one.coordinate)) for one in removed}
        self._routes = {one.coordinate: one.routes for one in removed}
        self._types = {one.coordinate: one.routes for one in changes if one.kind is ChangeKind.TYPE_REMOVED}

    def verdicts(self, change: Change) -> Iterator[Judgement]:
        """Say what a removal is. What is in a type or a field that went duly goes with it, without a word."""
        if change.kind is ChangeKind.TYPE_REMOVED:
            if self._open(change.routes, frozenset()):
                said = f"{change.coordinate} is gone, and clients could reach it."
                yield Judgement("type-removed", change.coordinate, said, self._judge.after_notice())
            elif change.routes:
                said = f"{change.coordinate} is gone with what led to it."
                yield Judgement("ok-removal", change.coordinate, said)
        elif not change.cascade or not self._went_duly(parent(change.coordinate)):
            yield self._found[change.coordinate]

    def _went_duly(self, coordinate: str | None) -> bool:
        if coordinate is None:
            return False
        if coordinate in self._types:
            return not self._open(self._types[coordinate], frozenset())
        found = self._found.get(coordinate)
        return found is not None and (not found.broken or (found.cascade and self._went_duly(parent(coordinate))))

    def _open(self, routes: tuple[str, ...] | None, passed: frozenset[str]) -> bool:
        """Whether a type was still to be reached: by itself, or through a member that did not go duly."""
        if routes is None:
            return True
        return any(
            self._open(self._routes.get(door), passed | {door})
            for door in routes
            if door not in passed and self._found[door].broken
        )


def _type_changed(change: Change) -> Judgement:
    said = f"{change.coordinate} was {change.before}, and is {change.after}."
    if change.was_marked:
        said += " Though it is deprecated, clients may use it until it is removed."
    return Judgement("type-changed", change.coordinate, said)


def _default_changed(change: Change) -> Judgement:
    now = "there is none now" if change.after is None else f"is {change.after} now"
    said = f"{change.coordinate}: the default was {change.before}, and {now}."
    return Judgement("default-changed", change.coordinate, said)


def _required_added(change: Change) -> Judgement:
    said = f"{change.coordinate} was added, and has to be given, being {change.after} without a default."
    return Judgement("required-arg-added", change.coordinate, said)


def _interface_removed(change: Change) -> Judgement:
    said = f"{change.coordinate} no longer implements {change.before}."
    return Judgement("interface-removed", change.coordinate, said, cascade=change.cascade)


def _union_member_removed(change: Change) -> Judgement:
    said = f"{change.coordinate} no longer has {change.before} among its members."
    return Judgement("union-member-removed", change.coordinate, said, cascade=change.cascade)


def _root_changed(change: Change) -> Judgement:
    now = f"is {change.after}" if change.after else "there is none now"
    said = f"The {change.kind_of_member} type was {change.before}, and {now}."
    return Judgement("root-changed", change.coordinate, said)


def _unmarked(change: Change) -> Judgement:
    said = f"{change.coordinate} is no longer deprecated. A later mark begins its notice anew."
    return Judgement("undeprecated", change.coordinate, said)


_SIMPLE = {
    ChangeKind.KIND_CHANGED: _type_changed,
    ChangeKind.TYPE_CHANGED: _type_changed,
    ChangeKind.DEFAULT_CHANGED: _default_changed,
    ChangeKind.REQUIRED_ADDED: _required_added,
    ChangeKind.INTERFACE_REMOVED: _interface_removed,
    ChangeKind.UNION_MEMBER_REMOVED: _union_member_removed,
    ChangeKind.UNMARKED: _unmarked,
    ChangeKind.ROOT_CHANGED: _root_changed,
}
