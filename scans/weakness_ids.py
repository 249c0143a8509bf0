"""Names of weaknesses and vulnerabilities in the texts of reports: CWE and CVE ids."""

import re
from collections.abc import Iterable
from typing import Any

from scans.limits import MOST_IDS

MOST_DIGITS = 5
_CWE = re.compile(r"\bcwe[-_/: ]{0,3}0*([1-9][0-9]{0,4})\b", re.IGNORECASE)
_CVE = re.compile(r"\bCVE-[0-9]{4}-[0-9]{4,19}\b", re.IGNORECASE)


def cwe_numbers_in(*values: object) -> set[int]:
    """Return the numbers of the CWE ids that stand in texts; what is no text is passed over."""
    return {int(number) for value in values if isinstance(value, str) for number in _CWE.findall(value)}


def cwe_ids_of(numbers: Iterable[Any]) -> tuple[str, ...]:
    """Return CWE ids, sorted by number; what is no CWE number is passed over."""
    found = {int(one) for one in numbers if str(one).isascii() and str(one).isdigit() and len(str(one)) <= MOST_DIGITS}
    return tuple(f"CWE-{number}" for number in sorted(found - {0})[:MOST_IDS])


def is_cve_id(text: str) -> bool:
    """Return whether a text is a CVE id, in capitals."""
    return text.isupper() and _CVE.fullmatch(text) is not None


def cve_ids_in(*values: object) -> tuple[str, ...]:
    """Return the CVE ids that stand in texts, sorted."""
    found = {one.upper() for value in values if isinstance(value, str) for one in _CVE.findall(value)}
    return tuple(sorted(found)[:MOST_IDS])
