"""Runs two things in turn in one process, so that a machine whose speed drifts does not matter, and compares them."""

import gc
import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Turn = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two things took in turn: the median of each, in seconds, and of the pairs' ratios, with its quartiles."""

    first: float
    second: float
    ratio: float
    low: float
    high: float


async def measure(first: Turn, second: Turn, clock: Callable[[], float], rounds: int) -> Comparison:
    """Run the two in turn, after two rounds that do not count."""
    took: dict[Turn, list[float]] = {first: [], second: []}
    for number in range(rounds + 2):
        for one in (first, second) if number % 2 else (second, first):
            gc.collect()
            began = clock()
            await one()
            if number >= 2:
                took[one].append(clock() - began)
    ratios = [mine / other for mine, other in zip(took[first], took[second], strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return Comparison(statistics.median(took[first]), statistics.median(took[second]), middle, low, high)


async def compare(what: str, first: Turn, second: Turn, goal: float, clock: Callable[[], float], rounds: int) -> None:
    """Run the two in turn and print the ratio of their times, the median over all pairs."""
    found = await measure(first, second, clock, rounds)
    spread = f"{found.low:.3f} to {found.high:.3f}"
    print(f"{what:45} {found.ratio:12.3f}  goal at most {goal}  (quartiles {spread}; {found.first * 1000:.1f} ms)")
