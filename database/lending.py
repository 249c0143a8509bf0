"""Lends the connections of a pool, of which the last few stay at hand: the pool takes a task and a deadline each time.

A connection stays at hand only after its borrower is done without an error, for a short while, and as long as nobody
waits for one: everything else is the pool's to decide.
"""

import time
from types import TracebackType
from typing import Any

import asyncpg

from domain.errors import Unavailable

ACQUIRE_SECONDS = 10
"""The longest that a request waits for a connection."""
MOST_AT_HAND = 4
AT_HAND_SECONDS = 30
"""For how long an unused connection stays at hand: what is between it and the server may forget it."""


class Lender:
    """The connections of one pool."""

    def __init__(self, pool: Any) -> None:
        """Take an open pool."""
        self._pool = pool
        self._at_hand: list[tuple[Any, float]] = []
        self._waiting = 0
        self._closing = False

    async def take(self) -> Any:
        """Return a connection that nobody else has; raise Unavailable if none is free in time."""
        while self._at_hand:
            connection, since = self._at_hand.pop()
            if _is_open(connection):
                if time.monotonic() - since < AT_HAND_SECONDS:
                    return connection
                connection.terminate()
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        except (TimeoutError, OSError) as error:
            raise Unavailable("The database is busy. Try again in a moment.") from error
        finally:
            self._waiting -= 1

    async def give_back(self, connection: Any, *, unharmed: bool) -> None:
        """Take a connection back; one whose borrower met an error is looked after by the pool."""
        spare = len(self._at_hand) < MOST_AT_HAND and not self._waiting and not self._closing
        if unharmed and spare and _is_open(connection):
            self._at_hand.append((connection, time.monotonic()))
        else:
            await self._pool.release(connection)

    async def close(self) -> None:
        """Give the pool back what is at hand, and close it once all else is back."""
        self._closing = True
        while self._at_hand:
            await self._pool.release(self._at_hand.pop()[0])
        await self._pool.close()

    def terminate(self) -> None:
        """Close every connection at once."""
        self._pool.terminate()


class Loan:
    """A connection for as long as a block runs; entering the block raises Unavailable if none is free in time."""

    __slots__ = ("_connection", "_lender")

    def __init__(self, lender: Lender) -> None:
        """Take who lends it."""
        self._lender = lender

    async def __aenter__(self) -> Any:
        """Borrow the connection."""
        self._connection = await self._lender.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give it back."""
        await self._lender.give_back(self._connection, unharmed=kind is None)


def _is_open(connection: Any) -> bool:
    """Whether a connection can be used; one that has broken off was taken back by the pool."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
