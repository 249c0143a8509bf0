"""Risks that people accept by a trailer: exactly what it names, and the finding is still shown."""

from typing import Any

from tests.deprecation.repositories import TestRepository, mark

BEFORE = "type Query { car: Car b: Int } type Car { color: String colors: Int size(unit: Int): Int }"
AFTER = "type Query { car: Car b: Int } type Car { size: Int }"
TRAILER = "Accept-Deprecation-Risk"


def accepted(repo: TestRepository, message: str) -> dict[str, bool]:
    """Change the schema with a message, and return which findings are accepted."""
    repo.commit("2026-01-10", BEFORE)
    repo.commit("2026-02-10", AFTER, message)
    said = repo.check(base="HEAD~1")
    assert said.report["ok"] is (said.exit_code == 0) is all(one["accepted"] for one in said.findings)
    return {one["coordinate"]: one["accepted"] for one in said.findings}


def test_a_trailer_accepts_what_it_names_and_no_more(repo: TestRepository) -> None:
    found = accepted(repo, f"Remove colors\n\n{TRAILER}: Car.color")
    assert found == {"Car.color": True, "Car.colors": False, "Car.size(unit:)": False}


def test_several_trailers_and_several_names_count(repo: TestRepository) -> None:
    trailers = f"{TRAILER}: Car.color, Car.colors\naccept-deprecation-risk: Car.size(unit:)\nSigned-off-by: Ada <a@b>"
    assert set(accepted(repo, f"Remove\n\n{trailers}").values()) == {True}


def test_what_only_looks_like_a_trailer_does_not_count(repo: TestRepository) -> None:
    assert set(accepted(repo, f"Remove\n\n{TRAILER}: Car.color\n\nMore text after it.").values()) == {False}


def test_neither_the_type_nor_a_pattern_stands_for_its_fields(repo: TestRepository) -> None:
    trailers = f"{TRAILER}: Car\n{TRAILER}: Car.*\n{TRAILER}: Car.size\n{TRAILER}: Car.size(unit)\n{TRAILER}: *"
    assert set(accepted(repo, f"Remove\n\n{trailers}").values()) == {False}


def test_a_type_that_is_accepted_takes_its_members_with_it(repo: TestRepository) -> None:
    repo.commit("2026-01-10", BEFORE)
    repo.commit("2026-02-10", "type Query { b: Int }", f"Remove\n\n{TRAILER}: Car\n{TRAILER}: Query.car")
    said = repo.check(base="HEAD~1")
    assert [one["coordinate"] for one in said.findings if one["cascade"]]
    assert all(one["accepted"] for one in said.findings)
    assert said.exit_code == 0


def test_a_trailer_before_the_base_does_not_count(repo: TestRepository) -> None:
    repo.commit("2026-01-10", BEFORE, f"Start\n\n{TRAILER}: Car.color")
    repo.git("checkout", "-q", "-b", "work")
    repo.commit("2026-02-10", BEFORE.replace("color: String ", ""))
    assert [one["accepted"] for one in repo.check().findings] == [False]
    repo.commit("2026-02-11", {"README": "."}, f"Say so\n\n{TRAILER}: Car.color")
    assert [one["accepted"] for one in repo.check().findings] == [True]


def test_the_audit_takes_the_trailers_of_what_was_merged(repo: TestRepository) -> None:
    repo.commit("2026-01-10", BEFORE)
    repo.git("checkout", "-q", "-b", "work")
    repo.commit("2026-02-10", BEFORE.replace("color: String ", ""))
    repo.commit("2026-02-11", {"README": "."}, f"Say so\n\n{TRAILER}: Car.color")
    repo.git("checkout", "-q", "main")
    repo.commit("2026-02-12", {"LICENSE": "."}, f"Too early\n\n{TRAILER}: Query.b")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "work", day="2026-02-13")
    repo.commit("2026-02-14", BEFORE.replace("color: String ", "").replace(" b: Int", ""))

    def states(commit: dict[str, Any]) -> list[tuple[str, bool]]:
        return [(one["coordinate"], one["accepted"]) for one in commit["findings"]]

    assert [states(one) for one in repo.audit()] == [[], [("Car.color", True)], [("Query.b", False)]]


def test_a_mark_accepted_where_it_landed_is_not_held_against_later_branches(repo: TestRepository) -> None:
    short = f"type Query {{ a: Int {mark('2026/03/10')} b: Int }}"
    repo.commit("2026-01-10", short, f"Soon\n\n{TRAILER}: Query.a")
    repo.git("checkout", "-q", "-b", "work")
    repo.commit("2026-01-11", {"README": "."})
    said = repo.check(today="2026-01-12")
    assert ([one["accepted"] for one in said.findings], said.exit_code) == ([True], 0)
    repo.write("type Query { b: Int }")
    gone = repo.check(today="2026-04-01")
    assert ([(one["rule"], one["accepted"]) for one in gone.findings]) == [("mark-too-short", False)]
