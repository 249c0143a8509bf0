"""Waiting: what a plan does where resolvers return something to await.

The shape is that of graphql-core's executor, so that everything happens in the same turn of the event loop and in the
same order: one awaitable is awaited where it is, several run as tasks, and the first that fails cancels the others.
"""

from asyncio import (
    AbstractEventLoop,
    CancelledError,
    Future,
    Task,
    ensure_future,
    gather,
    get_running_loop,
    iscoroutine,
)
from collections.abc import Awaitable, Coroutine, Iterator, Sequence
from contextlib import suppress
from types import CoroutineType
from typing import Any

from engine.errors import fail, fail_item
from engine.ground import ReportsErrors, ResultPath, WaitsInBackground
from engine.tree import SelectedField


class _Group(Future[None]):
    """Done once all of some futures are, or one has failed; to cancel it is to cancel all of them at once."""

    def __init__(self, futures: "list[Future[Any]]", loop: AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._futures = futures
        self._running = len(futures)
        self._cancelled = False
        for future in futures:
            future.add_done_callback(self._note)

    def cancel(self, msg: object = None) -> bool:
        if self.done():
            return False
        cancelled = [future.cancel(msg) for future in self._futures]
        self._cancelled = self._cancelled or any(cancelled)
        return any(cancelled)

    def _note(self, future: "Future[Any]") -> None:
        self._running -= 1
        try:
            failure: BaseException | None = future.exception()
        except CancelledError as cancelled:
            failure = cancelled
        if failure is None and self._running:
            return
        if self.done():
            return
        if failure is None and self._cancelled:
            failure = CancelledError()
        if failure is None:
            self.set_result(None)
        else:
            self.set_exception(failure)


async def gather_or_cancel(awaitables: Sequence[Awaitable[object]]) -> list[Any]:
    """Await several at once; where one fails, cancel the others, wait until they have ended, and raise its error.

    As graphql-core's `gather_with_cancel`, for less: nothing is looked up, and the results are not collected twice.
    """
    if not awaitables:
        return []
    loop = get_running_loop()
    # A task that is given a name need not make one up. A loop that makes tasks of its own kind makes these too.
    ours = loop.get_task_factory() is None
    futures: list[Future[Any]] = [
        Task(one, loop=loop, name="field") if ours and type(one) is CoroutineType else ensure_future(one)
        for one in awaitables
    ]
    try:
        await _Group(futures, loop)
    except Exception:
        for future in futures:
            if not future.done():
                future.cancel()
        await gather(*futures, return_exceptions=True)
        raise
    return [future.result() for future in futures]


def settle_in_background(background: "set[Future[Any]]", awaitables: Sequence[Awaitable[object]]) -> None:
    """Let awaitables come to their end though nobody waits; without an event loop, close what never ran."""
    try:
        get_running_loop()
    except RuntimeError:
        for one in awaitables:
            if iscoroutine(one):
                one.close()
        return
    future = gather(*awaitables, return_exceptions=True)
    background.add(future)
    future.add_done_callback(background.discard)


def abandon(run: WaitsInBackground, completed: Any, waiting: list[Any], rest: Iterator[Any] | None = None) -> None:
    """Leave the awaitables of an object or a list that an error has ended: those begun, and those not looked at yet."""
    awaitables = [completed[key] for key in waiting]
    if rest is not None:
        with suppress(Exception):  # an error has ended this list already
            awaitables.extend(item for item in rest if run.is_awaitable(item))
    if awaitables:
        settle_in_background(run.background, awaitables)


async def wait_for_field(
    result: dict[str, object], key: str, waiting: Coroutine[object, object, object]
) -> dict[str, Any]:
    """Return an object once the only one of its fields that waits is there."""
    result[key] = await waiting
    return result


async def wait_for_value(
    run: ReportsErrors, field: SelectedField, place: ResultPath, value: Awaitable[object], result: dict[str, object]
) -> dict[str, Any]:
    """Return an object once the value is awaited and completed of the only one of its fields that waits."""
    result[field.key] = None
    try:
        completed = field.completed(run, place, await value)
        result[field.key] = await completed if type(completed) is CoroutineType else completed
    except Exception as error:  # whatever a resolver raises is an error of its field
        fail(run, field, place, error)
    return result


async def wait_for_fields(result: dict[str, Any], waiting: list[str]) -> dict[str, Any]:
    """Return an object once those of its fields that wait are there."""
    if len(waiting) == 1:
        key = waiting[0]
        result[key] = await result[key]
    else:
        result.update(zip(waiting, await gather_or_cancel([result[key] for key in waiting]), strict=True))
    return result


async def wait_for_items(completed: list[Any], waiting: list[int]) -> list[Any]:
    """Return a list once those of its items that wait are there."""
    if len(waiting) == 1:
        index = waiting[0]
        completed[index] = await completed[index]
    else:
        values = await gather_or_cancel([completed[index] for index in waiting])
        for index, value in zip(waiting, values, strict=True):
            completed[index] = value
    return completed


async def guarded(
    run: ReportsErrors, field: SelectedField, place: ResultPath, completed: Coroutine[object, object, object]
) -> Any:
    """Await a field's value that waits for something below it; errors there belong to the field."""
    try:
        return await completed
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail(run, field, place, error)


async def guarded_item(
    run: ReportsErrors,
    field: SelectedField,
    place: ResultPath,
    completed: Coroutine[object, object, object],
    *,
    non_null: bool,
) -> Any:
    """Await an item of a list that waits for something below it."""
    try:
        return await completed
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail_item(run, field, place, error, non_null=non_null)
