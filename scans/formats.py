"""Finds out by its content of which format a report is, and reads it."""

from scans.report import Report
from scans.sarif import Progress, read_sarif


def read_report(content: bytes, progress: Progress = lambda _read, _all: None) -> Report:
    """Return what a report says; raise UnreadableReport, saying why, if its format is not known."""
    return read_sarif(content, progress)
