"""Connections: what they see, and which roles are refused."""

import pytest

from database.pool import Database
from domain.errors import Unavailable
from tests.conftest import Postgres
from tests.world import World


async def test_a_superuser_is_refused(module_postgres: Postgres) -> None:
    database = await Database.connect(module_postgres.superuser, most=1)
    try:
        with pytest.raises(Unavailable, match="ignores row-level security"):
            await database.refuse_unlocked()
    finally:
        await database.close()


async def test_the_application_role_is_not_refused(database: Database) -> None:
    await database.refuse_unlocked()


async def test_an_unreachable_server_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        await Database.connect("postgresql://nobody@127.0.0.1:1/nothing", most=1)


async def test_a_connection_changes_what_it_sees_only_when_that_differs(world: World) -> None:
    castle = frozenset({world.organizations["castle"]})
    async with world.context.database.connection() as connection:
        await connection.see(castle)
        assert (
            await connection.fetchval("SELECT current_setting('adarve.organizations')") == f"{{{next(iter(castle))}}}"
        )
        await connection.execute("SELECT set_config('adarve.organizations', 'untouched', false)")
        await connection.see(castle)
        assert await connection.fetchval("SELECT current_setting('adarve.organizations')") == "untouched"
        await connection.see(frozenset())
        assert await connection.fetchval("SELECT current_setting('adarve.organizations')") == ""


async def test_a_write_leaves_the_connection_seeing_what_it_saw(world: World) -> None:
    await world.add_finding()
    async with world.context.database.connection() as connection:
        await connection.see(frozenset())
        assert await connection.fetchval("SELECT count(*) FROM findings") == 0


async def test_every_statement_is_planned_for_its_values(database: Database) -> None:
    """After five runs PostgreSQL may keep one plan for all values, which is slow for pages of many parents."""
    async with database.connection() as connection:
        assert await connection.fetchval("SHOW plan_cache_mode") == "force_custom_plan"
