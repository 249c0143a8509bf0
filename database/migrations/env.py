"""Runs the migrations over asyncpg, under a lock, all in one transaction."""

import asyncio
from typing import Any

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from database.lending import ACQUIRE_SECONDS
from database.migrate import LOCK
from database.tables import metadata


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()


async def _connect(url: str) -> None:
    async def connected() -> Any:
        return await asyncpg.connect(url, timeout=ACQUIRE_SECONDS)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connected, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


def _main() -> None:
    attributes: dict[Any, Any] = context.config.attributes
    asyncio.run(_connect(attributes["url"]))


_main()
