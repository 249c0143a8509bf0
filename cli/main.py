"""`adarve`: one module per subcommand.

Exit codes, where a subcommand does not say more: 0 done, 1 it went wrong, 2 it was called wrongly.
"""

import importlib
import sys

import click

MODULES = {
    "serve": "cli.serve:serve",
    "demo": "cli.demo:demo",
    "migrate": "cli.migrate:migrate",
    "import": "cli.import_scan:import_scan",
    "export": "cli.export:export",
    "enrich": "cli.enrich:enrich",
    "token": "cli.token:token",
    "keys": "cli.keys:keys",
    "authz": "cli.authz:authz",
    "explain-plan": "cli.explain_plan:explain_plan",
    "deprecations": "cli.deprecations:deprecations",
}
"""Where each subcommand is. A module is imported when its command is run: some take a second, some must take none."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command by its name."""
        if cmd_name not in MODULES:
            return None
        module, name = MODULES[cmd_name].split(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="adarve", message="%(prog)s %(version)s")
def cli() -> None:
    """Adarve: the API of record for what scanners and testers find wrong in an organization's software."""


def main() -> None:
    """Run the command; tell an expected failure in a line, without a trace."""
    if sys.argv[1:2] != ["deprecations"] or sys.argv[2:3] == ["notices"]:
        _run_with_the_rest_of_the_house()
    cli.main(prog_name="adarve")


def _run_with_the_rest_of_the_house() -> None:
    """Listen for being told to stop, and know the errors of the domain: the checker of deprecations needs neither."""
    from cli import stop  # noqa: PLC0415, as it would take the checker twice as long to start
    from domain.errors import AdarveError  # noqa: PLC0415

    stop.install()
    try:
        cli.main(prog_name="adarve")
    except AdarveError as error:
        click.echo(f"adarve: {error.message}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
