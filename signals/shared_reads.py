"""Reading for many at once: those who were woken by the same change share one look at the database."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

Load = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Read:
    began: float
    task: asyncio.Task[Any]


class SharedReads:
    """What was read last, by topic."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._last: dict[str, _Read] = {}
        self._running: dict[str, set[asyncio.Task[Any]]] = {}

    async def read(self, topic: str, woken: float, load: Load) -> Any:
        """Return what `load` reads, for all who ask on a topic and were woken (by `monotonic`) before it began.

        Raises what `load` raises, for all of them.
        """
        last = self._last.get(topic)
        if last is None or last.began < woken:
            task: asyncio.Task[Any] = asyncio.create_task(_awaited(load), name=f"read {topic}")
            running = self._running.setdefault(topic, set())
            running.add(task)
            task.add_done_callback(running.discard)
            task.add_done_callback(_look_at_error)
            last = self._last[topic] = _Read(monotonic(), task)
        return await asyncio.shield(last.task)

    def forget(self, topic: str) -> None:
        """Forget what was read on a topic, and end what is being read: nobody waits for it any more."""
        self._last.pop(topic, None)
        for task in self._running.pop(topic, ()):
            task.cancel()


async def _awaited(load: Load) -> Any:
    return await load()


def _look_at_error(task: "asyncio.Task[Any]") -> None:
    """Look at a read's error, should all who waited for it be gone."""
    if not task.cancelled():
        task.exception()
