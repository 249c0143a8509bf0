"""Whatever a tool writes, reading it ends in a report or a clear refusal, never in a crash."""

import copy
import json
import random
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.vulnerability import LARGEST_LINE
from scans.formats import read_report
from scans.report import UnreadableReport

REPORTS = [path.read_bytes() for path in (Path(__file__).parents[2] / "examples" / "reports").glob("*.sarif")]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def check(content: bytes) -> None:
    try:
        report = read_report(content)
    except UnreadableReport:
        return
    read = sum(len(run.results) for run in report.runs)
    in_runs = sum(one.pointer.count("/") > 2 for one in report.rejections)
    assert read + report.skipped + in_runs == report.results
    for run in report.runs:
        assert len({one.fingerprint for one in run.results}) == len(run.results)
        for one in run.results:
            assert one.rule_id in run.rules
            assert "\0" not in one.path + one.message + (one.snippet or "")
            assert one.line is None or 1 <= one.line <= LARGEST_LINE
            assert 0 <= one.severity_tenths <= 100


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), value=VALUES, changes=st.integers(1, 4))
def test_a_real_report_with_random_parts_replaced_is_read_or_refused(seed: int, value: Any, changes: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    log = json.loads(chance.choice(REPORTS))
    for _ in range(changes):
        node: Any = log
        while isinstance(node, dict | list) and node:
            key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
            if not isinstance(node[key], dict | list) or not node[key] or chance.random() < 0.15:
                node[key] = copy.deepcopy(value)
                break
            node = node[key]
    check(json.dumps(log).encode("utf-8", "surrogatepass"))


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), junk=st.binary(max_size=20))
def test_a_real_report_with_random_bytes_replaced_is_read_or_refused(seed: int, junk: bytes) -> None:
    chance = random.Random(seed)  # noqa: S311
    content = bytearray(chance.choice(REPORTS))
    start = chance.randrange(len(content))
    content[start : start + chance.randrange(30)] = junk
    check(bytes(content))
