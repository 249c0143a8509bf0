"""Measures imports: `python -m bench.imports`. Prints each figure, its goal and the ratio of the two.

Everything goes through a real server: the upload over HTTP, the worker process, a PostgreSQL that syncs to disk.
"""

import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench.reports import report
from bench.served import Served, served
from bench.size import size
from tests.served_demo import ROOT

RESULTS = size(25_000, 100)
ROUNDS = size(5, 1)
NEW_GOAL, SAME_GOAL = 12_500, 25_000
MEMORY_GOAL = 6.0
BESIDE_GOAL = 2.0
LARGE_RUNS = size(12, 2)
REQUESTS = size(1_500, 50)
BESIDE_ROUNDS = size(3, 1)
BESIDE_POLL_SECONDS = 0.3
"""How often who imports asks for its progress, as `adarve import` does: asking more often would be measured too."""
BESIDE = """{ group(name: "shop") { findings(first: 20) { nodes { title severityScore status
  vulnerabilities(first: 3) { nodes { path line state } } } } } }"""


def main() -> None:
    with served() as server:
        _speed(server)
        _beside(server)
    with served(ADARVE_MOST_UPLOAD_BYTES=str(128 * 1024 * 1024)) as server:
        _memory(server)


def _speed(server: Served) -> None:
    new, same = [], []
    content = report(RESULTS)
    for number in range(ROUNDS):
        seconds, found = server.import_file(content, branch=f"round-{number}")
        assert found["added"] == RESULTS, found
        new.append(RESULTS / seconds)
        seconds, found = server.import_file(content + b"\n", branch=f"round-{number}")
        assert found["same"] == RESULTS, found
        same.append(RESULTS / seconds)
    _print("results a second, all new", new, NEW_GOAL)
    _print("results a second, the same again", same, SAME_GOAL)


def _print(what: str, measured: list[float], goal: float) -> None:
    middle = statistics.median(measured)
    spread = f"{min(measured):,.0f} to {max(measured):,.0f}"
    print(f"{what:45} {middle:10,.0f}  goal {goal:7,.0f}  ratio {middle / goal:5.2f}  ({spread})")


def _beside(server: Served) -> None:
    content = report(RESULTS, seed=100)
    server.import_file(content, branch="beside")
    alone, beside, imports = [], [], 0
    for number in range(BESIDE_ROUNDS):
        alone.append(_p99(_latencies(server)))
        counted, seconds = _while_importing(server, content, f"beside-{number}")
        imports += counted
        beside.append(_p99(seconds))
    alone.append(_p99(_latencies(server)))
    alone_p99, beside_p99 = statistics.median(alone), statistics.median(beside)
    print(
        f"{'p99 of a request beside imports, ms':45} {beside_p99 * 1e3:10.1f}  alone {alone_p99 * 1e3:6.1f}  "
        f"ratio {beside_p99 / alone_p99:5.2f}  (goal at most {BESIDE_GOAL:.0f}; {imports} imports meanwhile; "
        f"beside {_spread(beside)}, alone {_spread(alone)})"
    )


def _spread(seconds: list[float]) -> str:
    return f"{min(seconds) * 1e3:.1f} to {max(seconds) * 1e3:.1f}"


def _while_importing(server: Served, content: bytes, branch: str) -> tuple[int, list[float]]:
    """Return how many imports ran, one after the other, and the seconds of each request beside them."""
    stopping = threading.Event()
    counted = [0]

    def import_on_and_on() -> None:
        second = Served(server.process, server.address, server.token)
        while not stopping.is_set():
            second.import_file(content, branch=f"{branch}-{counted[0]}", poll_seconds=BESIDE_POLL_SECONDS)
            counted[0] += 1

    thread = threading.Thread(target=import_on_and_on)
    thread.start()
    time.sleep(1)
    beside = _latencies(server)
    stopping.set()
    thread.join()
    return counted[0], beside


def _latencies(server: Served) -> list[float]:
    """Return the seconds of each of many requests, sent from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.requests", server.address, server.token, str(REQUESTS), BESIDE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(line) for line in done.stdout.split()]


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


def _memory(server: Served) -> None:
    content = report(RESULTS, runs=LARGE_RUNS)
    megabytes = len(content) / 1e6
    (worker,) = server.workers()
    server.import_file(content, branch="large")
    status = Path(f"/proc/{worker}/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6
    print(
        f"{'peak memory of the worker, MB':45} {peak:10,.0f}  file {megabytes:6,.0f} MB  ratio {peak / megabytes:5.2f}"
        f"  (goal at most {MEMORY_GOAL:.0f} times the file; {LARGE_RUNS * RESULTS:,} results)"
    )


if __name__ == "__main__":
    main()
