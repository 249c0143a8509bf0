"""How often clients still use what is deprecated, as a server or a file says.

A file, or a server's answer, is JSON: `{"data": {"deprecations": [{"coordinate": "Car.color", "uses": 7}]}}`, as Adarve
answers `QUERY`, or the list alone. `users`, if given, is a list of `{"name", "uses"}`.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deprecation.git import CannotCheckError

QUERY = "{ deprecations { coordinate uses users { name uses } } }"
TOKEN_VARIABLE = "ADARVE_TOKEN"  # noqa: S105, since it names where the token is
_SECONDS = 30
_MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """How often something was used of late, and by whom: numbers of uses by name."""

    uses: int
    users: Mapping[str, int] = field(default_factory=dict)


def read_usage(source: str) -> dict[str, Usage]:
    """Return what a file, or a server at an address, says of uses, by coordinate. Raises CannotCheckError."""
    asked = source.startswith(("http://", "https://"))
    try:
        text = _ask(source) if asked else Path(source).read_bytes()
        return _usages(json.loads(text))
    except (OSError, ValueError) as error:
        if getattr(error, "code", None) == 401:
            message = f"{source} does not take the access token in {TOKEN_VARIABLE}: it is not valid, or no longer."
            raise CannotCheckError(message) from None
        raise CannotCheckError(f"No usage could be read from {source}: {error}") from None


def _ask(address: str) -> bytes:
    """Ask a server by GraphQL, with the access token in the environment if there is one."""
    import urllib.request  # noqa: PLC0415, since it is seldom needed, and takes as long to import as a small check

    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    token = os.environ.get(TOKEN_VARIABLE)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps({"query": QUERY}).encode()
    request = urllib.request.Request(address, body, headers)  # noqa: S310, since the address is HTTP
    with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
        return bytes(response.read(_MOST_BYTES))


def _usages(said: object) -> dict[str, Usage]:
    """Return usages by coordinate. Raises ValueError if they are in another form."""
    if isinstance(said, dict) and said.get("errors"):
        raise ValueError(f"the server refuses: {said['errors'][0].get('message')}")
    listed = said["data"]["deprecations"] if isinstance(said, dict) and isinstance(said.get("data"), dict) else said
    if not isinstance(listed, list):
        raise ValueError('it is no list of {"coordinate", "uses"}')  # noqa: TRY004, since it is about the text
    found: dict[str, Usage] = {}
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("coordinate"), str) or not _is_number(one.get("uses")):
            raise ValueError(f'{one!r} is no {{"coordinate", "uses"}}')
        users = {str(user["name"]): int(user["uses"]) for user in one.get("users") or ()}
        found[one["coordinate"]] = Usage(one["uses"], users)
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
