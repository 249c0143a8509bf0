"""The states of an import."""

from enum import StrEnum


class ScanImportStatus(StrEnum):
    """Where an import stands: queued, running, then succeeded or failed for good."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


FINISHED = frozenset({ScanImportStatus.SUCCEEDED, ScanImportStatus.FAILED})
"""The states that an import never leaves."""
