"""The patches that `check` shows, which `--fix` applies: what they have mended is found no more."""

import subprocess

import pytest

from tests.deprecation.repositories import TestRepository, mark

REST = "\n".join(f"type T{number} {{ a: Int }}" for number in range(9))


def both(text: str) -> str:
    return f"{text}\n{REST}\n"


@pytest.mark.parametrize(
    ("before", "after", "mended"),
    [
        (
            "type Q {\n  a: Int\n  b: Int\n}",
            "type Q {\n  b: Int\n}",
            f"type Q {{\n  b: Int\n  a: Int {mark('2027/05/24')}\n}}",
        ),
        (
            f"type Q {{\n  a: Int {mark('2026/12/31')}\n  b: Int\n}}",
            "type Q {\n  b: Int\n}",
            f"type Q {{\n  b: Int\n  a: Int {mark('2026/12/31')}\n}}",
        ),
        (
            "type Q { a: Int @deprecated b: Int }",
            "type Q { b: Int }",
            f"type Q {{ b: Int\n  a: Int {mark('2027/05/24')} }}",
        ),
        ("enum E { A B }", "enum E { B }", f"enum E {{ B\n  A {mark('2027/05/24', 'enum value')} }}"),
        (
            "type Q { a(b: Int): Int }",
            "type Q { a: Int }",
            f"type Q {{ a(b: Int {mark('2027/05/24', 'argument')}): Int }}",
        ),
        (
            "type Q { a(b: Int, c: Int): Int }",
            "type Q { a(c: Int): Int }",
            f"type Q {{ a(c: Int, b: Int {mark('2027/05/24', 'argument')}): Int }}",
        ),
        ("type Q { a: Int }", "type Q { a: String }", "type Q { a: Int }"),
        ("type Q { a(b: Int = 1): Int }", "type Q { a(b: Int = 2): Int }", "type Q { a(b: Int = 1): Int }"),
        ("type Q { a(b: Int = 1): Int }", "type Q { a(b: Int): Int }", "type Q { a(b: Int = 1): Int }"),
        ("type Q { a: Int }", "type Q { a(b: [Int!] !): Int }", "type Q { a(b: [Int!] ): Int }"),
        ("type Q { a: Int }", "type Q { a: Int @deprecated }", f"type Q {{ a: Int {mark('2027/05/24')} }}"),
        (
            "type Q { a: Int b: Int }",
            'type Q { a: Int @deprecated(reason: "Use the b field instead.") b: Int }',
            f"type Q {{ a: Int {mark('2027/05/24', instead='b')} b: Int }}",
        ),
        (
            "type Q { a: Int }",
            'type Q { a: Int @deprecated(reason: "It is \\"old\\".") }',
            f'type Q {{ a: Int {mark("2027/05/24")[:-2]} It is \\"old\\".") }}',
        ),
        ("type Q { a: Int }", f"type Q {{ a: Int {mark('2027/01/01')} }}", f"type Q {{ a: Int {mark('2027/05/24')} }}"),
        (
            f"type Q {{ a: Int {mark('2027/09/01')} }}",
            f"type Q {{ a: Int {mark('2027/08/01')} }}",
            f"type Q {{ a: Int {mark('2027/09/01')} }}",
        ),
        (
            f"type Q {{ a: Int {mark('2027/09/01')} }}",
            "type Q { a: Int @deprecated }",
            f"type Q {{ a: Int {mark('2027/09/01')} }}",
        ),
        ("type Q { a(b: Int!): Int }", f"type Q {{ a(b: Int! {mark('2027/05/24', 'argument')}): Int }}", None),
    ],
)
def test_what_is_mended_is_found_no_more(repo: TestRepository, before: str, after: str, mended: str | None) -> None:
    repo.commit("2026-01-10", both(before))
    repo.write(both(after))
    said = repo.check()
    assert said.exit_code == 1
    patches = [one["patch"] for one in said.findings if one["patch"]]
    assert patches
    applied = subprocess.run(["git", "apply", "--check"], input=patches[0], cwd=repo.folder, text=True, check=False)
    assert applied.returncode == 0, patches[0]
    fixed = repo.run("check", "--fix", "--today", "2026-11-24")
    assert "mended schema.graphql" in fixed.errors
    text = (repo.folder / "schema.graphql").read_text()
    assert text == both(mended or after.replace("Int! @", "Int @"))
    assert repo.check().findings == []


def test_a_type_is_put_back(repo: TestRepository) -> None:
    repo.commit("2026-01-10", both('type Query { a: A }\n\n"An A."\ntype A { b: Int }'))
    repo.write(both("type Query { a: A }"))
    repo.run("check", "--fix")
    assert (repo.folder / "schema.graphql").read_text().endswith('\n"An A."\ntype A { b: Int }\n')
    assert repo.check().findings == []


def test_several_things_are_mended_at_once(repo: TestRepository) -> None:
    repo.commit(
        "2026-01-10",
        {"schema/a.graphql": both("type Q { a: Int b: Int c: Int }"), "schema/b.graphql": "enum E { A B C }"},
    )
    repo.write({"schema/a.graphql": both("type Q { c: String }"), "schema/b.graphql": "enum E { C }"})
    assert len(repo.check().findings) == 5
    repo.run("check", "--fix", "--today", "2026-11-24")
    assert repo.check().findings == []


def test_what_is_accepted_is_left_as_it_is(repo: TestRepository) -> None:
    repo.commit("2026-01-10", both("type Q { a: Int b: Int }"))
    repo.commit("2026-01-11", both("type Q { b: Int }"), "Remove\n\nAccept-Deprecation-Risk: Q.a")
    said = repo.run("check", "--base", "HEAD~1", "--fix")
    assert (said.exit_code, said.errors) == (0, "")
    assert (repo.folder / "schema.graphql").read_text() == both("type Q { b: Int }")


def test_what_ends_a_member_comes_before_what_is_put_behind_it(repo: TestRepository) -> None:
    repo.commit("2026-01-10", both("input I {\n  a: Int\n  b: Int = 5\n}"))
    repo.write(both("input I {\n  b: Int\n}"))
    repo.run("check", "--fix", "--today", "2026-11-24")
    assert "  b: Int = 5\n  a: Int @deprecated" in (repo.folder / "schema.graphql").read_text()
    assert repo.check().findings == []


def test_other_words_and_a_day_too_near_are_both_mended(repo: TestRepository) -> None:
    repo.commit("2026-01-10", both("type Q { a: Int }"))
    repo.write(both('type Q { a: Int @deprecated(reason: "Goes after 2026/12/01. Because of X.") }'))
    repo.run("check", "--fix", "--today", "2026-11-24")
    assert (repo.folder / "schema.graphql").read_text() == both(
        f'type Q {{ a: Int {mark("2027/05/24")[:-2]} Because of X.") }}'
    )
    assert repo.check().findings == []


def test_what_else_a_reason_says_is_kept(repo: TestRepository) -> None:
    repo.commit("2026-01-10", both("type Q { a: Int b: Int }"))
    repo.write(both('type Q { a: Int b: Int @deprecated(reason: "Slow: see x. Use the a field instead.") }'))
    repo.run("check", "--fix", "--today", "2026-11-24")
    written = f'{mark("2027/05/24", instead="a")[:-2]} Slow: see x.")'
    assert (repo.folder / "schema.graphql").read_text() == both(f"type Q {{ a: Int b: Int {written} }}")


def test_a_comment_that_says_the_same_is_left_alone(repo: TestRepository) -> None:
    text = "# was: type T { a: Int @deprecated }\ntype T { a: Int @deprecated }\nscalar SX\nscalar S"
    repo.commit("2026-01-10", text)
    assert [one["line"] for one in repo.check().findings] == [2]
    repo.run("check", "--fix")
    assert (
        (repo.folder / "schema.graphql")
        .read_text()
        .startswith("# was: type T { a: Int @deprecated }\ntype T { a: Int @deprecated(reason:")
    )


@pytest.mark.parametrize("ending", ["\n", "", "\r\n"])
def test_files_end_and_lines_end_as_they_did(repo: TestRepository, ending: str) -> None:
    line = "\r\n" if ending == "\r\n" else "\n"
    repo.commit("2026-01-10", f"type Q {{{line}  a: Int{line}  b: Int # about b{line}}}{ending}")
    repo.write(f"type Q {{{line}  b: Int # about b{line}}}{ending}")
    (found,) = repo.check().findings
    applied = subprocess.run(["git", "apply"], input=found["patch"].encode(), cwd=repo.folder, check=False)
    assert applied.returncode == 0, found["patch"]
    expected = f"type Q {{{line}  b: Int # about b{line}  a: Int {mark('2027/05/24')}{line}}}{ending}"
    assert (repo.folder / "schema.graphql").read_bytes().decode() == expected
