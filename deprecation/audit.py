"""The audit of a main branch: commit by commit, the promises that were made, kept and broken."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from deprecation.acceptance import accepted_by_commit, accepts
from deprecation.cache import Cache
from deprecation.check import schema_paths
from deprecation.configuration import Configuration
from deprecation.definitions import Splitter
from deprecation.git import CannotCheckError, Repository
from deprecation.history import History
from deprecation.judgement import Judge, Judgement
from deprecation.timeline import Timeline


@dataclass(frozen=True, slots=True)
class AuditedJudgement:
    """A verdict on a commit, and whether the risk was accepted by it."""

    verdict: Judgement
    accepted: bool


@dataclass(frozen=True, slots=True)
class AuditedCommit:
    """A commit that touched the schema: its id, the day it landed, and what it promised, kept and broke."""

    commit: str
    day: date
    verdicts: tuple[AuditedJudgement, ...]


def audit(repository: Repository, configuration: Configuration, since: str | None = None) -> Iterator[AuditedCommit]:
    """Go through the commits of the main branch that touched the schema, oldest first, after a reference if given.

    Raises CannotCheckError.
    """
    main = repository.main_branch(configuration.main_branch)
    if main is None:
        raise CannotCheckError("There is no commit yet.")
    wanted = set(repository.first_parents(main, _commit(repository, since))) if since else None
    cache = Cache(repository.git_folder, configuration.wording)
    history = History(repository, schema_paths(configuration, repository), configuration.wording, cache, Splitter())
    accepted = accepted_by_commit(repository, main)
    timeline = Timeline(configuration.wording)
    for step in history.steps(history.versions(main)):
        version = step.version
        accepting = accepted.get(version.commit, frozenset())
        judge = Judge(version.day, configuration.notice_months, configuration.wording)
        if wanted is None or version.commit in wanted:
            verdicts = judge.judge(step.changes, timeline.marks)
            if step.unknown:
                verdicts = [_unknown(one) for one in verdicts]
            shown = [one for one in verdicts if not configuration.ignores(one.rule, one.coordinate)]
            found = tuple(
                AuditedJudgement(one, one.broken and accepts(accepting, one.coordinate, cascade=one.cascade))
                for one in shown
            )
            yield AuditedCommit(version.commit, version.day, found)
        timeline.apply(step, accepting)
    cache.save()


def _unknown(verdict: Judgement) -> Judgement:
    """Return what can be said of a mark in the oldest version that a shallow clone has."""
    if verdict.rule not in {"ok-mark", "mark-too-short"}:
        return verdict
    said = f"{verdict.coordinate}: the history here does not reach back to the day its mark landed."
    return replace(verdict, rule="history-unknown", message=said, earliest_removal=None)


def _commit(repository: Repository, reference: str) -> str:
    found = repository.resolve(reference)
    if found is None:
        raise CannotCheckError(f"There is no commit {reference!r} in this repository.")
    return found
