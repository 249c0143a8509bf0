"""What marks must say, and since when they stand."""

import pytest

from tests.deprecation.repositories import TestRepository, mark

WORDS = "This field is deprecated and will be removed after"


def with_mark(written: str) -> str:
    return f"type Query {{ a: Int {written} b: Int }}"


@pytest.mark.parametrize(
    "written",
    [
        "@deprecated",
        "@deprecated(reason: null)",
        '@deprecated(reason: "")',
        '@deprecated(reason: "Use b.")',
        f'@deprecated(reason: "{WORDS} 2025/02/30.")',
        f'@deprecated(reason: "{WORDS} 2027/13/01.")',
        f'@deprecated(reason: "{WORDS} 2027-06-30.")',
        f'@deprecated(reason: "{WORDS} 0000/00/00.")',
        f'@deprecated(reason: "{WORDS} 20270/06/30.")',
        '@deprecated(reason: "Deprecated since 2027/06/30.")',
        '@ deprecated (reason: """""")',
        "@other @deprecated @another",
    ],
)
def test_a_mark_that_names_no_day_is_found(repo: TestRepository, written: str) -> None:
    repo.commit("2026-01-10", with_mark(written))
    said = repo.check(today="2026-08-31")
    assert said.found == {("mark-undated", "Query.a")}
    assert said.exit_code == 1
    assert said.findings[0]["column"] == 21 + written.startswith("@other") * 7


def test_a_day_that_no_calendar_has_is_named(repo: TestRepository) -> None:
    repo.commit("2026-01-10", with_mark(mark("2025/02/30")))
    assert "2025/02/30, a day that no calendar has" in repo.check().findings[0]["message"]


@pytest.mark.parametrize(
    "written",
    [
        f'@deprecated(reason: "{WORDS} 2026/07/10.")',
        f'@deprecated(reason: "{WORDS} 2026/07/10. Use the b field instead.")',
        f'@deprecated(reason: "{WORDS} 2026/07/10. Use the `Query.b` field instead. Thank you.")',
        f'@deprecated(reason: """\n    {WORDS.replace("and", "and" + chr(10) + "   ")}\n  2026/07/10.\n  """)',
        f'@deprecated(other: 1, reason: """{WORDS} 2026/07/10.""")',
        f'@deprecated # why\n ( , reason # "?\n : "{WORDS} 2026/07/10." )',
        '@deprecated(reason: "\\u0054his field is deprecated and will be removed after 2026\\/07/10.")',
    ],
)
def test_a_mark_may_be_written_in_many_ways(repo: TestRepository, written: str) -> None:
    repo.commit("2026-01-10", with_mark(written))
    assert repo.check(today="2026-07-10").findings == []
    repo.write("type Query { b: Int }")
    assert repo.check(today="2026-07-10").found == {("removed-early", "Query.a")}
    assert repo.check(today="2026-07-11").found == set()


def test_other_words_are_found_though_the_day_counts(repo: TestRepository) -> None:
    repo.commit("2026-01-10", with_mark('@deprecated(reason: "Gone after 2026/07/10, sorry.")'))
    assert repo.check(today="2026-07-01").found == {("mark-wording", "Query.a")}
    repo.write("type Query { b: Int }")
    assert repo.check(today="2026-07-11").findings == []


def test_marks_of_every_kind_are_read(repo: TestRepository) -> None:
    repo.commit(
        "2026-01-10",
        "type Query { a(b: Int @deprecated): Int } input I { a: Int @deprecated } enum E { A @deprecated } "
        "interface N { a: Int @deprecated } directive @d(a: Int @deprecated) on FIELD",
    )
    coordinates = {one for _, one in repo.check().found}
    assert coordinates == {"Query.a(b:)", "I.a", "E.A", "N.a", "@d(a:)"}


def test_the_replacement_must_be_there(repo: TestRepository) -> None:
    def named(instead: str, kind: str = "field") -> set[tuple[str, str]]:
        written = mark("2027/07/10", kind, instead)
        repo.write(
            f"type Query {{ a(c: Int, d: Int {written}): Int {written} "
            "b: Int } type Car { size(unit: Int): Int } enum E { OLD NEW }"
        )
        return {one for one in repo.check().found if one[0] == "replacement-missing"}

    repo.commit("2026-01-10", "type Query { b: Int }")
    for there in ("b", "Car.size", "Car.size(unit:)", "E.NEW", "`Car.size`"):
        assert named(there) == set(), there
    assert named("c", "argument") == set()
    assert named("Car", "type") == set()
    for absent in ("sky", "Car.sky", "Car.size(sky:)", "Sky.b", "E.SKY", "Query.b(sky:)"):
        found = named(absent)
        assert found == {("replacement-missing", "Query.a"), ("replacement-missing", "Query.a(d:)")}, absent


def test_what_must_be_given_may_not_be_marked(repo: TestRepository) -> None:
    written = mark("2027/07/10", "argument")
    repo.commit(
        "2026-01-10", f"type Query {{ a(b: Int! {written}, c: Int! = 1 {written}, d: Int {written}): Int! {written} }}"
    )
    assert repo.check().found == {("required-deprecated", "Query.a(b:)")}
    repo.write(f"input I {{ a: Int! {written} }}")
    assert ("required-deprecated", "I.a") in repo.check().found
    optional = f"type Query {{ a(b: Int {mark('2026/07/10', 'argument')}): Int }}"
    repo.commit("2026-01-10", optional)
    repo.commit("2026-01-11", optional.replace("b: Int", "b: Int!"))
    assert repo.audited()[-1] == {("type-changed", "Query.a(b:)"), ("required-deprecated", "Query.a(b:)")}


@pytest.mark.parametrize(
    ("landed", "first"),
    [
        ("2025-08-31", "2026/02/28"),
        ("2023-08-31", "2024/02/29"),
        ("2025-08-30", "2026/02/28"),
        ("2025-01-15", "2025/07/15"),
        ("2025-12-31", "2026/06/30"),
    ],
)
def test_notice_is_six_calendar_months(repo: TestRepository, landed: str, first: str) -> None:
    repo.commit(landed, with_mark(mark(first)))
    assert repo.check(today=landed).found == set()
    year, month, day = first.split("/")
    before = f"{year}/{month}/{int(day) - 1:02}"
    repo.git("commit", "--amend", "-q", "--allow-empty", "-m", "Again", day=landed)
    repo.commit(landed, "type Query { b: Int }")
    repo.commit(landed, with_mark(mark(before)))
    assert repo.check(today=landed).found == {("mark-too-short", "Query.a")}


def test_the_day_of_landing_is_the_committers_in_utc(repo: TestRepository) -> None:
    repo.commit("2026-01-10T23:30:00-05:00", with_mark(mark("2026/07/10")), author_day="2025-12-01")
    said = repo.check(today="2026-03-01")
    assert said.found == {("mark-too-short", "Query.a")}, "in UTC, that was on 11 January"
    assert said.findings[0]["earliest_removal"] == "2026-07-12"


def test_a_mark_that_has_not_landed_lands_today(repo: TestRepository) -> None:
    repo.commit("2026-01-10", "type Query { a: Int b: Int }")
    repo.git("checkout", "-q", "-b", "work")
    repo.commit("2026-01-11", with_mark(mark("2026/07/11")))
    assert repo.check(today="2026-01-11").found == set()
    assert repo.check(today="2026-01-12").found == {("mark-too-short", "Query.a")}


def test_a_mark_lands_with_the_merge_that_brings_it(repo: TestRepository) -> None:
    repo.commit("2026-01-01", "type Query { a: Int b: Int }")
    repo.git("checkout", "-q", "-b", "work")
    repo.commit("2026-01-02", with_mark(mark("2026/07/02")))
    repo.git("checkout", "-q", "main")
    repo.commit("2026-01-20", {"README": "."})
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "work", day="2026-02-01")
    assert repo.check(today="2026-02-01").found == {("mark-too-short", "Query.a")}
    assert repo.audited() == [set(), {("mark-too-short", "Query.a")}]


def test_a_day_may_move_later_but_not_earlier(repo: TestRepository) -> None:
    repo.commit("2026-01-10", with_mark(mark("2026/09/10")))
    repo.commit("2026-02-10", with_mark(mark("2026/10/10")))
    assert repo.check(base="HEAD~1").found == {("overdue", "Query.a")}
    repo.write(with_mark(mark("2026/10/09")))
    said = repo.check(today="2026-03-01")
    assert said.found == {("date-moved-earlier", "Query.a")}
    assert said.findings[0]["earliest_removal"] == "2026-10-11"
    repo.write(with_mark("@deprecated"))
    assert repo.check(today="2026-03-01").found == {("date-dropped", "Query.a")}


def test_a_day_moved_earlier_all_the_same_does_not_shorten_the_promise(repo: TestRepository) -> None:
    repo.commit("2026-01-10", with_mark(mark("2099/01/01")))
    repo.commit("2026-02-10", with_mark(mark("2026/08/10")))
    repo.write("type Query { b: Int }")
    assert repo.check(today="2026-11-24").found == {("removed-early", "Query.a")}
    repo.git("checkout", "-q", ".")
    repo.git("commit", "-q", "--amend", "-m", "Earlier\n\nAccept-Deprecation-Risk: Query.a", day="2026-02-10")
    repo.write("type Query { b: Int }")
    assert repo.check(today="2026-11-24").found == set(), "the risk was accepted"


def test_a_mark_that_is_moved_later_keeps_the_day_it_landed(repo: TestRepository) -> None:
    repo.commit("2026-01-10", with_mark(mark("2026/03/10")))
    repo.write(with_mark(mark("2026/07/10")))
    assert repo.check(today="2026-05-01").found == set()


def test_a_mark_that_is_taken_away_and_set_again_begins_anew(repo: TestRepository) -> None:
    repo.commit("2026-01-10", with_mark(mark("2026/09/30")))
    repo.commit("2026-02-10", with_mark(""))
    assert repo.check(base="HEAD~1").found == {("undeprecated", "Query.a")}
    assert repo.check(base="HEAD~1").report["ok"] is True
    assert repo.check(base="HEAD~1").findings[0]["level"] == "note"
    repo.commit("2026-04-01", with_mark(mark("2026/09/30")))
    assert repo.check(today="2026-04-02").found == {("mark-too-short", "Query.a")}
    repo.write("type Query { b: Int }")
    assert repo.check(today="2026-10-02").found == {("mark-too-short", "Query.a")}
    assert repo.audited() == [
        {("ok-mark", "Query.a")},
        {("undeprecated", "Query.a")},
        {("mark-too-short", "Query.a")},
    ]


def test_what_is_overdue_fails_only_where_that_is_wanted(repo: TestRepository) -> None:
    repo.commit("2026-01-10", with_mark(mark("2026/07/10")))
    assert repo.check(today="2026-07-10").findings == []
    told = repo.check(today="2026-07-11")
    assert (told.found, told.exit_code, told.report["ok"]) == ({("overdue", "Query.a")}, 0, True)
    failed = repo.check("--fail-on-overdue", today="2026-07-11")
    assert (failed.found, failed.exit_code, failed.report["ok"]) == ({("overdue", "Query.a")}, 1, False)


def test_a_type_cannot_be_marked(repo: TestRepository) -> None:
    repo.commit("2026-01-10", f"type Query {{ a: E }} enum E {mark('2026/07/10')} {{ A }} type F @other {{ a: Int }}")
    said = repo.check(today="2026-01-10")
    assert said.found == {("mark-misplaced", "E")}
    assert said.findings[0]["column"] == len("type Query { a: E } enum ") + 1
    repo.write("type Query { a: E } enum E { A } extend type F @deprecated { b: Int } type F { a: Int }")
    assert repo.check(today="2026-01-10").found == {("mark-misplaced", "F")}


def test_a_day_that_was_moved_earlier_is_still_wrong_later(repo: TestRepository) -> None:
    repo.commit("2026-01-10", with_mark(mark("2026/12/31")))
    repo.commit("2026-02-10", with_mark(mark("2026/07/31")))
    repo.commit("2026-02-11", {"README": "."})
    for options in ((), ("--fail-on-overdue",)):
        said = repo.check(*options, today="2026-08-15")
        assert said.found == {("date-moved-earlier", "Query.a")}
        assert said.findings[0]["earliest_removal"] == "2027-01-01"


def test_an_accepted_mark_that_changes_needs_to_be_accepted_again(repo: TestRepository) -> None:
    repo.commit("2026-01-10", with_mark(mark("2026/03/10")), "Soon\n\nAccept-Deprecation-Risk: Query.a")
    repo.git("checkout", "-q", "-b", "work")
    repo.commit("2026-01-11", with_mark(mark("2026/03/20")))
    assert [one["accepted"] for one in repo.check(today="2026-01-11").findings] == [False]


def test_a_type_is_a_replacement_only_if_it_is_called_one(repo: TestRepository) -> None:
    rest = "b: Int } type Color { hex: String }"
    repo.commit("2026-01-10", f"type Query {{ a: Int {mark('2026/07/10', 'type', 'Color')} {rest}")
    assert repo.check(today="2026-01-11").findings == []
    repo.write(f"type Query {{ a: Int {mark('2026/07/10', 'field', 'Color')} {rest}")
    assert repo.check(today="2026-01-11").found == {("replacement-missing", "Query.a")}
