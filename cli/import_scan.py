"""`adarve import`: sends a scanner's report to a server and waits for its import."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from cli.server_api import ServerApi, server_option, token_option
from cli.steps import say

POLL_SECONDS = 0.3
IMPORT = """
mutation Import(
  $groupName: String!, $rootNickname: String, $branch: String, $commit: String, $category: String, $file: Upload!,
  $idempotencyKey: String, $strict: Boolean, $partial: Boolean, $allowMassClose: Boolean
) {
  importScan(
    groupName: $groupName, rootNickname: $rootNickname, branch: $branch, commit: $commit, category: $category,
    file: $file, idempotencyKey: $idempotencyKey, strict: $strict, partial: $partial, allowMassClose: $allowMassClose
  ) { scanImport { id } alreadyImported }
}
"""
FOLLOW = """
query Follow($id: ID!) {
  scanImport(id: $id) {
    id status progress fileName format tools warnings error
    results added merged same reopened suppressed closed rejected skipped
    rejections(first: 20) { totalCount nodes { pointer reason } }
  }
}
"""
COUNTS = ("added", "merged", "same", "reopened", "suppressed", "closed", "rejected", "skipped")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--group", "group_name", required=True, help="The group to import into.")
@click.option("--root", "root_nickname", help="The root that was scanned, by its nickname.")
@click.option("--branch", help="The branch that was scanned.")
@click.option("--commit", help="The commit that was scanned.")
@click.option("--category", help="What tells this scan apart from others of the same root by the same tool.")
@click.option("--idempotency-key", help="Sent again, it returns the same import.")
@click.option("--strict", is_flag=True, help="Fail if a single record cannot be read.")
@click.option("--partial", is_flag=True, help="The report covers a part of its target only: close nothing.")
@click.option("--allow-mass-close", is_flag=True, help="Let it close more than half of what is open in its target.")
@server_option
@token_option
@click.option("--timeout", type=float, default=600, show_default=True, help="How long to wait, in seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print the import as JSON.")
def import_scan(  # one argument an option
    file: Path,
    server: str,
    token: str | None,
    timeout: float,
    as_json: bool,  # noqa: FBT001  # click gives it by name
    **options: object,
) -> None:
    """Send the report FILE to a server and wait until it is imported.

    \b
    Exit codes:
      0  imported; records that could not be read are listed
      1  the import failed, nothing has changed
      2  called wrongly, refused, or the server cannot be reached
    """
    api = ServerApi("import", server, token, min(timeout, 60))
    variables = {_camel(name): value for name, value in options.items()}
    started = api.upload(IMPORT, variables, file.name, file.read_bytes())["importScan"]
    known = started["alreadyImported"]
    imported = _follow(api, started["scanImport"]["id"], timeout, quiet=as_json)
    if as_json:
        say(json.dumps(imported | {"alreadyImported": known}, indent=2))
    else:
        _tell(imported, known=known)
    sys.exit(0 if imported["status"] == "SUCCEEDED" else 1)


def _follow(api: ServerApi, import_id: str, seconds: float, *, quiet: bool) -> dict[str, Any]:
    """Return the import once it has ended; exits with 2 if it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found: dict[str, Any] | None = api.run(FOLLOW, {"id": import_id})["scanImport"]
        if found is None:
            api.fail("the import is not visible any more: have your rights changed?")
        if not quiet and sys.stderr.isatty():
            click.echo(f"\r{found['status'].lower()} {found['progress']:3d} %", err=True, nl=False)
        if found["status"] in {"SUCCEEDED", "FAILED"}:
            if not quiet and sys.stderr.isatty():
                click.echo("\r" + " " * 20 + "\r", err=True, nl=False)
            return found
        time.sleep(POLL_SECONDS)
    return api.fail(f"the import {import_id} has not ended within {seconds:g} seconds; it goes on")


def _tell(imported: dict[str, Any], *, known: bool) -> None:
    if known:
        click.echo("  imported before: these are the numbers of that time", err=True)
    if imported["status"] == "FAILED":
        click.echo(f"{imported['fileName']}: failed, nothing has changed: {imported['error']}", err=True)
    else:
        counts = ", ".join(f"{imported[name]} {name}" for name in COUNTS)
        say(f"{imported['fileName']} ({', '.join(imported['tools'])}): {imported['results']} results: {counts}")
    for warning in imported["warnings"]:
        click.echo(f"  warning: {warning}", err=True)
    for rejection in imported["rejections"]["nodes"]:
        click.echo(f"  rejected {rejection['pointer']}: {rejection['reason']}", err=True)
    more = imported["rejections"]["totalCount"] - len(imported["rejections"]["nodes"])
    if more > 0:
        click.echo(f"  and {more:,} more: ask for `scanImport(id:) {{ rejections }}`, id {imported['id']}", err=True)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
