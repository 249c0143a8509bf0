"""Repositories with a history made for a test, and what the checker says of them."""

import contextlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from deprecation.command import deprecations

_WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


@dataclass(frozen=True)
class Said:
    """What a command has printed, and its exit code."""

    exit_code: int
    output: str
    errors: str

    @property
    def report(self) -> Any:
        return json.loads(self.output)

    @property
    def findings(self) -> list[dict[str, Any]]:
        return list(self.report["findings"])

    @property
    def found(self) -> set[tuple[str, str]]:
        """Rules with coordinates, but for what only follows from another finding."""
        return {(one["rule"], one["coordinate"]) for one in self.findings if not one["cascade"]}

    def finding(self, rule: str) -> dict[str, Any]:
        (found,) = [one for one in self.findings if one["rule"] == rule]
        return found


class TestRepository:
    """A repository in a folder, whose commits land on days that the test names."""

    __test__ = False

    def __init__(self, folder: Path, branch: str = "main") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", branch)

    def inside(self, path: str) -> "TestRepository":
        """The same, seen from a folder in it."""
        return TestRepository.at(self.folder / path)

    @classmethod
    def at(cls, folder: Path) -> "TestRepository":
        """A folder that is there, whether a repository or not."""
        found = cls.__new__(cls)
        found.folder = folder
        return found

    def git(self, *arguments: str, day: str = "2026-01-01", author_day: str | None = None) -> str:
        time = day if "T" in day else f"{day}T12:00:00Z"
        author_time = f"{author_day}T12:00:00Z" if author_day else time
        dates = {"GIT_COMMITTER_DATE": time, "GIT_AUTHOR_DATE": author_time}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=os.environ | _WHO | dates,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, files: str | Mapping[str, str | bytes | None]) -> None:
        """Write files, or the one `schema.graphql`; None takes one away."""
        for path, content in ({"schema.graphql": files} if isinstance(files, str) else files).items():
            place = self.folder / path
            if content is None:
                place.unlink()
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(
        self,
        day: str,
        files: str | Mapping[str, str | bytes | None],
        message: str = "Change the schema",
        author_day: str | None = None,
    ) -> str:
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, day=day, author_day=author_day)
        return self.git("rev-parse", "HEAD")

    def run(self, *arguments: str) -> Said:
        with contextlib.chdir(self.folder):
            done = CliRunner().invoke(deprecations, list(arguments))
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    def check(self, *arguments: str, today: str = "2026-11-24", base: str | None = None) -> Said:
        more = ("--base", base) if base else ()
        return self.run("check", "--format", "json", "--today", today, *more, *arguments)

    def audit(self, *arguments: str) -> list[dict[str, Any]]:
        said = self.run("audit", "--format", "json", *arguments)
        assert said.exit_code in {0, 1}, said.errors
        return list(json.loads(said.output))

    def audited(self, *arguments: str) -> list[set[tuple[str, str]]]:
        """What the audit says of each version, but for what only follows from something else."""
        return [
            {(one["rule"], one["coordinate"]) for one in commit["findings"] if not one["cascade"]}
            for commit in self.audit(*arguments)
        ]


def mark(day: str, kind: str = "field", instead: str | None = None) -> str:
    """Return a mark as it is agreed to be worded."""
    more = f" Use the {instead} {kind} instead." if instead else ""
    return f'@deprecated(reason: "This {kind} is deprecated and will be removed after {day}.{more}")'
