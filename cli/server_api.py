"""The API of a server, as the commands that speak to one see it."""

import json
import sys
from typing import Any, NoReturn

import click
import httpx

server_option = click.option(
    "--server", envvar="ADARVE_SERVER", default="http://localhost:8081", show_default=True, help="The server's address."
)
token_option = click.option("--token", envvar="ADARVE_TOKEN", help="An access token; better given in ADARVE_TOKEN.")


class ServerApi:
    """A server and the token with which it is asked; what goes wrong ends the command with exit code 2."""

    def __init__(self, command: str, address: str, token: str | None, seconds: float) -> None:
        """Take the command's name for messages, the server's address, the token, and how long to wait for an answer."""
        self._command = command
        if not token:
            self.fail("an access token is needed: set ADARVE_TOKEN (`adarve token EMAIL` makes one)")
        self._url = address.rstrip("/").removesuffix("/api") + "/api"
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
        self._http = httpx.Client(headers=headers, timeout=seconds)

    def run(self, query: str, variables: dict[str, object]) -> dict[str, Any]:
        """Return the data of an operation."""
        return self._answer(lambda: self._http.post(self._url, json={"query": query, "variables": variables}))

    def upload(self, query: str, variables: dict[str, object], name: str, content: bytes) -> dict[str, Any]:
        """Return the data of an operation whose variable `file` is a file."""
        operations = json.dumps({"query": query, "variables": {**variables, "file": None}})
        form = {"operations": operations, "map": json.dumps({"0": ["variables.file"]})}
        return self._answer(lambda: self._http.post(self._url, data=form, files={"0": (name, content)}))

    def _answer(self, send: Any) -> dict[str, Any]:
        try:
            answer = send().json()
        except httpx.HTTPError as unreachable:
            self.fail(f"cannot reach {self._url}: {unreachable}")
        except ValueError:
            self.fail(f"{self._url} does not answer as an Adarve server does")
        for error in answer.get("errors", ()):
            self.fail(f"{error['message']} ({error.get('extensions', {}).get('code', 'no code')})")
        data: dict[str, Any] = answer["data"]
        return data

    def fail(self, message: str) -> NoReturn:
        """Say what went wrong and end the command."""
        click.echo(f"adarve {self._command}: {message}", err=True)
        sys.exit(2)
