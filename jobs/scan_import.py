"""Runs one import: reads the stored report, and lands its results in one transaction."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog

from database import finding, scan_import, scan_results
from database.pool import Database
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.errors import AdarveError
from domain.finding import check_cwe_ids
from domain.identifiers import new_key
from domain.scan_import import scan_target
from enums.finding import FindingStatus
from jobs.queue import import_topic
from scans.formats import read_report
from scans.report import Rejection, Report, Result, Rule, Run, UnreadableReport

REPORT_SECONDS = 0.25
"""How often progress is stored while a report is read."""
READ_SHARE = 70
"""How many percent of the work reading is; landing is the rest."""

_log = structlog.get_logger(__name__)


class ImportFailed(AdarveError):
    """The import ends without any change; the message is for the person who sent the report."""

    def __init__(self, message: str, rejections: list[Rejection] | None = None) -> None:
        super().__init__(message)
        self.rejections = rejections or []


@dataclass(slots=True)
class Counts:
    """The honest numbers of an import."""

    results: int = 0
    added: int = 0
    same: int = 0
    reopened: int = 0
    closed: int = 0
    rejected: int = 0
    skipped: int = 0

    def as_columns(self) -> dict[str, int]:
        """Return them by column."""
        return {name: getattr(self, name) for name in scan_import.COUNTS}


@dataclass(slots=True)
class Landing:
    """What one import brings, gathered for its transaction."""

    row: Any
    counts: Counts
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    complete_targets: set[str] = field(default_factory=set)
    seen: set[tuple[str, str]] = field(default_factory=set)


async def run_import(database: Database, organization_id: UUID, key: UUID) -> None:
    """Run an import from its stored file to its end, good or bad."""
    async with unit_of_work(database, organization_id, None) as work:
        started = await work.run_one(scan_import.START, organization_id=organization_id, key=key)
        work.tell(import_topic(organization_id, key))
    if started is None:
        return
    try:
        await _read_and_land(database, organization_id, key)
    except MemoryError:
        await fail_import(
            database, organization_id, key, "The file needs more memory than an import may use. Split it."
        )
    except ImportFailed as failed:
        await fail_import(database, organization_id, key, failed.message, failed.rejections)
    except Exception as error:
        incident = new_key().hex[:16]
        _log.exception("import_incident", incident=incident, error=type(error).__name__)
        message = f"Something went wrong on the server. Its operator finds it in the log under {incident}."
        await fail_import(database, organization_id, key, message)


async def fail_import(
    database: Database, organization_id: UUID, key: UUID, message: str, rejections: list[Rejection] | None = None
) -> None:
    """Mark an import as failed, with the reason; does nothing if it has ended."""
    async with unit_of_work(database, organization_id, None) as work:
        failed = await work.run_one(scan_import.FAIL, organization_id=organization_id, key=key, error=message)
        if failed is not None:
            await work.run(scan_import.REMOVE_FILE, organization_id=organization_id, scan_import_id=key)
            await _list_rejections(work, organization_id, key, rejections or [])
            work.record("fail", "ScanImport", key, {"error": message})
        work.tell(import_topic(organization_id, key))


async def _read_and_land(database: Database, organization_id: UUID, key: UUID) -> None:
    reader = database.reader(frozenset({organization_id}))
    row = await reader.fetch_one(scan_import.BY_KEY, organization_id=organization_id, key=key)
    content = await reader.fetch_value(scan_import.FILE, organization_id=organization_id, scan_import_id=key)
    if row is None or content is None:
        raise ImportFailed("The uploaded file is gone: send it again.")
    report = await _read(database, organization_id, key, bytes(content))
    counts = Counts(results=report.results, rejected=len(report.rejections), skipped=report.skipped)
    if row["strict"] and report.rejections:
        first = report.rejections[0]
        raise ImportFailed(
            f"{counts.rejected} of {counts.results} results could not be read, and the import is strict. "
            f"The first is {first.pointer}: {first.reason}",
            report.rejections,
        )
    await _progress(database, organization_id, key, READ_SHARE, counts)
    async with unit_of_work(database, organization_id, None) as work:
        landing = Landing(row, counts)
        await _land(work, landing, report, key)
        tools = sorted({run.tool for run in report.runs})
        finished = await work.run_one(
            scan_import.FINISH, organization_id=organization_id, key=key, tools=tools, **counts.as_columns()
        )
        if finished is None:
            raise ImportFailed("The import was ended while it ran.")
        await work.run(scan_import.REMOVE_FILE, organization_id=organization_id, scan_import_id=key)
        await _list_rejections(work, organization_id, key, report.rejections)
        work.record("finish", "ScanImport", key, counts.as_columns())
        work.tell(import_topic(organization_id, key))


async def _read(database: Database, organization_id: UUID, key: UUID, content: bytes) -> Report:
    """Read a report in a thread and store how far it is, now and then."""
    state = {"read": 0, "all": 0}

    def note(read: int, total: int) -> None:
        state["read"], state["all"] = read, total

    reading = asyncio.create_task(asyncio.to_thread(_read_report, content, note), name="read report")
    while not reading.done():
        await asyncio.wait({reading}, timeout=REPORT_SECONDS)
        if not reading.done():
            percent = READ_SHARE * state["read"] // max(state["all"], 1)
            await _progress(database, organization_id, key, percent, Counts(results=state["all"]))
    return await reading


def _read_report(content: bytes, note: Callable[[int, int], None]) -> Report:
    try:
        return read_report(content, note)
    except UnreadableReport as error:
        raise ImportFailed(str(error)) from None


async def _progress(database: Database, organization_id: UUID, key: UUID, percent: int, counts: Counts) -> None:
    async with unit_of_work(database, organization_id, None) as work:
        await work.run(
            scan_import.REPORT,
            organization_id=organization_id,
            key=key,
            progress=percent,
            results=counts.results,
            rejected=counts.rejected,
            skipped=counts.skipped,
        )
        work.tell(import_topic(organization_id, key))


async def _land(work: UnitOfWork, landing: Landing, report: Report, key: UUID) -> None:
    began = time.perf_counter()
    row = landing.row
    await _lock(work, landing, report)
    for run in sorted(report.runs, key=lambda one: one.tool):
        await _stage_run(work, landing, run)
    connection = work.connection
    organization_id, group_id = row["organization_id"], row["group_id"]
    await connection.execute(scan_results.JOIN_BY_HASH)
    await connection.execute(scan_results.STAGE)
    await connection.copy_records_to_table("staged", records=landing.rows, columns=scan_results.STAGED)
    await connection.execute(scan_results.INDEX_STAGED)
    await connection.execute(scan_results.ANALYZE_STAGED)
    counts, place = landing.counts, (organization_id, group_id)
    counts.same = await connection.fetchval(scan_results.COUNT_SAME, *place)
    closed = await connection.fetch(scan_results.CLOSE, *place, sorted(landing.complete_targets), key)
    reopened = await connection.fetch(scan_results.REOPEN, *place, key, row["commit"])
    await connection.execute(scan_results.REFRESH, *place, key, row["commit"])
    added = await connection.fetch(scan_results.ADD, *place, row["root_id"], row["branch"], row["commit"], key)
    counts.closed, counts.reopened, counts.added = len(closed), len(reopened), len(added)
    touched = list({one["finding_id"] for one in (*closed, *reopened, *added)})
    await connection.execute(scan_results.STATUS, organization_id, touched)
    _log.info("import_landed", seconds=round(time.perf_counter() - began, 3), **counts.as_columns())


def _target_of(row: Any, run: Run) -> str:
    return scan_target(run.tool, row["category"] or run.category, row["root_id"], row["branch"])


async def _lock(work: UnitOfWork, landing: Landing, report: Report) -> None:
    """Wait for other imports of the same targets and tools in this group, always in one order, before anything else."""
    row = landing.row
    place = f"{row['organization_id'].hex}:{row['group_id'].hex}"
    keys = {f"{place}:tool:{run.tool}" for run in report.runs}
    keys |= {f"{place}:target:{_target_of(row, run)}" for run in report.runs}
    for key in sorted(keys):
        await work.connection.execute(scan_results.LOCK, key)


async def _stage_run(work: UnitOfWork, landing: Landing, run: Run) -> None:
    row = landing.row
    target = _target_of(row, run)
    if run.executed:
        landing.complete_targets.add(target)
    finding_ids = await _findings_of(work, row, run)
    for result in run.results:
        if (target, result.fingerprint) in landing.seen:
            landing.counts.skipped += 1
            continue
        landing.seen.add((target, result.fingerprint))
        landing.rows.append(_staged(result, target, finding_ids[result.rule_id], run.tool))


def _staged(result: Result, target: str, finding_id: UUID, tool: str) -> tuple[Any, ...]:
    return (
        new_key(),
        finding_id,
        target,
        result.fingerprint,
        result.path,
        result.line,
        result.end_line,
        result.column,
        result.message,
        result.snippet,
        result.severity_tenths,
        tool,
        result.suppressed,
        result.fixes,
    )


async def _findings_of(work: UnitOfWork, row: Any, run: Run) -> dict[str, UUID]:
    """Return the finding of each rule that a run uses, made where the group has none yet."""
    known = await work.run(
        scan_results.KNOWN_FINDINGS,
        organization_id=row["organization_id"],
        group_id=row["group_id"],
        tool=run.tool,
        rule_ids=sorted(run.rules),
    )
    found: dict[str, UUID] = {one["rule_id"]: one["finding_id"] for one in known}
    for rule_id, rule in sorted(run.rules.items()):
        if rule_id not in found:
            found[rule_id] = await _add_finding(work, row, run.tool, rule)
    return found


async def _add_finding(work: UnitOfWork, row: Any, tool: str, rule: Rule) -> UUID:
    finding_id = new_key()
    await work.run(
        finding.ADD,
        organization_id=row["organization_id"],
        finding_id=finding_id,
        group_id=row["group_id"],
        title=rule.title,
        description=rule.description,
        recommendation=rule.recommendation,
        status=str(FindingStatus.DRAFT),
        severity_tenths=rule.severity_tenths,
        severity_vector=rule.severity_vector,
        cwe_ids=list(check_cwe_ids(list(rule.cwe_ids))),
        tool=tool,
        rule_id=rule.rule_id,
    )
    work.record("add", "Finding", finding_id, {"title": rule.title})
    return finding_id


async def _list_rejections(work: UnitOfWork, organization_id: UUID, key: UUID, rejections: list[Rejection]) -> None:
    listed = rejections[: scan_results.MOST_REJECTIONS]
    await work.connection.execute(
        scan_results.ADD_REJECTIONS,
        organization_id,
        key,
        [new_key() for _ in listed],
        [one.pointer for one in listed],
        [one.reason for one in listed],
    )
