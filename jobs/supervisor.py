"""Starts the worker processes, starts a new one for one that has died, and fails what a dead one left behind."""

import asyncio
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import structlog

from database import job
from database.pool import FAILURES, Database
from database.unit_of_work import unit_of_work
from jobs.runner import lose_job
from jobs.worker import QUIET_VARIABLE, URL_VARIABLE

SWEEP_SECONDS = 5.0
FORGET_EVERY = 720
"""After how many sweeps what ended long ago is forgotten."""
KEPT = timedelta(days=30)
"""For how long a job that has ended can be listed."""
RESTART_SECONDS = 1.0
STOP_SECONDS = 15.0
_ROOT = Path(__file__).parent.parent
_log = structlog.get_logger(__name__)


class Supervisor:
    """The workers of one server, between `start` and `stop`."""

    def __init__(self, database: Database, url: str, workers: int, *, quiet: bool = False) -> None:
        """Take the database, its address for the workers, how many to run, and whether they log warnings only."""
        self._database = database
        self._url = url
        self._workers = workers
        self._quiet = quiet
        self._processes: dict[str, Process] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self) -> None:
        """Start the workers."""
        for _ in range(self._workers):
            self._tasks.append(asyncio.create_task(self._keep_one(), name="worker"))
        if self._workers:
            self._tasks.append(asyncio.create_task(self._sweep(), name="sweep"))

    async def stop(self) -> None:
        """Let the workers finish their jobs, end those that take too long, and wait for all of them."""
        self._stopping = True
        for process in self._processes.values():
            if process.stdin is not None:
                process.stdin.close()
        waiting = [asyncio.create_task(process.wait()) for process in self._processes.values()]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=STOP_SECONDS)
            if late:
                for process in self._processes.values():
                    with suppress(ProcessLookupError):
                        process.kill()
                await asyncio.wait(late)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_stopping(self) -> bool:
        return self._stopping

    async def _keep_one(self) -> None:
        while not self._stopping:
            name = f"worker-{secrets.token_hex(6)}"
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "jobs.worker",
                name,
                stdin=PIPE,
                start_new_session=True,  # Ctrl-C is for the server, which lets the worker finish
                cwd=_ROOT,
                env=os.environ | {URL_VARIABLE: self._url, QUIET_VARIABLE: "1" if self._quiet else ""},
            )
            self._processes[name] = process
            code = await process.wait()
            self._processes.pop(name, None)
            if self._is_stopping():
                return
            _log.error("worker_died", worker=name, code=code)
            await self._fail_orphans(name)
            await asyncio.sleep(RESTART_SECONDS)

    async def _sweep(self) -> None:
        for number in count():
            await self._fail_orphans("")
            if number % FORGET_EVERY == 0:
                await self._forget_old()
            await asyncio.sleep(SWEEP_SECONDS)

    async def _forget_old(self) -> None:
        try:
            async with unit_of_work(self._database, None, None) as work:
                await work.run(job.REMOVE_OLD, ago=KEPT)
        except FAILURES as error:
            _log.warning("sweep_failed", error=str(error))

    async def _fail_orphans(self, dead_worker: str) -> None:
        """Fail the attempts whose worker is known to be dead or has let its lease run out; each by itself."""
        try:
            orphans = await self._database.reader().fetch(job.ORPHANS, dead_worker=dead_worker)
        except Exception as error:  # the next sweep tries again
            _log.warning("sweep_failed", error=str(error))
            return
        for orphan in orphans:
            try:
                await lose_job(self._database, orphan, dead_worker)
            except Exception as error:  # the others are ended all the same
                _log.warning("sweep_failed", job=str(orphan["job_id"]), error=str(error))
