"""`adarve serve`: serves the API."""

import asyncio
import socket
from pathlib import Path

import click

from api import server
from api.app import create_app
from api.logs import configure_logs
from api.schema import build_schema
from api.settings import Settings, describe_settings
from cli import stop
from cli.database_server import check_database, check_role, migrate_database, own_database
from cli.options import settings_from
from cli.steps import say, step
from domain.errors import Unavailable


class _WithSettings(click.Command):
    """A command whose help lists every setting."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the settings below the options."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Settings (environment variables)"):
            formatter.write_dl(
                [
                    (name, f"{text} Default: {default}." if default else text)
                    for name, default, text in describe_settings()
                ]
            )


@click.command(cls=_WithSettings)
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The embedded database's folder.")
@click.option("--no-migrate", is_flag=True, help="Do not bring the database to the newest migration first.")
def serve(host: str | None, port: int | None, data_dir: Path | None, no_migrate: bool) -> None:  # noqa: FBT001
    """Serve the API until SIGTERM or Ctrl-C; exits with 0 when told to stop."""
    settings = settings_from(host=host, port=port, data_dir=data_dir)
    configure_logs(settings.log_format)
    schema = build_schema()
    listening = open_socket(settings)
    with own_database(settings) as urls:
        asyncio.run(check_role(urls.application))
        if not no_migrate:
            with step("Migrating the database"):
                migrate_database(urls)
        asyncio.run(check_database(urls.application))
        stop.leave_if_asked()
        server.serve(
            create_app(settings, schema, urls.application),
            listening,
            lambda: say(f"Adarve serves {address(settings, listening)}/api"),
            trusted_proxies=settings.trusted_proxies,
        )


def open_socket(settings: Settings) -> socket.socket:
    """Return a socket on the address of the settings; raise Unavailable if it is taken."""
    try:
        return server.listen(settings.host, settings.port)
    except OSError as error:
        raise Unavailable(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another --port."
        ) from error


def address(settings: Settings, listening: socket.socket) -> str:
    """Return the address by which a browser on this machine reaches the server."""
    host = "localhost" if settings.host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else settings.host  # noqa: S104
    return f"http://{host}:{listening.getsockname()[1]}"
