"""Reads Semgrep's JSON. Source: Semgrep, `semgrep_output_v1`."""

from scans.document import Document
from scans.json_value import items, mapping, objects, text
from scans.limits import MOST_SNIPPET
from scans.path import place_path
from scans.reader import Found, ReportReader, line_number
from scans.report import Result
from scans.rule import make_rule
from scans.severity import tenths_of
from scans.weakness_ids import cwe_numbers_in

NAME = "Semgrep JSON"
_WORDS = {"error": 70, "warning": 40, "info": 10, "inventory": 0, "experiment": 0}
_HIDDEN = "requires login"
"""What Semgrep writes in place of texts that it keeps from those who have no account."""


def detects(document: Document) -> bool:
    """Return whether the file is a report of Semgrep."""
    names = set(document.members)
    if not {"results", "errors"} <= names or not {"paths", "version"} & names:
        return False
    return document.items("results") is not None


def read(document: Document, reader: ReportReader) -> None:
    """Read a report of Semgrep; an error of the whole scan makes it one that was not executed."""
    errors = [one for one in objects(document.member("errors")) if one.get("level") == "error"]
    failed = {one["rule_id"] for one in errors if isinstance(one.get("rule_id"), str)}
    run = reader.run("Semgrep", executed=all(isinstance(one.get("rule_id"), str) for one in errors))
    run.inactive_rules = frozenset(failed)
    results = document.items("results") or []
    reader.expect(run, len(results))
    reader.read(run, ((f"/results/{number}", raw) for number, raw in enumerate(results)), _read)


def _read(record: dict[str, object]) -> Found:
    extra = mapping(record.get("extra"))
    metadata = mapping(extra.get("metadata"))
    score = metadata.get("security-severity")
    tenths = tenths_of(score if score is not None else extra.get("severity"), "/extra/severity", words=_WORDS)
    message = text(extra.get("message"), MOST_SNIPPET * 5) or ""
    cwe = metadata.get("cwe")
    rule = make_rule(
        record.get("check_id"),
        message.split(". ")[0].rstrip("."),
        tenths,
        at="/check_id",
        description=message,
        recommendation=metadata.get("recommendation") or metadata.get("fix"),
        cwes=cwe_numbers_in(*(items(cwe) or [cwe])),
    )
    start, end, fix = mapping(record.get("start")), mapping(record.get("end")), text(extra.get("fix"), MOST_SNIPPET)
    return rule, Result(
        place_path(text(record.get("path"), MOST_SNIPPET), "path"),
        message or rule.title,
        tenths,
        line=line_number(start, "line"),
        end_line=line_number(end, "line"),
        column=line_number(start, "col"),
        snippet=_shown(extra.get("lines")),
        suppressed=extra.get("is_ignored") is True,
        fixes=[{"description": {"text": fix}}] if fix else None,
        own=_shown(extra.get("fingerprint")),
    )


def _shown(value: object) -> str | None:
    found = text(value, MOST_SNIPPET)
    return None if found == _HIDDEN else found
