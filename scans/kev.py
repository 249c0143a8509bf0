"""Reads the catalog of known exploited vulnerabilities (KEV), as CISA publishes it: JSON.

Source: CISA, "Known Exploited Vulnerabilities Catalog", JSON schema.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from scans.document import Document, decode
from scans.report import UnreadableReport
from scans.weakness_ids import is_cve_id


@dataclass(frozen=True, slots=True)
class KnownExploited:
    """Since when a CVE is in the catalog, until when it is due, and whether ransomware is known to use it."""

    added: date
    due: date | None
    ransomware: bool


@dataclass(frozen=True, slots=True)
class Kev:
    """The catalog as of a day, by CVE id."""

    day: date
    entries: dict[str, KnownExploited]
    unreadable: int


def read_kev(content: bytes) -> Kev:
    """Return the catalog; raise UnreadableReport if the file is none, or has no date."""
    document = Document(content)
    raws, released = document.items("vulnerabilities"), document.member("dateReleased")
    day = _date(released)
    if raws is None or day is None:
        raise UnreadableReport(
            "The file is no KEV catalog of CISA: as JSON it has `vulnerabilities` and `dateReleased`."
        )
    entries: dict[str, KnownExploited] = {}
    unreadable = 0
    for raw in raws:
        record: Any = decode(raw)
        found = _entry(record) if isinstance(record, dict) else None
        if found is None:
            unreadable += 1
        else:
            entries[found[0]] = found[1]
    return Kev(day, entries, unreadable)


def _entry(record: dict[str, object]) -> tuple[str, KnownExploited] | None:
    cve_id, added = str(record.get("cveID")).strip().upper(), _date(record.get("dateAdded"))
    if not is_cve_id(cve_id) or added is None:
        return None
    used = str(record.get("knownRansomwareCampaignUse")).strip().lower() == "known"
    return cve_id, KnownExploited(added, _date(record.get("dueDate")), used)


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
