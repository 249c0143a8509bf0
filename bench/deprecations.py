"""Measures the deprecation checker: `python -m bench.deprecations`. Prints each figure beside its goal.

Whole processes are measured, with those they start: their CPU time, and the largest of them in memory. The peer, the
command of graphql-inspector, is installed from npm, and compares the same two schemas in turn with ours.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.size import TINY, size
from bench.written_schema import WrittenSchema, make_repository

ROUNDS = size(5, 1)
PEER = "@graphql-inspector/cli@7.0.0"
SMALL = 'type Query {\n  car: Car\n}\n\ntype Car {\n  color: String @deprecated(reason: "{reason}")\n  size: Int\n}\n'
_REASON = "This field is deprecated and will be removed after 2030/01/01."
_CHECK = (sys.executable, "-m", "cli.main", "deprecations")


@dataclass(frozen=True)
class Cost:
    """What a process has cost: seconds of CPU, and MB of memory."""

    cpu: float
    memory: float


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _pair(folder)
        _small(folder)
        _history(folder, "history of 457 versions of 750 kB", *size((457, 750_000), (4, 5_000)), goals=(3.0, 0.3))
        _history(folder, "history of 1,000 versions of 1 MB", *size((1000, 1_000_000), (5, 5_000)), goals=(8.0, None))


def measure(command: Sequence[str], folder: Path) -> Cost:
    """Run a command in a folder, and return what it cost. What it prints is thrown away."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 1}:
            errors.seek(0)
            raise RuntimeError(errors.read().decode())
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)


def _environment() -> dict[str, str]:
    here = Path(__file__).parent.parent
    return os.environ | {"PYTHONPATH": str(here)}


def _say(what: str, figure: float, unit: str, goal: float | None, *, least: bool = False) -> None:
    wanted = f"goal at {'least' if least else 'most'} {goal} {unit}" if goal is not None else ""
    print(f"{what:60} {figure:8.2f} {unit:6} {wanted}", flush=True)


def _pair(folder: Path) -> None:
    """Compare two schemas of 1.25 MB with the peer, in turn."""
    schema = WrittenSchema(size(1_250_000, 20_000))
    repository = folder / "pair"
    make_repository(repository, schema.versions(2))
    _show(repository, "HEAD~1", folder / "old.graphql")
    _show(repository, "HEAD", folder / "new.graphql")
    peer = None if TINY else _peer(folder)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        shutil.rmtree(repository / ".git" / "deprecations", ignore_errors=True)
        ours.append(measure((*_CHECK, "check", "--base", "HEAD~1", "--format", "json"), repository))
        if peer is not None:
            theirs.append(measure((str(peer), "diff", "old.graphql", "new.graphql"), folder))
    if peer is not None:
        _beside_peer(ours, theirs)
    _say("two schemas of 1.25 MB, memory", max(one.memory for one in ours), "MB", 80)


def _beside_peer(ours: list[Cost], theirs: list[Cost]) -> None:
    ratio = statistics.median(other.cpu / our.cpu for our, other in zip(ours, theirs, strict=True))
    _say("two schemas of 1.25 MB", statistics.median(one.cpu for one in ours), "s", None)
    _say("two schemas of 1.25 MB, graphql-inspector", statistics.median(one.cpu for one in theirs), "s", None)
    _say("two schemas of 1.25 MB, how much cheaper", ratio, "times", 5, least=True)


def _show(repository: Path, commit: str, to: Path) -> None:
    shown = subprocess.run(["git", "show", f"{commit}:schema.graphql"], cwd=repository, capture_output=True, check=True)
    to.write_bytes(shown.stdout)


def _peer(folder: Path) -> Path:
    """Install the peer, and return its command."""
    place = folder / "peer"
    place.mkdir()
    (place / "package.json").write_text("{}")
    npm = shutil.which("npm") or str(Path(".tools/node/bin/npm").resolve())
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", PEER, "graphql@16"], cwd=place, check=True)
    return place / "node_modules" / ".bin" / "graphql-inspector"


def _small(folder: Path) -> None:
    repository = folder / "small"
    text = SMALL.replace("{reason}", _REASON)
    make_repository(repository, iter([text, text.replace("size: Int", "size: Int\n  doors: Int")]))
    cost = [measure((*_CHECK, "check", "--base", "HEAD~1"), repository) for _ in range(ROUNDS)]
    _say("a schema of 10 lines", statistics.median(one.cpu for one in cost), "s", 0.15)


def _history(folder: Path, what: str, count: int, bytes_each: int, *, goals: tuple[float, float | None]) -> None:
    repository = folder / what.replace(" ", "-")
    total = make_repository(repository, WrittenSchema(bytes_each).versions(count))
    command = (*_CHECK, "audit", "--format", "json")
    cold = measure(command, repository)
    warm = [measure(command, repository) for _ in range(ROUNDS)]
    _say(f"{what} ({total / 1e6:.0f} MB)", cold.cpu, "s", goals[0])
    _say(f"{what}, memory", cold.memory, "MB", None)
    _say(f"{what}, with the cache", statistics.median(one.cpu for one in warm), "s", goals[1])


if __name__ == "__main__":
    main()
