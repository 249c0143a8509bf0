"""DateTime: a moment in UTC with microseconds, RFC 3339."""

from datetime import UTC, datetime

from ariadne import ScalarType

date_time = ScalarType("DateTime")


@date_time.serializer
def write_date_time(value: datetime) -> str:
    """Return a moment as `2027-06-30T12:00:00.000000Z`: always of one length, so that texts sort as moments do."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


@date_time.value_parser
def parse_date_time(value: object) -> datetime:
    """Return the moment; raise ValueError unless it is RFC 3339 with an offset."""
    if not isinstance(value, str):
        raise ValueError("write a moment as a string, as in 2027-06-30T12:00:00Z")  # noqa: TRY004
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value[:40]!r} is no moment: write it as 2027-06-30T12:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"{value[:40]!r} has no offset from UTC: write it as 2027-06-30T12:00:00Z")
    return moment.astimezone(UTC)
