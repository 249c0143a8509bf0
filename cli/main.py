"""`adarve`: one module per subcommand.

Exit codes, where a subcommand does not say more: 0 done, 1 it went wrong, 2 it was called wrongly.
"""

import sys

import click

from cli import stop
from cli.authz import authz
from cli.demo import demo
from cli.enrich import enrich
from cli.export import export
from cli.import_scan import import_scan
from cli.keys import keys
from cli.migrate import migrate
from cli.serve import serve
from cli.token import token
from domain.errors import AdarveError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="adarve", message="%(prog)s %(version)s")
def cli() -> None:
    """Adarve: the API of record for what scanners and testers find wrong in an organization's software."""


for command in (serve, demo, migrate, import_scan, export, enrich, token, keys, authz):
    cli.add_command(command)


def main() -> None:
    """Run the command; tell an expected failure in a line, without a trace."""
    stop.install()
    try:
        cli.main(prog_name="adarve")
    except AdarveError as error:
        click.echo(f"adarve: {error.message}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
