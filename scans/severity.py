"""Severities as tools write them: words, scores and CVSS vectors, made tenths of a score."""

from collections.abc import Iterable
from functools import lru_cache

from domain.severity import HIGHEST_TENTHS, tenths_of_vector
from scans.json_value import number
from scans.reader import Rejected

UNKNOWN_TENTHS = 40
"""What a severity counts for that the tool itself does not know."""
TENTHS_OF_WORD = {
    "critical": 90,
    "high": 70,
    "error": 70,
    "important": 70,
    "medium": 40,
    "moderate": 40,
    "warning": 40,
    "low": 10,
    "minor": 10,
    "note": 10,
    "negligible": 1,
    "info": 0,
    "informational": 0,
    "information": 0,
    "none": 0,
    "unknown": UNKNOWN_TENTHS,
    "undefined": UNKNOWN_TENTHS,
    "unassigned": UNKNOWN_TENTHS,
}
"""The lowest score of each rating; the words of all tools together."""
MOST_VECTOR = 500


def tenths_of(value: object, field: str, *, words: dict[str, int] | None = None) -> int:
    """Return the tenths of a severity; raise Rejected, naming the field, if it is neither a known word nor a score.

    `words` are those that mean something else to this tool than to the others.
    """
    if value is None or value == "":
        return UNKNOWN_TENTHS
    if isinstance(value, str) and (word := value.strip().lower()) in (known := TENTHS_OF_WORD | (words or {})):
        return known[word]
    score = number(value)
    if score is None:
        names = ", ".join(sorted(TENTHS_OF_WORD))
        raise Rejected(field, f"{str(value)[:40]!r} is no severity: it is one of {names}, or a score from 0 to 10.")
    if not 0 <= score <= HIGHEST_TENTHS / 10:
        raise Rejected(field, f"{str(value)[:40]} is no score: it is from 0 to 10.")
    return round(score * 10)


@lru_cache(maxsize=4096)
def tenths_of_known_vector(vector: str) -> int | None:
    """Return the tenths of a CVSS vector, None if it is none that is known here."""
    try:
        return tenths_of_vector(vector)
    except ValueError:
        return None


def best_vector(vectors: Iterable[object]) -> tuple[str, int] | None:
    """Return the first CVSS vector that can be scored, with its tenths; give the newest version first."""
    for vector in vectors:
        if isinstance(vector, str) and len(vector) <= MOST_VECTOR:
            trimmed = vector.strip().rstrip("/")
            tenths = tenths_of_known_vector(trimmed)
            if tenths is not None:
                return trimmed, tenths
    return None
