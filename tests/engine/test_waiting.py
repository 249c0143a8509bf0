"""Awaiting several at once: in their places, and none left behind where one fails or all are cancelled."""

import asyncio
from collections.abc import Generator
from typing import Any

import pytest

from engine.waiting import gather_or_cancel

SECONDS = 5


async def _later(value: Any, turns: int = 1) -> Any:
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def _fail(turns: int = 1) -> Any:
    await _later(None, turns)
    raise ValueError("no")


class _Notes:
    """Notes which of its coroutines came to an end, and how."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    async def wait(self, name: str) -> None:
        try:
            await asyncio.sleep(SECONDS)
        finally:
            await asyncio.sleep(0)
            self.ended.append(name)


class _Awaitable:
    def __await__(self) -> Generator[Any, None, str]:
        yield from asyncio.sleep(0).__await__()
        return "an awaitable"


async def test_what_comes_later_is_in_its_place_and_in_a_task_of_its_own() -> None:
    tasks: list[Any] = []

    async def note(value: str) -> str:
        tasks.append(asyncio.current_task())
        return value

    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, "a future")
    values = await gather_or_cancel([_later("last", 3), future, note("one"), _Awaitable(), note("two")])
    assert values == ["last", "a future", "one", "an awaitable", "two"]
    assert len({*tasks, asyncio.current_task()}) == 3


async def test_nothing_to_await_is_awaited_at_once() -> None:
    assert await asyncio.wait_for(gather_or_cancel([]), SECONDS) == []


async def test_a_loop_that_makes_its_own_tasks_makes_these() -> None:
    made: list[Any] = []

    def make(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> asyncio.Task[Any]:
        made.append(coroutine)
        return asyncio.Task(coroutine, loop=loop, **more)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(make)
    try:
        assert await gather_or_cancel([_later(1), _later(2)]) == [1, 2]
    finally:
        loop.set_task_factory(None)
    assert len(made) == 2


@pytest.mark.parametrize("begun", [False, True])
async def test_where_one_fails_the_others_have_ended_before_that_is_said(begun: bool) -> None:
    notes = _Notes()
    waiting = asyncio.get_running_loop().create_future()
    with pytest.raises(ValueError, match="no"):
        await gather_or_cancel([notes.wait("first"), _fail(int(begun)), notes.wait("third"), waiting])
    assert notes.ended == ["first", "third"]
    assert waiting.cancelled()


async def test_one_that_is_cancelled_ends_the_waiting() -> None:
    notes = _Notes()
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.cancel)

    async def wait() -> Any:
        return await gather_or_cancel([notes.wait("first"), future])

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.create_task(wait()), SECONDS)


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_to_cancel_the_waiting_is_to_cancel_all_that_was_waited_for(turns: int) -> None:
    notes = _Notes()
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(gather_or_cancel([notes.wait("first"), notes.wait("second"), future]))
    await _later(None, turns)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, SECONDS)
    await _later(None, 3)
    assert future.cancelled()
    assert notes.ended == (["first", "second"] if turns > 1 else [])


async def test_what_does_not_let_itself_be_cancelled_is_waited_for_and_then_all_is_cancelled() -> None:
    ended: list[str] = []

    async def stay(name: str) -> str:
        try:
            await asyncio.sleep(SECONDS)
        except asyncio.CancelledError:
            ended.append(name)
        return name

    task = asyncio.create_task(gather_or_cancel([stay("first"), stay("second")]))
    await _later(None, 3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, SECONDS)
    assert ended == ["first", "second"]


async def test_a_task_that_others_cancel_before_it_has_begun_ends_the_waiting() -> None:
    before = asyncio.all_tasks()
    waiting = asyncio.create_task(gather_or_cancel([_later(1), _later(2)]))
    await asyncio.sleep(0)
    for one in asyncio.all_tasks() - before - {waiting}:
        one.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, SECONDS)


async def test_how_a_task_ends_counts_and_not_what_it_was_made_of() -> None:
    async def refuse(coroutine: Any) -> Any:
        coroutine.close()
        raise RuntimeError("too many tasks")

    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(gather_or_cancel([_later(1), _later(2)]))
    loop.set_task_factory(lambda loop, coroutine, **more: asyncio.Task(refuse(coroutine), loop=loop, **more))
    try:
        with pytest.raises(RuntimeError, match="too many tasks"):
            await asyncio.wait_for(asyncio.shield(waiting), SECONDS)
    finally:
        loop.set_task_factory(None)


async def test_why_the_waiting_is_cancelled_is_told() -> None:
    waiting = asyncio.create_task(gather_or_cancel([_later(1), _later(2)]))
    await asyncio.sleep(0)
    waiting.cancel("enough")
    with pytest.raises(asyncio.CancelledError, match="enough"):
        await waiting


async def test_a_result_that_could_be_awaited_itself_is_left_alone() -> None:
    inner = _later("inner")
    with pytest.raises(ValueError, match="no"):
        await gather_or_cancel([_later(inner, 0), _fail(3)])
    assert await inner == "inner"
