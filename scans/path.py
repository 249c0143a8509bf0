"""Paths as tools spell them, made regular; and what must not be taken for one."""

import re
from urllib.parse import unquote

from domain.fingerprint import normalize_path

_REFUSED = re.compile(r"(javascript|data|vbscript):", re.IGNORECASE)
_INVISIBLE = re.compile("[\x00-\x20\x7f-\xa0\N{REPLACEMENT CHARACTER}]")
WEB = ("http://", "https://")


def check_uri(uri: str) -> None:
    """Raise ValueError if a text must not be taken for a file or a web address."""
    if (":" in uri or "%" in uri) and _REFUSED.match(_INVISIBLE.sub("", unquote(uri))):
        raise ValueError(f"{uri[:40]!r} must name a file or a web address.")


def regular_path(uri: str, roots: list[str]) -> str:
    """Return a path relative to what was scanned; raise ValueError if it leads out of it.

    `roots` are the absolute folders that were scanned, each ending in a slash. An absolute path outside of them stays.
    """
    if uri.startswith(WEB):
        return uri
    path = normalize_path(uri)
    for root in roots:
        if path.startswith(root):
            path = path[len(root) :]
            break
    if path == ".." or path.startswith("../"):
        raise ValueError(f"{uri[:80]!r} leads out of what was scanned.")
    return path or "."


def place_path(uri: str | None, what: str) -> str:
    """Return the path that a tool gives for a place; raise ValueError, naming the field, if it gives none."""
    if not uri:
        raise ValueError(f"`{what}` names no file or address.")
    check_uri(uri)
    return regular_path(uri, [])


def exported_path(path: str) -> str:
    """Return a path just as we exported it; raise ValueError if it is none that we would have."""
    check_uri(path)
    if not path or path == ".." or path.startswith("../"):
        raise ValueError(f"{path[:80]!r} leads out of what was scanned.")
    return path
