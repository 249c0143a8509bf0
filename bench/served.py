"""A demo server in a process of its own, and how to speak to it."""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.served_demo import served_demo

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

    def import_file(
        self, content: bytes, branch: str, name: str = "report.sarif", poll_seconds: float = POLL_SECONDS
    ) -> tuple[float, dict[str, Any]]:
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
            time.sleep(poll_seconds)

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
    with (
        tempfile.TemporaryDirectory(prefix="adarve-bench-") as folder,
        served_demo(Path(folder) / "data", **settings) as demo,
    ):
        yield Served(demo.process, demo.address, demo.token)
