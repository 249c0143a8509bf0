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
from functools import partial
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from engine.errors import fail, fail_item

if TYPE_CHECKING:
    from engine.run import Run
    from engine.tree import SelectedField


class _Group(Future[None]):
    """Done once all awaitables of an object or a list are, each put in its own place, or once one has failed.

    To cancel it is to cancel all of them at once. The tasks count themselves: a callback for each would cost more.
    """

    def __init__(self, values: Any, keys: Sequence[Any], loop: AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._values = values
        self._keys = keys
        self._running = len(keys)
        self._cancelled = False
        self.futures: list[Future[Any]] = []
        # A task that is given a name need not make one up. A loop that makes tasks of its own kind makes these too.
        ours = loop.get_task_factory() is None
        for key in keys:
            if type(values[key]) is not CoroutineType:
                future: Future[Any] = ensure_future(values[key])
                future.add_done_callback(partial(self._take, key))
            elif ours:
                future = Task(self._settle(key), loop=loop, name="field")
            else:
                future = loop.create_task(self._settle(key))
            self.futures.append(future)

    def cancel(self, msg: Any = None) -> bool:
        if self.done():
            return False
        cancelled = [future.cancel(msg) for future in self.futures]
        self._cancelled = self._cancelled or any(cancelled)
        for key, future in zip(self._keys, self.futures, strict=True):
            if not future.done():  # those that have not begun yet will not count themselves
                future.add_done_callback(partial(self._note_if_cancelled, key))
        return any(cancelled)

    async def stop(self) -> None:
        """Cancel those that still run, and wait until they have ended."""
        for future in self.futures:
            if not future.done():
                future.cancel()
        await gather(*self.futures, return_exceptions=True)
        for key in self._keys:
            self._close(key)

    async def _settle(self, key: Any) -> None:
        try:
            self._values[key] = await self._values[key]
        except Exception as error:  # it is raised where the group is awaited
            self.get_loop().call_soon(self._note, error)
        except BaseException as error:
            self.get_loop().call_soon(self._note, error)
            raise
        else:
            self._running -= 1
            if not self._running:
                self.get_loop().call_soon(self._note, None)

    def _take(self, key: Any, future: "Future[Any]") -> None:
        try:
            self._values[key] = future.result()
        except BaseException as error:  # it is raised where the group is awaited
            self._note(error)
            return
        self._running -= 1
        if not self._running:
            self._note(None)

    def _note_if_cancelled(self, key: Any, future: "Future[Any]") -> None:
        if future.cancelled():
            self._close(key)
            self._note(CancelledError())

    def _close(self, key: Any) -> None:
        """Close what has never begun, so that Python does not miss that it is awaited."""
        if iscoroutine(self._values[key]):
            self._values[key].close()

    def _note(self, failure: BaseException | None) -> None:
        if self.done():
            return
        if failure is None and self._cancelled:
            failure = CancelledError()
        if failure is None:
            self.set_result(None)
        else:
            self.set_exception(failure)


async def _settle_all(values: Any, keys: Sequence[Any]) -> None:
    """Put what is awaited in the place of each awaitable of an object or a list, all of them at once.

    Where one fails, cancel the others, wait until they have ended, and raise its error.
    """
    group = _Group(values, keys, get_running_loop())
    try:
        await group
    except Exception:
        await group.stop()
        raise


async def gather_or_cancel(awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
    """Await several at once; where one fails, cancel the others, wait until they have ended, and raise its error.

    As graphql-core's `gather_with_cancel`, for less: nothing is looked up, and the results are not collected twice.
    """
    values: list[Any] = [*awaitables]
    if values:
        await _settle_all(values, range(len(values)))
    return values


def settle_in_background(background: "set[Future[Any]]", awaitables: Sequence[Awaitable[Any]]) -> None:
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


def abandon(run: "Run", completed: Any, waiting: list[Any], rest: Iterator[Any] | None = None) -> None:
    """Leave the awaitables of an object or a list that an error has ended: those begun, and those not looked at yet."""
    awaitables = [completed[key] for key in waiting]
    if rest is not None:
        with suppress(Exception):  # an error has ended this list already
            awaitables.extend(item for item in rest if run.is_awaitable(item))
    if awaitables:
        settle_in_background(run.background, awaitables)


async def wait_for_field(result: dict[str, Any], key: str, waiting: Coroutine[Any, Any, Any]) -> dict[str, Any]:
    """Return an object once the only one of its fields that waits is there."""
    result[key] = await waiting
    return result


async def wait_for_value(
    run: "Run", field: "SelectedField", place: Any, value: Awaitable[Any], result: dict[str, Any]
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
        await _settle_all(result, waiting)
    return result


async def wait_for_items(completed: list[Any], waiting: list[int]) -> list[Any]:
    """Return a list once those of its items that wait are there."""
    if len(waiting) == 1:
        index = waiting[0]
        completed[index] = await completed[index]
    else:
        await _settle_all(completed, waiting)
    return completed


async def guarded(run: "Run", field: "SelectedField", place: Any, completed: Coroutine[Any, Any, Any]) -> Any:
    """Await a field's value that waits for something below it; what fails there is the field's to bear."""
    try:
        return await completed
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail(run, field, place, error)


async def guarded_item(
    run: "Run", field: "SelectedField", place: Any, completed: Coroutine[Any, Any, Any], *, non_null: bool
) -> Any:
    """Await an item of a list that waits for something below it."""
    try:
        return await completed
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail_item(run, field, place, error, non_null=non_null)
