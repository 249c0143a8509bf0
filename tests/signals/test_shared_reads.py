"""One look at the database for all who were woken by the same change, and never an older one."""

import asyncio
from time import monotonic
from typing import Any

import pytest

from signals.shared_reads import SharedReads


class Reading:
    """Something to read that tells how often it was, and ends when it is let go."""

    def __init__(self) -> None:
        self.times = 0
        self.go_on = asyncio.Event()

    async def __call__(self) -> int:
        self.times += 1
        number = self.times
        await self.go_on.wait()
        return number


async def test_those_who_were_woken_together_share_a_read() -> None:
    reads, reading, woken = SharedReads(), Reading(), monotonic()
    waiting = [asyncio.create_task(reads.read("a", woken, reading)) for _ in range(5)]
    await asyncio.sleep(0)
    reading.go_on.set()
    assert await asyncio.gather(*waiting) == [1] * 5
    assert await reads.read("a", woken, reading) == 1, "who comes late to the same change needs no other"
    assert await reads.read("b", woken, reading) == 2, "another topic is read by itself"


async def test_who_was_woken_after_a_read_began_gets_another() -> None:
    reads, reading = SharedReads(), Reading()
    first = asyncio.create_task(reads.read("a", monotonic(), reading))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(reads.read("a", monotonic(), reading))
    await asyncio.sleep(0.01)
    reading.go_on.set()
    assert (await first, await second) == (1, 2)


async def test_all_get_the_error_and_the_next_reads_again() -> None:
    async def failing() -> Any:
        raise ConnectionResetError("gone")

    reads, woken = SharedReads(), monotonic()
    told = await asyncio.gather(*(reads.read("a", woken, failing) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in told] == [ConnectionResetError] * 3
    reading = Reading()
    reading.go_on.set()
    assert await reads.read("a", monotonic(), reading) == 1


async def test_who_leaves_does_not_end_the_read_of_others() -> None:
    reads, reading, woken = SharedReads(), Reading(), monotonic()
    leaving, staying = (asyncio.create_task(reads.read("a", woken, reading)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    reading.go_on.set()
    assert await staying == 1


async def test_what_nobody_waits_for_any_more_is_ended() -> None:
    reads, reading = SharedReads(), Reading()
    waiting = asyncio.create_task(reads.read("a", monotonic(), reading))
    await asyncio.sleep(0)
    before = {one for one in asyncio.all_tasks() if one.get_name() == "read a"}
    assert len(before) == 1
    waiting.cancel()
    reads.forget("a")
    reads.forget("never read")
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait(before, timeout=5)
    assert all(one.cancelled() for one in before)


async def test_reads_that_newer_ones_replaced_end_too() -> None:
    reads, reading = SharedReads(), Reading()
    waiting = []
    for _ in range(4):
        waiting.append(asyncio.create_task(reads.read("a", monotonic(), reading)))
        await asyncio.sleep(0.005)
    running = {one for one in asyncio.all_tasks() if one.get_name() == "read a"}
    assert len(running) == reading.times == 4
    for one in waiting:
        one.cancel()
    reads.forget("a")
    await asyncio.wait(running, timeout=5)
    assert all(one.cancelled() for one in running)
