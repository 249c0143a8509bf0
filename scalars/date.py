"""Date: a day, RFC 3339."""

from datetime import date

from ariadne import ScalarType

date_value = ScalarType("Date")


@date_value.serializer
def write_date(value: date) -> str:
    """Return a day as `2027-06-30`."""
    return value.isoformat()


@date_value.value_parser
def parse_date(value: object) -> date:
    """Return the day; raise ValueError unless it is written as `2027-06-30`."""
    if not isinstance(value, str) or len(value) != len("2027-06-30"):
        raise ValueError("write a day as a string, as in 2027-06-30")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is no day: write it as 2027-06-30") from None
