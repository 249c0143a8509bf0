"""Whatever happens to a file on its way, reading it ends in a report or a clear refusal, never in a crash."""

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.vulnerability import LARGEST_LINE
from scans.formats import read_report
from scans.report import UnreadableReport
from tests.scans.samples import SAMPLES

FOLDER = Path(__file__).parents[2] / "examples" / "reports"
REAL = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}
FILES = [*REAL.values(), *SAMPLES.values()]
BATCHES, EACH = 20, 500
"""10,000 mutated files that real tools have written, and a quarter as many of the samples."""

DEEP: Any = "x"
for _ in range(200):
    DEEP = [DEEP]
HOSTILE: list[Any] = [
    None,
    True,
    0,
    -1,
    99,
    10**12,
    1e308,
    0.5,
    "",
    " ",
    "0",
    "high",
    "terrible",
    "\0",
    "\ud800",
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "x" * 30_000,
    "../../../etc/passwd",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "C:\\Windows\\win.ini",
    "<script>alert(1)</script>",
    "{0}{1}{99}",
    "CVSS:3.1/AV:N",
    "CWE-99999999",
    "pkg:npm/",
    [],
    {},
    [None],
    [[]],
    {"": None},
    {"id": {"id": {}}},
    DEEP,
]
JUNK = (b"\0", b"\xff\xfe", b'"', b"{", b"]", b"NaN", b"\n", b"<!ENTITY", b"'", b",,", b"\\ud800")


def check(content: bytes) -> None:
    """Read a file and hold the promises that a report makes."""
    try:
        report = read_report(content)
    except UnreadableReport as refused:
        assert 10 < len(str(refused)) < 600  # noqa: PT017  # both ends are right
        return
    read = sum(len(run.results) for run in report.runs)
    assert read + report.skipped + len(report.rejections) == report.results
    for run in report.runs:
        assert len({one.fingerprint for one in run.results}) == len(run.results)
        for one in run.results:
            assert one.rule_id in run.rules
            for text in (one.path, one.message, one.snippet or "", one.package_url or "", one.fixed_version or ""):
                assert "\0" not in text
                text.encode()
            assert not one.path.startswith(("../", "javascript:"))
            assert all(number is None or 1 <= number <= LARGEST_LINE for number in (one.line, one.end_line, one.column))
            assert 0 <= one.severity_tenths <= 100
            json.dumps(one.fixes)
        for rule in run.rules.values():
            assert rule.title
            (rule.title + rule.description + rule.recommendation).encode()
            assert len(rule.cwe_ids) <= 20
            assert len(rule.cve_ids) <= 20


def in_json(chance: random.Random, content: bytes) -> bytes:
    """Replace, remove, repeat or move one value of a JSON file, or of a line of one."""
    if not content.startswith((b"{", b"[")):
        return in_bytes(chance, content)
    try:
        log = json.loads(content)
    except ValueError:
        lines = content.split(b"\n")
        at = chance.randrange(len(lines))
        return b"\n".join([*lines[:at], in_json(chance, lines[at]), *lines[at + 1 :]])
    for _ in range(chance.randint(1, 3)):
        node: Any = log
        while isinstance(node, dict | list) and node:
            key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
            if not isinstance(node[key], dict | list) or not node[key] or chance.random() < 0.1:
                _spoil(chance, node, key)
                break
            node = node[key]
    return json.dumps(log).encode("utf-8", "surrogatepass")


def _spoil(chance: random.Random, node: Any, key: Any) -> None:
    way = chance.random()
    if way < 0.15:
        del node[key]
    elif way < 0.25 and isinstance(node, list):
        node.append(copy.deepcopy(node[key]))
    elif way < 0.3 and isinstance(node, dict):
        node[f"{key}\0"] = node.pop(key)
    else:
        node[key] = copy.deepcopy(chance.choice(HOSTILE))


def in_bytes(chance: random.Random, content: bytes) -> bytes:
    """Replace some bytes, or cut the file."""
    start = chance.randrange(len(content))
    if chance.random() < 0.2:
        return content[:start]
    return content[:start] + chance.choice(JUNK) + content[start + chance.randrange(20) :]


def run(batch: int, number: int, files: list[bytes]) -> None:
    chance = random.Random(batch)
    ways: tuple[Callable[[random.Random, bytes], bytes], ...] = (in_json, in_json, in_json, in_bytes)
    for _ in range(number):
        check(chance.choice(ways)(chance, chance.choice(files)))


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_ten_thousand_mutated_files_are_read_or_refused(batch: int) -> None:
    run(batch, EACH, list(REAL.values()))
    run(batch, EACH // 4, list(SAMPLES.values()))


def test_some_hundred_mutated_files_are_read_or_refused() -> None:
    run(BATCHES, EACH, FILES)


@pytest.mark.parametrize("content", FILES, ids=[*REAL, *SAMPLES])
def test_the_files_themselves_are_read(content: bytes) -> None:
    report = read_report(content)
    assert report.results
    assert report.rejections == []
