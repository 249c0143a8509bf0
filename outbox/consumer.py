"""Consumers of the outbox: each reads every change of every organization, in order, and keeps its position.

A consumer that fails is tried again later, from where it was; the others go on. What it does within the database is
done once; what it does elsewhere may be done again after a failure.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import structlog

from database import organization, outbox
from database.outbox import ChangeRow
from database.pool import FAILURES, Database
from database.unit_of_work import CHANGES_TOPIC, UnitOfWork, unit_of_work
from signals.bus import Bus

MOST_AT_ONCE = 500
"""How many changes are handed over in one transaction."""
MOST_SECONDS = 60.0
"""How long a consumer may take for what it has not read of one organization, before the others have their turn."""
REGARDLESS_SECONDS = 5.0
"""How often there is a look though no signal came."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who is told of changes: a name, under which the position is kept, and what takes changes of one organization."""

    name: str
    take: Callable[[UnitOfWork, Sequence[ChangeRow]], Awaitable[None]]


class Consumers:
    """Hands changes to some consumers; the task runs between `start` and `stop`."""

    def __init__(self, database: Database, bus: Bus, consumers: Sequence[Consumer]) -> None:
        """Take where changes are, what tells of them, and who is told."""
        self._database = database
        self._bus = bus
        self._consumers = consumers
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to read; nothing is done where there are no consumers."""
        if self._consumers:
            self._task = asyncio.create_task(self._run(), name="outbox consumers")

    async def stop(self) -> None:
        """End the task; what it was at is read again later."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        async with self._bus.listen(CHANGES_TOPIC, regardless_seconds=REGARDLESS_SECONDS) as told:
            async for _ in told:
                for consumer in self._consumers:
                    await self.catch_up(consumer)

    async def catch_up(self, consumer: Consumer) -> None:
        """Hand a consumer all that it has not read, organization by organization; a failure is logged."""
        try:
            every = await self._database.reader().fetch(organization.EVERY_KEY)
            reader = self._database.reader(frozenset(row["organization_id"] for row in every))
            behind = await reader.fetch(outbox.BEHIND, consumer=consumer.name)
        except FAILURES as error:
            _log.warning("outbox_consumer_failed", consumer=consumer.name, error=str(error))
            return
        for row in behind:
            await self._catch_up_with(consumer, row["organization_id"])

    async def _catch_up_with(self, consumer: Consumer, organization_id: UUID) -> None:
        """Hand a consumer what it has not read of one organization; what fails there keeps nothing from the others."""
        try:
            async with asyncio.timeout(MOST_SECONDS):
                while await self._hand_over(consumer, organization_id):
                    pass
        except FAILURES as error:
            _log.warning("outbox_consumer_failed", consumer=consumer.name, error=str(error) or "it took too long")
        except Exception:  # it is told again later
            _log.exception("outbox_consumer_failed", consumer=consumer.name)

    async def _hand_over(self, consumer: Consumer, organization_id: UUID) -> bool:
        """Hand over the next changes of an organization; return whether there may be more."""
        named = {"organization_id": organization_id, "consumer": consumer.name}
        async with unit_of_work(self._database, organization_id, None) as work:
            await work.run(outbox.BEGIN, **named)
            taken = await work.run_one(outbox.TAKE, **named)
            if taken is None:
                return False
            changes = await work.run(
                outbox.READ, organization_id=organization_id, after=taken["position"], most=MOST_AT_ONCE
            )
            if not changes:
                return False
            await consumer.take(work, changes)
            reached = changes[-1]["position"]
            await work.run(outbox.ADVANCE, in_organization=organization_id, by=consumer.name, reached=reached)
        return len(changes) == MOST_AT_ONCE
