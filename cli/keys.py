"""`adarve keys`: the keys by which web tokens are signed."""

import asyncio
from pathlib import Path

import click

from authz import signing_keys
from cli.database_server import shared_database
from cli.options import settings_from
from database.pool import Database


@click.group()
def keys() -> None:
    """The keys by which the tokens of signed-in people are signed."""


@keys.command()
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The embedded database's folder.")
@click.option("--at-once", is_flag=True, help="For a key that leaked: the old ones verify nothing from now on.")
def rotate(data_dir: Path | None, *, at_once: bool) -> None:
    """Sign with a new key from now on, and print its id. Servers take it over within a second.

    The old keys verify what they signed until it expires, at most 16 minutes; nobody is signed out. With --at-once
    every token that they signed is refused, and each session renews its own. Access tokens are not signed by them.
    """
    with shared_database(settings_from(data_dir=data_dir)) as urls:
        click.echo(asyncio.run(_rotate(urls.application, at_once=at_once)))


async def _rotate(url: str, *, at_once: bool) -> str:
    database = await Database.connect(url, most=1)
    try:
        return await signing_keys.rotate(database, at_once=at_once)
    finally:
        await database.close()
