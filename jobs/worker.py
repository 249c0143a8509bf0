"""The worker process: takes jobs from the queue, one at a time, and holds each by a lease that it renews.

    python -m jobs.worker NAME        the database's address in ADARVE_WORKER_DATABASE_URL

It ends when its standard input does, so it never outlives the server that started it.
"""

import asyncio
import gc
import logging
import os
import resource
import signal
import sys
import time
from contextlib import suppress

import structlog

from database import job, search, statistics
from database.pool import FAILURES, Database
from database.unit_of_work import unit_of_work
from domain.errors import Conflict
from jobs.queue import JOBS_TOPIC
from jobs.runner import run_job
from signals.postgres_bus import PostgresBus

URL_VARIABLE = "ADARVE_WORKER_DATABASE_URL"
MOST_MEMORY_BYTES = 4 * 1024**3
STATEMENT_SECONDS = 600
"""A large import's statements, and its wait for another import of the same target, take longer than a request's."""
QUIET_VARIABLE = "ADARVE_WORKER_QUIET"
_log = structlog.get_logger(__name__)


class Worker:
    """One worker; setting `stop` ends it after its current job."""

    def __init__(self, database: Database, name: str) -> None:
        """Take the database and the name under which leases are held."""
        self._database = database
        self._name = name
        self.stop = asyncio.Event()

    async def run(self, bus: PostgresBus) -> None:
        """Work until told to stop."""
        async with bus.listen(JOBS_TOPIC) as told:
            stopping = asyncio.create_task(self.stop.wait(), name="stop")
            try:
                while not self.stop.is_set():
                    waking = asyncio.ensure_future(anext(told))
                    await asyncio.wait({waking, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    if not waking.done():
                        waking.cancel()
                        break
                    await self._work_while_there_is_any()
            finally:
                stopping.cancel()

    async def _work_while_there_is_any(self) -> None:
        while not self.stop.is_set():
            if await self._run_next_job():
                continue
            began = time.monotonic()
            if not await self._index_some():
                return
            await asyncio.sleep(time.monotonic() - began)  # Requests go first: what is in the background takes turns.

    async def work_off(self) -> None:
        """Do everything that waits, then return."""
        while await self._run_next_job() or await self._index_some():
            pass

    async def _index_some(self) -> bool:
        """Write some of the search documents that large changes have left for later."""
        async with unit_of_work(self._database, None, None) as work:
            indexed: int = await work.connection.fetchval(search.INDEX_PENDING, search.PENDING_AT_ONCE)
        return indexed > 0

    async def _run_next_job(self) -> bool:
        async with unit_of_work(self._database, None, None) as work:
            claimed = await work.run_one(job.CLAIM, worker=self._name, seconds=job.LEASE_SECONDS)
        if claimed is None:
            return False
        try:
            await run_job(self._database, self._name, claimed)
        except (*FAILURES, Conflict) as error:  # the lease runs out, and the job is found to be lost
            _log.warning("job_not_ended", job=str(claimed["job_id"]), error=str(error))
        finally:
            if not gc.isenabled():
                gc.collect()
        async with unit_of_work(self._database, None, None) as work:
            await work.connection.execute(statistics.REFRESH)
        return True


async def _end_with_parent(worker: Worker) -> None:
    """Stop the worker when standard input is closed, as it is when the server is gone."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    worker.stop.set()


def _limit_memory() -> None:
    """Let a hostile report end in a MemoryError of this process, not in a machine without memory."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))


async def _main(name: str, url: str) -> None:
    _limit_memory()
    gc.disable()  # A report is a million objects without a cycle: looking for some takes longer than reading it.
    database = await Database.connect(url, most=3, name=f"adarve {name}", seconds=STATEMENT_SECONDS)
    bus = PostgresBus(url)
    await bus.start()
    worker = Worker(database, name)
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, worker.stop.set)
    parent = asyncio.create_task(_end_with_parent(worker), name="parent")
    try:
        await worker.run(bus)
    finally:
        parent.cancel()
        await bus.stop()
        await database.close()


if __name__ == "__main__":
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if os.environ.get(QUIET_VARIABLE) else logging.INFO
        ),
    )
    asyncio.run(_main(sys.argv[1], os.environ[URL_VARIABLE]))
