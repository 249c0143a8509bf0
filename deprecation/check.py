"""The check of a work tree against a base: what is gone or changed, and whether the marks that stand hold."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from deprecation import coordinates, dates
from deprecation.acceptance import accepted_by_commit, accepted_since
from deprecation.cache import Cache
from deprecation.changes import Change, ChangeKind, between, is_required_mark, mark_of
from deprecation.configuration import Configuration, schema_names
from deprecation.definitions import SchemaSyntaxError, Splitter
from deprecation.edits import Edit
from deprecation.findings import Finding, Place, Report
from deprecation.git import CannotCheckError, Repository, relative
from deprecation.history import History, Version
from deprecation.judgement import Judge, Verdict
from deprecation.members import Member
from deprecation.mending import Mender
from deprecation.rules import RULES, Level
from deprecation.schema import Schema
from deprecation.sources import Sources, read_work_tree
from deprecation.timeline import Standing, Timeline
from deprecation.usage import Usage

_OF_MARKS = {ChangeKind.MARKED, ChangeKind.REQUIRED_DEPRECATED}
"""Changes that are seen again among the marks that stand."""


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
        self._touched: set[str] = set()
        self._judge = Judge(today, configuration.notice_months, configuration.wording)
        self._splitter = Splitter()
        self._paths = schema_paths(configuration, repository)
        self._cache = Cache(repository.git_folder, configuration.wording)
        self._history = History(repository, self._paths, configuration.wording, self._cache, self._splitter)

    def run(self, base: str | None = None) -> Report:
        """Return what is found. The base is a reference; without it, it is where HEAD left the main branch.

        Raises CannotCheckError.
        """
        start = self._repository.last_landed(self._main) if self._main else None
        commit = self._base(base)
        now = self.sources()
        if now.errors:
            found = [self._parse_error(place, message) for place, message in now.errors]
            return Report(tuple(found), commit)
        for one in filter(None, {commit, start}):
            self._history.take_also(self._paths_at(one))
            self._history.follow(one, now.definitions)
        before = self._schema_at(commit) if commit else Schema(())
        marks = self._marks(start, commit, now.schema, before)
        verdicts = list(self._verdicts(before, now.schema, marks))
        findings = list(self._findings(verdicts, commit, now, before, marks))
        if base is None and commit in self._repository.boundary and commit == self._repository.head:
            findings.insert(0, self._nothing_to_compare(now))
        if self._configuration.documents:
            findings += self._documents(now, commit)
        self._cache.save()
        return Report(tuple(findings), commit)

    def sources(self) -> Sources:
        """Return the schema as it is in the work tree."""
        files = read_work_tree(self._repository, self._paths)
        if not files:
            raise CannotCheckError(f"There is no SDL at {', '.join(self._paths) or 'the root of the repository'}.")
        return Sources(files, self._splitter)

    def _paths_at(self, commit: str) -> list[str]:
        """Return where the project had its schema at a commit, so that none of it drops out of sight by a setting."""
        if self._configuration.schema_is_given:
            return []
        folder = relative(self._configuration.folder, self._repository.root)
        names = self._repository.names_in(commit, folder)
        blob = names.get("pyproject.toml")
        data = self._repository.read(blob) if blob else None
        listed = schema_names(data.decode(errors="replace") if data else None, names)
        return [posixpath.normpath(f"{folder}/{name}").lstrip("/") for name in listed]

    @property
    def _main(self) -> str | None:
        return self._repository.main_branch(self._configuration.main_branch)

    def _base(self, reference: str | None) -> str | None:
        """Return the commit to compare with; None if there is none yet."""
        if reference is not None:
            found = self._repository.resolve(reference)
            if found is None:
                more = " This clone is shallow: fetch more of the history." if self._repository.shallow else ""
                raise CannotCheckError(f"There is no commit {reference!r} in this repository.{more}")
            return self._repository.merge_base(found, self._repository.head or found) or found
        head, main = self._repository.head, self._main
        if head is None or main is None:
            return None
        left = main if main == head else self._repository.merge_base(head, main)
        settings = relative(self._configuration.folder / "pyproject.toml", self._repository.root)
        if left == head and not self._repository.is_changed([*self._paths, settings]):
            parent = self._repository.first_parent(head)
            return parent or (head if head in self._repository.boundary else None)
        return left

    def _schema_at(self, commit: str) -> Schema:
        """Return the schema of a commit, or of the last before it that can be parsed."""
        files = self._history.files(commit)
        version = Version(commit, 0, files)
        try:
            found = self._history.schema(version)
        except SchemaSyntaxError:
            found = self._last_parsable(commit)
        if found is None:
            raise CannotCheckError(f"This repository lacks files of the schema as it was at {commit}.")
        return found

    def _last_parsable(self, commit: str) -> Schema | None:
        for version in reversed(self._history.versions(commit)):
            try:
                return self._history.schema(version)
            except SchemaSyntaxError:
                continue
        return Schema(())

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

    def _verdicts(self, before: Schema, now: Schema, marks: Marks) -> Iterator[Verdict]:
        changes = between(before, now, self._configuration.wording)
        moved: set[str] = set()
        self._touched = {one.coordinate for one in changes if one.kind in {ChangeKind.MARKED, ChangeKind.REMARKED}}
        others: list[Change] = []
        for change in changes:
            if change.kind is ChangeKind.REMARKED:
                wording = self._configuration.wording
                verdict = self._judge.of_moved_date(
                    change.coordinate, wording.read(change.before), wording.read(change.after)
                )
                if verdict:
                    moved.add(change.coordinate)
                    yield verdict
            elif change.kind not in _OF_MARKS:
                others.append(change)
        yield from (self._unless_in_use(one) for one in self._judge.judge(others, marks.at_base))
        for one in now.types():
            if one.marked:
                if one.misplaced_mark:
                    yield self._judge.misplaced(one.name)
                for coordinate, member in coordinates.members(one):
                    if member.mark:
                        yield from self._of_mark(coordinate, member, now, marks, moved=coordinate in moved)

    def _unless_in_use(self, verdict: Verdict) -> Verdict:
        """Return what is said of a removal: though it was announced in time, clients may not have moved."""
        usage = self._usage.get(verdict.coordinate)
        if verdict.rule != "ok-removal" or usage is None or not usage.uses:
            return verdict
        by = ", ".join(f"{name} ({uses})" for name, uses in usage.users.items())
        said = f"{verdict.coordinate} is gone, and was used {usage.uses} times of late{f', by {by}' if by else ''}."
        return replace(verdict, rule="removed-in-use", message=said)

    def _of_mark(self, coordinate: str, member: Member, now: Schema, marks: Marks, *, moved: bool) -> Iterator[Verdict]:
        """Say what is wrong with a mark that stands."""
        if is_required_mark(member):
            yield self._judge.required_deprecated(coordinate)
        if moved or member.mark is None:
            return
        mark = mark_of(coordinate, member, now, self._configuration.wording)
        standing = marks.now.get(coordinate)
        found = list(self._judge.of_mark(mark, standing.landed if standing else self._judge.day))
        yield from found
        promise = self._configuration.wording.read(member.mark.reason)
        if standing and standing.promised and promise.day and promise.day < standing.promised:
            yield self._judge.moved_earlier(coordinate, standing.promised, promise.day)
        elif promise.day and promise.day < self._judge.day and not any(one.broken for one in found):
            said = f"{coordinate} was to go after {dates.written(promise.day)}, and is still there."
            yield Verdict("overdue", coordinate, said, dates.day_after(promise.day))

    def _findings(
        self, verdicts: Sequence[Verdict], base: str | None, now: Sources, before: Schema, marks: Marks
    ) -> Iterator[Finding]:
        accepted = accepted_since(self._repository, base) if any(one.broken for one in verdicts) else frozenset()
        standing = frozenset(name for name, one in marks.now.items() if one.accepted) - self._touched
        mender = Mender(now, before, self._judge)
        for verdict in verdicts:
            if RULES[verdict.rule].level is Level.KEPT:
                continue
            if self._configuration.ignores(verdict.rule, verdict.coordinate):
                continue
            still_there = now.schema.member(verdict.coordinate) is not None
            of_landed_mark = verdict.rule.startswith("mark-") and still_there and verdict.coordinate in standing
            is_accepted = accepts(accepted, verdict) or of_landed_mark
            fails = verdict.broken or (verdict.rule == "overdue" and self._fail_on_overdue)
            yield Finding(
                rule=verdict.rule,
                coordinate=verdict.coordinate,
                place=self._place(verdict, now),
                message=verdict.message,
                earliest_removal=verdict.earliest_removal,
                accepted=is_accepted and fails,
                cascade=verdict.cascade,
                fails=fails,
                edits=self._edits(verdict, mender),
            )

    def _edits(self, verdict: Verdict, mender: Mender) -> tuple[Edit, ...]:
        return mender.edits(verdict) if verdict.broken else ()

    def _place(self, verdict: Verdict, now: Sources) -> Place:
        of_mark = RULES[verdict.rule].of_mark
        place = now.place(verdict.coordinate, of_mark=of_mark) or now.nearest_place(verdict.coordinate)
        return place or Place(now.paths[0], 1, 1)

    def _documents(self, now: Sources, base: str | None) -> Iterator[Finding]:
        from deprecation.document_check import DocumentCheck  # noqa: PLC0415, since graphql-core takes long to import

        accepted = accepted_since(self._repository, base)
        return DocumentCheck(self._repository, self._configuration, now).findings(accepted)

    def _nothing_to_compare(self, now: Sources) -> Finding:
        said = (
            "The commit before is not in this shallow clone, so nothing is known of what has gone. Fetch the history."
        )
        return Finding("history-unknown", "", Place(now.paths[0], 1, 1), said)

    def _parse_error(self, place: Place, message: str) -> Finding:
        return Finding("parse-error", "", place, f"{place.file} is no SDL: {message}")


def accepts(accepted: frozenset[str], verdict: Verdict) -> bool:
    """Whether the risk of a finding is accepted by name, or, where it follows from another, with that."""
    if verdict.coordinate in accepted:
        return True
    holder = coordinates.parent(verdict.coordinate)
    while verdict.cascade and holder is not None:
        if holder in accepted:
            return True
        holder = coordinates.parent(holder)
    return False


def schema_paths(configuration: Configuration, repository: Repository) -> list[str]:
    """Return the files and folders of the schema, from the root. Raises CannotCheckError if there are none."""
    if not configuration.schema:
        raise CannotCheckError("Where is the schema? Name its files or folders by --schema, or in pyproject.toml.")
    return [relative(Path(one), repository.root) for one in configuration.schema]
