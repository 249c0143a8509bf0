"""The database of a command: the one of ADARVE_DATABASE_URL, else the embedded one in the data folder."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from api.settings import Settings
from database.embedded import DatabaseUrls, EmbeddedServer
from database.migrate import grant, upgrade
from database.pool import Database
from database.session import SIGNING_KEYS
from domain.errors import Unavailable


def given_urls(settings: Settings) -> DatabaseUrls | None:
    """Return the addresses from the settings, or None if there are none."""
    owner = settings.migration_database_url
    if settings.database_url is None:
        if owner is not None:
            raise Unavailable("ADARVE_MIGRATION_DATABASE_URL is set, ADARVE_DATABASE_URL is not: set both, or neither.")
        return None
    application = _checked(settings.database_url.get_secret_value(), "ADARVE_DATABASE_URL")
    if owner is None:
        return DatabaseUrls(application, application)
    return DatabaseUrls(application, _checked(owner.get_secret_value(), "ADARVE_MIGRATION_DATABASE_URL"))


def _checked(url: str, variable: str) -> str:
    """Return the address of a PostgreSQL database; raise Unavailable if it is none."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise Unavailable(f"{variable} must be an address of the form postgresql://role:password@host/database.")
    return url


def database_folder(settings: Settings) -> Path:
    """Return where the files of the embedded database are, or will be."""
    return EmbeddedServer(settings.data_dir).folder


@contextmanager
def own_database(settings: Settings) -> Iterator[DatabaseUrls]:
    """Serve a command with its database for as long as it runs; one server at a time has a data folder.

    Raises Unavailable if another one has it.
    """
    urls = given_urls(settings)
    if urls is not None:
        yield urls
        return
    with _locked(settings.data_dir) as is_ours:
        if not is_ours:
            raise Unavailable(
                f"Another Adarve is running on {settings.data_dir.resolve()}: stop it, or use another one."
            )
        with _running(settings.data_dir) as server:
            yield asyncio.run(server.prepare())


@contextmanager
def shared_database(settings: Settings) -> Iterator[DatabaseUrls]:
    """Serve a short command with the database, also beside a running server; raise Unavailable if there is none."""
    urls = given_urls(settings)
    if urls is not None:
        yield urls
        return
    if not settings.data_dir.is_dir():
        raise Unavailable(
            f"There is no data in {settings.data_dir.resolve()}: give --data-dir the server's folder, or set "
            "ADARVE_DATABASE_URL as the server has it."
        )
    with _locked(settings.data_dir) as is_ours:
        if is_ours:
            with _running(settings.data_dir) as server:
                yield asyncio.run(server.prepare())
        else:
            yield EmbeddedServer(settings.data_dir).start().urls


@contextmanager
def _running(data_dir: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(data_dir)
    try:
        yield server.start()
    finally:
        server.stop()


@contextmanager
def _locked(data_dir: Path) -> Iterator[bool]:
    """Yield whether the data folder is ours alone; the lock ends with the process whatever happens."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


async def check_database(url: str) -> None:
    """Raise Unavailable if a database is not migrated."""
    database = await Database.connect(url, most=1)
    try:
        await database.reader().fetch(SIGNING_KEYS)
    except asyncpg.UndefinedTableError:
        raise Unavailable("The database has no tables yet: run `adarve migrate`.") from None
    finally:
        await database.close()


async def check_role(url: str) -> None:
    """Raise Unavailable if the application's role could look past row-level security; the server checks again."""
    database = await Database.connect(url, most=1)
    try:
        await database.refuse_unlocked()
    finally:
        await database.close()


def migrate_database(urls: DatabaseUrls) -> None:
    """Bring the database to the newest migration and grant the application its rights."""
    upgrade(urls.owner)
    asyncio.run(grant(urls.owner, urls.application))
