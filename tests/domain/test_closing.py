"""What a report means for what is known, without any database."""

from uuid import UUID

import pytest

from domain.closing import ActiveRules, Comparison, Known, Reported, compare, silence
from enums.vulnerability import SourceState

VULNERABILITY = UUID(int=7)
REPORTED, SUPPRESSED, GONE = SourceState.REPORTED, SourceState.SUPPRESSED, SourceState.GONE


def known(state: SourceState = REPORTED, rule: str = "A", digest: bytes = b"1") -> Known:
    return Known(VULNERABILITY, rule, state, digest)


def test_what_is_not_known_is_added() -> None:
    found = compare({}, {b"x": Reported(b"1", suppressed=False)})
    assert (found.added, found.changed) == ([b"x"], [])


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (known(), Reported(b"1", suppressed=False), False),
        (known(), Reported(b"2", suppressed=False), True),
        (known(), Reported(b"1", suppressed=True), True),
        (known(GONE), Reported(b"1", suppressed=False), True),
        (known(SUPPRESSED), Reported(b"1", suppressed=True), False),
        (known(SUPPRESSED), Reported(b"1", suppressed=False), True),
    ],
)
def test_what_is_known_changes_with_its_state_or_its_content(before: Known, after: Reported, changed: bool) -> None:
    found = compare({b"x": before}, {b"x": after})
    assert found.added == []
    assert found.changed == ([b"x"] if changed else [])


@pytest.mark.parametrize(
    ("rules", "closed"),
    [
        (ActiveRules(), [b"a", b"b"]),
        (ActiveRules(listed=frozenset({"A"})), [b"a"]),
        (ActiveRules(listed=frozenset({"A", "B"}), inactive=frozenset({"A"})), [b"b"]),
        (ActiveRules(listed=frozenset()), []),
    ],
)
def test_silence_closes_only_what_the_run_was_looking_for(rules: ActiveRules, closed: list[bytes]) -> None:
    before = {b"a": known(rule="A"), b"b": known(rule="B/1")}
    assert silence(compare(before, {}), before, {}, rules).gone == closed


def test_silence_about_what_is_suppressed_or_gone_closes_nothing_that_is_open() -> None:
    before = {b"a": known(SUPPRESSED), b"b": known(GONE)}
    found = silence(compare(before, {}), before, {}, ActiveRules())
    assert (found.gone, found.closing, found.open_before) == ([b"a"], 0, 0)


@pytest.mark.parametrize(
    ("open_before", "closing", "most"), [(0, 0, False), (2, 1, False), (3, 2, True), (1, 1, True), (4, 2, False)]
)
def test_more_than_half_is_most(open_before: int, closing: int, most: bool) -> None:
    assert Comparison(open_before=open_before, closing=closing).closes_most is most
