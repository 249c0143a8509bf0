"""How a member gets another type, step by step: the six commits that the docs teach, each of which is recognized.

The commits are read from the docs page, so that it stays true.
"""

import re
from pathlib import Path

import pytest

from tests.deprecation.repositories import TestRepository

PAGE = (Path(__file__).parents[2] / "docs" / "deprecations.md").read_text()
STEPS = re.findall(r"<!-- step (\d) on (\d{4}-\d{2}-\d{2}) -->\n+```graphql\n(.*?)```", PAGE, re.DOTALL)
DAYS = [day for _, day, _ in STEPS]
TEXTS = [text for _, _, text in STEPS]


def test_the_page_has_the_start_and_six_steps() -> None:
    assert [int(number) for number, _, _ in STEPS] == list(range(7))
    assert "color: String\n" in TEXTS[0]
    assert "color: Color\n" in TEXTS[6]
    assert "colorInfo" not in TEXTS[6]


def test_each_step_is_recognized(repo: TestRepository) -> None:
    for number, (day, text) in enumerate(zip(DAYS, TEXTS, strict=True)):
        repo.commit(day, text)
        if number:
            said = repo.check("--fail-on-overdue", base="HEAD~1", today=day)
            assert (said.findings, said.exit_code) == ([], 0), number
    assert repo.audited() == [
        set(),
        set(),
        {("ok-mark", "Car.color")},
        {("ok-removal", "Car.color")},
        set(),
        {("ok-mark", "Car.colorInfo")},
        {("ok-removal", "Car.colorInfo")},
    ]


@pytest.mark.parametrize("number", [3, 6])
def test_a_removal_a_day_early_fails(repo: TestRepository, number: int) -> None:
    for day, text in zip(DAYS[:number], TEXTS[:number], strict=True):
        repo.commit(day, text)
    repo.write(TEXTS[number])
    year, month, day = DAYS[number].split("-")
    before = f"{year}-{month}-{int(day) - 1:02}"
    gone = {3: "Car.color", 6: "Car.colorInfo"}[number]
    assert repo.check(today=before).found == {("removed-early", gone)}
    assert repo.check(today=DAYS[number]).found == set()


@pytest.mark.parametrize("number", [2, 5])
def test_a_mark_a_day_late_fails(repo: TestRepository, number: int) -> None:
    for day, text in zip(DAYS[:number], TEXTS[:number], strict=True):
        repo.commit(day, text)
    repo.write(TEXTS[number])
    year, month, day = DAYS[number].split("-")
    marked = {2: "Car.color", 5: "Car.colorInfo"}[number]
    assert repo.check(today=f"{year}-{month}-{int(day) + 1:02}").found == {("mark-too-short", marked)}


@pytest.mark.parametrize(
    ("skipped", "found"),
    [
        (1, {("replacement-missing", "Car.color")}),
        (2, {("removed-unmarked", "Car.color")}),
        (3, {("type-changed", "Car.color"), ("undeprecated", "Car.color")}),
        (4, {("replacement-missing", "Car.colorInfo")}),
        (5, {("removed-unmarked", "Car.colorInfo")}),
    ],
)
def test_a_step_that_is_skipped_fails(repo: TestRepository, skipped: int, found: set[tuple[str, str]]) -> None:
    for day, text in zip(DAYS[:skipped], TEXTS[:skipped], strict=True):
        repo.commit(day, text)
    following = TEXTS[skipped + 1]
    if skipped in {1, 4}:
        new = {1: "  colorInfo: Color\n", 4: "  color: Color\n"}[skipped]
        following = following.replace(new, "")
        assert new in TEXTS[skipped + 1]
    repo.write(following)
    assert repo.check(today=DAYS[skipped + 1]).found == found


def test_the_first_and_the_last_step_at_once_fail(repo: TestRepository) -> None:
    repo.commit(DAYS[0], TEXTS[0])
    repo.write(TEXTS[6])
    assert repo.check(today=DAYS[6]).found == {("type-changed", "Car.color")}
