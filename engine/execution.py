"""Executing a plan: from the root down, and up to the result."""

from types import CoroutineType
from typing import Any

from graphql import GraphQLError

from engine.conditions import NotCompiled, NotGenerated
from engine.levels import Levels, with_nulls
from engine.plan import Plan
from engine.run import Run
from engine.selecting import execute_root, prepare_roots


def execute_plan(plan: Plan, run: Run) -> Any:
    """Return the data of a run, or a coroutine of it where something has to be awaited. Errors are the run's.

    Raises NotCompiled if a function of the plan could not be generated because of an unexpected error: graphql-core has
    to execute the operation from its beginning. Not so where some of a mutation may be done: that is an error of its
    field.
    """
    levels = run.levels = Levels(run, plan.root)
    data: dict[str, Any] = {}
    steps = iter(plan.steps)
    try:
        if plan.is_serial:
            prepare_roots(run, plan.steps)
        for step in steps:
            part = execute_root(run, step)
            if levels.open or type(part) is CoroutineType:
                return _later(plan, run, data, part, steps)
            data = part if not data else {**data, **part}
    except GraphQLError as error:
        run.collect(error, None)
        data = None  # type: ignore[assignment]  # the whole is null
    except NotGenerated:
        raise NotCompiled(plan.failure) from None
    return _whole(plan, run, data)


async def _later(plan: Plan, run: Run, data: dict[str, Any], part: Any, steps: Any) -> Any:
    """Go on with what has to be awaited, and then with what follows it."""
    levels: Any = run.levels
    try:
        data.update(await _finished(levels, part))
        for step in steps:
            levels.going_over = True
            data.update(await _finished(levels, execute_root(run, step)))
    except GraphQLError as error:
        run.collect(error, None)
        return _whole(plan, run, None)
    finally:
        if levels.tasks:
            await levels.stop()
    return _whole(plan, run, with_nulls(data, levels.nulled))


def _whole(plan: Plan, run: Run, data: object) -> Any:
    """Return the data of a run in which nothing is wrong because a function could not be generated; raise otherwise."""
    if plan.failure is not None and not plan.is_serial and any(map(_is_not_generated, run.errors)):
        raise NotCompiled(plan.failure)
    return data


def _is_not_generated(error: object) -> bool:
    found = getattr(error, "error", error)
    while isinstance(found, GraphQLError):
        found = found.original_error
    return isinstance(found, NotGenerated)


async def _finished(levels: Levels, part: Any) -> dict[str, Any]:
    """Return a part of the data once nothing of it waits any longer."""
    levels.going_over = False
    if type(part) is CoroutineType:
        levels.start()
        part = await part
    await levels.finish()
    found: dict[str, Any] = part
    return found
