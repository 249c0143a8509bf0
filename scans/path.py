"""Paths as tools spell them, made regular; and what must not be taken for one."""

from domain.fingerprint import normalize_path
from domain.vulnerability import is_script, leads_out

WEB = ("http://", "https://")


def check_uri(uri: str) -> None:
    """Raise ValueError if a text must not be taken for a file or a web address."""
    if is_script(uri):
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
    if leads_out(path):
        raise ValueError(f"{uri[:80]!r} leads out of what was scanned.")
    return path or "."


def place_path(uri: str | None, what: str) -> str:
    """Return the path that a tool gives for a place; raise ValueError, naming the field, if it gives none."""
    if not uri:
        raise ValueError(f"`{what}` names no file or address.")
    check_uri(uri)
    return regular_path(uri, [])


def verbatim_path(path: str) -> str:
    """Return a path just as it is: one that we exported, or a name in code; raise ValueError if it is none for us."""
    check_uri(path)
    if not path or leads_out(path):
        raise ValueError(f"{path[:80]!r} leads out of what was scanned.")
    return path
