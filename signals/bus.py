"""What a bus does: it wakes those who wait for a topic when any process has changed something there.

A signal may be missed, so whoever is woken reads the truth from the database, and is woken now and then regardless.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

T = TypeVar("T")


class Bus(Protocol):
    """A bus of one process."""

    def listen(
        self, topic: str, *, regardless_seconds: float = ...
    ) -> AbstractAsyncContextManager[AsyncIterator[float]]:
        """Return an iterator that yields at once, whenever the topic is told, and every few seconds regardless.

        What it yields is the moment (by `monotonic`) of the signal: what is read of the topic has to be read later.
        """
        ...

    async def read(self, topic: str, woken: float, load: Callable[[], Awaitable[T]]) -> T:
        """Return what `load` reads of a topic: one read for all who were woken before it began."""
        ...

    def wake(self) -> None:
        """Wake everybody who waits in this process."""
        ...
