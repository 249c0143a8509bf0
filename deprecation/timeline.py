"""Since when each mark stands on the main branch, and what it has promised."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from deprecation.changes import Change, ChangeKind
from deprecation.history import Step
from deprecation.marks import Wording


@dataclass(frozen=True, slots=True)
class Standing:
    """A mark that stands: the day it landed, None if history does not reach so far, and the latest day it has named.

    `accepted` says that the risk of it was accepted where it landed, or since.
    """

    landed: date | None
    promised: date | None
    accepted: bool = False


class Timeline:
    """The marks that stand after each version, one version after the other."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self.marks: dict[str, Standing] = {}

    def apply(self, step: Step, accepted: Iterable[str] = ()) -> None:
        """Go on by a version, and the coordinates whose risk its commits accept."""
        accepts = frozenset(accepted)
        landed = None if step.unknown else step.version.day
        for change in step.changes:
            self._apply(change, landed, accepts)
        for coordinate in accepts & self.marks.keys():
            self.marks[coordinate] = replace(self.marks[coordinate], accepted=True)

    def _apply(self, change: Change, landed: date | None, accepted: frozenset[str]) -> None:
        if change.kind is ChangeKind.MARKED:
            self.marks[change.coordinate] = Standing(landed, self._wording.read(change.after).day)
        elif change.kind is ChangeKind.REMARKED:
            standing = self.marks.get(change.coordinate, Standing(landed, None))
            named = self._wording.read(change.after).day
            days = [day for day in (standing.promised, named) if day]
            promised = named if change.coordinate in accepted else max(days, default=None)
            self.marks[change.coordinate] = replace(standing, promised=promised)
        elif change.kind in {ChangeKind.UNMARKED, ChangeKind.REMOVED}:
            self.marks.pop(change.coordinate, None)
