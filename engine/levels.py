"""Levels: the parents whose field a batch resolver resolves with one call, and where their results go.

While a plan visits objects it leaves each parent of a batch field behind, with the object and the place that wait
for its result. Once nothing is left to visit, each level is resolved with one call, its results are completed where
they belong, and the levels that opened below follow. A plan that only batches needs no task and no future.
"""

from asyncio import Task, gather, get_running_loop
from collections.abc import Awaitable, Coroutine, Sequence
from types import CoroutineType
from typing import Any, cast

from engine.batch import BatchResolver, Finished
from engine.errors import bearer_of, located
from engine.ground import ResultPath, Step
from engine.level import Level
from engine.run import Run
from engine.tree import SelectedField, Selection
from engine.waiting import gather_or_cancel


class Levels:
    """All levels of a run."""

    def __init__(self, run: Run, root: Selection) -> None:
        """Take the run, and what is selected of the root, which says what becomes null by an error."""
        self._run = run
        self._root = root
        self.open: dict[int, Level] = {}
        self.going_over = True
        """Whether objects are being visited by somebody who resolves the open levels afterwards."""
        self.tasks: set[Task[None]] = set()
        self.nulled: list[ResultPath] = []
        """The places that bear an error that occurred after what is above them was completed."""

    def leave(self, field: SelectedField, parent: object, result: dict[str, object], place: ResultPath) -> None:
        """Leave a parent behind; raise GraphQLError where the field's arguments are wrong."""
        level = self.open.get(field.number)
        if level is None:
            run = self._run
            level = self.open[field.number] = Level(field, run.info(field, place), run.arguments(field))
            if not self.going_over:
                get_running_loop().call_soon(self.start)
        level.parents.append(parent)
        level.waiting.append((result, place))

    def start(self) -> None:
        """Resolve what is open while something else goes on."""
        if self.open:
            task = get_running_loop().create_task(self._drain())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def finish(self) -> None:
        """Resolve all that is open, and wait for what others resolve."""
        await self._drain()
        while self.tasks:
            await gather_or_cancel(list(self.tasks))

    async def stop(self) -> None:
        """End what is being resolved, for a run that nobody waits for any longer."""
        for task in self.tasks:
            task.cancel()
        await gather(*self.tasks, return_exceptions=True)

    async def _drain(self) -> None:
        while self.open:
            levels, self.open = list(self.open.values()), {}
            if len(levels) == 1:
                await self._resolve(levels[0])
            else:
                await gather_or_cancel([self._resolve_with_below(level) for level in levels])

    async def _resolve_with_below(self, level: Level) -> None:
        await self._resolve(level)
        await self._drain()

    async def _resolve(self, level: Level) -> None:
        if self._run.nulled:
            self._drop_nulled(level)
        if not level.parents:
            return
        results = await _results(level, self._run)
        if isinstance(results, Finished):
            for (result, _), value in zip(level.waiting, results.values, strict=True):
                result[level.field.key] = value
            return
        self.going_over = True
        try:
            waiting = self._complete(level, results)
        finally:
            self.going_over = False
        if waiting:
            self.start()
            await gather_or_cancel(waiting)

    def _drop_nulled(self, level: Level) -> None:
        """Forget the parents that are no longer in the result."""
        alive = [number for number, (_, place) in enumerate(level.waiting) if not self._run.is_nulled(place)]
        level.parents = [level.parents[number] for number in alive]
        level.waiting = [level.waiting[number] for number in alive]

    def _complete(self, level: Level, results: Sequence[object]) -> list[Coroutine[Any, Any, None]]:
        """Put the completed results where they belong; return what those wait for that have to be awaited."""
        run, field = self._run, level.field
        complete, key = field.completed, field.key
        waiting = []
        for (result, place), value in zip(level.waiting, results, strict=True):
            try:
                completed = complete(run, place, value)
            except Exception as error:  # whatever a resolver raises is an error of its field
                self._fail(field, place, error)
                continue
            result[key] = completed
            if type(completed) is CoroutineType:
                waiting.append(self._put_later(field, result, place, completed))
        return waiting

    async def _put_later(
        self, field: SelectedField, result: dict[str, Any], place: ResultPath, completed: Awaitable[object]
    ) -> None:
        try:
            result[field.key] = await completed
        except Exception as error:  # whatever a resolver raises is an error of its field
            result[field.key] = None
            self._fail(field, place, error)

    def _fail(self, field: SelectedField, place: ResultPath, error: Exception) -> None:
        found = located(field, place, error)
        bearer = bearer_of(self._root, place)
        self._run.collect(found, bearer)
        if bearer != place:
            self.nulled.append(bearer)


async def _results(level: Level, run: Run) -> Any:
    """Return a result for each parent; the same error for each where the call fails."""
    try:
        return await cast(BatchResolver, level.field.source).of_plan(level, run)
    except Exception as error:  # whatever a resolver raises is an error of its field
        return [error] * len(level.parents)


def with_nulls(data: object, places: Sequence[ResultPath]) -> Any:
    """Return data in which places are null that bear an error, or None where the whole bears one."""
    for place in places:
        if place is None:
            return None
        _null(data, place)
    return data


def _null(data: object, place: Step) -> None:
    above, key, _ = place
    container: Any = data if above is None else _at(data, above)
    if container is not None:
        container[key] = None


def _at(data: Any, place: Step) -> Any:
    above, key, _ = place
    container = data if above is None else _at(data, above)
    return None if container is None else container[key]
