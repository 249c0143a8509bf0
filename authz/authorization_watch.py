"""Watches what changes about who may do what, so that what is revoked is out within a second, in every process.

Every half second, or as soon as another process tells of it, the changes of late are read; what is known of callers is
forgotten, waiting subscriptions look again, and whoever listens for a user (an open WebSocket) is called.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import UUID

import structlog

from authz.credentials import Credentials
from database import invitation, session, sign_in_attempt
from database.authorization_change import LATELY, REMOVE_OLD
from database.pool import FAILURES, Database
from database.unit_of_work import unit_of_work
from signals.bus import Bus

TOPIC = "authorization"
POLL_SECONDS = 0.5
LATE = timedelta(seconds=90)
"""How long changes are read again: longer than a transaction may last before it commits."""
CALL_SECONDS = 5
"""How long one listener may take."""
KEPT = timedelta(hours=1)
ENDED_KEPT = timedelta(days=30)
CLEAN_EVERY = 1000
"""After how many rounds what has ended long ago is removed: changes, attempts, sessions and invitations."""

Callback = Callable[[], Awaitable[None]]
_log = structlog.get_logger(__name__)


class AuthorizationWatch:
    """The watch of one process; its task runs between `start` and `stop`."""

    def __init__(self, database: Database, credentials: Credentials, bus: Bus) -> None:
        """Take what is watched and who is told."""
        self._database = database
        self._credentials = credentials
        self._bus = bus
        self._seen: set[int] = set()
        self._callbacks: dict[UUID, set[Callback]] = {}
        self._task: asyncio.Task[None] | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to watch."""
        await self._look(tell=False)
        self._task = asyncio.create_task(self._run(), name="authorization watch")

    async def stop(self) -> None:
        """End the task, and the calls that it has begun."""
        for task in (self._task, *self._calls):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    @contextmanager
    def listening(self, user_id: UUID, callback: Callback) -> Iterator[None]:
        """Call back, for as long as the block runs, whenever something about a user has changed."""
        self._callbacks.setdefault(user_id, set()).add(callback)
        try:
            yield
        finally:
            self._callbacks[user_id].discard(callback)
            if not self._callbacks[user_id]:
                del self._callbacks[user_id]

    async def _run(self) -> None:
        rounds = 0
        async with self._bus.listen(TOPIC, regardless_seconds=POLL_SECONDS) as told:
            async for _ in told:
                rounds += 1
                try:
                    await self._look(tell=True)
                    if rounds % CLEAN_EVERY == 0:
                        await self._clean()
                except FAILURES as error:
                    _log.warning("authorization_watch_failed", error=str(error))
                    self._credentials.forget()
                except Exception:  # whatever it is: who watched no longer would let in what was revoked
                    _log.exception("authorization_watch_failed")
                    self._credentials.forget()

    async def _look(self, *, tell: bool) -> None:
        rows = await self._database.reader().fetch(LATELY, ago=LATE)
        fresh = [row for row in rows if row["authorization_change_id"] not in self._seen]
        self._seen = {row["authorization_change_id"] for row in rows}
        if fresh and tell:
            self._credentials.forget()
            self._bus.wake()
            self._call_back({row["user_id"] for row in fresh})

    def _call_back(self, users: set[UUID | None]) -> None:
        """Call the listeners of these users, each in a task of its own; None stands for all users."""
        concerned = [user_id for user_id in self._callbacks if user_id in users or None in users]
        for callback in [one for user_id in concerned for one in self._callbacks[user_id]]:
            task = asyncio.create_task(self._call(callback), name="authorization callback")
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

    @staticmethod
    async def _call(callback: Callback) -> None:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await callback()
        except Exception as error:  # whatever it is, the others are called all the same
            _log.warning("authorization_callback_failed", error=str(error))

    async def _clean(self) -> None:
        async with unit_of_work(self._database, None, None) as work:
            await work.run(REMOVE_OLD, ago=KEPT)
            await work.run(sign_in_attempt.REMOVE_OLD, ago=KEPT)
            await work.run(session.REMOVE_ENDED_SESSIONS, ago=ENDED_KEPT)
            await work.run(invitation.REMOVE_ENDED, ago=ENDED_KEPT)
