"""Batch resolvers for graphql-core's executor: one call a level in place of one a parent.

A batch resolver is given all parents of a level and returns a list as long. Under graphql-core every parent's field
is resolved by itself, in the same turn of the event loop as its siblings; so each call leaves its parent behind and
gets a future, and once the turn is over all parents that were left behind for the same field of the operation are
resolved together. The context value has to offer a dict named `batches` for the parents that wait.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from inspect import isawaitable
from typing import Any, NamedTuple

from graphql import GraphQLResolveInfo

from engine.level import Level
from engine.run import Run

ResolveAll = Callable[..., Awaitable[Sequence[Any]] | Sequence[Any]]
"""`(parents, info, **arguments)` to one result a parent, in their order, at once or awaited; a result may be an
exception to raise."""


class Finished(NamedTuple):
    """Results that go into the result as they are: with all that is selected below them, as JSON, say."""

    values: Sequence[Any]


ResolvePlanned = Callable[[Level, Run], Awaitable[Sequence[Any] | Finished]]
"""Resolves a level of a plan, which tells all that is selected below it: as `resolve_all` does, or finished."""


class _Waiting:
    """The parents of one field that wait to be resolved together."""

    __slots__ = ("arguments", "futures", "info", "parents", "task")

    def __init__(self, info: object, arguments: dict[str, object]) -> None:
        self.info = info
        self.arguments = arguments
        self.parents: list[Any] = []
        self.futures: list[asyncio.Future[Any]] = []
        self.task: asyncio.Task[None] | None = None


class BatchResolver:
    """A resolver that collects its parents and resolves them with one call of `resolve_all`."""

    def __init__(
        self,
        resolve_all: ResolveAll,
        planned: ResolvePlanned | None = None,
        reads: frozenset[str] | None = None,
    ) -> None:
        """Take the function that resolves all parents of a level, and another that plans ask in its place, if any.

        `reads` are the items of a parent that it reads; None for any.
        """
        self.resolve_all = resolve_all
        self.planned = planned
        self.reads = reads
        self.__doc__ = resolve_all.__doc__

    def __call__(self, parent: object, info: "GraphQLResolveInfo[Any]", **arguments: object) -> asyncio.Future[Any]:
        """Leave a parent behind and return the future of its result."""
        loop = asyncio.get_running_loop()
        waiting: dict[Any, _Waiting] = info.context.batches
        key = (self, id(info.field_nodes[0]))
        level = waiting.get(key)
        if level is None:
            level = waiting[key] = _Waiting(info, arguments)
            loop.call_soon(self._start, waiting, key)
        future: asyncio.Future[Any] = loop.create_future()
        level.parents.append(parent)
        level.futures.append(future)
        return future

    async def results(self, parents: Sequence[object], info: object, arguments: dict[str, object]) -> Sequence[Any]:
        """Return one result a parent; raise RuntimeError where there are more or fewer."""
        results = self.resolve_all(parents, info, **arguments)
        return _as_many(await results if isawaitable(results) else results, parents, info)

    async def of_plan(self, level: Level, run: Run) -> Sequence[Any] | Finished:
        """Return the same for a level of a plan, or what is finished already."""
        if self.planned is None:
            return await self.results(level.parents, level.info, level.arguments)
        results = await self.planned(level, run)
        if isinstance(results, Finished):
            _as_many(results.values, level.parents, level.info)
            return results
        return _as_many(results, level.parents, level.info)

    def _start(self, waiting: dict[object, "_Waiting"], key: object) -> None:
        level = waiting.pop(key)
        level.task = asyncio.get_running_loop().create_task(self._resolve(level))

    async def _resolve(self, level: _Waiting) -> None:
        try:
            results = await self.results(level.parents, level.info, level.arguments)
        except BaseException as error:  # the futures carry every failure to their waiters
            self._fail(level, error)
            if not isinstance(error, Exception):
                raise
            return
        for future, result in zip(level.futures, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                _refuse(future, result)
            else:
                future.set_result(result)

    @staticmethod
    def _fail(level: _Waiting, error: BaseException) -> None:
        for future in level.futures:
            if future.done():
                continue
            if isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                _refuse(future, error)


def _as_many(results: Sequence[Any], parents: Sequence[Any], info: Any) -> Sequence[Any]:
    if len(results) != len(parents):
        raise RuntimeError(
            f"{info.parent_type.name}.{info.field_name}: the batch resolver returned {len(results)} results for "
            f"{len(parents)} parents"
        )
    return results


def _refuse(future: "asyncio.Future[Any]", error: BaseException) -> None:
    """Set a future's error, and look at it: where a sibling's error has ended the waiting, nobody else will."""
    future.set_exception(error)
    future.exception()
