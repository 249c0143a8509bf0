"""Reads what `npm audit --json` writes: version 2 (npm 7 and later) and version 1 (npm 6).

Source: npm, "npm-audit", and `@npmcli/metavuln-calculator`.
"""

from collections.abc import Iterator
from typing import Any

from scans.document import Document
from scans.json_value import items, mapping, objects, text
from scans.limits import MOST_NAME
from scans.package import package_url
from scans.reader import Found, Rejected, ReportReader
from scans.report import Result, UnreadableReport
from scans.rule import make_rule
from scans.severity import best_vector, tenths_of
from scans.weakness_ids import cwe_numbers_in

NAME = "npm audit JSON"
LOCK_FILE = "package-lock.json"


def detects(document: Document) -> bool:
    """Return whether the file was written by `npm audit`."""
    names = set(document.members)
    return "auditReportVersion" in names or {"advisories", "metadata"} <= names or {"message", "statusCode"} <= names


def read(document: Document, reader: ReportReader) -> None:
    """Read a report of `npm audit`; raise UnreadableReport if the audit itself failed."""
    if "statusCode" in document.members or "error" in document.members:
        said = text(document.member("message"), 200) or text(mapping(document.member("error")).get("summary"), 200)
        raise UnreadableReport(f"`npm audit` could not audit, and says: {said}")
    run = reader.run("npm audit")
    records = list(_records(document))
    reader.expect(run, len(records))
    reader.read(run, records, _read)


def _records(document: Document) -> Iterator[tuple[str, Any]]:
    for key, advisory in mapping(document.member("advisories")).items():
        for finding in objects(mapping(advisory).get("findings")):
            yield f"/advisories/{key}", (mapping(advisory), finding.get("version"), items(finding.get("paths")), None)
    for name, vulnerable in mapping(document.member("vulnerabilities")).items():
        for at, via in enumerate(items(mapping(vulnerable).get("via"))):
            if not isinstance(via, str):
                nodes, fix = items(mapping(vulnerable).get("nodes")), mapping(mapping(vulnerable).get("fixAvailable"))
                fixed = fix.get("version") if fix.get("name") == name else None
                yield f"/vulnerabilities/{name}/via/{at}", (via, None, nodes, fixed)


def _read(found: tuple[object, object, list[object], object]) -> Found:
    advisory, version, nodes, fixed = found
    if not isinstance(advisory, dict):
        raise Rejected("", "An advisory must be a JSON object.")
    cvss = mapping(advisory.get("cvss"))
    vector = best_vector([cvss.get("vectorString")])
    tenths = vector[1] if vector else tenths_of(advisory.get("severity"), "/severity")
    url = text(advisory.get("url"), MOST_NAME) or ""
    cwe = advisory.get("cwe")
    rule = make_rule(
        url.rpartition("/")[2] or advisory.get("source") or advisory.get("id"),
        advisory.get("title"),
        tenths,
        at="/url",
        description=advisory.get("overview") or url,
        recommendation=advisory.get("recommendation"),
        cwes=cwe_numbers_in(*(items(cwe) or [cwe])),
        cves=items(advisory.get("cves")),
        vector=vector[0] if vector else None,
    )
    name = text(advisory.get("name"), MOST_NAME) or text(advisory.get("module_name"), MOST_NAME)
    affected = text(advisory.get("range"), MOST_NAME) or text(advisory.get("vulnerable_versions"), MOST_NAME)
    where = ", ".join(str(one)[:MOST_NAME] for one in nodes[:10])
    return rule, Result(
        LOCK_FILE,
        f"{name or 'A package'} {version or affected or ''}: {rule.title}{f' ({where})' if where else ''}",
        tenths,
        package_url=package_url("npm", name, version),
        fixed_version=text(advisory.get("patched_versions"), MOST_NAME) or text(fixed, MOST_NAME),
        own=f"{name}@{version or ''}",
    )
