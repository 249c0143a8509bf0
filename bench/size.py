"""How much a bench measures: what its figures need, or, where ADARVE_BENCH_SIZE is `tiny`, just enough to see it run.

Tiny is for the tests: no figure of it says anything, none is kept, and servers of others are not started.
"""

import os
from typing import TypeVar

TINY = os.environ.get("ADARVE_BENCH_SIZE") == "tiny"
T = TypeVar("T")


def size(whole: T, tiny: T) -> T:
    """Return how much is measured."""
    return tiny if TINY else whole
