"""Severity: scores in tenths, ratings, and CVSS vectors.

A score is kept as an integer from 0 to 100, tenths of the CVSS score, so that it compares exactly everywhere.
Sources: FIRST, CVSS v3.1 and v4.0 specifications; SARIF 2.1.0, 3.58.6 (result levels) and GitHub's documentation of
`security-severity`.
"""

from typing import Any

from cvss import CVSS3, CVSS4
from cvss.exceptions import CVSSError

from enums.severity import SeverityRating

HIGHEST_TENTHS = 100

TENTHS_OF_LEVEL = {"error": 70, "warning": 40, "note": 10, "none": 0}
"""What a SARIF level counts for where a tool gives no score: the lowest of HIGH, of MEDIUM, a LOW, and none."""


def rating_of(tenths: int) -> SeverityRating:
    """Return the qualitative rating of a score in tenths."""
    return max(rating for rating in SeverityRating if rating <= tenths)


def score_of(tenths: int) -> float:
    """Return the score, 0.0 to 10.0, of a score in tenths."""
    return tenths / 10


def parse_vector(text: str) -> Any:
    """Return the `cvss` library's object for a CVSS 3.0, 3.1 or 4.0 vector; raise ValueError if it is none."""
    if len(text) > 500:
        raise ValueError("a CVSS vector has at most 500 characters")
    try:
        return CVSS4(text) if text.startswith("CVSS:4.") else CVSS3(text)
    except CVSSError as error:
        raise ValueError(f"not a CVSS 3.0, 3.1 or 4.0 vector: {error}") from error


def tenths_of_vector(vector: str) -> int:
    """Return the tenths of the most specific score that a CVSS vector gives."""
    parsed = parse_vector(vector)
    score = parsed.base_score if isinstance(parsed, CVSS4) else parsed.scores()[0]
    return round(float(score) * 10)
