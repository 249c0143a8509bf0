"""Starts the provider, in a process of its own, and ends it."""

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
TOOLS = FOLDER.parents[1] / ".tools" / "node" / "bin" / "node"


def find_node() -> str:
    """Return the JavaScript runtime; raise RuntimeError, saying how to get one, rather than skip."""
    found = os.environ.get("ADARVE_TEST_NODE") or shutil.which("node") or (str(TOOLS) if TOOLS.exists() else None)
    if found is None or not (FOLDER / "node_modules").is_dir():
        raise RuntimeError("The tests' OpenID Connect provider is not installed: run `make test`, which does that.")
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def openid_provider(port: int, clients: list[dict[str, Any]], accounts: dict[str, Any]) -> Iterator[str]:
    """Serve a provider for as long as the block runs, and yield its issuer."""
    given = json.dumps({"port": port, "clients": clients, "accounts": accounts})
    process = subprocess.Popen(
        [find_node(), str(FOLDER / "provider.mjs"), given],
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # where Node comes from PyPI, a program of Python starts it, and both must end
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        for line in process.stdout:
            if line.startswith("ready "):
                break
        else:
            raise RuntimeError(f"the provider did not start: {process.stderr.read()}")
        yield line.split()[1]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
        process.stdout.close()
        process.stderr.close()
