"""A demo server in a process of its own, and how to speak to it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
START_SECONDS = 120
POLL_SECONDS = 0.02
IMPORT = """
mutation Import($branch: String, $file: Upload!) {
  importScan(groupName: "shop", branch: $branch, file: $file, allowMassClose: true) { scanImport { id } }
}
"""
FOLLOW = "query Follow($id: ID!) { scanImport(id: $id) { status error results added same closed } }"


class Served:
    """A running server."""

    def __init__(self, process: subprocess.Popen[str], address: str, token: str) -> None:
        self.process = process
        self.address = address
        self.token = token
        self.http = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"},
            timeout=120,
        )

    def ask(self, query: str, **variables: Any) -> Any:
        answer = self.http.post("/api", json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def import_file(self, content: bytes, branch: str, name: str = "report.sarif") -> tuple[float, dict[str, Any]]:
        """Import a report; return the seconds from the first byte of the upload until it is seen to be committed."""
        began = time.perf_counter()
        form = {
            "operations": json.dumps({"query": IMPORT, "variables": {"branch": branch, "file": None}}),
            "map": json.dumps({"0": ["variables.file"]}),
        }
        answer = self.http.post("/api", data=form, files={"0": (name, content)}).json()
        assert "errors" not in answer, answer
        key = answer["data"]["importScan"]["scanImport"]["id"]
        while True:
            found = self.ask(FOLLOW, id=key)["scanImport"]
            if found["status"] in {"SUCCEEDED", "FAILED"}:
                assert found["status"] == "SUCCEEDED", found
                return time.perf_counter() - began, found
            time.sleep(POLL_SECONDS)

    def workers(self) -> list[int]:
        """Return the process ids of its workers."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    command = (folder / "cmdline").read_bytes().split(b"\0")
                    parent = int(re.search(r"PPid:\s+(\d+)", (folder / "status").read_text())[1])  # type: ignore[index]
                except (OSError, TypeError):
                    continue
                if b"jobs.worker" in command and parent == self.process.pid:
                    found.append(int(folder.name))
        return found


@contextmanager
def served(**settings: str) -> Iterator[Served]:
    """Serve the demo, in a folder of its own, for as long as the block runs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADARVE_")}
    with tempfile.TemporaryDirectory(prefix="adarve-bench-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "demo", "--port", "0", "--data-dir", folder],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
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
            address, token = re.search(r"http://localhost:\d+", printed), re.search(r"adv_[0-9a-f_]+", printed)
            assert address is not None, printed
            assert token is not None, printed
            yield Served(process, address[0], token[0])
        finally:
            process.terminate()
            process.wait(60)
            process.stdout.close()
