"""`adarve deprecations`: the checker's own commands, and the monthly notices, which need the database.

What only the notices need is imported when they are asked for, since the checker is to start at once.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import click

from deprecation.command import deprecations


class Month(click.ParamType[date]):
    """A month as YYYY-MM: its first day."""

    name = "month"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the first day, or fail."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m").replace(tzinfo=UTC).date()
        except ValueError:
            self.fail(f"{value!r} is no month; write YYYY-MM.", param, ctx)


def next_month() -> date:
    """Return the first day of the next month, in UTC."""
    today = datetime.now(UTC).date()
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)


@deprecations.command()
@click.option("--month", type=Month(), default=next_month, show_default="the next", help="Whose removals come first.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The embedded database's folder.")
def notices(month: date, data_dir: Path | None) -> None:
    """Print the monthly notices as JSON: to whom, subject, text.

    They are for people whose access tokens used something deprecated in the last 30 days. Nothing is sent.
    """
    from cli.notices import print_notices  # noqa: PLC0415, since it takes a second to import

    print_notices(month, data_dir)
