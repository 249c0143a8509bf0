"""The qualitative severity scale of CVSS, mapped to the lowest score of each rating.

Source: FIRST, CVSS v3.1 specification, section 5, "Qualitative Severity Rating Scale".
"""

from enum import IntEnum


class SeverityRating(IntEnum):
    """A rating; its value is the lowest score of the rating in tenths, so that it compares in SQL as it is."""

    NONE = 0
    LOW = 1
    MEDIUM = 40
    HIGH = 70
    CRITICAL = 90
