"""Reads Trivy's JSON: vulnerable packages, misconfigurations and secrets.

Source: Trivy, "Reporting", and its `types.Report` (schema version 2).
"""

from collections.abc import Iterator
from typing import Any

from scans.document import Document, decode
from scans.json_value import items, mapping, objects, text
from scans.limits import MOST_NAME, MOST_SNIPPET
from scans.package import known_package_url
from scans.path import place_path
from scans.reader import Found, Rejected, ReportReader, line_number
from scans.report import Result, UnreadableReport
from scans.rule import make_rule
from scans.severity import best_vector, tenths_of
from scans.weakness_ids import cwe_numbers_in

NAME = "Trivy JSON"
_KINDS = ("Vulnerabilities", "Misconfigurations", "Secrets")


def detects(document: Document) -> bool:
    """Return whether the file is a report of Trivy."""
    return "SchemaVersion" in document.members and bool({"ArtifactName", "Results"} & set(document.members))


def read(document: Document, reader: ReportReader) -> None:
    """Read a report of Trivy; each kind of scan is a category of its own run."""
    if document.member("SchemaVersion") != 2:
        raise UnreadableReport("The file is a Trivy report of another schema version: only version 2 is read.")
    results = document.items("Results") or []
    found: dict[str, list[tuple[str, Any]]] = {}
    for number, raw in enumerate(results):
        result = mapping(decode(raw))
        for kind in _KINDS:
            if kind in result:
                found.setdefault(kind, []).extend(_records(result, kind, f"/Results/{number}"))
    for kind in _KINDS:
        records = found.get(kind)
        if records is None and (found or kind != "Vulnerabilities"):
            continue
        run = reader.run("Trivy", category=kind.lower())
        reader.expect(run, len(records or []))
        reader.read(run, records or [], _READERS[kind])


def _records(result: dict[str, object], kind: str, pointer: str) -> Iterator[tuple[str, Any]]:
    target = result.get("Target")
    for number, record in enumerate(items(result.get(kind))):
        yield f"{pointer}/{kind}/{number}", (target, record)


def _record(pair: tuple[object, object]) -> tuple[str, dict[str, Any]]:
    target, record = pair
    if not isinstance(record, dict):
        raise Rejected("", "A record must be a JSON object.")
    return place_path(text(target, MOST_SNIPPET), "Target"), record


def _vulnerability(pair: tuple[object, object]) -> Found:
    path, record = _record(pair)
    scores = list(objects(list(mapping(record.get("CVSS")).values())))
    vector = best_vector(score.get(name) for name in ("V40Vector", "V3Vector") for score in scores)
    tenths = vector[1] if vector else tenths_of(record.get("Severity"), "/Severity")
    rule = make_rule(
        record.get("VulnerabilityID"),
        record.get("Title"),
        tenths,
        at="/VulnerabilityID",
        description=record.get("Description"),
        cwes=cwe_numbers_in(*items(record.get("CweIDs"))),
        vector=vector[0] if vector else None,
    )
    package, version = text(record.get("PkgName"), MOST_NAME), text(record.get("InstalledVersion"), MOST_NAME)
    return rule, Result(
        place_path(text(record.get("PkgPath"), MOST_SNIPPET), "PkgPath") if record.get("PkgPath") else path,
        f"{package or 'A package'} {version or ''} has {rule.title}".replace("  ", " "),
        tenths,
        package_url=known_package_url(mapping(record.get("PkgIdentifier")).get("PURL")),
        fixed_version=text(record.get("FixedVersion"), MOST_NAME),
        suppressed=record.get("Status") == "not_affected",
        own=f"{package}@{version}",
    )


def _misconfiguration(pair: tuple[object, object]) -> Found:
    path, record = _record(pair)
    if record.get("Status") == "PASS":
        return None
    tenths = tenths_of(record.get("Severity"), "/Severity")
    rule = make_rule(
        record.get("ID") or record.get("AVDID"),
        record.get("Title"),
        tenths,
        at="/ID",
        description=record.get("Description"),
        recommendation=record.get("Resolution"),
    )
    cause = mapping(record.get("CauseMetadata"))
    return rule, Result(
        path,
        text(record.get("Message"), MOST_SNIPPET) or rule.title,
        tenths,
        line=line_number(cause, "StartLine"),
        end_line=line_number(cause, "EndLine"),
        own=text(cause.get("Resource"), MOST_NAME),
        suppressed=record.get("Status") == "EXCEPTION",
    )


def _secret(pair: tuple[object, object]) -> Found:
    """Read a secret; what matched is not kept, it would be the secret."""
    path, record = _record(pair)
    tenths = tenths_of(record.get("Severity"), "/Severity")
    rule = make_rule(record.get("RuleID"), record.get("Title"), tenths, at="/RuleID", cwes=(798,))
    return rule, Result(
        path,
        text(record.get("Title"), MOST_SNIPPET) or rule.title,
        tenths,
        line=line_number(record, "StartLine"),
        end_line=line_number(record, "EndLine"),
    )


_READERS = {"Vulnerabilities": _vulnerability, "Misconfigurations": _misconfiguration, "Secrets": _secret}
