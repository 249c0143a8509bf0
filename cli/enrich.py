"""`adarve enrich`: takes over what is known of CVEs from files that the operator supplies."""

import asyncio
from pathlib import Path

import click

from cli.database_server import shared_database
from cli.options import settings_from
from database import enrichment
from database.pool import Database
from database.unit_of_work import unit_of_work
from domain.errors import BadUserInput
from scans.epss import Epss, read_epss
from scans.kev import Kev, read_kev
from scans.report import UnreadableReport

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--epss", "epss_file", type=_FILE, help="FIRST's EPSS scores, `epss_scores-current.csv.gz`.")
@click.option("--kev", "kev_file", type=_FILE, help="CISA's catalog, `known_exploited_vulnerabilities.json`.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The embedded database's folder.")
def enrich(epss_file: Path | None, kev_file: Path | None, data_dir: Path | None) -> None:
    """Show EPSS scores and known exploitation on vulnerabilities, by CVE, from files.

    A file replaces what was known from the one before it.
    """
    if epss_file is None and kev_file is None:
        raise click.UsageError("Give --epss FILE, --kev FILE or both.")
    try:
        epss = read_epss(epss_file.read_bytes()) if epss_file else None
        kev = read_kev(kev_file.read_bytes()) if kev_file else None
    except UnreadableReport as error:
        raise BadUserInput(str(error)) from None
    with shared_database(settings_from(data_dir=data_dir)) as urls:
        asyncio.run(store(urls.application, epss, kev))
    if epss:
        click.echo(f"EPSS of {epss.day}: {len(epss.scores):,} scores{_unreadable(epss.unreadable)}")
    if kev:
        click.echo(f"KEV of {kev.day}: {len(kev.entries):,} vulnerabilities{_unreadable(kev.unreadable)}")


def _unreadable(count: int) -> str:
    return f", {count:,} rows could not be read" if count else ""


async def store(url: str, epss: Epss | None, kev: Kev | None) -> None:
    """Put what was read into the database, in one transaction."""
    database = await Database.connect(url, most=1, seconds=300)
    try:
        async with unit_of_work(database, None, None) as work:
            if epss is not None:
                await enrichment.replace_epss(work.connection, epss.day, epss.scores)
            if kev is not None:
                entries = {cve_id: (one.added, one.due, one.ransomware) for cve_id, one in kev.entries.items()}
                await enrichment.replace_kev(work.connection, kev.day, entries)
    finally:
        await database.close()
