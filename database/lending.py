"""Lends the connections of a pool, of which the last few stay at hand: the pool takes a task and a deadline each time.

A connection stays at hand only after its borrower is done without an error, for a short while, and as long as nobody
waits for one. Now and then it goes back to the pool all the same, and everything else is the pool's to decide.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import asyncpg

from domain.errors import Unavailable

ACQUIRE_SECONDS = 10
"""The longest that a request waits for a connection."""
MOST_AT_HAND = 4
AT_HAND_SECONDS = 30
"""A connection that is unused for so long, or up to twice that, is closed: what is between may forget it. The pool
opens another if it was the last."""
KEPT_SECONDS = 300
"""After how long a connection goes back to the pool, which closes those that have served for long."""


@dataclass(slots=True, eq=False)
class _Lent:
    """A connection that the pool has given."""

    connection: Any
    given: float = field(default_factory=time.monotonic)
    unused_since: float = 0.0

    def is_open(self) -> bool:
        """Whether it can be used; one that has broken off may have been taken back by the pool."""
        try:
            return not self.connection.is_closed()
        except asyncpg.InterfaceError:
            return False


class Lender:
    """The connections of one pool."""

    def __init__(self, pool: Any) -> None:
        """Take an open pool."""
        self._pool = pool
        self._at_hand: list[_Lent] = []
        self._waiting = 0
        self._closing = False
        self._tidying: asyncio.TimerHandle | None = None

    async def take(self) -> _Lent:
        """Return a connection that nobody else has; raise Unavailable if none is free in time."""
        while self._at_hand:
            lent = self._at_hand.pop()
            if lent.is_open():
                return lent
            await self._pool.release(lent.connection)  # which is nothing to one that the pool has taken back
        self._waiting += 1
        try:
            return _Lent(await self._pool.acquire(timeout=ACQUIRE_SECONDS))
        except (TimeoutError, OSError) as error:
            raise Unavailable("The database is busy. Try again in a moment.") from error
        finally:
            self._waiting -= 1

    async def give_back(self, lent: _Lent, *, unharmed: bool) -> None:
        """Take a connection back; one whose borrower met an error is looked after by the pool."""
        spare = len(self._at_hand) < MOST_AT_HAND and not self._waiting and not self._closing
        now = time.monotonic()
        if unharmed and spare and now - lent.given < KEPT_SECONDS and lent.is_open():
            lent.unused_since = now
            self._at_hand.append(lent)
            if self._tidying is None:
                self._tidy_later()
        else:
            await self._pool.release(lent.connection)

    def _tidy_later(self) -> None:
        self._tidying = asyncio.get_running_loop().call_later(AT_HAND_SECONDS, self._tidy)

    def _tidy(self) -> None:
        """Close what nobody has used for long; the pool is told by its connections."""
        self._tidying = None
        before, lately = time.monotonic() - AT_HAND_SECONDS, []
        for lent in self._at_hand:
            if lent.unused_since > before:
                lately.append(lent)
            else:
                with suppress(asyncpg.InterfaceError):  # the pool has taken it back
                    lent.connection.terminate()
        self._at_hand = lately
        if lately:
            self._tidy_later()

    async def close(self) -> None:
        """Give the pool back what is at hand, and close it once all else is back."""
        self._stop_lending()
        while self._at_hand:
            await self._pool.release(self._at_hand.pop().connection)
        await self._pool.close()

    def terminate(self) -> None:
        """Close every connection at once."""
        self._stop_lending()
        self._pool.terminate()

    def _stop_lending(self) -> None:
        self._closing = True
        if self._tidying is not None:
            self._tidying.cancel()


class Loan:
    """A connection for as long as one block runs; entering the block raises Unavailable if none is free in time."""

    __slots__ = ("_is_used", "_lender", "_lent")

    def __init__(self, lender: Lender) -> None:
        """Take who lends it."""
        self._lender = lender
        self._is_used = False

    async def __aenter__(self) -> Any:
        """Borrow the connection; raise RuntimeError if it was borrowed before."""
        if self._is_used:
            raise RuntimeError("a loan of a connection is for one block")
        self._is_used = True
        self._lent = await self._lender.take()
        return self._lent.connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give it back."""
        await self._lender.give_back(self._lent, unharmed=kind is None)
