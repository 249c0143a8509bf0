"""Counts who uses what is deprecated: in memory, written to the database every few seconds and at the end."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog

from database.deprecation import COUNT, REMOVE_OLD
from database.pool import FAILURES, Database
from database.unit_of_work import unit_of_work

WRITE_SECONDS = 10.0
MOST_WAITING = 10_000
"""How many different counts may wait to be written; what comes beyond is lost, with a warning in the log."""
MOST_NAMES = 20
"""How many names a client may give itself on one day, as far as this process sees; the rest is counted together."""
OTHER_NAMES = "(other names)"
KEPT = timedelta(days=400)
_CLEAN_EVERY = 360
_log = structlog.get_logger(__name__)


class Client(NamedTuple):
    """Who uses something: the user, the access token if it was by one, and the name that the client gives itself."""

    user_id: UUID | None = None
    access_token_id: str | None = None
    name: str = ""


class DeprecationUsage:
    """The counts of one process; its task runs between `start` and `stop`."""

    def __init__(self, database: Database, *, seconds: float = WRITE_SECONDS) -> None:
        """Take the database, and how often to write."""
        self._database = database
        self._seconds = seconds
        self._waiting: Counter[tuple[frozenset[str], date, Client]] = Counter()
        self._names: dict[tuple[date, UUID | None, str | None], set[str]] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to write now and then."""
        self._task = asyncio.create_task(self._run(), name="deprecation usage")

    async def stop(self) -> None:
        """End the task, and write what is left."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._try(self.write)

    def count(self, coordinates: frozenset[str], client: Client) -> None:
        """Count one use of each coordinate by a client."""
        today = datetime.now(UTC).date()
        key = (coordinates, today, self._named(client, today))
        number = self._waiting.get(key, 0)
        if number or len(self._waiting) < MOST_WAITING:
            self._waiting[key] = number + 1
        else:
            _log.warning("deprecated_uses_not_counted", coordinates=sorted(coordinates))

    def _named(self, client: Client, today: date) -> Client:
        """Return a client whose name is one of a few, so that clients cannot fill the database with names."""
        if not client.name:
            return client
        names = self._names.setdefault((today, client.user_id, client.access_token_id), set())
        if client.name in names or len(names) < MOST_NAMES:
            names.add(client.name)
            return client
        return Client(client.user_id, client.access_token_id, OTHER_NAMES)

    async def _run(self) -> None:
        rounds = 0
        while True:
            await asyncio.sleep(self._seconds)
            await self._try(self.write)
            rounds += 1
            if rounds % _CLEAN_EVERY == 0:
                await self._try(self._clean)

    @staticmethod
    async def _try(do: Callable[[], Awaitable[None]]) -> None:
        try:
            await do()
        except FAILURES as error:
            _log.warning("deprecated_uses_not_written", error=str(error))
        except Exception:  # whatever it is, what waits is written, and what is old removed, another time
            _log.exception("deprecated_uses_not_written")

    async def write(self) -> None:
        """Write what waits; if that fails, it waits on."""
        if not self._waiting:
            return
        taken, self._waiting = self._waiting, Counter()
        try:
            async with unit_of_work(self._database, None, None) as work:
                await work.run(COUNT, **_columns(taken))
        except BaseException:
            self._waiting.update(taken)
            raise

    async def _clean(self) -> None:
        """Forget yesterday's names, and remove what was counted long ago."""
        today = datetime.now(UTC).date()
        self._names = {key: names for key, names in self._names.items() if key[0] == today}
        async with unit_of_work(self._database, None, None) as work:
            await work.run(REMOVE_OLD, ago=KEPT)


def _columns(counts: Counter[tuple[frozenset[str], date, Client]]) -> dict[str, list[object]]:
    """Return counts as the lists that the statement takes: a row for each coordinate, day and client.

    They are in one order, so that two processes do not wait for each other's rows in a circle.
    """
    rows: Counter[tuple[str, date, Client]] = Counter()
    for (coordinates, day, client), number in counts.items():
        for coordinate in coordinates:
            rows[(coordinate, day, client)] += number
    ordered = sorted(rows.items(), key=lambda one: repr(one[0]))
    return {
        "coordinates": [coordinate for (coordinate, _, _), _ in ordered],
        "days": [day for (_, day, _), _ in ordered],
        "users": [client.user_id for (_, _, client), _ in ordered],
        "access_tokens": [client.access_token_id for (_, _, client), _ in ordered],
        "client_names": [client.name for (_, _, client), _ in ordered],
        "numbers": [number for _, number in ordered],
    }
