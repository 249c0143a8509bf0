"""Connections: what they see, and which roles are refused."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from database import lending
from database.pool import Database, TenantConnection
from database.statement import Statement
from database.unit_of_work import unit_of_work
from domain.errors import Unavailable
from tests.conftest import Postgres
from tests.world import World

ONE = Statement(text("SELECT 1"))


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
    async with world.services.database.connection() as connection:
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
    async with world.services.database.connection() as connection:
        await connection.see(frozenset())
        assert await connection.fetchval("SELECT count(*) FROM findings") == 0


async def test_every_statement_is_planned_for_its_values(database: Database) -> None:
    """After five runs PostgreSQL may keep one plan for all values, which is slow for pages of many parents."""
    async with database.connection() as connection:
        assert await connection.fetchval("SHOW plan_cache_mode") == "force_custom_plan"


async def _process(database: Database) -> int:
    async with database.connection() as connection:
        return int(await connection.fetchval("SELECT pg_backend_pid()"))


async def test_the_last_connection_stays_at_hand_for_a_while(module_postgres: Postgres) -> None:
    database = await Database.connect(module_postgres.application, most=1)
    try:
        first = await _process(database)
        assert await _process(database) == first
    finally:
        await database.close()


async def test_a_connection_that_broke_off_is_not_lent_again(module_postgres: Postgres) -> None:
    database = await Database.connect(module_postgres.application, most=1)
    try:
        first = await _process(database)
        ended = await asyncpg.connect(module_postgres.superuser)
        await ended.execute("SELECT pg_terminate_backend($1)", first)
        await ended.close()
        await asyncio.sleep(0.2)
        assert await _process(database) != first
    finally:
        await database.close()


async def test_a_connection_that_was_aborted_gives_its_place_to_another(module_postgres: Postgres) -> None:
    """asyncpg ends one that has met an error of the protocol, and does not tell its pool."""
    database = await Database.connect(module_postgres.application, most=1)
    try:
        first = await _process(database)
        (lent,) = database._lender._at_hand
        lent.connection._con._protocol.abort()
        async with asyncio.timeout(5):
            assert await _process(database) != first
    finally:
        await database.close()


async def test_whoever_waits_gets_a_connection_and_an_error_harms_no_other(module_postgres: Postgres) -> None:
    database = await Database.connect(module_postgres.application, most=2)

    async def borrow(number: int) -> None:
        async with database.connection() as connection:
            await connection.fetchval("SELECT pg_sleep(0.002)")
            if number % 7 == 0:
                await connection.fetchval("SELECT 1 / 0")

    try:
        async with asyncio.timeout(10):
            told = await asyncio.gather(*(borrow(number) for number in range(70)), return_exceptions=True)
        assert [type(one) for one in told if one] == [asyncpg.DivisionByZeroError] * 10
    finally:
        async with asyncio.timeout(4):
            await database.close()


async def test_what_is_in_use_when_the_pool_closes_may_finish(module_postgres: Postgres) -> None:
    database = await Database.connect(module_postgres.application, most=1)
    lent = database.connection()
    connection = await lent.__aenter__()
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0.05)
    assert await connection.fetchval("SELECT 1") == 1
    await lent.__aexit__(None, None, None)
    async with asyncio.timeout(2):
        await closing


async def test_an_unused_connection_does_not_stay_open(
    module_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "AT_HAND_SECONDS", 0.1)
    database = await Database.connect(module_postgres.application, most=4)
    asked = await asyncpg.connect(module_postgres.superuser)
    try:
        async with database.connection() as one, database.connection() as other:
            processes = [await each.fetchval("SELECT pg_backend_pid()") for each in (one, other)]
        await asyncio.sleep(0.3)
        for _ in range(50):  # until their processes have noticed
            if not await asked.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1)", processes):
                break
            await asyncio.sleep(0.1)
        assert await _process(database) not in processes
    finally:
        await asked.close()
        await database.close()


async def test_now_and_then_the_pool_looks_after_a_connection(
    module_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It closes one that has served many statements, say, which is nothing that a lender should know."""
    database = await Database.connect(module_postgres.application, most=1)
    try:
        first = await _process(database)
        assert database._lender._pool.get_idle_size() == 0, "it is at hand"
        monkeypatch.setattr(lending, "KEPT_SECONDS", 0)
        assert await _process(database) == first
        assert database._lender._pool.get_idle_size() == 1
    finally:
        await database.close()


async def test_a_loan_is_for_one_block(database: Database) -> None:
    loan = database.connection()
    async with loan:
        with pytest.raises(RuntimeError, match="for one block"):
            await loan.__aenter__()
    with pytest.raises(RuntimeError, match="for one block"):
        await loan.__aenter__()


async def test_a_unit_of_work_that_has_ended_runs_nothing(world: World) -> None:
    """Its connection may be somebody else's by then."""
    database, castle = world.services.database, world.organizations["castle"]
    async with unit_of_work(database, castle, None) as work:
        kept = work
        assert await kept.run(ONE)
    with pytest.raises(RuntimeError, match="has ended"):
        await kept.run(ONE)


async def test_a_join_that_is_cancelled_leaves_the_planner_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, execute = world.services.database, TenantConnection.execute

    async def cancelled(self: TenantConnection, query: str, *arguments: object) -> str:
        said = await execute(self, query, *arguments)
        if "enable_nestloop" in query:
            raise asyncio.CancelledError
        return said

    with monkeypatch.context() as patching:
        patching.setattr(TenantConnection, "execute", cancelled)
        with pytest.raises(asyncio.CancelledError):
            await database.reader().fetch_joined(ONE)
    async with database.connection() as one, database.connection() as other:
        assert [await each.fetchval("SHOW enable_nestloop") for each in (one, other)] == ["on", "on"]
