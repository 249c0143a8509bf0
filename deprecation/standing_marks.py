"""The marks that stand in a work tree, held against what they have promised since they landed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deprecation import coordinates, dates
from deprecation.changes import Change, ChangeKind, is_required_mark, mark_of
from deprecation.judgement import Judge, Judgement
from deprecation.members import Member
from deprecation.schema import Schema
from deprecation.timeline import Standing


@dataclass(frozen=True)
class StandingMarks:
    """The marks of a schema, and since when those of them stand that stand on the main branch."""

    schema: Schema
    judge: Judge
    standing: Mapping[str, Standing]

    def verdicts(self, changes: Sequence[Change]) -> Iterator[Judgement]:
        """Say what is wrong with each mark, and what is overdue. `changes` are those since the base."""
        moved: set[str] = set()
        for change in changes:
            verdict = self._of_moved_date(change)
            if verdict:
                moved.add(change.coordinate)
                yield verdict
        for one in self.schema.types():
            if one.marked and one.misplaced_mark:
                yield self.judge.misplaced(one.name)
            for coordinate, member in coordinates.members(one) if one.marked else ():
                if is_required_mark(member):
                    yield self.judge.required_deprecated(coordinate)
                if member.mark and coordinate not in moved:
                    yield from self._of_mark(coordinate, member)

    def _of_moved_date(self, change: Change) -> Judgement | None:
        if change.kind is not ChangeKind.REMARKED:
            return None
        wording = self.judge.wording
        return self.judge.of_moved_date(change.coordinate, wording.read(change.before), wording.read(change.after))

    def _of_mark(self, coordinate: str, member: Member) -> Iterator[Judgement]:
        mark = mark_of(coordinate, member, self.schema, self.judge.wording)
        standing = self.standing.get(coordinate)
        found = list(self.judge.of_mark(mark, standing.landed if standing else self.judge.day))
        yield from found
        named = self.judge.wording.read(mark.after).day
        if named and standing and standing.promised and named < standing.promised:
            yield self.judge.moved_earlier(coordinate, standing.promised, named)
        elif named and named < self.judge.day and not any(one.broken for one in found):
            said = f"{coordinate} was to go after {dates.written(named)}, and is still there."
            yield Judgement("overdue", coordinate, said, dates.day_after(named))
