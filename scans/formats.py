"""Finds out by its content of which format a report is, and reads it."""

from collections.abc import Callable
from types import ModuleType
from typing import Protocol, cast

import scans
from domain.discovery import modules_of
from scans import sarif
from scans.document import Document
from scans.reader import Progress, ReportReader
from scans.report import Report, UnreadableReport


class Format(Protocol):
    """What a format's module has."""

    NAME: str
    detects: Callable[[Document], bool]
    read: Callable[[Document, ReportReader], None]


def _is_format(module: ModuleType) -> bool:
    return all(hasattr(module, name) for name in ("NAME", "detects", "read"))


FORMATS: tuple[Format, ...] = tuple(cast(Format, one) for one in modules_of(scans) if _is_format(one))
"""Every format that is read; no report is of two of them, so their order is that of their modules."""


def _ignore(_read: int, _all: int) -> None:
    """Tell nobody how far it is."""


def read_report(content: bytes | bytearray, progress: Progress = _ignore) -> Report:
    """Return what a report says; raise UnreadableReport, saying why, if its format is not known."""
    document = Document(content)
    found = next((one for one in FORMATS if one.detects(document)), None)
    if found is None:
        raise UnreadableReport(_unknown(document))
    reader = ReportReader(found.NAME, progress)
    found.read(document, reader)
    return reader.finish()


def _unknown(document: Document) -> str:
    first = sorted(FORMATS, key=lambda one: one.NAME != sarif.NAME)  # which most tools can write
    names = ", ".join(one.NAME for one in first)
    if document.start in {b"{", b"["} and document.error is not None and not document.lines:
        return f"The file is not JSON in UTF-8: {document.error}."
    if document.is_xml and b"<html" in document.content[:2000].lower():
        return "The file is an HTML page: was it saved from a page that asked to sign in?"
    kind = "JSON" if document.start in {b"{", b"["} else "XML" if document.is_xml else "text"
    return f"The file is {kind}, but of no format that is read here: {names}."
