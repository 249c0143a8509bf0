"""Runs one import: reads the stored report, and lands its results in one transaction."""

import asyncio
import threading
import time
from collections.abc import Callable
from uuid import UUID

import structlog

from database import scan_import, scan_import_rejection, statistics
from database.job import ClaimedJobRow
from database.pool import Database, Reader
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.identifiers import new_key
from domain.scan_import import Counts, ImportFailed
from jobs.kind import ENDED, Job, JobFailed, Kind
from jobs.landing import Landing
from jobs.queue import import_topic
from scans.formats import read_report
from scans.report import Rejection, Report, UnreadableReport

REPORT_SECONDS = 0.25
"""How often progress is stored while a report is read."""
READ_SHARE = 70
"""How many percent of the work reading is; landing is the rest."""

_log = structlog.get_logger(__name__)


class UnreadableFile(ImportFailed):
    """The import fails for what is in its file; `rejections` are listed."""

    def __init__(self, message: str, rejections: list[Rejection]) -> None:
        super().__init__(message)
        self.rejections = rejections


async def run_import(job: Job) -> None:
    """Run an import from its stored file to its end; raise JobFailed if it fails."""
    database, organization_id, key = job.database, job.row["organization_id"], job.row["object_key"]
    async with unit_of_work(database, organization_id, None) as work:
        started = await work.run_one(scan_import.START, organization_id=organization_id, key=key)
        work.tell(import_topic(organization_id, key))
    if started is None:
        return
    try:
        await _read_and_land(job)
    except MemoryError:
        raise JobFailed("The file needs more memory than an import may use. Split it.") from None
    except UnreadableFile as failed:
        rejections = failed.rejections
        raise JobFailed(failed.message, lambda work: _list_rejections(work, organization_id, key, rejections)) from None
    except ImportFailed as failed:
        raise JobFailed(failed.message) from None


async def end_import(work: UnitOfWork, row: ClaimedJobRow, message: str) -> None:
    """Mark an import as failed, with the reason; does nothing if it has ended."""
    organization_id, key = row["organization_id"], row["object_key"]
    if await work.run_one(scan_import.FAIL, organization_id=organization_id, key=key, error=message) is not None:
        await work.run(scan_import.REMOVE_FILE, organization_id=organization_id, scan_import_id=key)
        work.record("fail", "ScanImport", key, {"error": message})
    work.tell(import_topic(organization_id, key))


KIND = Kind(
    "scan_import",
    run=run_import,
    end=end_import,
    seconds=3600,
    orphaned="The worker that read the file has died. Send the file again.",
    cannot_be_retried="The file of an import that failed is gone: send it again.",
)
"""Imports are tried once: what made one fail is in its file, and the worker that died may have died of it."""


async def _read_and_land(job: Job) -> None:
    database, organization_id, key = job.database, job.row["organization_id"], job.row["object_key"]
    reader = database.reader(frozenset({organization_id}))
    row = await reader.fetch_one(scan_import.BY_KEY, organization_id=organization_id, key=key)
    if row is None:
        raise ImportFailed("The import is gone: send the file again.")
    content = await _fetch_file(reader, organization_id, key, row["file_size"])
    report = await _read(database, organization_id, key, content)
    del content
    counts = Counts(results=report.results, rejected=len(report.rejections), skipped=report.skipped)
    await _progress(database, organization_id, key, READ_SHARE, counts)
    if row["strict"] and report.rejections:
        first = report.rejections[0]
        raise UnreadableFile(
            f"{counts.rejected} of {counts.results} results could not be read, and the import is strict. "
            f"The first is {first.pointer}: {first.reason}",
            report.rejections,
        )
    async with unit_of_work(database, organization_id, None) as work:
        began = time.perf_counter()
        landing = Landing(work, row, report, counts)
        await landing.land()
        await job.succeed(work)
        finished = await work.run_one(
            scan_import.FINISH,
            organization_id=organization_id,
            key=key,
            tools=sorted({run.tool for run in report.runs}),
            format=report.format,
            warnings=report.warnings,
            scan_targets=[target.key for target in landing.targets],
            **counts.as_columns(),
        )
        if finished is None:
            raise ImportFailed("The import was ended while it ran.")
        await work.run(scan_import.REMOVE_FILE, organization_id=organization_id, scan_import_id=key)
        await _list_rejections(work, organization_id, key, report.rejections)
        work.record("finish", "ScanImport", key, counts.as_columns())
        await work.connection.execute(statistics.TELL_CHANGES)
        work.tell(import_topic(organization_id, key))
    _log.info("import_landed", seconds=round(time.perf_counter() - began, 3), **counts.as_columns())


async def _fetch_file(reader: Reader, organization_id: UUID, key: UUID, size: int) -> bytearray:
    """Return the stored file, fetched in parts so that it is in memory once."""
    content, start = bytearray(size), 0
    while start < size:
        found = await reader.fetch_one(
            scan_import.FILE_PART,
            organization_id=organization_id,
            scan_import_id=key,
            start=start + 1,
            size=scan_import.PART_BYTES,
        )
        part = found["content"] if found is not None else b""
        if not part:
            raise ImportFailed("The uploaded file is gone: send it again.")
        content[start : start + len(part)] = part
        start += len(part)
    return content


async def _read(database: Database, organization_id: UUID, key: UUID, content: bytearray) -> Report:
    """Read a report in a thread and store how far it is, now and then."""
    state = {"read": 0, "all": 0}

    stopped = threading.Event()

    def note(read: int, total: int) -> None:
        if stopped.is_set():
            raise ImportFailed(ENDED)
        state["read"], state["all"] = read, total

    reading = asyncio.create_task(asyncio.to_thread(_read_report, content, note), name="read report")
    try:
        while not reading.done():
            await asyncio.wait({reading}, timeout=REPORT_SECONDS)
            if not reading.done():
                percent = READ_SHARE * state["read"] // max(state["all"], 1)
                await _progress(database, organization_id, key, percent, Counts(results=state["all"]))
        return await reading
    finally:
        stopped.set()  # a thread cannot be cancelled: it ends at its next record


def _read_report(content: bytearray, note: Callable[[int, int], None]) -> Report:
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


async def _list_rejections(work: UnitOfWork, organization_id: UUID, key: UUID, rejections: list[Rejection]) -> None:
    listed = rejections[: scan_import_rejection.MOST]
    await work.connection.execute(
        scan_import_rejection.ADD,
        organization_id,
        key,
        [new_key() for _ in listed],
        [one.pointer for one in listed],
        [one.reason for one in listed],
    )
