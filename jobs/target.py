"""What a report says of each of its targets: a tool, a category, a root and a branch."""

from dataclasses import dataclass, field
from uuid import UUID

from database import root
from database.scan_import import ScanImportRow
from database.unit_of_work import UnitOfWork
from domain.fingerprint import again
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
    lists_all_rules: bool = False
    inactive_rules: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Return the words for the target in a message."""
        named = (("category", self.category), ("branch", self.branch))
        return f"{self.tool}{''.join(f', {what} {name!r}' for what, name in named if name)}"

    def take(self, run: Run, *, complete: bool) -> int:
        """Add a run; return how many of its results repeat one that was there: open counts more than suppressed."""
        repeated = 0
        self.complete = self.complete and complete
        self.rules |= run.rules
        for result in run.results:
            fingerprint, ordinal = result.fingerprint, 1
            while (known := self.results.get(fingerprint)) is not None and known.line != result.line:
                ordinal += 1
                fingerprint = again(result.fingerprint, ordinal)
            if known is not None:
                repeated += 1
            if known is None or (known.suppressed and not result.suppressed):
                result.fingerprint = fingerprint
                self.results[fingerprint] = result
        if run.listed_rules is not None:
            self.listed_rules = run.listed_rules | (self.listed_rules or frozenset())
        self.lists_all_rules = self.lists_all_rules or run.lists_all_rules
        self.inactive_rules |= run.inactive_rules
        return repeated


async def targets_of(work: UnitOfWork, row: ScanImportRow, report: Report) -> tuple[list[Target], int]:
    """Return the targets of a report, ordered by tool, and how many of its results are repetitions.

    `row` is the import's: what was said about the file counts more than what the file says. Raises ImportFailed if the
    file names a root that the group does not have.
    """
    found: dict[UUID, Target] = {}
    roots: dict[str, UUID] = {}
    repeated = 0
    for run in report.runs:
        if run.exported and (row["root_id"] or row["branch"] or row["category"]):
            raise ImportFailed(
                "The file is an export of Adarve, which names its own roots, branches and categories: import it "
                "without `rootNickname`, `branch` and `category`."
            )
        root_id, branch = row["root_id"], row["branch"] or run.branch
        if root_id is None and run.root_nickname is not None:
            if run.root_nickname not in roots:
                roots[run.root_nickname] = await _root_of(work, row, run.root_nickname)
            root_id = roots[run.root_nickname]
        category = row["category"] or run.category
        key = scan_target(run.tool, category, root_id, branch)
        target = found.setdefault(key, Target(key, run.tool, category, root_id, branch))
        doubt = _doubt(row, run, report)
        if doubt is not None and not run.exported:
            report.warnings.append(f"Nothing of {target} is closed: {doubt}.")
        repeated += target.take(run, complete=doubt is None)
    return sorted(found.values(), key=lambda one: (one.tool, one.key)), repeated


def _doubt(row: ScanImportRow, run: Run, report: Report) -> str | None:
    """Return why what a run does not mention must not be taken for gone, None if it may."""
    if run.tool == MANUAL_TOOL:
        return "it was reported by hand"
    if row["partial"] or run.partial:
        return "the report covers a part only"
    if not run.executed:
        return "the run was not executed successfully"
    if run.rejected:
        return f"{run.rejected:,} of its records could not be read"
    if report.unreadable_runs:
        return "another run in the file could not be read"
    return None


async def _root_of(work: UnitOfWork, row: ScanImportRow, nickname: str) -> UUID:
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
