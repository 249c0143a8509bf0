"""The notices of `adarve deprecations notices`, read from the database and printed."""

import asyncio
from datetime import date
from pathlib import Path

import click
import orjson

from api.schema import build_schema
from cli.database_server import shared_database
from cli.options import settings_from
from database.pool import Database
from deprecation.elements import DeprecatedElements
from domain.deprecation_notice import DeprecationNotice
from jobs.deprecation_notices import notices_of_month


def print_notices(month: date, data_dir: Path | None) -> None:
    """Print a list of notices, each with `email`, `subject` and `text`."""
    elements = DeprecatedElements(build_schema())
    with shared_database(settings_from(data_dir=data_dir)) as urls:
        notices = asyncio.run(read_notices(urls.application, elements, month))
    click.echo(orjson.dumps(notices, option=orjson.OPT_INDENT_2).decode())


async def read_notices(url: str, elements: DeprecatedElements, month: date) -> list[DeprecationNotice]:
    """Return the notices of a month, from a database."""
    database = await Database.connect(url, most=1)
    try:
        return await notices_of_month(database, elements, month)
    finally:
        await database.close()
