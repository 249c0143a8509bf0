"""Runs two things in turn in one process, so that a machine whose speed drifts does not matter, and compares them."""

import gc
import statistics
from collections.abc import Awaitable, Callable

Turn = Callable[[], Awaitable[None]]


async def compare(what: str, first: Turn, second: Turn, goal: float, clock: Callable[[], float], rounds: int) -> None:
    """Run the two in turn and print the ratio of their times, the median over all pairs."""
    ratios, seconds = [], []
    for number in range(rounds + 2):
        took = []
        for one in (first, second) if number % 2 else (second, first):
            gc.collect()
            began = clock()
            await one()
            took.append(clock() - began)
        mine, other = took if number % 2 else took[::-1]
        if number >= 2:
            ratios.append(mine / other)
            seconds.append(mine)
    middle = statistics.median(ratios)
    spread = f"{statistics.quantiles(ratios, n=4)[0]:.3f} to {statistics.quantiles(ratios, n=4)[2]:.3f}"
    milliseconds = statistics.median(seconds) * 1000
    print(f"{what:45} {middle:12.3f}  goal at most {goal}  (quartiles {spread}; {milliseconds:.1f} ms)")
