"""The one place that commits a transaction.

    async with unit_of_work(database, organization_id, actor_id) as work:
        await work.run(STATEMENT, …)
        work.record("update", "Finding", key, {"title": "…"})

Object, audit entry and outbox row are saved together or not at all.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from database.change import APPEND, APPEND_TO_INSTALLATION
from database.pool import Database, organizations_setting
from database.row import Row
from database.statement import Statement
from domain.errors import Conflict
from domain.identifiers import new_key

CHANGES_CHANNEL = "adarve"
"""The channel on which other processes hear that something changed."""
CHANGES_TOPIC = "changes"
"""The topic on which the consumers of the outbox hear that there is something to read."""


Change = tuple[str, str, UUID, dict[str, object]]
"""A verb, the type and the key of an object, and details."""


class _Ended:
    """In place of the connection of a unit of work that has ended: by now it may be somebody else's."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"{name}: the unit of work has ended")


@dataclass(slots=True)
class UnitOfWork:
    """A transaction under way, on its own connection."""

    connection: Any
    database: Database
    organization_id: UUID | None
    actor_id: UUID | None
    _changes: list[Change] = field(default_factory=list)
    _changes_of_installation: list[Change] = field(default_factory=list)
    _topics: set[str] = field(default_factory=set)

    async def run(self, statement: Statement[Row], **values: object) -> list[Row]:
        """Run a statement and return its rows."""
        self.database.observe(statement.sql)
        rows: list[Row] = await self.connection.fetch(statement.sql, *statement.arguments(values))
        return rows

    async def run_one(self, statement: Statement[Row], **values: object) -> Row | None:
        """Run a statement and return its first row, or None."""
        rows = await self.run(statement, **values)
        return rows[0] if rows else None

    async def run_required(self, statement: Statement[Row], **values: object) -> Row:
        """Run a statement and return its first row, which there always is; raise LookupError if there is none."""
        row = await self.run_one(statement, **values)
        if row is None:
            raise LookupError(statement.sql)
        return row

    def record(self, verb: str, type_name: str, key: UUID, details: Mapping[str, object] | None = None) -> None:
        """Note a change for the audit trail and the outbox; written when the block ends well.

        What is changed in a unit of work of no organization is noted in the audit trail of the installation.
        """
        if self.organization_id is None:
            self.record_of_installation(verb, type_name, key, details)
        else:
            self._changes.append((verb, type_name, key, dict(details or {})))

    def record_of_installation(
        self, verb: str, type_name: str, key: UUID, details: Mapping[str, object] | None = None
    ) -> None:
        """Note a change of what belongs to no organization (an account, say), made beside a change of one."""
        self._changes_of_installation.append((verb, type_name, key, dict(details or {})))

    def tell(self, topic: str) -> None:
        """Tell listeners on this topic once the transaction is committed."""
        self._topics.add(topic)

    async def finish(self) -> None:
        """Write what was noted. Its last statement takes the organization's next positions."""
        if self._changes:
            self._topics.add(CHANGES_TOPIC)
        for topic in sorted(self._topics):
            await self.connection.execute("SELECT pg_notify($1, $2)", CHANGES_CHANNEL, topic)
        if self._changes_of_installation:
            await self.connection.execute(APPEND_TO_INSTALLATION, *self._entries(self._changes_of_installation))
        if self._changes:
            await self.connection.execute(APPEND, self.organization_id, *self._entries(self._changes))

    def _entries(self, changes: Sequence[Change]) -> tuple[Any, ...]:
        verbs, type_names, keys, details = zip(*changes, strict=True)
        return [new_key() for _ in verbs], verbs, type_names, keys, details, self.actor_id


@asynccontextmanager
async def unit_of_work(
    database: Database, organization_id: UUID | None, actor_id: UUID | None
) -> AsyncIterator[UnitOfWork]:
    """Run the block in one transaction that sees one organization (or the directory alone).

    Raises Conflict where another transaction got there first.
    """
    seen = frozenset({organization_id}) if organization_id else frozenset()
    async with database.connection() as connection:
        try:
            async with connection.transaction():
                await connection.execute(
                    "SELECT set_config('adarve.organizations', $1, true)", organizations_setting(seen)
                )
                work = UnitOfWork(connection, database, organization_id, actor_id)
                try:
                    yield work
                    await work.finish()
                finally:
                    work.connection = _Ended()
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
            raise Conflict("Somebody else changed this at the same moment. Try again.") from error
