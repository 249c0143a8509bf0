"""The engine does as graphql-core does: the same data, errors, places, order and calls, whatever resolvers do."""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from graphql import validate

from tests.engine.comparison import DOCUMENTS, compare_all
from tests.engine.random_case import Case, Writer

HERE = Path(__file__).parent.parent.parent
SOME, MANY, ALL = 25, 10_000, 1_000_000
ENOUGH = {"waited": 0.3, "batched": 0.1, "with errors": 0.4, "null as a whole": 0.002}
"""How many of the cases have to be of a kind, at least, for the comparison to say something."""


def test_documents_are_valid() -> None:
    for number in range(SOME):
        case = Case(number, waits=False, batches=False, cancels=False)
        for step in range(DOCUMENTS):
            document, _ = Writer(case, Random(number * DOCUMENTS + step)).write()
            assert not validate(case.schema, document)


async def test_some_cases() -> None:
    tally = await compare_all(0, SOME)
    assert tally.seen["cases"] == SOME * DOCUMENTS * 2


@pytest.mark.slow
@pytest.mark.alone
def test_many_cases() -> None:
    compare_in_processes(MANY)


@pytest.mark.slow
@pytest.mark.long
def test_a_million_cases() -> None:
    compare_in_processes(ALL)


def compare_in_processes(cases: int) -> None:
    """Compare as many cases, in as many processes as there are processors."""
    numbers, processes = -(-cases // (DOCUMENTS * 2)), os.cpu_count() or 1
    share = -(-numbers // processes)
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.engine.comparison", str(share * part), str(share * (part + 1))],
            cwd=HERE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for part in range(processes)
    ]
    seen: Counter[str] = Counter()
    # All are read at once: who has much to say would wait for ever for a reader that waits for another's end.
    with ThreadPoolExecutor(processes) as readers:
        told = list(readers.map(subprocess.Popen.communicate, started))
    for one, (out, err) in zip(started, told, strict=True):
        assert one.returncode == 0, err[-5_000:]
        seen.update(json.loads(out))
    assert seen["cases"] >= cases
    for kind, least in ENOUGH.items():
        assert seen[kind] >= seen["cases"] * least, f"{kind}: {seen}"
