"""What was found out about versions of a schema, kept in the repository's git folder, so that it is found out once.

What changed between two versions depends on nothing but their content, the wording of marks and this program's own
rules; so entries are found by the former, and a file by the latter. A file that cannot be read counts as empty, one
that cannot be written is left.
"""

import contextlib
import json
import os
from dataclasses import astuple
from hashlib import sha256
from pathlib import Path
from typing import Any

from deprecation.changes import Change, ChangeKind
from deprecation.marks import Wording

_SKIPPED = "skipped"


class Cache:
    """Changes between versions, by the content of both."""

    def __init__(self, folder: Path, wording: Wording) -> None:
        which = sha256(repr(wording).encode() + _own_rules()).hexdigest()[:16]
        self._path = folder / "deprecations" / f"{which}.json"
        self._known = _read(self._path)
        self._grown = False

    def get(self, key: str) -> list[Change] | None:
        """Return the changes known between two versions; none if it is known that the later is no SDL."""
        known = self._known.get(key)
        if known == _SKIPPED:
            return []
        try:
            return [_change(one) for one in known] if isinstance(known, list) else None
        except (TypeError, ValueError):
            return None

    def skipped(self, key: str) -> bool:
        """Whether it is known that the later version is no SDL."""
        return self._known.get(key) == _SKIPPED

    def put(self, key: str, changes: list[Change]) -> None:
        """Remember the changes between two versions."""
        self._known[key] = [astuple(one) for one in changes]
        self._grown = True

    def skip(self, key: str) -> None:
        """Remember that the later version is no SDL."""
        self._known[key] = _SKIPPED
        self._grown = True

    def save(self) -> None:
        """Write what is new."""
        if not self._grown:
            return
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            beside = self._path.with_suffix(f".{os.getpid()}")
            beside.write_text(json.dumps(self._known, separators=(",", ":")))
            beside.replace(self._path)


def _own_rules() -> bytes:
    """Return what differs whenever this program does, so that nothing found by another one is believed."""
    together = sha256()
    for module in sorted(Path(__file__).parent.glob("*.py")):
        together.update(module.read_bytes())
    return together.digest()


def _read(path: Path) -> dict[str, object]:
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _change(stored: list[Any]) -> Change:
    kind, coordinate, member, before, after, cascade, routes, was_marked, missing = stored
    listed = None if routes is None else tuple(routes)
    return Change(ChangeKind(kind), coordinate, member, before, after, cascade, listed, was_marked, missing)
