"""Reads Nuclei's JSON lines, and the array of its JSON export. Source: Nuclei, `output.ResultEvent`."""

from typing import Any

from scans.document import Document, decode, members_of
from scans.json_value import items, mapping, text
from scans.limits import MOST_NAME, MOST_SNIPPET
from scans.path import place_path
from scans.reader import Found, Rejected, ReportReader
from scans.report import Result, UnreadableReport
from scans.rule import make_rule
from scans.severity import best_vector, tenths_of
from scans.weakness_ids import cwe_numbers_in

NAME = "Nuclei JSON lines"
_ID = "template-id"


def detects(document: Document) -> bool:
    """Return whether the file is a report of Nuclei; one line alone is a JSON object."""
    if document.lines:
        return any(f'"{_ID}"'.encode() in line for _, line in document.lines[:10])
    if document.elements:
        return _ID in (members_of(document.elements[0]) or {})
    return _ID in document.members


def read(document: Document, reader: ReportReader) -> None:
    """Read a report of Nuclei."""
    run = reader.run("Nuclei")
    records: list[tuple[str, Any]]
    if document.elements is not None:
        records = [(f"/{number}", raw) for number, raw in enumerate(document.elements)]
    elif document.lines:
        records = [(f"line {number}", _Line(line)) for number, line in document.lines]
    else:
        records = [("line 1", {name: document.member(name) for name in document.members})]
    reader.expect(run, len(records))
    reader.read(run, records, _read)


class _Line:
    """A line of the file, decoded only when it is its turn."""

    def __init__(self, content: bytes) -> None:
        self.content = content


def _read(raw: object) -> Found:
    record = decode_line(raw.content) if isinstance(raw, _Line) else raw
    if not isinstance(record, dict):
        raise Rejected("", "A result must be a JSON object.")
    if record.get("matcher-status") is False:
        return None
    info = mapping(record.get("info"))
    known = mapping(info.get("classification"))
    vector = best_vector([known.get("cvss-metrics")])
    tenths = vector[1] if vector else tenths_of(known.get("cvss-score") or info.get("severity"), "/info/severity")
    rule = make_rule(
        record.get(_ID),
        info.get("name"),
        tenths,
        at=f"/{_ID}",
        description=info.get("description"),
        recommendation=info.get("remediation"),
        cwes=cwe_numbers_in(*_texts(known.get("cwe-id"))),
        cves=_texts(known.get("cve-id")),
        vector=vector[0] if vector else None,
    )
    matcher = text(record.get("matcher-name"), MOST_NAME) or text(record.get("extractor-name"), MOST_NAME)
    where = text(record.get("matched-at"), MOST_SNIPPET) or text(record.get("host"), MOST_SNIPPET)
    return rule, Result(
        place_path(where, "matched-at"),
        f"{rule.title}{f': {matcher}' if matcher else ''}",
        tenths,
        own=matcher or "-",
    )


def _texts(value: object) -> list[Any]:
    return items(value) or [value]


def decode_line(line: bytes) -> Any:
    """Return the value of a line; raise Rejected if it is no JSON."""
    try:
        return decode(line)
    except UnreadableReport as error:
        raise Rejected("", str(error).replace("The file", "The line")) from None
