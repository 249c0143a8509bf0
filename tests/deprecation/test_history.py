"""What the history tells, what it cannot tell, and what must not mislead it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deprecation.repositories import TestRepository, mark

MARKED = f"type Query {{ a: Int {mark('2026/07/10')} b: Int }}"
GONE = "type Query { b: Int }"
MANY = "".join(f"\ntype T{number} {{ a: Int, b: Int }}\n" for number in range(20))


def test_a_file_that_moves_keeps_its_history(repo: TestRepository) -> None:
    repo.commit("2026-01-10", {"old/api.graphql": MARKED + MANY})
    repo.commit("2026-03-10", {"old/api.graphql": None, "schema/query.graphql": MARKED + MANY})
    assert repo.check(today="2026-03-10").findings == []
    repo.commit("2026-04-10", {"schema/query.graphql": None, "schema/all.graphql": MARKED + MANY})
    repo.write({"schema/all.graphql": GONE + MANY})
    assert repo.check(today="2026-07-11").findings == []
    assert repo.audited() == [{("ok-mark", "Query.a")}, set(), set()]


def test_a_file_that_is_split_keeps_its_history(repo: TestRepository) -> None:
    types = [f"type T{number} {{ a: Int {mark('2026/07/10')} b: Int }}\n" for number in range(6)]
    repo.commit("2026-01-10", {"schema.graphql": "type Query { b: Int }\n" + "".join(types)})
    repo.commit(
        "2026-03-10",
        {"schema.graphql": None, "schema/query.graphql": "type Query { b: Int }\n"}
        | {f"schema/t{number}.graphql": text for number, text in enumerate(types)},
    )
    assert repo.check(today="2026-03-10").findings == []
    assert repo.check(today="2026-03-10", base="HEAD~1").findings == []


def test_another_file_that_goes_in_the_same_commit_is_not_taken_for_the_schema(repo: TestRepository) -> None:
    repo.commit("2026-01-10", {"operations.graphql": "type Other { a: Int @deprecated }"})
    repo.commit("2026-03-10", {"operations.graphql": None, "schema.graphql": MARKED})
    assert repo.audited() == [{("mark-too-short", "Query.a")}]


def test_a_base_before_a_move_is_compared_all_the_same(repo: TestRepository) -> None:
    repo.commit("2026-01-10", {"old/api.graphql": MARKED + MANY})
    repo.commit("2026-03-10", {"old/api.graphql": None, "schema/query.graphql": GONE + MANY})
    assert repo.check(today="2026-03-10").found == {("removed-early", "Query.a")}


def test_a_move_within_one_change_is_seen_before_it_is_committed(repo: TestRepository) -> None:
    repo.commit("2026-01-10", {"api.graphql": MARKED + MANY})
    repo.write({"api.graphql": None, "schema/query.graphql": GONE + MANY})
    assert repo.check(today="2026-03-10").found == {("removed-early", "Query.a")}


def test_a_version_that_is_no_sdl_is_skipped(repo: TestRepository) -> None:
    repo.commit("2026-01-10", MARKED)
    repo.commit("2026-02-10", "type Query { a: ")
    repo.commit("2026-03-10", MARKED)
    assert repo.check(today="2026-03-11").findings == []
    assert repo.audited() == [{("ok-mark", "Query.a")}, set()]
    assert repo.audited() == [{("ok-mark", "Query.a")}, set()], "also from the cache"
    repo.write(GONE)
    assert repo.check(today="2026-07-11").findings == []
    assert repo.check(today="2026-07-10", base="HEAD~1").found == {("removed-early", "Query.a")}


def test_a_work_tree_that_is_no_sdl_is_a_finding_and_no_removal(repo: TestRepository) -> None:
    repo.commit("2026-01-10", {"schema/a.graphql": MARKED, "schema/b.graphql": "type B { a: Int }"})
    repo.write({"schema/b.graphql": "# é\ntype B {\n  a: Int!!\n}"})
    said = repo.check()
    assert said.found == {("parse-error", "")}
    assert (said.findings[0]["file"], said.findings[0]["line"], said.findings[0]["column"]) == (
        "schema/b.graphql",
        3,
        10,
    )
    assert said.exit_code == 1
    repo.write({"schema/b.graphql": b"type B { \xff: Int }"})
    assert (repo.check().found, repo.check().findings[0]["column"]) == ({("parse-error", "")}, 10)


def test_a_shallow_clone_says_that_it_does_not_know(repo: TestRepository, tmp_path: Path) -> None:
    repo.commit("2026-01-01", GONE)
    repo.commit("2026-01-10", MARKED)
    repo.commit("2026-02-10", {"README": "."})
    repo.commit("2026-02-11", {"README": ".."})
    shallow = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth", "2", f"file://{repo.folder}", str(shallow))
    clone = TestRepository(shallow)
    assert clone.check(today="2026-02-12").found == {("history-unknown", "Query.a")}
    assert clone.audited() == [{("history-unknown", "Query.a")}]
    clone.write(GONE)
    said = clone.check(today="2026-07-11")
    assert said.found == {("history-unknown", "Query.a")}
    assert (said.exit_code, said.findings[0]["earliest_removal"]) == (1, None)
    assert clone.check(today="2026-07-10").found == {("removed-early", "Query.a")}, "that much is known"
    assert clone.check(base="HEAD~5").exit_code == 2
    clone.git("fetch", "-q", "--unshallow")
    assert clone.check(today="2026-07-11").found == set()


def test_a_clone_of_one_commit_has_nothing_to_compare_with_and_says_so(repo: TestRepository, tmp_path: Path) -> None:
    repo.commit("2026-01-10", MARKED)
    repo.commit("2026-02-10", GONE)
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.folder}", str(tmp_path / "shallow"))
    said = TestRepository(tmp_path / "shallow").check(today="2026-07-11")
    assert said.found == {("history-unknown", "")}
    assert said.exit_code == 1


def test_objects_that_are_missing_are_not_guessed(repo: TestRepository) -> None:
    repo.commit("2026-01-01", GONE)
    repo.commit("2026-01-10", MARKED)
    blob = repo.git("rev-parse", "HEAD:schema.graphql")
    repo.commit("2026-02-10", MARKED + MANY)
    (repo.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert repo.check(today="2026-02-12", base="HEAD").found == {("history-unknown", "Query.a")}
    assert repo.check(today="2026-02-12", base="HEAD~1").exit_code == 2


def test_side_branches_do_not_count(repo: TestRepository) -> None:
    repo.commit("2025-01-01", GONE)
    repo.git("checkout", "-q", "-b", "work")
    repo.commit("2025-02-01", MARKED)
    repo.git("checkout", "-q", "main")
    repo.commit("2026-03-01", {"README": "."})
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "work", day="2026-03-02")
    assert repo.check(today="2026-03-02", base="HEAD~1").found == {("mark-too-short", "Query.a")}


def test_a_branch_is_compared_with_where_it_left_the_main_one(repo: TestRepository) -> None:
    repo.commit("2026-01-01", MARKED)
    repo.git("checkout", "-q", "-b", "work")
    repo.commit("2026-02-01", {"README": "."})
    repo.git("checkout", "-q", "main")
    repo.commit("2026-02-02", MARKED.replace("b: Int", "b: Int c: Int"))
    repo.git("checkout", "-q", "work")
    assert repo.check(today="2026-02-03").findings == [], "what came later on the main branch is not missed"
    assert repo.check(today="2026-02-03", base="main").findings == []


def test_the_main_branch_is_found_by_its_name(repo: TestRepository, tmp_path: Path) -> None:
    other = TestRepository(tmp_path / "other", branch="develop")
    other.commit("2026-01-10", MARKED)
    assert other.check(today="2026-01-20").findings == [], "there is no other branch than HEAD"
    clone = tmp_path / "clone"
    other.git("clone", "-q", str(other.folder), str(clone))
    cloned = TestRepository(clone)
    cloned.git("checkout", "-q", "-b", "work")
    cloned.commit("2026-02-01", f"type Query {{ a: Int {mark('2026/07/10')} b: Int {mark('2026/08/01')} }}")
    assert cloned.check(today="2026-02-01").findings == []
    assert cloned.check(today="2026-02-02").found == {("mark-too-short", "Query.b")}
    cloned.git("branch", "-q", "release", "work")
    cloned.write({"pyproject.toml": '[tool.adarve.deprecations]\nmain-branch = "release"\n'})
    assert cloned.check(today="2026-02-02").findings == []


def test_commits_not_pushed_yet_count_on_the_main_branch(repo: TestRepository, tmp_path: Path) -> None:
    repo.commit("2026-01-01", GONE)
    repo.git("clone", "-q", str(repo.folder), str(tmp_path / "clone"))
    clone = TestRepository(tmp_path / "clone")
    clone.commit("2026-01-10", MARKED)
    clone.write(GONE)
    assert clone.check(today="2026-07-11").findings == []


def test_a_new_repository_has_nothing_to_compare_with(repo: TestRepository) -> None:
    repo.write(MARKED)
    assert repo.check(today="2026-01-10").findings == []
    assert repo.check(today="2026-01-11").found == {("mark-too-short", "Query.a")}
    repo.commit("2026-01-10", MARKED)
    assert repo.check(today="2026-01-11").findings == []


def test_a_base_without_a_schema_makes_everything_new(repo: TestRepository) -> None:
    repo.commit("2026-01-01", {"README": "."})
    repo.commit("2026-01-10", MARKED)
    assert repo.check(base="HEAD~1", today="2026-02-01").findings == []


def test_a_schema_that_is_gone_cannot_be_checked(repo: TestRepository) -> None:
    repo.commit("2026-01-01", {"schema.graphql": GONE, "README": "."})
    repo.write({"schema.graphql": None})
    said = repo.check("--schema", "schema.graphql")
    assert said.exit_code == 2
    assert "schema.graphql" in said.errors


def test_what_is_ignored_by_git_is_no_schema(repo: TestRepository) -> None:
    repo.commit("2026-01-01", {"schema/a.graphql": GONE, ".gitignore": "build/"})
    repo.write({"schema/build/b.graphql": "type Query { a: Int @deprecated }"})
    assert repo.check().findings == []
    repo.write({"schema/c.graphql": "extend type Query { a: Int @deprecated }"})
    assert repo.check().found == {("mark-undated", "Query.a")}, "files not added yet count"


def test_it_runs_from_a_folder_within(repo: TestRepository) -> None:
    repo.commit("2026-01-01", {"server/api/schema.graphql": MARKED, "schema.graphql": "type Query { x: Int }"})
    inner = repo.inside("server")
    repo.write({"server/api/schema.graphql": GONE})
    said = inner.check("--schema", "api", today="2026-05-01")
    assert said.found == {("removed-early", "Query.a")}
    assert said.findings[0]["file"] == "server/api/schema.graphql"


def test_the_cache_is_believed_only_as_far_as_it_can_be_read(repo: TestRepository) -> None:
    repo.commit("2026-01-10", MARKED)
    first = repo.audit()
    (cached,) = (repo.folder / ".git" / "deprecations").glob("*.json")
    assert repo.audit() == first
    for content in ("{", "[]", '{"a": 1}', "\x00"):
        cached.write_text(content)
        assert repo.audit() == first
    shutil.rmtree(cached.parent)
    cached.parent.write_text("no folder")
    assert repo.audit() == first


def test_line_endings_and_a_byte_order_mark_do_not_matter(repo: TestRepository) -> None:
    repo.commit("2026-01-10", MARKED + MANY)
    repo.commit("2026-02-10", {"schema.graphql": b"\xef\xbb\xbf" + (MARKED + MANY).replace("\n", "\r\n").encode()})
    assert repo.check(today="2026-02-11").findings == []
    assert repo.audited() == [{("ok-mark", "Query.a")}, set()]
    repo.write({"schema.graphql": (GONE + "\n  " + MANY).replace("\n", "\r")})
    assert repo.check(today="2026-02-11").found == {("removed-early", "Query.a")}


def test_extensions_that_move_keep_their_history(repo: TestRepository) -> None:
    settings = '[tool.adarve.deprecations]\nschema = ["api"]\n'
    more = f"extend type Query {{ c: Int {mark('2026/07/10')} d: Int }}"
    repo.commit("2026-01-10", {"schema/q.graphql": "type Query { a: Int }", "schema/c.graphql": more})
    moved = {"schema/q.graphql": None, "schema/c.graphql": None, "pyproject.toml": settings}
    repo.commit("2026-03-10", moved | {"api/q.graphql": "type Query { a: Int }", "api/c.graphql": more})
    assert repo.check(today="2026-03-10").findings == []
    repo.write({"api/c.graphql": more.replace(" d: Int", "")})
    assert repo.check(today="2026-03-10").found == {("removed-unmarked", "Query.d")}
    assert repo.check(today="2026-03-10", base="HEAD~1").found == {("removed-unmarked", "Query.d")}


def test_an_unrelated_file_that_goes_was_no_part_of_the_schema(repo: TestRepository) -> None:
    repo.commit(
        "2026-01-10",
        {"schema/q.graphql": "type Query { a: Int }", "tests/f.graphql": "type Query { z: Int } type U { y: Int }"},
    )
    more = "extend type Query { n: Int } type U { x: Int }"
    repo.commit("2026-03-10", {"tests/f.graphql": None, "schema/n.graphql": more})
    assert repo.check(today="2026-03-10").findings == []
    assert repo.audited() == [set(), set()]


def test_a_definition_that_moves_into_a_file_that_was_there_keeps_its_history(repo: TestRepository) -> None:
    car = f"type Car {{ c: Int {mark('2026/07/10')} d: Int }}"
    both = '[tool.adarve.deprecations]\nschema = ["api", "old"]\n'
    repo.commit(
        "2026-01-10", {"api/q.graphql": "type Query { car: Car }", "old/c.graphql": car, "pyproject.toml": both}
    )
    joined = "type Query { car: Car } " + car.replace(" d: Int", "")
    repo.commit(
        "2026-03-10", {"api/q.graphql": joined, "old/c.graphql": None, "pyproject.toml": both.replace(', "old"', "")}
    )
    assert repo.check(today="2026-03-10").found == {("removed-unmarked", "Car.d")}


def test_a_file_that_was_copied_first_keeps_its_history(repo: TestRepository) -> None:
    repo.commit("2026-01-10", {"old/api.graphql": MARKED + MANY})
    repo.commit("2026-03-10", {"schema/query.graphql": MARKED + MANY})
    repo.commit("2026-03-11", {"old/api.graphql": None})
    assert repo.check(today="2026-03-11").findings == []


def test_a_setting_cannot_take_a_part_of_the_schema_out_of_sight(repo: TestRepository) -> None:
    both = '[tool.adarve.deprecations]\nschema = ["a.graphql", "b.graphql"]\n'
    repo.commit(
        "2026-01-10", {"a.graphql": "type Query { a: Int }", "b.graphql": "type B { b: Int }", "pyproject.toml": both}
    )
    repo.write({"pyproject.toml": both.replace(', "b.graphql"', "")})
    assert repo.check().found == set(), "nothing leads to B, so nobody uses it"
    repo.write({"pyproject.toml": both, "a.graphql": "type Query { a: B }"})
    repo.commit("2026-01-11", {})
    repo.write({"pyproject.toml": both.replace(', "b.graphql"', "")})
    assert repo.check().found == {("type-removed", "B")}


def test_a_guess_cannot_take_a_part_of_the_schema_out_of_sight(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type Query { a: Int b: Int }")
    repo.write({"schema/n.graphql": "type Query { a: Int }"})
    assert repo.check().found == {("removed-unmarked", "Query.b")}


def test_symbolic_links_are_refused(repo: TestRepository) -> None:
    repo.commit("2026-01-10", {"schema/q.graphql": "type Query { a: Int }", "shared/c.graphql": "type C { a: Int }"})
    (repo.folder / "schema" / "c.graphql").symlink_to("../shared/c.graphql")
    said = repo.check()
    assert (said.exit_code, "is a symbolic link" in said.errors) == (2, True)


def test_the_main_branch_of_a_detached_clone_is_the_remotes(repo: TestRepository, tmp_path: Path) -> None:
    settings = '[tool.adarve.deprecations]\nmain-branch = "main"\n'
    repo.commit("2026-01-01", {"schema.graphql": GONE, "pyproject.toml": settings})
    repo.git("clone", "-q", str(repo.folder), str(tmp_path / "clone"))
    clone = TestRepository(tmp_path / "clone")
    repo.commit("2026-01-10", MARKED)
    clone.git("fetch", "-q")
    clone.git("checkout", "-q", "--detach", "origin/main")
    assert clone.check(today="2026-01-20").findings == [], "the local main branch is behind"
    clone.git("branch", "-q", "-D", "main")
    assert clone.check(today="2026-01-20").findings == []
    assert clone.check(today="2026-01-20", base="origin/main").findings == []


def test_what_people_configure_for_themselves_changes_nothing(
    repo: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("2026-01-10", {"old/schema.graphql": MARKED + MANY})
    repo.commit("2026-01-11", {"old/schema.graphql": None, "sub/schema.graphql": MARKED + MANY})
    repo.commit("2026-01-12", {"sub/schema.graphql": GONE + MANY}, "Remove\n\nAccept-Deprecation-Risk: Query.a")
    for name, value in {
        "grep.patternType": "fixed",
        "trailer.separators": "=",
        "diff.relative": "true",
        "i18n.logOutputEncoding": "UTF-16",
        "color.ui": "always",
        "log.showSignature": "true",
        "diff.renames": "copies",
        "format.pretty": "oneline",
    }.items():
        repo.git("config", name, value)
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    inner = repo.inside("sub")
    said = inner.check(base="HEAD~1", today="2026-01-12")
    assert [(one["rule"], one["coordinate"], one["accepted"]) for one in said.findings] == [
        ("removed-early", "Query.a", True)
    ]
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    assert inner.check(today="2026-03-12", base="HEAD").findings == []


def test_what_is_not_checked_out_is_not_gone(repo: TestRepository) -> None:
    repo.commit(
        "2026-01-10", {"schema/a.graphql": "type Query { a: Int }", "schema/sub/b.graphql": "type B { b: Int }"}
    )
    repo.git("sparse-checkout", "set", "--no-cone", "/schema/a.graphql")
    said = repo.check()
    assert (said.exit_code, "is not checked out" in said.errors) == (2, True)


def test_days_beyond_the_calendar_are_no_trouble(repo: TestRepository) -> None:
    repo.write(MARKED)
    repo.git("add", "-A")
    tree = repo.git("write-tree")
    who = "Ada <ada@example.com> 999999999999 +0000"
    made = f"tree {tree}\nauthor {who}\ncommitter {who}\n\nLate\n"
    commit = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=repo.folder, input=made, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    repo.git("update-ref", "refs/heads/main", commit)
    assert repo.check().found == {("mark-too-short", "Query.a")}
