"""The names of weaknesses, and what helps against them: a small table made of MITRE's list.

Source: MITRE, Common Weakness Enumeration (CWE); see `weaknesses.NOTICE` beside this file for its licence.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

TABLE = Path(__file__).parent / "weaknesses.json"


@dataclass(frozen=True, slots=True)
class Weakness:
    """A kind of weakness."""

    cwe_id: str
    title: str
    mitigations: tuple[str, ...]

    @property
    def url(self) -> str:
        """Where MITRE describes it."""
        return f"https://cwe.mitre.org/data/definitions/{self.cwe_id.removeprefix('CWE-')}.html"


@cache
def _table() -> dict[str, list[str]]:
    found: dict[str, list[str]] = orjson.loads(TABLE.read_bytes())
    return found


def weakness_of(cwe_id: str) -> Weakness | None:
    """Return a weakness by an id such as CWE-79, None if the table does not have it."""
    row = _table().get(cwe_id.removeprefix("CWE-"))
    return Weakness(cwe_id, row[0], tuple(row[1:])) if isinstance(row, list) else None


def title_of(cwe_ids: tuple[str, ...]) -> str | None:
    """Return the title of the first weakness that has one."""
    return next((found.title for one in cwe_ids if (found := weakness_of(one)) is not None), None)


def mitigations_of(cwe_ids: tuple[str, ...]) -> str:
    """Return what helps against weaknesses, a paragraph each; empty where nothing is known."""
    found = (weakness_of(one) for one in cwe_ids)
    return "\n\n".join(dict.fromkeys(line for one in found if one is not None for line in one.mitigations))
