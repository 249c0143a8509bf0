"""`adarve demo`: serves a demo organization with real imported findings."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import click

from api import server
from api.app import create_app
from api.logs import configure_logs
from api.schema import build_schema
from cli import stop
from cli.database_server import check_database, check_role, database_folder, migrate_database, own_database
from cli.demo_data import ACCOUNTS, DOMAIN, PASSWORD, REPORTS, SHOP, load_demo
from cli.options import settings_from
from cli.serve import address, open_socket
from cli.steps import say, step
from cli.token import make_token


@click.command()
@click.option("--port", type=int, help="The port to listen on; 8081 if not set.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The embedded database's folder.")
def demo(port: int | None, data_dir: Path | None) -> None:
    """Serve a demo organization on this machine alone: anyone who reaches it may sign in as anyone.

    Uses the embedded PostgreSQL in --data-dir, or the database of ADARVE_DATABASE_URL.
    """
    settings = settings_from(port=port, data_dir=data_dir, host="127.0.0.1", log_format="console")
    configure_logs(settings.log_format, quiet=True)
    listening = open_socket(settings)
    with step("Checking that every field is guarded"):
        schema = build_schema()
    if not settings.database_url:
        say(f"  Starting PostgreSQL (data folder {_shown(settings.data_dir)}, files in {database_folder(settings)}) …")
    with own_database(settings) as urls:
        asyncio.run(check_role(urls.application))
        with step("Migrating the database"):
            migrate_database(urls)
        asyncio.run(check_database(urls.application))
        asyncio.run(load_demo(settings, schema, urls.application))
        token = asyncio.run(make_token(urls.application, f"vulnerability_manager@{DOMAIN}", "demo", timedelta(days=1)))
        app = create_app(settings, schema, urls.application, is_demo=True)
        stop.leave_if_asked()
        server.serve(app, listening, lambda: _welcome(address(settings, listening), token), trusted_proxies="")
    say("Stopped, and the database with it.")


def _shown(path: Path) -> str:
    """Return a path as one would type it here."""
    return os.path.relpath(path) if path.resolve().is_relative_to(Path.cwd()) else str(path)


def _command() -> str:
    """Return how to call this command from here."""
    local = Path(".venv/bin/adarve")
    return str(local) if local.exists() else "adarve"


def _welcome(url: str, token: str) -> None:
    report = _shown(REPORTS / "npm-audit.json")
    say()
    say(click.style(f"Adarve is ready: {url}/api", bold=True))
    say()
    say(f"The page signs you in as group_manager@{DOMAIN}; its switcher changes the role. The accounts, all with the")
    say(f"password {PASSWORD!r}:")
    for name, text in ACCOUNTS.items():
        say(f"  {f'{name}@{DOMAIN}':40} {text}")
    say()
    say("Ask it something from another terminal, as vulnerability_manager (the token ends tomorrow):")
    say(f"  curl -s {url}/api -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\")
    say(
        """    -d '{"query": "{ group(name: \\"shop\\") { findings(first: 3) { nodes { title severityScore } } } }"}'"""
    )
    say("Import a report of your own scanner, or this one:")
    say(f"  ADARVE_TOKEN={token} {_command()} import {report} --group {SHOP} \\")
    say(f"    --root shop --branch main --server {url}")
    say()
    say("Ctrl-C stops it.")
