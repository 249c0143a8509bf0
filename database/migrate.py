"""Brings a database to the newest migration, as its owner, and grants the application role what it needs.

The application role may read and write rows and may call `search_objects`, `index_pending` and `refresh_statistics`;
it may not change a table, and has no right at all to `search_documents` and `search_pending`.
"""

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import SQLAlchemyError

from database.lending import ACQUIRE_SECONDS
from domain.errors import Unavailable

FOLDER = Path(__file__).parent / "migrations"
LOCK = 4_173_201
"""The advisory lock that keeps two starting servers from migrating at once."""


def configuration(url: str) -> Config:
    """Return Alembic's configuration for the database at this address."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(owner_url: str) -> None:
    """Run every migration that the database lacks. Blocks; call it from a thread or before the event loop runs.

    Raises Unavailable if the database cannot be reached or refuses.
    """
    try:
        command.upgrade(configuration(owner_url), "head")
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()
        raise Unavailable(
            f"The database cannot be migrated: {reason[0] if reason else type(error).__name__}"
        ) from error


async def grant(owner_url: str, application_url: str) -> None:
    """Grant the application role its rights; does nothing where it is the owner itself."""
    role = urlsplit(application_url).username
    owner = urlsplit(owner_url).username
    if role is None or role == owner:
        return
    try:
        connection = await asyncpg.connect(owner_url, timeout=ACQUIRE_SECONDS)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"The database cannot be reached: {error}") from error
    name = '"' + role.replace('"', '""') + '"'
    try:
        async with connection.transaction():
            for sql in (
                f"GRANT USAGE ON SCHEMA public TO {name}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
                f"REVOKE ALL ON search_documents FROM {name}",
                f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
                f"REVOKE UPDATE, DELETE ON audit_entries, installation_audit_entries FROM {name}",
                f"REVOKE ALL ON search_pending FROM {name}",
                f"GRANT EXECUTE ON FUNCTION search_objects, index_pending, refresh_statistics TO {name}",
            ):
                await connection.execute(sql)
    finally:
        await connection.close()
