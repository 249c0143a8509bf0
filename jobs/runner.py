"""Runs one job: holds its lease, keeps its deadline, and says what became of it.

An attempt that fails is followed by another after a pause, as often as the kind of work says; then the job has failed,
and so has what it was for. A job that was cancelled ends as soon as its lease cannot be renewed.
"""

import asyncio
from contextlib import suppress

import structlog

from database import job
from database.job import ClaimedJobRow
from database.pool import Database
from database.unit_of_work import unit_of_work
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
    try:
        async with asyncio.timeout(kind.seconds):
            await kind.run(Job(database, row, worker))
    except JobFailed as failed:
        await end_job(database, row, failed.message)
    except TimeoutError:
        await _fail_attempt(database, kind, row, f"It took longer than {kind.seconds:,.0f} seconds.")
    except Exception as error:
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
    pause = min(PAUSE_SECONDS * 2 ** (row["attempts"] - 1), LONGEST_PAUSE_SECONDS)
    async with unit_of_work(database, None, None) as work:
        await work.run(job.TRY_LATER, in_job=row["job_id"], message=message, wait_seconds=pause)


async def end_job(database: Database, row: ClaimedJobRow, message: str) -> None:
    """Fail a job for good, and what it was for."""
    kind = kinds().get(row["kind"])
    async with unit_of_work(database, row["organization_id"], None) as work:
        if kind is not None:
            await kind.end(work, row, message)
        await work.run(job.FAIL, in_job=row["job_id"], message=message)


async def lose_job(database: Database, row: ClaimedJobRow) -> None:
    """Fail the attempt of a worker that has died."""
    kind = kinds().get(row["kind"])
    if kind is None:
        await end_job(database, row, UNKNOWN)
    else:
        await _fail_attempt(database, kind, row, kind.orphaned)


async def _renew(database: Database, worker: str, row: ClaimedJobRow, attempt: asyncio.Task[None]) -> None:
    """Renew the lease while the attempt runs; cancel the attempt once the lease is lost."""
    while True:
        await asyncio.sleep(job.LEASE_SECONDS / 3)
        async with unit_of_work(database, None, None) as work:
            if await work.run_one(job.RENEW, in_job=row["job_id"], by=worker, seconds=job.LEASE_SECONDS) is None:
                attempt.cancel()
                return
