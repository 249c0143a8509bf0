"""Every bench runs to its end, at a tiny size: what is measured by hand must not be found broken only then."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MODULES = ["authorization", "deprecated_uses", "deprecations", "engine", "imports", "over_http", "over_postgres"]


def test_every_bench_of_the_makefile_is_tried() -> None:
    recipe = (ROOT / "Makefile").read_text().split("\nbench:", 1)[1].split("\n\n", 1)[0]
    assert {name for name in MODULES if f"-m bench.{name}" in recipe} == {*MODULES}
    assert recipe.count("-m bench.") == len(MODULES) + 1, "and bench.results, which writes the page"


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_a_bench_runs_to_its_end(name: str) -> None:
    kept = (ROOT / "bench" / "results.json").read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}"],
        cwd=ROOT,
        env={**os.environ, "ADARVE_BENCH_SIZE": "tiny"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip(), "a bench says what it measured"
    assert (ROOT / "bench" / "results.json").read_bytes() == kept, "no figure of a tiny run is kept"
