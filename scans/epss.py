"""Reads EPSS scores, as FIRST publishes them every day: CSV, compressed by gzip or not.

Source: FIRST, "EPSS Data and Statistics". Its first line is a comment with the date.
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date

from scans.document import Document
from scans.json_value import number
from scans.report import UnreadableReport
from scans.weakness_ids import is_cve_id

_DATE = re.compile(r"score_date:(\d{4}-\d{2}-\d{2})")
MOST_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Epss:
    """The scores of one day: by CVE id, how likely it is exploited within 30 days, and its rank, both from 0 to 1."""

    day: date
    scores: dict[str, tuple[float, float]]
    unreadable: int


def read_epss(content: bytes) -> Epss:
    """Return the scores of a file; raise UnreadableReport if it has none, or no date."""
    text = bytes(Document(content).content).decode("utf-8", "replace")
    found = _DATE.search(text[:500])
    if found is None:
        raise UnreadableReport("The file has no `score_date` in its first line: it is no EPSS file of FIRST.")
    lines = (line for line in io.StringIO(text) if not line.startswith("#"))
    scores: dict[str, tuple[float, float]] = {}
    unreadable = 0
    for row in csv.DictReader(lines):
        cve_id = (row.get("cve") or "").strip().upper()
        score, percentile = _probability(row.get("epss")), _probability(row.get("percentile"))
        if not is_cve_id(cve_id) or score is None or percentile is None:
            unreadable += 1
        else:
            scores[cve_id] = (score, percentile)
        if len(scores) > MOST_ROWS:
            raise UnreadableReport(f"The file has more than {MOST_ROWS:,} scores.")
    if not scores:
        raise UnreadableReport("The file has no scores: its columns must be cve, epss and percentile.")
    return Epss(date.fromisoformat(found[1]), scores, unreadable)


def _probability(value: object) -> float | None:
    found = number(value)
    return found if found is not None and 0 <= found <= 1 else None
