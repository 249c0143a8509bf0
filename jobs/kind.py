"""What a kind of work says of itself: how it is run, for how long, how often, and what becomes of what it was for.

A module of `jobs/` that has a `KIND` is a kind; see `jobs.scan_import`. Handlers are told of their job and say how far
they are; lease, deadline, attempts and cancellation are the runner's (`jobs.runner`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache

import jobs
from database.job import PROGRESS, SUCCEED, ClaimedJobRow
from database.pool import Database
from database.unit_of_work import UnitOfWork, unit_of_work
from domain.discovery import modules_of

ENDED = "The job was ended while it ran."


class JobFailed(Exception):
    """The work has failed for a reason that trying again does not mend; the message is for who asked for it."""

    def __init__(self, message: str, note: Callable[[UnitOfWork], Awaitable[None]] | None = None) -> None:
        """Take the message, and what else is to be noted in the transaction in which the job fails."""
        super().__init__(message)
        self.message = message
        self.note = note


@dataclass(frozen=True, slots=True)
class Job:
    """A job that is being run: its row, and the worker that holds it."""

    database: Database
    row: ClaimedJobRow
    worker: str

    async def succeed(self, work: UnitOfWork) -> None:
        """Say in the very transaction of the work that the job is done; raise JobFailed if it was ended meanwhile.

        It locks the job, as whoever cancels does: the one that comes first wins, and the other changes nothing. Call
        it before the object of the job is locked.
        """
        if await work.run_one(SUCCEED, in_job=self.row["job_id"], by=self.worker) is None:
            raise JobFailed(ENDED)

    async def tell_progress(self, percent: int) -> None:
        """Say how far the work is, from 0 to 100."""
        async with unit_of_work(self.database, None, None) as work:
            await work.run(PROGRESS, in_job=self.row["job_id"], by=self.worker, percent=percent)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work.

    `run` does it, and raises JobFailed, or anything else, where it fails. `end` says in the same transaction what has
    become of the object that the job is for: the job has failed or was cancelled, with this message. `seconds` is how
    long one attempt may take, `attempts` how many there are, with growing pauses between them.
    """

    name: str
    run: Callable[[Job], Awaitable[None]]
    end: Callable[[UnitOfWork, ClaimedJobRow, str], Awaitable[None]]
    seconds: float
    orphaned: str = "The worker that was at it has died."
    """What is said where a worker has died."""
    attempts: int = 1
    cannot_be_retried: str | None = None
    """Why a failed job of this kind cannot be begun anew; None if it can."""


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind of work by its name."""
    found = [module.KIND for module in modules_of(jobs) if hasattr(module, "KIND")]
    return {kind.name: kind for kind in found}
