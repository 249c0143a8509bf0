"""The command: its formats, its settings, what it exits with."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deprecation.reports import FORMATS
from deprecation.rules import RULES, Level
from tests.deprecation.repositories import TestRepository, mark

BEFORE = f"type Query {{\n  a: Int\n  b: Int\n  c: Int {mark('2026/07/10')}\n}}\n"
AFTER = f"type Query {{\n  b: Int\n  c: Int {mark('2026/07/10')}\n}}\n"


@pytest.fixture
def changed(repo: TestRepository) -> TestRepository:
    repo.commit("2026-01-10", BEFORE)
    repo.write(AFTER)
    return repo


def printed(repo: TestRepository, form: str) -> str:
    said = repo.run("check", "--today", "2026-08-01", "--format", form)
    assert said.exit_code == 1
    return said.output


def test_text_is_for_people(changed: TestRepository) -> None:
    assert printed(changed, "text").splitlines() == [
        "schema.graphql:1:6: error: Query.a was not marked as deprecated, and is gone. It may go from 2027-02-02. "
        "[removed-unmarked]",
        "    --- a/schema.graphql",
        "    +++ b/schema.graphql",
        "    @@ -1,4 +1,5 @@",
        "     type Query {",
        "       b: Int",
        f"       c: Int {mark('2026/07/10')}",
        f"    +  a: Int {mark('2027/02/01')}",
        "     }",
        "schema.graphql:3:10: note: Query.c was to go after 2026/07/10, and is still there. [overdue]",
        f"1 error, 0 accepted, 1 note against {changed.git('rev-parse', 'HEAD')[:12]}.",
    ]


def test_json_is_for_programs(changed: TestRepository) -> None:
    report = json.loads(printed(changed, "json"))
    assert list(report) == ["ok", "findings"]
    first, second = report["findings"]
    assert first.pop("patch").startswith("--- a/schema.graphql\n+++ b/schema.graphql\n@@ -1,4 +1,5 @@\n")
    assert first == {
        "rule": "removed-unmarked",
        "coordinate": "Query.a",
        "file": "schema.graphql",
        "line": 1,
        "column": 6,
        "message": "Query.a was not marked as deprecated, and is gone.",
        "earliest_removal": "2027-02-02",
        "accepted": False,
        "cascade": False,
        "level": "error",
    }
    assert (second["rule"], second["level"], second["patch"]) == ("overdue", "note", None)


def test_sarif_is_for_code_scanning(changed: TestRepository) -> None:
    log = json.loads(printed(changed, "sarif"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    first = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("removed-unmarked", "error")
    where = first["locations"][0]["physicalLocation"]
    assert where == {"artifactLocation": {"uri": "schema.graphql"}, "region": {"startLine": 1, "startColumn": 6}}
    assert "suppressions" not in first


def test_gitlab_gets_what_its_widget_reads(changed: TestRepository) -> None:
    first, second = json.loads(printed(changed, "gitlab"))
    assert (first["check_name"], first["severity"], second["severity"]) == ("removed-unmarked", "major", "info")
    assert first["location"] == {"path": "schema.graphql", "lines": {"begin": 1}}
    assert first["fingerprint"] != second["fingerprint"]


def test_github_gets_workflow_commands(changed: TestRepository) -> None:
    first, second, _ = printed(changed, "github").splitlines()
    assert first == (
        "::error file=schema.graphql,line=1,col=6,title=removed-unmarked::"
        "Query.a was not marked as deprecated, and is gone. It may go from 2027-02-02."
    )
    assert second.startswith("::notice file=schema.graphql,line=3,col=10,title=overdue::")


def test_every_format_says_that_nothing_is_wrong(repo: TestRepository) -> None:
    repo.commit("2026-01-10", BEFORE)
    for form in FORMATS:
        said = repo.run("check", "--today", "2026-02-01", "--format", form)
        assert (said.exit_code, said.errors) == (0, "")
    assert repo.run("check", "--today", "2026-02-01").output == "No finding.\n"


def test_the_audit_can_begin_after_a_commit(repo: TestRepository) -> None:
    first = repo.commit("2026-01-10", BEFORE)
    second = repo.commit("2026-08-10", AFTER.replace("  c: Int", "  d: Int\n  e: Int"))
    whole = repo.audit()
    assert [one["commit"] for one in whole] == [first, second]
    assert [one["date"] for one in whole] == ["2026-01-10", "2026-08-10"]
    assert repo.audit("--since", first) == whole[1:]
    assert repo.audit("--since", "HEAD") == []
    assert {one["rule"] for one in whole[1]["findings"]} == {"removed-unmarked", "ok-removal", "mark-too-short"}
    said = repo.run("audit", "--since", "nothing")
    assert (said.exit_code, said.errors) == (2, "deprecations: There is no commit 'nothing' in this repository.\n")
    text = repo.run("audit")
    assert (text.exit_code, text.output.splitlines()[-1]) == (
        1,
        "2 versions; promises: 2 made or kept, 2 broken, 0 accepted.",
    )
    assert text.output.startswith(f"2026-01-10 {first[:12]}\n    ok-mark: Query.c: it goes after 2026/07/10.\n")


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("notice-months = -1", "notice-months must be a number of months from 0 to 120"),
        ("notice-months = true", "notice-months must be a number of months from 0 to 120"),
        ("schema = 'schema'", "schema must be a list of texts"),
        ("wording = 'Gone.'", "wording has no {date} in it"),
        ("replacement-wording = 'Use it.'", "replacement-wording has no {replacement} in it"),
        ("wording = '{date} {name}'", "and no other braces"),
        ("wording = '{date} {0}'", "and no other braces"),
        ("wording = '{date} {'", "is no template"),
        ("wording = '{date} {date}'", "or more than one"),
        ("main-branch = 1", "main-branch must be a text"),
        ("main-branch = 'sky'", "no main branch 'sky'"),
        ("ignore-only = {sky = []}", "'sky' is none: removed-unmarked, "),
        ("ignore-only = ['a']", "ignore-only must be a table of lists by rule"),
        ("notice = 6", "there is no setting tool.adarve.deprecations.notice"),
        ("= 6", "is no TOML"),
    ],
)
def test_a_wrong_setting_is_named(changed: TestRepository, setting: str, complaint: str) -> None:
    changed.write({"pyproject.toml": f"[tool.adarve.deprecations]\n{setting}\n"})
    said = changed.check()
    assert said.exit_code == 2
    assert complaint in said.errors


def test_settings_are_used(changed: TestRepository) -> None:
    def found(settings: str) -> set[tuple[str, str]]:
        changed.write({"pyproject.toml": f"[tool.adarve.deprecations]\n{settings}\n"})
        return changed.check(today="2026-08-01").found

    assert found("") == {("removed-unmarked", "Query.a"), ("overdue", "Query.c")}
    assert found("ignore = ['Query.a']") == {("overdue", "Query.c")}
    assert found("ignore = ['Query.*']") == set()
    assert found("ignore-only = {overdue = ['*']}") == {("removed-unmarked", "Query.a")}
    assert ("mark-too-short", "Query.c") in found("notice-months = 7")
    assert ("mark-wording", "Query.c") in found("wording = 'Goes after {date}.'")
    changed.write(
        AFTER.replace("This field is deprecated and will be removed after 2026/07/10.", "Goes after 2026/07/10")
    )
    assert ("overdue", "Query.c") in found("wording = 'Goes after {date}'")
    assert ("replacement-missing", "Query.c") not in found(
        "replacement-wording = 'See {replacement}'\nwording = 'Goes after {date}'"
    )


def test_settings_of_the_nearest_folder_count(repo: TestRepository) -> None:
    repo.commit(
        "2026-01-10", {"a/sdl/x.graphql": BEFORE, "a/pyproject.toml": '[tool.adarve.deprecations]\nschema = ["sdl"]\n'}
    )
    repo.write({"a/sdl/x.graphql": AFTER, "pyproject.toml": "[tool.adarve.deprecations]\nnotice-months = 'x'\n"})
    (repo.folder / "a" / "sdl" / "y").mkdir()
    inner = repo.inside("a/sdl/y")
    assert ("removed-unmarked", "Query.a") in inner.check().found


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--base", "nothing"), "There is no commit 'nothing'"),
        (("--base", "--help"), "There is no commit '--help'"),
        (("--schema", "../elsewhere"), "lies outside of the repository"),
        (("--schema", "nowhere"), "There is no SDL at nowhere"),
        (("--today", "2026-02-30"), "'2026-02-30' is no day; write YYYY-MM-DD."),
    ],
)
def test_what_cannot_be_checked_is_said(changed: TestRepository, arguments: tuple[str, ...], complaint: str) -> None:
    said = changed.run("check", *arguments)
    assert said.exit_code == 2
    assert complaint in said.errors


def test_outside_of_a_repository_nothing_can_be_checked(tmp_path: Path) -> None:
    outside = TestRepository.at(tmp_path)
    said = outside.run("check")
    assert (said.exit_code, "not in a work tree" in said.errors) == (2, True)


def test_without_a_schema_it_asks_for_one(repo: TestRepository) -> None:
    repo.commit("2026-01-10", {"README": "."})
    said = repo.check()
    assert (said.exit_code, "Where is the schema?" in said.errors) == (2, True)


def test_it_runs_as_a_program_of_its_own_and_within_ours(changed: TestRepository) -> None:
    root = Path(__file__).parents[2]
    for words in (("-m", "deprecation"), ("-m", "cli.main", "deprecations")):
        done = subprocess.run(
            [sys.executable, *words, "check", "--format", "json"],
            cwd=changed.folder,
            env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, json.loads(done.stdout)["ok"]) == (1, False), done.stderr


def test_it_starts_without_what_it_does_not_need() -> None:
    wanted = "import sys, cli.main; cli.main.cli.get_command(None, 'deprecations'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", wanted], capture_output=True, text=True, check=True)
    assert {"graphql", "sqlalchemy", "starlette", "domain"}.isdisjoint(done.stdout.split())


def test_every_rule_is_explained() -> None:
    for rule in RULES.values():
        texts = (rule.what, rule.why, rule.mend) if rule.level is not Level.KEPT else (rule.what,)
        assert all(text.endswith(".") for text in texts), rule.id


def test_slips_are_told_beside_the_findings(repo: TestRepository) -> None:
    repo.commit("2026-01-10", BEFORE)
    repo.commit("2026-01-11", AFTER, "Remove a\n\nAccept-Deprecation-Risk: Query.a, Query.aa")
    said = repo.check("--documents", "nothing/*.graphql", base="HEAD~1", today="2026-01-11")
    assert said.errors.splitlines() == [
        "deprecations: the risk of Query.aa is accepted, of which nothing was found.",
        "deprecations: no file is named 'nothing/*.graphql'.",
    ]
    assert said.exit_code == 0


def test_the_audit_says_what_was_accepted(repo: TestRepository) -> None:
    repo.commit("2026-01-10", BEFORE)
    repo.commit("2026-01-11", AFTER, "Remove a\n\nAccept-Deprecation-Risk: Query.a")
    assert "    accepted: removed-unmarked: Query.a was not marked" in repo.run("audit").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--schema", "a.graphql", "--schema", "b"),
        ("--schema", "a.graphql", "b"),
        ("a.graphql", "--schema", "b", "--today", "2026-01-11"),
    ],
)
def test_several_paths_may_be_named_in_several_ways(repo: TestRepository, arguments: tuple[str, ...]) -> None:
    repo.commit("2026-01-10", {"a.graphql": "type Query { a: B }", "b/c.graphql": "type B { a: Int b: Int }"})
    repo.write({"b/c.graphql": "type B { b: Int }"})
    assert repo.check(*arguments).found == {("removed-unmarked", "B.a")}
    assert len(json.loads(repo.run("list", "--format", "json", *arguments).output)) == 0
    of_audit = [one for one in arguments if one not in {"--today", "2026-01-11"}]
    assert len(repo.audit(*of_audit)) == 1


@pytest.mark.parametrize(
    "arguments", [("a.md",), ("--documents", "a.md", "b.md"), ("--schema", "a", "--documents", "b", "c")]
)
def test_a_pattern_that_the_shell_has_written_out_is_refused(repo: TestRepository, arguments: tuple[str, ...]) -> None:
    repo.commit("2026-01-10", BEFORE)
    said = repo.check(*arguments)
    assert (said.exit_code, "quote patterns of documents" in said.errors) == (2, True)
