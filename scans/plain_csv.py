"""Reads and writes a plain CSV: a row for each place, the columns named in its first line.

Cells that a spreadsheet would take for a formula are written with a `'` before them, which reading takes away again.
Source: RFC 4180; OWASP, CSV Injection.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import orjson

from scans import limits
from scans.document import Document
from scans.exported import FIELDS, Export, Record, read_records
from scans.reader import ReportReader
from scans.report import UnreadableReport

NAME = "CSV"
_OTHER_NAMES = {
    "file": "path",
    "url": "path",
    "rule": "rule_id",
    "cwe": "cwe_ids",
    "cve": "cve_ids",
    "name": "title",
    "severity_score": "severity",
    "start_line": "line",
}
_NEEDED = ({"path"}, {"title", "rule_id"})
_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_LISTS = frozenset({"cwe_ids", "cve_ids"})
MOST_HEADER = 4_000

csv.field_size_limit(2 * limits.MOST_FIXES * limits.MOST_FIX_BYTES)


def detects(document: Document) -> bool:
    """Return whether the first line names a path and a title or a rule."""
    if document.start in {b"{", b"[", b"<"}:
        return False
    names = set(_columns(_header(bytes(document.content[:MOST_HEADER]).decode("utf-8", "replace"))))
    return all(names & needed for needed in _NEEDED)


def _header(content: str) -> list[str]:
    lines = content.lstrip().splitlines()
    try:
        return next(csv.reader(lines[:1], skipinitialspace=True, delimiter=_delimiter(content)), [])
    except csv.Error:
        return []


def _delimiter(content: str) -> str:
    """Return what separates the columns: a semicolon where spreadsheets write a comma into numbers."""
    first = content.lstrip().partition("\n")[0]
    return ";" if ";" in first and "," not in first else ","


def read(document: Document, reader: ReportReader) -> None:
    """Read the rows; those without a column `tool` are of the tool `CSV`."""
    try:
        content = bytes(document.content).decode()
    except UnicodeDecodeError as error:
        raise UnreadableReport(f"The file is not UTF-8 at byte {error.start:,}: save it in UTF-8.") from None
    for name in _columns(_header(content)):
        if name not in FIELDS:
            reader.warn(f"The column {name[: limits.MOST_NAME]!r} is not known, and was passed over", "line 1")
    read_records(_rows(content), reader, tool=NAME)


def _rows(content: str) -> Iterator[tuple[str, Record]]:
    lines = io.StringIO(content, newline="")
    exported = "fingerprint" in _columns(_header(content))
    rows = csv.reader(lines, skipinitialspace=not exported, strict=True, delimiter=_delimiter(content))
    try:
        names = _columns(next(rows))
        for row in rows:
            if any(row):
                cells = {name: _cell(cell) for name, cell in zip(names, row, strict=False)}
                cells["fixes"] = _fixes(cells.get("fixes"))
                yield f"line {rows.line_num}", cells
    except csv.Error as error:
        raise UnreadableReport(f"The file is not CSV at line {rows.line_num}: {error}.") from None


def _columns(header: list[str]) -> list[str]:
    names = [name.strip().lower().replace(" ", "_") for name in header]
    return [_OTHER_NAMES.get(name, name) for name in names]


def _cell(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell


def _fixes(cell: Any) -> Any:
    try:
        return orjson.loads(cell) if cell else []
    except orjson.JSONDecodeError:
        return []


def write(records: list[Record], name: str) -> Export:
    """Return records as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(FIELDS)
    for record in records:
        writer.writerow([_written(field, record.get(field)) for field in FIELDS])
    return Export(f"{name}.csv", "text/csv", out.getvalue(), len(records))


def _written(field: str, value: Any) -> str:
    if value is None or value == []:
        return ""
    if field in _LISTS:
        return " ".join(value)
    written = orjson.dumps(value).decode() if field == "fixes" else str(value)
    return f"'{written}" if _DANGEROUS.match(written) else written
