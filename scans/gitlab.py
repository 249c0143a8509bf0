"""Reads GitLab's security reports: SAST, secret detection, dependency, container and dynamic scanning.

Source: GitLab, security-report-schemas 15.x.
"""

from scans.document import Document
from scans.json_value import items, mapping, objects, text
from scans.limits import MOST_NAME, MOST_SNIPPET
from scans.package import package_url
from scans.path import place_path
from scans.reader import Found, ReportReader, line_number
from scans.report import Result
from scans.rule import make_rule
from scans.severity import best_vector, tenths_of

NAME = "GitLab security report"
_LATER = ("cve", "cwe", "ghsa", "osvdb", "owasp", "usn", "rhsa", "elsa", "hackerone", "wasc")
"""Kinds of identifiers that several rules share."""


def detects(document: Document) -> bool:
    """Return whether the file is a security report of GitLab."""
    return {"vulnerabilities", "version"} <= set(document.members) and bool(
        {"scan", "remediations", "dependency_files"} & set(document.members)
    )


def read(document: Document, reader: ReportReader) -> None:
    """Read a security report of GitLab."""
    scan = mapping(document.member("scan"))
    scanner = mapping(scan.get("scanner"))
    primary = [one.get("value") for one in objects(scan.get("primary_identifiers"))]
    run = reader.run(
        text(scanner.get("name"), MOST_NAME) or text(scanner.get("id"), MOST_NAME),
        category=scan.get("type"),
        executed=scan.get("status", "success") == "success",
        partial="partial_scan" in scan,
        listed_rules=frozenset(one for one in primary if isinstance(one, str)) or None,
    )
    records = document.items("vulnerabilities") or []
    reader.expect(run, len(records))
    reader.read(run, ((f"/vulnerabilities/{number}", raw) for number, raw in enumerate(records)), _read)


def _read(record: dict[str, object]) -> Found:
    identifiers = list(objects(record.get("identifiers")))
    own = [one for one in identifiers if not str(one.get("type", "")).lower().startswith(_LATER)]
    naming = (own or identifiers or [{}])[0]
    vectors = sorted(str(one.get("vector")) for one in objects(record.get("cvss_vectors")))
    vector = best_vector(reversed(vectors))
    tenths = vector[1] if vector else tenths_of(record.get("severity"), "/severity")
    name = text(record.get("name"), MOST_NAME) or text(record.get("message"), MOST_NAME)
    rule = make_rule(
        naming.get("value") or naming.get("name"),
        name or naming.get("name"),
        tenths,
        at="/identifiers",
        description=record.get("description"),
        recommendation=record.get("solution"),
        cwes=[str(one.get("value")) for one in identifiers if str(one.get("type")).lower() == "cwe"],
        cves=[one.get("value") for one in identifiers if str(one.get("type")).lower() == "cve"],
        vector=vector[0] if vector else None,
    )
    location = mapping(record.get("location"))
    dependency = mapping(location.get("dependency"))
    package = text(mapping(dependency.get("package")).get("name"), MOST_NAME)
    version = text(dependency.get("version"), MOST_NAME)
    return rule, Result(
        _path(location),
        text(record.get("description"), MOST_SNIPPET) or rule.title,
        tenths,
        line=line_number(location, "start_line"),
        end_line=line_number(location, "end_line"),
        suppressed=any(one.get("type") == "flagged-as-likely-false-positive" for one in objects(record.get("flags"))),
        package_url=package_url(None, package, version) if package else None,
        own=_own(record, location, package, version),
    )


def _path(location: dict[str, object]) -> str:
    host = f"{location.get('hostname') or ''}{location.get('path') or ''}"
    found = location.get("file") or location.get("image") or host or location.get("kubernetes_resource")
    return place_path(text(found, MOST_SNIPPET) if isinstance(found, str) else None, "location")


def _own(
    record: dict[str, object], location: dict[str, object], package: str | None, version: str | None
) -> str | None:
    """Return what identifies the record: its tracking signature, its package, or the method and parameter."""
    for item in items(mapping(record.get("tracking")).get("items")):
        for signature in objects(mapping(item).get("signatures")):
            if isinstance(signature.get("value"), str):
                return f"{signature.get('algorithm')}={signature['value']}"
    if package:
        return f"{package}@{version}"
    return text(f"{location.get('method') or ''} {location.get('param') or ''}", MOST_NAME)
