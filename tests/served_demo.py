"""A demo as a user starts it: the `adarve demo` command in a process of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ADARVE = [sys.executable, "-m", "cli.main"]
START_SECONDS = 90


@dataclass
class Demo:
    """A running demo: its process, what it printed until it was ready, its address and its data folder."""

    process: subprocess.Popen[str]
    printed: str
    address: str
    folder: Path

    @property
    def token(self) -> str:
        """The access token in the lines to paste."""
        match = re.search(r"adv_[0-9a-f_]+", self.printed)
        assert match is not None, self.printed
        return match[0]

    def stop(self) -> int:
        """Ask it to stop as an init system does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.printed += self.process.stdout.read()
        return code


@contextmanager
def served_demo(folder: Path, **settings: str) -> Iterator[Demo]:
    """Serve the demo on any free port for as long as the block runs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADARVE_")}
    process = subprocess.Popen(
        [*ADARVE, "demo", "--port", "0", "--data-dir", str(folder)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment | settings,
    )
    assert process.stdout is not None
    printed, deadline = "", time.monotonic() + START_SECONDS
    try:
        for line in process.stdout:
            printed += line
            if "Ctrl-C stops it." in line or time.monotonic() > deadline:
                break
        match = re.search(r"http://localhost:\d+", printed)
        assert match is not None, f"the demo did not start:\n{printed}"
        yield Demo(process, printed, match[0], folder)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        process.stdout.close()
