"""The bus over PostgreSQL's LISTEN and NOTIFY: wakes waiting tasks of this process when any process changed something.

One connection of its own listens for all. What is on the bus may be missed (a lost connection, a full queue), so a
listener is woken now and then regardless, and reads the truth from the database.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any

import asyncpg
import structlog

from database.pool import LOST
from database.unit_of_work import CHANGES_CHANNEL
from signals.shared_reads import Load, SharedReads

REGARDLESS_SECONDS = 2.0
RECONNECT_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class PostgresBus:
    """The bus of one process; its task runs between `start` and `stop`."""

    def __init__(self, url: str) -> None:
        """Take the address of the database."""
        self._url = url
        self._waiting: dict[str, set[_Listener]] = {}
        self._reads = SharedReads()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._run(), name="bus")

    async def stop(self) -> None:
        """End the task and its connection."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._listen_until_lost()
            except LOST as error:
                _log.warning("bus_lost", error=str(error))
            except Exception:  # whatever it is, it listens again
                _log.exception("bus_lost")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_until_lost(self) -> None:
        connection: Any = await asyncpg.connect(
            self._url, timeout=10, server_settings={"application_name": "adarve bus"}
        )
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(CHANGES_CHANNEL, self._hear)
            await lost.wait()
        finally:
            if not connection.is_closed():
                await connection.close(timeout=2)

    def _hear(self, _connection: object, _pid: int, _channel: str, topic: object) -> None:
        for listener in self._waiting.get(str(topic), ()):
            listener.wake()

    def wake(self) -> None:
        """Let everybody who waits in this process look again."""
        for listeners in self._waiting.values():
            for listener in listeners:
                listener.wake()

    @asynccontextmanager
    async def listen(
        self, topic: str, *, regardless_seconds: float = REGARDLESS_SECONDS
    ) -> AsyncIterator[AsyncIterator[float]]:
        """Return an iterator that yields at once, whenever the topic is told, and every few seconds regardless.

        What it yields is the moment (by `monotonic`) of the change: what is read of the topic has to be read later.
        """
        listener = _Listener()
        listener.wake()
        self._waiting.setdefault(topic, set()).add(listener)
        try:
            yield listener.wakings(regardless_seconds)
        finally:
            self._waiting[topic].discard(listener)
            if not self._waiting[topic]:
                del self._waiting[topic]
                self._reads.forget(topic)

    async def read(self, topic: str, woken: float, load: Load) -> Any:
        """Return what `load` reads of a topic: one look for all who listen to it and were woken before it began."""
        return await self._reads.read(topic, woken, load)


class _Listener:
    """Somebody who waits for a topic."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._woken = 0.0

    def wake(self) -> None:
        self._woken = monotonic()
        self._told.set()

    async def wakings(self, regardless_seconds: float) -> AsyncIterator[float]:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), regardless_seconds)
            # Who was not told only makes sure: what others have read just before is as good.
            woken = self._woken if self._told.is_set() else monotonic() - regardless_seconds / 2
            self._told.clear()
            yield woken
