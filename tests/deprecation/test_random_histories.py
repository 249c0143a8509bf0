"""Random histories are judged as a slow and simple reading of the rules judges them, commit by commit."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.deprecation.repositories import TestRepository, mark
from tests.sampling import sample

NAMES = [f"f{number}" for number in range(2)]
BARE = "bare"
State = dict[str, str]
"""What a version has: by field, nothing, `bare`, or the day that its mark names."""


def six_months_after(day: date) -> date:
    year, month = (day.year, day.month + 6) if day.month <= 6 else (day.year + 1, day.month - 6)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError(day)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[date, State]]:
    """Days, each later than or the same as the one before, with the fields of that version."""
    day = draw(st.dates(date(2024, 1, 1), date(2024, 12, 31)))
    days = [day]
    for _ in range(draw(st.integers(4, 12))):
        day += timedelta(days=draw(st.sampled_from([0, 1, 30, 100, 181, 184, 200])))
        days.append(day)
    near = [one + timedelta(days=extra) for one in days for extra in (-1, 0, 1, 182, 183, 184, 185, 400)]
    marks = st.sampled_from(["", "", BARE, *(f"{one.year}/{one.month:02}/{one.day:02}" for one in near)])
    state: State = {}
    versions: list[tuple[date, State]] = []
    for one in days:
        for name in draw(st.sets(st.sampled_from(NAMES), max_size=2)):
            if name in state and draw(st.booleans()):
                del state[name]
            else:
                state[name] = draw(marks)
        versions.append((one, dict(state)))
    return versions


def sdl(state: State) -> str:
    lines = ["type Query {", "  always: Int"]
    for name, marked in state.items():
        written = "" if not marked else "@deprecated" if marked == BARE else mark(marked)
        lines.append(f"  {name}: Int {written}".rstrip())
    return "\n".join([*lines, "}\n"])


@dataclass
class Promise:
    landed: date
    latest: date | None


def day_of(marked: str) -> date | None:
    return None if marked in {"", BARE} else date(*(int(part) for part in marked.split("/")))


def expected(versions: list[tuple[date, State]]) -> list[set[tuple[str, str]]]:
    promises: dict[str, Promise] = {}
    before: State = {}
    found: list[set[tuple[str, str]]] = []
    for today, state in versions:
        rules: set[tuple[str, str]] = set()
        for name in NAMES:
            rule = judged(name, before.get(name), state.get(name), today, promises)
            if rule:
                rules.add((rule, f"Query.{name}"))
        if state != before or not found:
            found.append(rules)
        before = state
    return found


def judged(name: str, old: str | None, new: str | None, today: date, promises: dict[str, Promise]) -> str | None:
    if old == new:
        return None
    if new is None:
        return removed(old or "", today, promises.pop(name, None))
    named = day_of(new)
    if not old:
        if not new:
            return None
        promises[name] = Promise(today, named)
        return "mark-undated" if named is None else long_enough(named, today)
    if not new:
        del promises[name]
        return "undeprecated"
    promise, earlier = promises[name], day_of(old)
    promise.latest = max((one for one in (promise.latest, named) if one), default=None)
    if earlier and named is None:
        return "date-dropped"
    if earlier and named and named < earlier:
        return "date-moved-earlier"
    return "mark-undated" if named is None else long_enough(named, promise.landed)


def long_enough(named: date, landed: date) -> str:
    return "ok-mark" if named >= six_months_after(landed) else "mark-too-short"


def removed(old: str, today: date, promise: Promise | None) -> str:
    if promise is None:
        return "removed-unmarked"
    named = day_of(old)
    if named is None:
        return "removed-undated"
    latest = max(named, promise.latest or named)
    if today <= latest:
        return "removed-early"
    return "ok-removal" if latest >= six_months_after(promise.landed) else "mark-too-short"


@settings(max_examples=sample(200, 25), deadline=None, suppress_health_check=list(HealthCheck))
@given(versions=histories())
def test_random_histories_are_judged_as_the_rules_say(
    versions: list[tuple[date, State]], tmp_path_factory: Path
) -> None:
    repo = TestRepository(tmp_path_factory.mktemp("history"))  # type: ignore[attr-defined]
    parts = []
    for day, state in versions:
        text = sdl(state).encode()
        seconds = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
        head = (
            f"commit refs/heads/main\ncommitter Ada <a@b> {seconds} +0000\ndata 1\n.\nM 100644 inline schema.graphql\n"
        )
        parts += [head.encode(), f"data {len(text)}\n".encode(), text, b"\n"]
    given_to_git = b"".join(parts)
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repo.folder, input=given_to_git, check=True)
    repo.git("reset", "-q", "--hard")
    wanted = expected(versions)
    assert repo.audited() == wanted
    assert repo.audited() == wanted, "the same from the cache"
