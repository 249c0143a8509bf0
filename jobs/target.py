"""What a report says of each of its targets: a tool, a category, a root and a branch."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from database import root
from database.unit_of_work import UnitOfWork
from domain.scan_import import ImportFailed, scan_target
from domain.vulnerability import MANUAL_TOOL
from scans.report import Report, Result, Rule, Run


@dataclass(slots=True)
class Target:
    """What a report says of one target; two runs of one target count as one."""

    key: UUID
    tool: str
    category: str | None
    root_id: UUID | None
    branch: str | None
    complete: bool = True
    rules: dict[str, Rule] = field(default_factory=dict)
    results: dict[bytes, Result] = field(default_factory=dict)
    listed_rules: frozenset[str] | None = None
    inactive_rules: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Return the words for the target in a message."""
        named = (("category", self.category), ("branch", self.branch))
        return f"{self.tool}{''.join(f', {what} {name!r}' for what, name in named if name)}"

    def take(self, run: Run, *, complete: bool) -> int:
        """Add a run; return how many of its results were there already."""
        before = len(self.results) + len(run.results)
        self.complete = self.complete and complete
        self.rules |= run.rules
        for result in run.results:
            self.results.setdefault(result.fingerprint, result)
        if run.listed_rules is not None:
            self.listed_rules = run.listed_rules | (self.listed_rules or frozenset())
        self.inactive_rules |= run.inactive_rules
        return before - len(self.results)


async def targets_of(work: UnitOfWork, row: Any, report: Report) -> tuple[list[Target], int]:
    """Return the targets of a report, ordered by tool, and how many of its results are repetitions.

    `row` is the import's: what was said about the file counts more than what the file says. Raises ImportFailed if the
    file names a root that the group does not have.
    """
    found: dict[UUID, Target] = {}
    roots: dict[str, UUID] = {}
    repeated = 0
    for run in report.runs:
        root_id, branch = row["root_id"], row["branch"] or run.branch
        if root_id is None and run.root_nickname is not None:
            if run.root_nickname not in roots:
                roots[run.root_nickname] = await _root_of(work, row, run.root_nickname)
            root_id = roots[run.root_nickname]
        category = row["category"] or run.category
        key = scan_target(run.tool, category, root_id, branch)
        target = found.setdefault(key, Target(key, run.tool, category, root_id, branch))
        complete = run.executed and not run.partial and not row["partial"] and run.tool != MANUAL_TOOL
        repeated += target.take(run, complete=complete)
    return sorted(found.values(), key=lambda one: (one.tool, one.key)), repeated


async def _root_of(work: UnitOfWork, row: Any, nickname: str) -> UUID:
    found = await work.run_one(
        root.BY_NICKNAME, organization_id=row["organization_id"], group_id=row["group_id"], nickname=nickname
    )
    if found is None:
        raise ImportFailed(
            f"A run in the file says that it scanned the root {nickname!r}, which the group does not have: "
            "add the root first, or name one by `rootNickname`."
        )
    key: UUID = found["key"]
    return key
