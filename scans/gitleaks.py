"""Reads gitleaks' JSON: an array of secrets, which are never kept themselves. Source: gitleaks, `report.Finding`."""

from scans.document import Document, members_of
from scans.json_value import text
from scans.limits import MOST_NAME, MOST_SNIPPET
from scans.path import place_path
from scans.reader import Found, ReportReader, line_number
from scans.report import Result
from scans.rule import make_rule

NAME = "gitleaks JSON"
SECRET_TENTHS = 70


def detects(document: Document) -> bool:
    """Return whether the file is a report of gitleaks; an empty array names no tool, and is none."""
    if not document.elements:
        return False
    first = members_of(document.elements[0]) or {}
    return "RuleID" in first and bool({"StartLine", "Fingerprint", "Secret"} & set(first))


def read(document: Document, reader: ReportReader) -> None:
    """Read a report of gitleaks."""
    run = reader.run("gitleaks")
    records = document.elements or []
    reader.expect(run, len(records))
    reader.read(run, ((f"/{number}", raw) for number, raw in enumerate(records)), _read)


def _read(record: dict[str, object]) -> Found:
    rule = make_rule(record.get("RuleID"), record.get("Description"), SECRET_TENTHS, at="/RuleID", cwes=(798,))
    commit = text(record.get("Commit"), MOST_NAME)
    return rule, Result(
        place_path(text(record.get("File"), MOST_SNIPPET), "File"),
        f"{rule.title}{f' (in commit {commit[:12]})' if commit else ''}",
        SECRET_TENTHS,
        line=line_number(record, "StartLine"),
        end_line=line_number(record, "EndLine"),
        column=line_number(record, "StartColumn"),
        own=text(record.get("Fingerprint"), MOST_SNIPPET),
    )
