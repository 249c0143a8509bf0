"""The migrations make exactly the tables, lock every tenant table, and can be undone."""

import uuid

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from database.migrate import configuration, upgrade
from database.row_security import POLICY
from database.tables import metadata
from tests.conftest import Postgres, _execute


async def test_upgrading_an_empty_database_leaves_no_difference_to_the_tables(module_postgres: Postgres) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True, "compare_type": True})
        return list(compare_metadata(context, metadata))

    engine = create_async_engine(
        module_postgres.owner.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool
    )
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_every_tenant_table_is_under_forced_row_level_security(module_postgres: Postgres) -> None:
    connection = await asyncpg.connect(module_postgres.superuser)
    try:
        rows = await connection.fetch(
            """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, count(p.polname) AS policies,
                min(pg_get_expr(p.polqual, p.polrelid)) AS using,
                min(pg_get_expr(p.polwithcheck, p.polrelid)) AS checking
            FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY c.oid ORDER BY 1"""
        )
    finally:
        await connection.close()
    locked = {row["relname"]: row for row in rows}
    for table in metadata.sorted_tables:
        row = locked[table.name]
        if table.info.get("tenant"):
            assert row["relrowsecurity"], table.name
            assert row["relforcerowsecurity"], table.name
            assert row["policies"] == 1, table.name
            assert row["using"] == row["checking"], table.name
            assert "adarve.organizations" in row["using"], table.name
            assert next(iter(table.primary_key.columns)).name == "organization_id", table.name
        else:
            assert not row["relrowsecurity"], f"{table.name} is locked, but not declared a tenant table"
    assert "nullif" in POLICY, "an empty setting must show nothing, not fail"


async def test_a_table_with_an_organization_is_a_tenant_table_or_a_known_directory() -> None:
    directories = {
        "group_members",
        "group_names",
        "invitations",
        "jobs",
        "organization_members",
        "organization_names",
        "search_documents",
        "search_pending",
    }
    unlocked = {
        table.name
        for table in metadata.sorted_tables
        if "organization_id" in table.columns and not table.info.get("tenant")
    }
    assert unlocked == directories


async def test_the_application_role_can_change_no_table_and_read_no_search_document(module_postgres: Postgres) -> None:
    connection = await asyncpg.connect(module_postgres.application)
    try:
        for statement in (
            "SELECT * FROM search_documents",
            "SELECT * FROM search_pending",
            "ALTER TABLE findings DISABLE ROW LEVEL SECURITY",
            "DROP TABLE jobs",
            "DELETE FROM audit_entries",
            "UPDATE alembic_version SET version_num = '0'",
            "CREATE TABLE mine ()",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


def test_a_migration_can_be_undone_and_done_again(postgres: Postgres) -> None:
    import asyncio
    from urllib.parse import urlsplit

    name = f"undone_{uuid.uuid4().hex[:8]}"
    owner = urlsplit(postgres.owner).username
    asyncio.run(_execute(postgres.superuser, f"CREATE DATABASE {name} OWNER {owner}"))
    url = postgres.of(name).owner
    upgrade(url)
    command.downgrade(configuration(url), "base")
    upgrade(url)
    asyncio.run(_execute(postgres.superuser, f"DROP DATABASE {name} WITH (FORCE)"))
