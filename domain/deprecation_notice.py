"""The monthly notice to people whose access tokens use something deprecated: what it is, and what goes next month.

Delivery is for others: this says to whom, and what.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

NOTICED_DAYS = 30
"""Uses of the last so many days count."""


@dataclass(frozen=True, slots=True)
class DeprecatedUse:
    """A use of something deprecated by an access token: what, since when it may be gone, what to use instead."""

    coordinate: str
    removed_after: date | None
    replacement: str | None
    access_token_name: str
    uses: int
    last_used_on: date


@dataclass(frozen=True, slots=True)
class DeprecationNotice:
    """A notice: the e-mail address it is for, its subject and its text."""

    email: str
    subject: str
    text: str


def write_notice(email: str, uses: Sequence[DeprecatedUse], month: date) -> DeprecationNotice | None:
    """Return the notice for the month that begins on a day; None for somebody who uses nothing deprecated."""
    if not uses:
        return None
    going = [one for one in uses if one.removed_after and _month_of(one.removed_after) <= _month_of(month)]
    staying = [one for one in uses if one not in going]
    number = len({one.coordinate for one in going})
    subject = f"{number} of what your access tokens use goes by the end of {month:%B %Y}"
    if not going:
        subject = "Your access tokens use what is deprecated"
    parts = ["Your access tokens use parts of Adarve's API that are deprecated."]
    if going:
        parts.append("\n".join([f"By the end of {month:%B %Y}, these may be gone:", *_lines(going)]))
    if staying:
        head = "These stay a while longer:"
        parts.append("\n".join([head, *_lines(staying)]))
    parts.append("Try a day to come: send your requests to /api?preview=YYYY-MM-DD, and see whether they still work.")
    return DeprecationNotice(email, subject, "\n\n".join(parts) + "\n")


def _month_of(day: date) -> tuple[int, int]:
    return day.year, day.month


def _lines(uses: Iterable[DeprecatedUse]) -> list[str]:
    lines: list[str] = []
    for one in sorted(uses, key=lambda use: (use.removed_after or date.max, use.coordinate, use.access_token_name)):
        until = f"after {one.removed_after:%Y/%m/%d}" if one.removed_after else "on a day not named yet"
        instead = f" Use {one.replacement} instead." if one.replacement else ""
        times = "once" if one.uses == 1 else f"{one.uses} times"
        used = f"{one.access_token_name!r} used it {times}, last on {one.last_used_on}."
        lines.append(f"- {one.coordinate}, {until}.{instead} {used}")
    return lines
