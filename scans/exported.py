"""Our own exports: what one source of a vulnerability is, in words that every format of ours can carry and read back.

A record is a flat mapping of texts, numbers and lists, so that it fits into a row of CSV, a property of CycloneDX and
a property bag of SARIF alike. What is exported and imported again is unchanged: the fingerprint comes along.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.finding import MOST_TEXT
from scans import limits
from scans.export_marks import fingerprint_in
from scans.fixes import kept_fixes
from scans.json_value import items, text
from scans.package import known_package_url
from scans.path import place_path, verbatim_path
from scans.reader import Found, Rejected, ReportReader, line_number
from scans.report import Result
from scans.rule import make_rule
from scans.severity import best_vector, tenths_of

RUN_FIELDS = ("tool", "category", "root", "branch")
FIELDS = (
    *RUN_FIELDS,
    "state",
    "suppressed",
    "rule_id",
    "title",
    "description",
    "recommendation",
    "cwe_ids",
    "cve_ids",
    "rule_severity",
    "severity_vector",
    "severity",
    "path",
    "line",
    "end_line",
    "column",
    "message",
    "snippet",
    "package_url",
    "fixed_version",
    "fingerprint",
    "fixes",
)
"""The fields of a record, which are the columns of the CSV."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """A finished export."""

    file_name: str
    media_type: str
    content: str
    results: int


def read_records(
    records: Iterable[tuple[str, Record]], reader: ReportReader, *, tool: str, partial: bool | None = None
) -> None:
    """Read records into runs, one for each tool, category, root and branch that they name; `tool` where they do not.

    `partial` says whether the file covers a part of its targets only; None if a record with a fingerprint decides: it
    comes from an export, and exports close nothing.
    """
    runs: dict[tuple[str | None, ...], list[tuple[str, Record]]] = {}
    for pointer, record in records:
        key = tuple(text(record.get(name), limits.MOST_NAME) for name in RUN_FIELDS)
        runs.setdefault(key, []).append((pointer, record))
    if not runs:
        reader.warn("The file has no records, and closes nothing", "/")
        reader.run(tool, partial=True)
    for (named, category, root, branch), grouped in runs.items():
        exported = any(record.get("fingerprint") for _, record in grouped)
        run = reader.run(
            named or tool,
            category=category,
            root_nickname=root,
            branch=branch,
            partial=exported if partial is None else partial,
            exported=exported,
        )
        reader.expect(run, len(grouped))
        reader.read(run, grouped, read_record)


def read_record(record: Record) -> Found:
    """Return the rule and place of a record; raises Rejected naming the field that is wrong."""
    if str(record.get("state") or "").strip().upper() == "SAFE" and not _flag(record.get("suppressed")):
        return None
    vector = best_vector([record.get("severity_vector")])
    severity = record.get("severity")
    tenths = vector[1] if vector and severity in {None, ""} else tenths_of(severity, "/severity")
    rule_tenths = record.get("rule_severity")
    rule = make_rule(
        record.get("rule_id") or record.get("title"),
        record.get("title"),
        tenths if rule_tenths in {None, ""} else tenths_of(rule_tenths, "/rule_severity"),
        at="/rule_id",
        description=record.get("description"),
        recommendation=record.get("recommendation"),
        cwes=[one.upper().removeprefix("CWE-") for one in _words(record.get("cwe_ids"))],
        cves=_words(record.get("cve_ids")),
        vector=vector[0] if vector else None,
        exported=bool(record.get("fingerprint")),
    )
    return rule, Result(
        _path(record),
        _message(record),
        tenths,
        line=line_number(record, "line"),
        end_line=line_number(record, "end_line"),
        column=line_number(record, "column"),
        snippet=record.get("snippet") if isinstance(record.get("snippet"), str) else None,
        suppressed=_flag(record.get("suppressed")),
        fixes=kept_fixes(record.get("fixes")),
        package_url=known_package_url(record.get("package_url")),
        fixed_version=text(record.get("fixed_version"), limits.MOST_NAME),
        exact=fingerprint_in(record.get("fingerprint")),
    )


def _path(record: Record) -> str:
    path = record.get("path")
    if record.get("fingerprint") and isinstance(path, str):
        return verbatim_path(path)
    return place_path(text(path, limits.MOST_SNIPPET), "path")


def _message(record: Record) -> str:
    """Return what is said of the place: the title of the rule where nothing is, unless it is an export of nothing."""
    found = text(record.get("message"), limits.MOST_STRING)
    if found is None and not record.get("fingerprint"):
        found = text(record.get("title"), MOST_TEXT)
    return found or ""


def _flag(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    word = str(value).strip().lower()
    if word in {"", "false", "no", "0"}:
        return False
    if word in {"true", "yes", "1"}:
        return True
    raise Rejected("/suppressed", f"{word[:40]!r} is neither true nor false.")


def _words(value: object) -> list[str]:
    """Return the words of a list, or of a text with spaces, commas or semicolons between them."""
    if isinstance(value, str):
        return value.replace(",", " ").replace(";", " ").split()[: limits.MOST_IDS]
    return [one for one in items(value) if isinstance(one, str)][: limits.MOST_IDS]
