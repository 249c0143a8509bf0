"""Reads pip-audit's JSON. Source: pip-audit, `_format/json.py`: an object since 2.0, an array before."""

from collections.abc import Iterator
from typing import Any

from scans.document import Document, decode, members_of
from scans.json_value import items, mapping, text
from scans.limits import MOST_NAME
from scans.package import package_url
from scans.reader import Found, Rejected, ReportReader
from scans.report import Result, UnreadableReport
from scans.rule import make_rule
from scans.severity import UNKNOWN_TENTHS

NAME = "pip-audit JSON"
PLACE = "requirements.txt"
"""pip-audit does not say which file it read."""


def detects(document: Document) -> bool:
    """Return whether the file is a report of pip-audit."""
    if document.elements:
        return {"name", "vulns"} <= set(members_of(document.elements[0]) or {})
    return "dependencies" in document.members and "fixes" in document.members


def read(document: Document, reader: ReportReader) -> None:
    """Read a report of pip-audit; one that had to skip a dependency covers a part only."""
    dependencies = document.elements if document.elements is not None else document.items("dependencies")
    if dependencies is None:
        raise UnreadableReport("The file has no array of `dependencies`.")
    read_ones = [mapping(decode(raw)) for raw in dependencies]
    skipped = [number for number, one in enumerate(read_ones) if "skip_reason" in one]
    run = reader.run("pip-audit", partial=bool(skipped))
    for number in skipped:
        reader.warn("A dependency could not be audited, so nothing is closed", f"/dependencies/{number}")
    records = list(_records(read_ones))
    reader.expect(run, len(records))
    reader.read(run, records, _read)


def _records(dependencies: list[dict[str, object]]) -> Iterator[tuple[str, Any]]:
    for number, dependency in enumerate(dependencies):
        for at, vulnerability in enumerate(items(dependency.get("vulns"))):
            yield f"/dependencies/{number}/vulns/{at}", (dependency, vulnerability)


def _read(pair: tuple[dict[str, object], object]) -> Found:
    dependency, record = pair
    if not isinstance(record, dict):
        raise Rejected("", "A vulnerability must be a JSON object.")
    name, version = text(dependency.get("name"), MOST_NAME), text(dependency.get("version"), MOST_NAME)
    aliases = items(record.get("aliases"))
    described = text(record.get("description"), MOST_NAME)
    rule = make_rule(
        record.get("id"),
        described.splitlines()[0] if described else None,
        UNKNOWN_TENTHS,
        at="/id",
        description=record.get("description"),
        cves=aliases,
    )
    fixed = [one for one in items(record.get("fix_versions")) if isinstance(one, str)]
    return rule, Result(
        PLACE,
        f"{name or 'A package'} {version or ''} has {rule.rule_id}",
        UNKNOWN_TENTHS,
        package_url=package_url("pypi", name, version),
        fixed_version=text(", ".join(fixed), MOST_NAME),
        own=f"{name}@{version}",
    )
