"""The states of a finding, and the orders a list of findings can have."""

from enum import StrEnum


class FindingStatus(StrEnum):
    """Derived from the finding's vulnerabilities: VULNERABLE while any of them is."""

    DRAFT = "DRAFT"
    VULNERABLE = "VULNERABLE"
    SAFE = "SAFE"


class FindingOrderField(StrEnum):
    """What a list of findings can be ordered by."""

    CREATED_AT = "CREATED_AT"
    SEVERITY_SCORE = "SEVERITY_SCORE"
    TITLE = "TITLE"
