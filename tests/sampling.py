"""How much is tried: samples in `make test`, everything in `make test-long`, which sets ADARVE_TESTS to `full`."""

import os

IN_FULL = os.environ.get("ADARVE_TESTS") == "full"


def sample(full: int, tried: int) -> int:
    """Return how many of `full` cases are tried: all of them, or in `make test` so many."""
    return full if IN_FULL else tried
