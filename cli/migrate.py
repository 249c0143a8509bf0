"""`adarve migrate`: brings the database to the newest migration."""

from pathlib import Path

import click

from cli.database_server import migrate_database, shared_database
from cli.options import settings_from
from cli.steps import step


@click.command()
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The embedded database's folder.")
def migrate(data_dir: Path | None) -> None:
    """Bring the database to the newest migration, as its owner, and grant the application its rights."""
    settings = settings_from(data_dir=data_dir)
    with shared_database(settings) as urls, step("Migrating the database"):
        migrate_database(urls)
