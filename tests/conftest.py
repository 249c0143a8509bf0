"""Fixtures: one PostgreSQL a session, a clone of a migrated template a module, emptied between tests."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from argon2 import PasswordHasher
from graphql import GraphQLSchema

from api.schema import build_schema
from authz import passwords
from database.embedded import APPLICATION, OWNER, DatabaseUrls, EmbeddedServer
from database.migrate import grant, upgrade
from database.pool import Database
from database.tables import metadata
from tests.world import World

DEPRECATED = "FindingFilter.tool"
"""What is marked as deprecated in the schema that tests use."""
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


@dataclass(frozen=True)
class Postgres:
    """A server for tests: how to reach its databases as superuser, owner and application."""

    superuser: str
    owner: str
    application: str

    def of(self, database: str) -> "Postgres":
        """Return the same roles in another database."""
        moved = (
            urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
            for url in (self.superuser, self.owner, self.application)
        )
        return Postgres(*moved)

    @property
    def urls(self) -> DatabaseUrls:
        return DatabaseUrls(self.application, self.owner)


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _roles_on(superuser: str) -> Postgres:
    """Make the two roles on a server that the tests are given."""
    password = uuid.uuid4().hex
    names = [f"{role}_{uuid.uuid4().hex[:8]}" for role in (OWNER, APPLICATION)]
    asyncio.run(_execute(superuser, *(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'" for name in names)))
    parts = urlsplit(superuser)
    place = parts.netloc.rpartition("@")[2]
    owner, application = (urlunsplit(parts._replace(netloc=f"{name}:{password}@{place}")) for name in names)
    return Postgres(superuser, owner, application)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL: that of ADARVE_TEST_DATABASE_URL (a superuser's), else the embedded one."""
    given = os.environ.get("ADARVE_TEST_DATABASE_URL")
    if given:
        yield _roles_on(given)
        return
    folder = Path(tempfile.mkdtemp(prefix="adarve-tests-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder, options=FAST)
    try:
        server.start()
        asyncio.run(server.prepare())
        yield Postgres(server.url("postgres"), server.url(OWNER), server.url(APPLICATION))
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> str:
    """The name of a migrated, empty database to clone."""
    name = f"template_{uuid.uuid4().hex[:8]}"
    owner = urlsplit(postgres.owner).username
    asyncio.run(_execute(postgres.superuser, f"CREATE DATABASE {name} OWNER {owner}"))
    migrated = postgres.of(name)
    upgrade(migrated.owner)
    asyncio.run(grant(migrated.owner, migrated.application))
    return name


@pytest.fixture(scope="module")
async def module_postgres(postgres: Postgres, template: str) -> AsyncIterator[Postgres]:
    """A clone of the template for one module."""
    name = f"module_{uuid.uuid4().hex[:8]}"
    owner = urlsplit(postgres.owner).username
    await _execute(postgres.superuser, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY OWNER {owner}")
    cloned = postgres.of(name)
    await grant(cloned.owner, cloned.application)
    yield cloned
    await _execute(postgres.superuser, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def module_database(module_postgres: Postgres) -> AsyncIterator[Database]:
    database = await Database.connect(module_postgres.application, most=5)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def _emptying(module_postgres: Postgres) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may delete everything, kept for the module: to open one takes longer than to delete."""
    connection = await asyncpg.connect(module_postgres.superuser)
    yield connection
    await connection.close()


EMPTY = "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))


@pytest.fixture
async def database(module_database: Database, _emptying: asyncpg.Connection) -> AsyncIterator[Database]:
    """The module's database, emptied after the test."""
    yield module_database
    module_database.observers.clear()
    await _emptying.execute(EMPTY)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords by argon2id as ever, but cheaply: the cost is a setting, and tests sign in a thousand times."""
    with patch.object(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)):
        yield


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    """The sealed schema, with one input field marked as deprecated, so that there is something to see of that."""
    made = build_schema()
    types: dict[str, Any] = made.type_map
    types[DEPRECATED.split(".", maxsplit=1)[0]].fields[
        DEPRECATED.split(".")[1]
    ].deprecation_reason = (
        "This input field is deprecated and will be removed after 2099/06/30. Use the status input field instead."
    )
    return made


@pytest.fixture
async def world(database: Database, schema: GraphQLSchema) -> World:
    """Two organizations with people of every role; see `tests.world`."""
    return await World.make(database, schema)
