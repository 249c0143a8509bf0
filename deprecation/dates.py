"""Days of promises: read, written, and counted in calendar months. All are in UTC."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta

_WRITTEN = re.compile(r"(\d{4})[/-](\d{2})[/-](\d{2})")


def parse_day(text: str) -> date | None:
    """Return the day that YYYY/MM/DD or YYYY-MM-DD names, or None if there is none, as on 2025/02/30."""
    match = _WRITTEN.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def written(day: date) -> str:
    """Return the day as marks write it: YYYY/MM/DD."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def day_of(timestamp: int) -> date:
    """Return the day of a time in seconds since 1970."""
    try:
        return datetime.fromtimestamp(timestamp, UTC).date()
    except (ValueError, OverflowError, OSError):
        return date.max if timestamp > 0 else date.min


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month if it is shorter.

    Six months after 31 August are 28 February, or 29 in a leap year.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def day_after(day: date) -> date:
    """Return the next day."""
    return day if day == date.max else day + timedelta(days=1)
