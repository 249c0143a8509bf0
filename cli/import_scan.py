"""`adarve import`: sends a scanner's report to a server and waits for its import."""

import json
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import click
import httpx

from cli.steps import say

POLL_SECONDS = 0.3
IMPORT = """
mutation Import(
  $groupName: String!, $rootNickname: String, $branch: String, $commit: String, $category: String, $file: Upload!,
  $idempotencyKey: String, $strict: Boolean
) {
  importScan(
    groupName: $groupName, rootNickname: $rootNickname, branch: $branch, commit: $commit, category: $category,
    file: $file, idempotencyKey: $idempotencyKey, strict: $strict
  ) { scanImport { id } }
}
"""
FOLLOW = """
query Follow($id: ID!) {
  scanImport(id: $id) {
    id status progress fileName tools results added same reopened closed rejected skipped error
    rejections(first: 20) { totalCount nodes { pointer reason } }
  }
}
"""
COUNTS = ("added", "same", "reopened", "closed", "rejected", "skipped")


class _Server:
    """The API of a server, as a script sees it."""

    def __init__(self, address: str, token: str, seconds: float) -> None:
        self._url = address.rstrip("/").removesuffix("/api") + "/api"
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
        self._http = httpx.Client(headers=headers, timeout=seconds)

    def run(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        return self._answer(lambda: self._http.post(self._url, json={"query": query, "variables": variables}))

    def upload(self, query: str, variables: dict[str, Any], name: str, content: bytes) -> dict[str, Any]:
        operations = json.dumps({"query": query, "variables": {**variables, "file": None}})
        form = {"operations": operations, "map": json.dumps({"0": ["variables.file"]})}
        return self._answer(lambda: self._http.post(self._url, data=form, files={"0": (name, content)}))

    def _answer(self, send: Any) -> dict[str, Any]:
        try:
            answer = send().json()
        except httpx.HTTPError as unreachable:
            _fail(f"cannot reach {self._url}: {unreachable}", 2)
        except ValueError:
            _fail(f"{self._url} does not answer as an Adarve server does", 2)
        for error in answer.get("errors", ()):
            _fail(f"{error['message']} ({error.get('extensions', {}).get('code', 'no code')})", 2)
        data: dict[str, Any] = answer["data"]
        return data


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--group", "group_name", required=True, help="The group to import into.")
@click.option("--root", "root_nickname", help="The root that was scanned, by its nickname.")
@click.option("--branch", help="The branch that was scanned.")
@click.option("--commit", help="The commit that was scanned.")
@click.option("--category", help="What tells this scan apart from others of the same root by the same tool.")
@click.option("--idempotency-key", help="Sent again, it returns the same import.")
@click.option("--strict", is_flag=True, help="Fail if a single record cannot be read.")
@click.option(
    "--server", envvar="ADARVE_SERVER", default="http://localhost:8081", show_default=True, help="The server's address."
)
@click.option("--token", envvar="ADARVE_TOKEN", help="An access token; better given in ADARVE_TOKEN.")
@click.option("--timeout", type=float, default=600, show_default=True, help="How long to wait, in seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print the import as JSON.")
def import_scan(  # one argument an option
    file: Path,
    server: str,
    token: str | None,
    timeout: float,
    as_json: bool,  # noqa: FBT001  # click gives it by name
    **options: Any,
) -> None:
    """Send the report FILE to a server and wait until it is imported.

    \b
    Exit codes:
      0  imported; records that could not be read are listed
      1  the import failed, nothing has changed
      2  called wrongly, refused, or the server cannot be reached
    """
    if not token:
        _fail("an access token is needed: set ADARVE_TOKEN (`adarve token EMAIL` makes one)", 2)
    api = _Server(server, token, min(timeout, 60))
    variables = {_camel(name): value for name, value in options.items()}
    started = api.upload(IMPORT, variables, file.name, file.read_bytes())
    imported = _follow(api, started["importScan"]["scanImport"]["id"], timeout, quiet=as_json)
    if as_json:
        say(json.dumps(imported, indent=2))
    else:
        _tell(imported)
    sys.exit(0 if imported["status"] == "SUCCEEDED" else 1)


def _follow(api: _Server, import_id: str, seconds: float, *, quiet: bool) -> dict[str, Any]:
    """Return the import once it has ended; exits with 2 if it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found: dict[str, Any] | None = api.run(FOLLOW, {"id": import_id})["scanImport"]
        if found is None:
            _fail("the import is not visible any more: have your rights changed?", 2)
        if not quiet and sys.stderr.isatty():
            click.echo(f"\r{found['status'].lower()} {found['progress']:3d} %", err=True, nl=False)
        if found["status"] in {"SUCCEEDED", "FAILED"}:
            if not quiet and sys.stderr.isatty():
                click.echo("\r" + " " * 20 + "\r", err=True, nl=False)
            return found
        time.sleep(POLL_SECONDS)
    return _fail(f"the import {import_id} has not ended within {seconds:g} seconds; it goes on", 2)


def _tell(imported: dict[str, Any]) -> None:
    if imported["status"] == "FAILED":
        click.echo(f"{imported['fileName']}: failed, nothing has changed: {imported['error']}", err=True)
    else:
        counts = ", ".join(f"{imported[name]} {name}" for name in COUNTS)
        say(f"{imported['fileName']} ({', '.join(imported['tools'])}): {imported['results']} results: {counts}")
    for rejection in imported["rejections"]["nodes"]:
        click.echo(f"  rejected {rejection['pointer']}: {rejection['reason']}", err=True)
    more = imported["rejections"]["totalCount"] - len(imported["rejections"]["nodes"])
    if more > 0:
        click.echo(f"  and {more:,} more: ask for `scanImport(id:) {{ rejections }}`, id {imported['id']}", err=True)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"adarve import: {message}", err=True)
    sys.exit(code)
