"""Executes a case by graphql-core and by the engine, and says in what the two differ.

`python -m tests.engine.comparison FIRST LAST` tries all cases of these numbers and prints how much was compared.
"""

import asyncio
import gc
import json
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any

from graphql import ExecutionResult, execute, execute_sync, print_ast, validate

from engine.executor import CompiledExecutor
from engine.plans import Plans
from tests.engine.random_case import Case, Writer

DOCUMENTS = 3
"""How many documents are tried on one schema, each twice."""


class Executor(CompiledExecutor):
    """The engine, compiling at first sight; few plans are kept, as none comes again."""

    plans = Plans(sightings=1, most_bytes=32 * 1024 * 1024)


@dataclass
class Outcome:
    """What came of an execution."""

    data: Any
    errors: list[Any]
    raised: str | None
    calls: list[Any]


@dataclass
class Tally:
    """How much was compared, so that nobody is content with what compares nothing."""

    seen: Counter[str] = field(default_factory=Counter)

    def note(self, case: Case, outcome: Outcome) -> None:
        self.seen["cases"] += 1
        self.seen["waited"] += case.waits
        self.seen["batched"] += any(call[0] == "batch" for call in outcome.calls)
        self.seen["with errors"] += bool(outcome.errors)
        self.seen["null as a whole"] += outcome.data is None
        self.seen["raised"] += outcome.raised is not None
        self.seen["errors"] += len(outcome.errors)
        self.seen["calls"] += len(outcome.calls)


def middleware(next_: Any, parent: Any, info: Any, **arguments: Any) -> Any:
    return next_(parent, info, **arguments)


async def compare(number: int, tally: Tally) -> str | None:
    """Execute the documents of a number; return what differs, or None."""
    chance = Random(number)
    kind = chance.random()
    # An error below a batch ends its siblings later than elsewhere, so that one may come to cancel everything.
    cancels = kind <= 0.7 and chance.random() < 0.2
    case = Case(number, waits=kind > 0.4, batches=kind > 0.7, cancels=cancels)
    for step in range(DOCUMENTS):
        document, variables = Writer(case, Random(number * DOCUMENTS + step)).write()
        execute_so = execute_sync if kind < 0.2 else execute
        options = {"middleware": [middleware]} if chance.random() < 0.05 and not case.batches else {}
        # Twice, the second time as its variables decide otherwise.
        for given in (variables, {name: not one if isinstance(one, bool) else one for name, one in variables.items()}):
            first = await _execute(execute_so, case, document, given, None, options)
            second = await _execute(execute_so, case, document, given, Executor, options)
            tally.note(case, first)
            difference = _difference(case, first, second)
            if difference and not validate(case.schema, document):  # which takes long, and they are valid
                return f"case {number}, document {step}: {difference}\n{print_ast(document)}\n{given}"
    return None


async def _execute(
    execute_so: Any, case: Case, document: Any, variables: Any, executor: Any, options: dict[str, Any]
) -> Outcome:
    before = asyncio.all_tasks()
    case.calls = []
    raised = None
    result: Any = None
    try:
        result = execute_so(
            case.schema,
            document,
            case.root(),
            context_value=SimpleNamespace(batches={}),
            variable_values=variables,
            executor_class=executor,
            **options,
        )
        if not isinstance(result, ExecutionResult):
            result = await asyncio.create_task(result)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raised = f"{type(error).__name__}: {error}"
    calls = list(case.calls)
    await _come_to_an_end(before)
    case.forget()
    if raised is not None:
        return Outcome(None, [], raised, calls)
    errors = [(one.message, tuple(one.path or ()), tuple(one.locations or ())) for one in result.errors or ()]
    return Outcome(json.dumps(result.data, default=repr), errors, None, calls)


@contextmanager
def _unawaited_coroutines() -> Iterator[None]:
    """Say nothing of coroutines that nobody awaits: both leave some, cancelled before they had begun."""
    gc.disable()
    try:
        yield
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            gc.collect()
        gc.enable()


async def _come_to_an_end(before: set[Any]) -> None:
    """Wait for what goes on unwaited for, beside the tasks that were there before."""
    for _ in range(1_000):
        if asyncio.all_tasks() <= before:
            return
        await asyncio.sleep(0)
    raise AssertionError(f"left behind: {asyncio.all_tasks() - before}")


def _difference(case: Case, first: Outcome, second: Outcome) -> str | None:
    if first.raised != second.raised:
        return f"raised {first.raised} against {second.raised}"
    if first.raised is not None:
        return None
    if first.data != second.data:
        return f"data\n{first.data}\n{second.data}\n{first.errors}\n{second.errors}"
    if not case.batches:
        for name in ("errors", "calls"):
            one, other = getattr(first, name), getattr(second, name)
            if one != other:
                return f"{name}\n{one}\n{other}"
        return None
    return _difference_of_batches(first, second)


def _difference_of_batches(first: Outcome, second: Outcome) -> str | None:
    """Compare where levels are resolved at once, so that what is told in which order differs.

    An error that makes its own place null is told by both alike. Of those that one null further up bears, either may be
    the first, and ends what the others would have said and called.
    """
    theirs, ours = ([(_bearer(outcome.data, one), one) for one in outcome.errors] for outcome in (first, second))
    told = [Counter(one for bearer, one in errors if bearer == one[1]) for errors in (theirs, ours)]
    if told[0] != told[1] or {bearer for bearer, _ in theirs} != {bearer for bearer, _ in ours}:
        return f"errors\n{first.errors}\n{second.errors}"
    # Of a list that fails while it is gone over, the items that were there need not be gone into.
    if any(bearer != one[1] or one[0].startswith("iterated") for bearer, one in theirs):
        return None
    missing, extra = Counter(first.calls) - Counter(second.calls), Counter(second.calls) - Counter(first.calls)
    return f"calls {missing} {extra}" if missing or extra else None


def _bearer(data: Any, error: Any) -> Any:
    """Return the place of the null that bears an error."""
    found, place = json.loads(data), []
    for key in error[1]:
        if found is None:
            break
        found = found[key]
        place.append(key)
    return tuple(place)


async def compare_all(first: int, last: int) -> Tally:
    """Compare the cases of these numbers; raise AssertionError with the first difference."""
    tally = Tally()
    for begins in range(first, last, 20):
        with _unawaited_coroutines():
            for number in range(begins, min(begins + 20, last)):
                difference = await compare(number, tally)
                assert difference is None, difference
    left = Executor.plans.counts.fallen_back
    assert not left, f"everything is compiled, but for {left}"
    return tally


if __name__ == "__main__":
    logging.disable()  # of tasks whose errors nobody asks for, of which a case has some
    gc.freeze()  # so that what stays is not gone over at each collection
    print(json.dumps(asyncio.run(compare_all(int(sys.argv[1]), int(sys.argv[2]))).seen))  # noqa: T201
