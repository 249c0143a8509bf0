"""`adarve token`: makes an access token of an account, for scripts."""

import asyncio
from datetime import timedelta
from pathlib import Path

import click

from authz.credentials import Credentials
from cli.database_server import shared_database
from cli.options import settings_from
from database import user
from database.pool import Database
from domain.errors import NotFound


@click.command()
@click.argument("email")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The embedded database's folder.")
@click.option("--name", default="adarve token", show_default=True, help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 180), default=30, show_default=True, help="How long it is valid.")
def token(email: str, data_dir: Path | None, name: str, days: int) -> None:
    """Print a new access token of the account EMAIL. It is shown this once."""
    with shared_database(settings_from(data_dir=data_dir)) as urls:
        click.echo(asyncio.run(make_token(urls.application, email.lower(), name, timedelta(days=days))))


async def make_token(url: str, email: str, name: str, lifetime: timedelta) -> str:
    """Return a new access token of an account; raise NotFound if there is no such account."""
    database = await Database.connect(url, most=1)
    try:
        row = await database.reader().fetch_one(user.BY_EMAIL, email=email)
        if row is None:
            raise NotFound(f"There is no account with the e-mail address {email!r}.")
        return (await Credentials(database).add_access_token(row["user_id"], name, lifetime)).text
    finally:
        await database.close()
