"""The docs page of the checker says what the checker does."""

import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from deprecation.command import deprecations
from deprecation.configuration import TABLE
from deprecation.rules import RULES, Level
from tests.deprecation.repositories import TestRepository
from tests.deprecation.test_protocol import PAGE


def test_every_rule_is_in_the_docs_as_it_is() -> None:
    for rule in RULES.values():
        if rule.level is Level.KEPT:
            assert f"`{rule.id}`" in PAGE
        else:
            assert f"| `{rule.id}` | {rule.what} {rule.why} | {rule.mend} |" in PAGE


def test_every_option_of_the_check_is_in_the_docs() -> None:
    command = deprecations.commands["check"]
    options = {option for one in command.params if isinstance(one, click.Option) for option in one.opts}
    assert options == set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE))


def test_the_settings_in_the_docs_are_taken(repo: TestRepository) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert text.startswith(f"[{TABLE}]")
    repo.commit(
        "2026-01-01", {"schema/a.graphql": "type Legacy { a: Int @deprecated } type Internal { a: Int @deprecated }"}
    )
    assert len(repo.check().findings) == 2
    repo.write({"pyproject.toml": text})
    assert repo.check().findings == []
    assert set(tomllib.loads(text)["tool"]["adarve"]["deprecations"]) == {
        "schema", "documents", "main-branch", "notice-months", "wording", "replacement-wording", "ignore", "ignore-only"
    }  # fmt: skip


def test_the_mark_in_the_docs_is_one(repo: TestRepository) -> None:
    (text,) = re.findall(r"  ```graphql\n(.*?)  ```", PAGE, re.DOTALL)
    repo.commit("2026-12-30", text)
    assert repo.check(today="2026-12-30").findings == []
    assert [one["rule"] for one in repo.audit()[0]["findings"]] == ["ok-mark"]


def test_the_trailers_in_the_docs_are_read(repo: TestRepository) -> None:
    (message,) = re.findall(r"```\n(Remove the color.*?)```", PAGE, re.DOTALL)
    before = "type Query { cars(color: Color): Car } type Car { color: Color size: Int } enum Color { RED BLUE }"
    repo.commit("2026-01-01", before)
    repo.commit("2026-01-02", "type Query { cars: Car } type Car { size: Int } enum Color { BLUE }", message)
    said = repo.check(base="HEAD~1")
    assert len(said.findings) == 3
    assert said.exit_code == 0


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_the_pipelines_in_the_docs_call_what_there_is(block: str) -> None:
    lines = [line for line in block.splitlines() if "adarve deprecations" in line]
    assert lines
    for line in lines:
        words = line.split("adarve deprecations ")[1].split()
        command = deprecations.commands[words[0]]
        known = {option for one in command.params for option in one.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_it_works_as_a_hook_of_git(repo: TestRepository) -> None:
    repo.commit("2026-01-01", "type Query { a: Int b: Int }")
    hook = repo.folder / ".git" / "hooks" / "pre-commit"
    root = Path(__file__).parents[2]
    hook.write_text(f"#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m deprecation check\n")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    repo.write("type Query { b: Int }")
    repo.git("add", "-A")
    tried = subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-m", "Remove a"],
        cwd=repo.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 1
    assert "Query.a was not marked as deprecated" in tried.stdout + tried.stderr
    repo.commit("2026-01-02", "type Query { a: Int b: Int c: Int }")
