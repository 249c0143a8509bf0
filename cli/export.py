"""`adarve export`: writes what is wrong in a group as a file for other tools."""

from pathlib import Path

import click

from cli.server_api import ServerApi, server_option, token_option
from enums.export import ExportFormat

EXPORT = """
query Export($groupName: String!, $format: ExportFormat!, $rootNickname: String, $branch: String, $tool: String) {
  export(groupName: $groupName, format: $format, rootNickname: $rootNickname, branch: $branch, tool: $tool) {
    fileName content results
  }
}
"""
FORMATS = {str(one).lower().replace("_", "-"): one for one in ExportFormat}


@click.command()
@click.option("--group", required=True, help="The group to export.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="sarif", show_default=True)
@click.option("--root", help="Only this root, by its nickname.")
@click.option("--branch", help="Only this branch.")
@click.option("--tool", help="Only what this tool reports.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else printed."
)
@server_option
@token_option
@click.option("--timeout", type=float, default=120, show_default=True, help="How long to wait, in seconds.")
def export(  # one argument an option
    group: str, form: str, output: Path | None, server: str, token: str | None, timeout: float, **kept: object
) -> None:
    """Write what is wrong in a group as SARIF, CSV or CycloneDX VEX.

    \b
    Exit codes:
      0  written
      2  called wrongly, refused, or the server cannot be reached
    """
    api = ServerApi("export", server, token, timeout)
    variables = {
        "groupName": group,
        "format": str(FORMATS[form]),
        "rootNickname": kept["root"],
        "branch": kept["branch"],
        "tool": kept["tool"],
    }
    made = api.run(EXPORT, variables)["export"]
    if output is None:
        click.echo(made["content"], nl=False)
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        file.write(made["content"])
    click.echo(f"{output}: {made['results']:,} results", err=True)
