"""The pool of connections, and the reader through which a request sees tenant data.

Each pooled connection remembers which organizations it may see (`adarve.organizations`, read by row-level security)
and changes that only when it differs. Writes set it for their transaction alone, in `database.unit_of_work`.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from database.lending import ACQUIRE_SECONDS, Lender, Loan
from database.row import Row
from database.statement import Statement
from domain.errors import Unavailable

LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What a connection may meet while the database is away; the last where PostgreSQL has ended it a moment ago."""
FAILURES = (*LOST, Unavailable)
"""What a task that goes on by itself may meet while the database is away: it tries again later."""
COMMAND_SECONDS = 30
"""The longest that one statement may take."""

Organizations = frozenset[UUID]
Observer = Callable[[str], None]


def organizations_setting(organizations: Organizations) -> str:
    """Return the set as PostgreSQL writes an array; empty where nothing may be seen."""
    return "{" + ",".join(sorted(str(one) for one in organizations)) + "}" if organizations else ""


class TenantConnection(asyncpg.Connection):
    """A connection that remembers which organizations it may see."""

    __slots__ = ("_seen",)

    async def see(self, organizations: Organizations) -> None:
        """Let the following statements see these organizations only."""
        if getattr(self, "_seen", None) != organizations:
            self._seen: Organizations | None = None
            await self.execute(
                "SELECT set_config('adarve.organizations', $1, false)", organizations_setting(organizations)
            )
            self._seen = organizations


async def _prepare(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda data: orjson.loads(data[1:]),
        format="binary",
    )


async def _keep(_: object) -> None:
    """Leave a returned connection as it is: it holds no state but what `see` keeps track of."""


class Database:
    """The server's PostgreSQL."""

    def __init__(self, pool: Any, url: str) -> None:
        """Take an open pool; use `Database.connect`."""
        self._lender = Lender(pool)
        self.url = url
        self.observers: list[Observer] = []

    @classmethod
    async def connect(
        cls, url: str, *, most: int = 10, name: str = "adarve", seconds: float = COMMAND_SECONDS
    ) -> "Database":
        """Open a pool of at most `most` connections whose statements take at most so many seconds.

        Raises Unavailable if the server cannot be reached.
        """
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=most,
                init=_prepare,
                reset=_keep,
                connection_class=TenantConnection,
                command_timeout=seconds,
                timeout=ACQUIRE_SECONDS,
                # A plan made once for all values knows nothing of how many parents a page has: measured on 1,000 of
                # them, such a plan took twelve times as long as one made for the values at hand.
                server_settings={
                    "application_name": name,
                    "jit": "off",
                    "plan_cache_mode": "force_custom_plan",
                    "idle_in_transaction_session_timeout": "60s",
                },
            )
        except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Unavailable(f"The database cannot be reached: {error}") from error
        return cls(pool, url)

    async def close(self) -> None:
        """Close every connection; those in use get a moment to finish."""
        try:
            await asyncio.wait_for(self._lender.close(), timeout=5)
        except TimeoutError:
            self._lender.terminate()

    def connection(self) -> Loan:
        """Lend a connection to a block; entering it raises Unavailable if none is free in time."""
        return Loan(self._lender)

    def observe(self, sql: str) -> None:
        """Tell those who count statements about one."""
        for observer in self.observers:
            observer(sql)

    def reader(self, organizations: Organizations = frozenset()) -> "Reader":
        """Return a reader that sees these organizations, and the directory tables."""
        return Reader(self, organizations)

    async def refuse_unlocked(self) -> None:
        """Raise Unavailable if the role could look past row-level security."""
        async with self.connection() as connection:
            role = await connection.fetchrow(
                "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
        if role["rolsuper"] or role["rolbypassrls"]:
            raise Unavailable(
                f"ADARVE_DATABASE_URL connects as {role['rolname']!r}, which is a superuser or has BYPASSRLS and so "
                "ignores row-level security. Connect as an ordinary role; give the owner in "
                "ADARVE_MIGRATION_DATABASE_URL."
            )


class Reader:
    """What a request reads through: at most one connection at a time, statements in turn, each autocommitted."""

    def __init__(self, database: Database, organizations: Organizations) -> None:
        """Take the database and the organizations that may be seen."""
        self._database = database
        self._turn = asyncio.Lock()
        self.organizations = organizations

    async def fetch(self, statement: Statement[Row], **values: object) -> Sequence[Row]:
        """Return all rows of a statement."""
        async with self._turn, self._database.connection() as connection:
            await connection.see(self.organizations)
            self._database.observe(statement.sql)
            rows: list[Row] = await connection.fetch(statement.sql, *statement.arguments(values))
            return rows

    async def fetch_joined(self, statement: Statement[Row], **values: object) -> Sequence[Row]:
        """Return all rows of a statement that joins many: by hash, as if the tables' statistics were always fresh."""
        async with self._turn, self._database.connection() as connection:
            await connection.see(self.organizations)
            self._database.observe(statement.sql)
            try:
                await connection.execute("SET enable_nestloop = off")
                rows: list[Row] = await connection.fetch(statement.sql, *statement.arguments(values))
                await connection.execute("RESET enable_nestloop")
            except BaseException:
                connection.terminate()  # as nobody knows by now how it is set
                raise
            return rows

    async def fetch_one(self, statement: Statement[Row], **values: object) -> Row | None:
        """Return the first row of a statement, or None."""
        rows = await self.fetch(statement, **values)
        return rows[0] if rows else None
