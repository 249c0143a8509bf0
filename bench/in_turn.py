"""Runs two things in turn in one process, so that a machine whose speed drifts does not matter, and compares them."""

import gc
import statistics
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from bench.size import TINY, size

Turn = Callable[[], Awaitable[Any]]
STEADY = 0.06
"""How far the quartiles of the pairs' ratios may be apart, of their median, for nothing more to be measured."""
MOST_TIMES_AS_MANY = 2
"""How many times as many rounds there are at most, where the ratios do not get steady."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two things took in turn: the median of each, in seconds, and of the pairs' ratios, with its quartiles."""

    first: float
    second: float
    ratio: float
    low: float
    high: float


def comparison(ours: list[float], others: list[float]) -> Comparison:
    """Return the comparison of what two things took in the same rounds."""
    low, middle, high = statistics.quantiles((mine / other for mine, other in zip(ours, others, strict=True)), n=4)
    return Comparison(statistics.median(ours), statistics.median(others), middle, low, high)


def is_enough(rounds: int, least: int, found: Callable[[], Iterable[Comparison]]) -> bool:
    """Whether nothing more has to be measured: the ratios are steady, or it has been tried for long."""
    if rounds < size(least, 2):
        return False
    if TINY:
        return True
    return rounds >= least * MOST_TIMES_AS_MANY or all(one.high - one.low <= STEADY * one.ratio for one in found())


async def measure(first: Turn, second: Turn, clock: Callable[[], float], rounds: int) -> Comparison:
    """Run the two in turn, after two rounds that do not count, at least so often and until their ratio is steady."""
    took: dict[Turn, list[float]] = {first: [], second: []}
    for number in count():
        for one in (first, second) if number % 2 else (second, first):
            gc.collect()
            began = clock()
            await one()
            if number >= 2:
                took[one].append(clock() - began)
        if is_enough(number - 1, rounds, lambda: [comparison(took[first], took[second])]):
            break
    return comparison(took[first], took[second])


async def compare(what: str, first: Turn, second: Turn, goal: float, clock: Callable[[], float], rounds: int) -> None:
    """Run the two in turn and print the ratio of their times, the median over all pairs."""
    found = await measure(first, second, clock, rounds)
    spread = f"{found.low:.3f} to {found.high:.3f}"
    print(f"{what:45} {found.ratio:12.3f}  goal at most {goal}  (quartiles {spread}; {found.first * 1000:.1f} ms)")
