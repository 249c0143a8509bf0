"""Runs one job: holds its lease, keeps its deadline, and says what became of it.

An attempt that fails is followed by another after a pause, as often as the kind of work says; then the job has failed,
and so has what it was for. A job that was cancelled ends as soon as its lease cannot be renewed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from database import job
from database.job import ClaimedJobRow
from database.pool import FAILURES, Database
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.identifiers import new_key
from jobs.kind import Job, JobFailed, Kind, kinds

PAUSE_SECONDS = 10.0
"""The pause after the first failed attempt; each further one is twice as long."""
LONGEST_PAUSE_SECONDS = 3600.0
UNKNOWN = "This version of the server knows no work of this kind."
_log = structlog.get_logger(__name__)


async def run_job(database: Database, worker: str, row: ClaimedJobRow) -> None:
    """Run a job that a worker has claimed, to its end or to the end of this attempt."""
    kind = kinds().get(row["kind"])
    if kind is None:
        await end_job(database, row, UNKNOWN)
        return
    attempt = asyncio.create_task(_attempt(database, worker, kind, row), name=f"job {row['kind']}")
    renewing = asyncio.create_task(_renew(database, worker, row, attempt), name="renew lease")
    try:
        await attempt
    except asyncio.CancelledError:
        if not attempt.cancelled() or _is_being_cancelled():
            raise
        _log.info("job_cancelled", job=str(row["job_id"]), kind=row["kind"])
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _attempt(database: Database, worker: str, kind: Kind, row: ClaimedJobRow) -> None:
    deadline = asyncio.timeout(kind.seconds)
    try:
        async with deadline:
            await kind.run(Job(database, row, worker))
    except JobFailed as failed:
        await end_job(database, row, failed.message, failed.note)
    except Exception as error:
        if deadline.expired():
            await _fail_attempt(database, kind, row, f"It took longer than {kind.seconds:,.0f} seconds.")
            return
        incident = new_key().hex[:16]
        _log.exception("job_incident", incident=incident, kind=row["kind"], error=type(error).__name__)
        message = f"Something went wrong on the server. Its operator finds it in the log under {incident}."
        await _fail_attempt(database, kind, row, message)
    else:
        async with unit_of_work(database, None, None) as work:
            await work.run(job.SUCCEED, in_job=row["job_id"], by=worker)


async def _fail_attempt(database: Database, kind: Kind, row: ClaimedJobRow, message: str) -> None:
    if row["attempts"] >= kind.attempts:
        await end_job(database, row, message)
        return
    async with unit_of_work(database, None, None) as work:
        await _try_later(work, row, message)


async def _try_later(work: UnitOfWork, row: ClaimedJobRow, message: str) -> None:
    pause = min(PAUSE_SECONDS * 2 ** (row["attempts"] - 1), LONGEST_PAUSE_SECONDS)
    await work.run(job.TRY_LATER, in_job=row["job_id"], by=row["worker"], message=message, wait_seconds=pause)


async def end_job(
    database: Database,
    row: ClaimedJobRow,
    message: str,
    note: Callable[[UnitOfWork], Awaitable[None]] | None = None,
) -> None:
    """Fail a job for good, and what it was for; does nothing if the job is no longer the worker's."""
    async with unit_of_work(database, row["organization_id"], None) as work:
        await _end(work, row, message, note)


async def _end(
    work: UnitOfWork,
    row: ClaimedJobRow,
    message: str,
    note: Callable[[UnitOfWork], Awaitable[None]] | None = None,
) -> None:
    """Lock the job before its object, as everybody does who ends one."""
    if await work.run_one(job.FAIL, in_job=row["job_id"], by=row["worker"], message=message) is None:
        return
    if (kind := kinds().get(row["kind"])) is not None:
        await kind.end(work, row, message)
    if note is not None:
        await note(work)


async def lose_job(database: Database, row: ClaimedJobRow, dead_worker: str) -> None:
    """Fail the attempt of a worker that has died; does nothing if the worker has been heard of since."""
    kind = kinds().get(row["kind"])
    async with unit_of_work(database, row["organization_id"], None) as work:
        named = {"in_job": row["job_id"], "by": row["worker"]}
        if await work.run_one(job.LOST, **named, dead_worker=dead_worker) is None:
            return
        if kind is None or row["attempts"] >= kind.attempts:
            await _end(work, row, UNKNOWN if kind is None else kind.orphaned)
        else:
            await _try_later(work, row, kind.orphaned)


async def _renew(database: Database, worker: str, row: ClaimedJobRow, attempt: asyncio.Task[None]) -> None:
    """Renew the lease while the attempt runs; cancel the attempt once the lease is lost."""
    while True:
        await asyncio.sleep(job.LEASE_SECONDS / 3)
        try:
            async with unit_of_work(database, None, None) as work:
                held = await work.run_one(job.RENEW, in_job=row["job_id"], by=worker, seconds=job.LEASE_SECONDS)
        except FAILURES as error:  # the database is away; the lease lasts a while, so try again
            _log.warning("lease_not_renewed", job=str(row["job_id"]), error=str(error))
            continue
        if held is None:
            attempt.cancel()
            return
