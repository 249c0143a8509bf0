"""The check of a work tree against a base: what is gone or changed, and whether the marks that stand hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from deprecation.acceptance import accepted_by_commit, accepted_since, accepts
from deprecation.baseline import Baseline
from deprecation.cache import Cache
from deprecation.changes import Change, ChangeKind, between
from deprecation.configuration import Configuration
from deprecation.definitions import Splitter
from deprecation.git import CannotCheckError, Repository, relative
from deprecation.history import History
from deprecation.judgement import Judge, Judgement
from deprecation.mending import Mender
from deprecation.problems import CheckResult, Problem, SourcePosition
from deprecation.rules import RULES, Level
from deprecation.schema import Schema
from deprecation.sources import Sources, read_work_tree
from deprecation.standing_marks import StandingMarks
from deprecation.timeline import Standing, Timeline
from deprecation.usage import Usage

_OF_MARKS = {ChangeKind.MARKED, ChangeKind.REMARKED, ChangeKind.REQUIRED_DEPRECATED}
"""Changes that are judged among the marks that stand."""


@dataclass(frozen=True)
class Marks:
    """The marks that stood on the main branch when a base was made, and those that stand there now."""

    at_base: Mapping[str, Standing] = field(default_factory=dict)
    now: Mapping[str, Standing] = field(default_factory=dict)


class Check:
    """A check of a repository's work tree, on a day, by its settings."""

    def __init__(
        self,
        repository: Repository,
        configuration: Configuration,
        today: date,
        *,
        fail_on_overdue: bool = False,
        usage: Mapping[str, Usage] | None = None,
    ) -> None:
        self._repository = repository
        self._configuration = configuration
        self._fail_on_overdue = fail_on_overdue
        self._usage = usage or {}
        self._judge = Judge(today, configuration.notice_months, configuration.wording)
        self._splitter = Splitter()
        self._paths = schema_paths(configuration, repository)
        self._cache = Cache(repository.git_folder, configuration.wording)
        self._history = History(repository, self._paths, configuration.wording, self._cache, self._splitter)
        self._baseline = Baseline(repository, configuration, self._history, self._paths)

    def run(self, base: str | None = None) -> CheckResult:
        """Return what is found. The base is a reference; without it, it is where HEAD left the main branch.

        Raises CannotCheckError.
        """
        commit = self._baseline.commit(base)
        now = self.sources()
        if now.errors:
            return CheckResult(tuple(_parse_error(place, message) for place, message in now.errors), commit)
        main = self._baseline.main()
        start = self._repository.last_landed(main) if main else None
        for one in filter(None, {commit, start}):
            self._history.take_also(self._baseline.paths_at(one))
            self._history.follow(one, now.definitions)
        before = self._baseline.schema(commit)
        accepted = accepted_since(self._repository, commit)
        marks = self._marks(start, commit, now.schema, before)
        findings = list(self._findings(accepted, now, before, marks))
        if base is None and commit in self._repository.boundary and commit == self._repository.head:
            findings.insert(0, _nothing_to_compare(now))
        if self._configuration.documents:
            findings += self._documents(now, accepted)
        self._cache.save()
        return CheckResult(tuple(findings), commit, tuple(self._hints(accepted if commit else frozenset(), findings)))

    def _hints(self, accepted: frozenset[str], findings: Sequence[Problem]) -> Iterator[str]:
        """Tell of what looks like a slip, and changes nothing."""
        found = {one.coordinate for one in findings}
        for coordinate in sorted(accepted - found):
            yield f"the risk of {coordinate} is accepted, of which nothing was found."
        for pattern in self._configuration.documents if self._configuration.documents_are_given else ():
            if next(self._configuration.folder.glob(pattern), None) is None:
                yield f"no file is named {pattern!r}."

    def sources(self) -> Sources:
        """Return the schema as it is in the work tree."""
        files = read_work_tree(self._repository, self._paths)
        if not files:
            raise CannotCheckError(f"There is no SDL at {', '.join(self._paths) or 'the root of the repository'}.")
        return Sources(files, self._splitter)

    def _marks(self, start: str | None, base: str | None, now: Schema, before: Schema) -> Marks:
        """Read the history for the marks that stand, unless nothing is marked before or now."""
        if start is None or not any(one.marked for schema in (now, before) for one in schema.types()):
            return Marks()
        later = set(self._repository.first_parents(start, base)) if base else set()
        accepted = accepted_by_commit(self._repository, start)
        timeline = Timeline(self._configuration.wording)
        at_base: Mapping[str, Standing] | None = None
        for step in self._history.steps(self._history.versions(start)):
            if step.version.commit in later and at_base is None:
                at_base = dict(timeline.marks)
            timeline.apply(step, accepted.get(step.version.commit, ()))
        return Marks(timeline.marks if at_base is None else at_base, timeline.marks)

    def _findings(self, accepted: frozenset[str], now: Sources, before: Schema, marks: Marks) -> Iterator[Problem]:
        changes = between(before, now.schema, self._configuration.wording)
        landed = _accepted_where_they_landed(marks, changes)
        mender = Mender(now, before, self._judge)
        for verdict in self._verdicts(changes, now.schema, marks):
            if RULES[verdict.rule].level is Level.KEPT or self._ignores(verdict):
                continue
            is_accepted = accepts(accepted, verdict.coordinate, cascade=verdict.cascade) or (
                verdict.rule.startswith("mark-") and verdict.coordinate in landed
            )
            fails = verdict.broken or (verdict.rule == "overdue" and self._fail_on_overdue)
            yield Problem(
                rule=verdict.rule,
                coordinate=verdict.coordinate,
                place=_place(verdict, now),
                message=verdict.message,
                earliest_removal=verdict.earliest_removal,
                accepted=is_accepted and fails,
                cascade=verdict.cascade,
                fails=fails,
                edits=mender.edits(verdict) if verdict.broken else (),
            )

    def _verdicts(self, changes: Sequence[Change], now: Schema, marks: Marks) -> Iterator[Judgement]:
        others = [one for one in changes if one.kind not in _OF_MARKS]
        yield from (self._unless_in_use(one) for one in self._judge.judge(others, marks.at_base))
        yield from StandingMarks(now, self._judge, marks.now).verdicts(changes)

    def _ignores(self, verdict: Judgement) -> bool:
        return self._configuration.ignores(verdict.rule, verdict.coordinate)

    def _unless_in_use(self, verdict: Judgement) -> Judgement:
        """Return what is said of a removal: though it was announced in time, clients may not have moved."""
        usage = self._usage.get(verdict.coordinate)
        if verdict.rule != "ok-removal" or usage is None or not usage.uses:
            return verdict
        by = ", ".join(f"{name} ({uses})" for name, uses in usage.users.items())
        said = f"{verdict.coordinate} is gone, and was used {usage.uses} times of late{f', by {by}' if by else ''}."
        return replace(verdict, rule="removed-in-use", message=said)

    def _documents(self, now: Sources, accepted: frozenset[str]) -> Iterator[Problem]:
        from deprecation.document_check import DocumentCheck  # noqa: PLC0415, since graphql-core takes long to import

        return DocumentCheck(self._repository, self._configuration, now).findings(accepted)


def _accepted_where_they_landed(marks: Marks, changes: Sequence[Change]) -> set[str]:
    """Return the marks whose risk was accepted on the main branch, and that are as they are there."""
    accepted = {coordinate for coordinate, one in marks.now.items() if one.accepted}
    touching = {ChangeKind.MARKED, ChangeKind.REMARKED, ChangeKind.REMOVED}
    return accepted - {one.coordinate for one in changes if one.kind in touching}


def _place(verdict: Judgement, now: Sources) -> SourcePosition:
    """Return where to show it: at the mark or the name, or at what is left of what held it."""
    of_mark = RULES[verdict.rule].of_mark
    place = now.place(verdict.coordinate, of_mark=of_mark) or now.nearest_place(verdict.coordinate)
    return place or SourcePosition(now.paths[0], 1, 1)


def _nothing_to_compare(now: Sources) -> Problem:
    said = "The commit before is not in this shallow clone, so nothing is known of what has gone. Fetch the history."
    return Problem("history-unknown", "", SourcePosition(now.paths[0], 1, 1), said)


def _parse_error(place: SourcePosition, message: str) -> Problem:
    return Problem("parse-error", "", place, f"{place.file} is no SDL: {message}")


def schema_paths(configuration: Configuration, repository: Repository) -> list[str]:
    """Return the files and folders of the schema, from the root. Raises CannotCheckError if there are none."""
    if not configuration.schema:
        raise CannotCheckError("Where is the schema? Name its files or folders by --schema, or in pyproject.toml.")
    return [relative(Path(one), repository.root) for one in configuration.schema]
