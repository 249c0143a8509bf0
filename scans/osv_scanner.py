"""Reads OSV-Scanner's JSON: vulnerable packages by lockfile. Sources: OSV-Scanner, "Output"; the OSV schema 1.7."""

from collections.abc import Iterator
from typing import Any

from scans.document import Document, decode, members_of
from scans.json_value import items, mapping, objects, text
from scans.limits import MOST_NAME, MOST_SNIPPET
from scans.package import package_url
from scans.path import place_path
from scans.reader import Found, Rejected, ReportReader
from scans.report import Result
from scans.rule import make_rule
from scans.severity import best_vector, tenths_of
from scans.weakness_ids import cwe_numbers_in

NAME = "OSV-Scanner JSON"


def detects(document: Document) -> bool:
    """Return whether the file is a report of OSV-Scanner."""
    results = document.items("results")
    if results is None or "errors" in document.members:
        return False
    return (
        "packages" in (members_of(results[0]) or {})
        if results
        else set(document.members)
        <= {
            "results",
            "experimental_config",
            "experimental_generic_findings",
        }
    )


def read(document: Document, reader: ReportReader) -> None:
    """Read a report of OSV-Scanner; the ids that name one vulnerability are one result."""
    run = reader.run("OSV-Scanner")
    records = list(_records(document))
    reader.expect(run, len(records))
    reader.read(run, records, _read)


def _records(document: Document) -> Iterator[tuple[str, Any]]:
    for number, raw in enumerate(document.items("results") or []):
        result = mapping(decode(raw))
        source = mapping(result.get("source")).get("path")
        for place, package in enumerate(items(result.get("packages"))):
            pointer = f"/results/{number}/packages/{place}"
            for at, vulnerability, aliases in _groups(mapping(package)):
                yield f"{pointer}/vulnerabilities/{at}", (source, mapping(package), vulnerability, aliases)


def _groups(package: dict[str, object]) -> Iterator[tuple[int, Any, list[Any]]]:
    """Yield one vulnerability of each group of ids that mean the same, with all of these ids."""
    vulnerabilities = items(package.get("vulnerabilities"))
    named = [(one.get("id"), at) for at, one in enumerate(vulnerabilities) if isinstance(one, dict)]
    positions = {one: at for one, at in named if isinstance(one, str)}
    grouped: set[int] = set()
    for group in objects(package.get("groups")):
        members = [positions[one] for one in items(group.get("ids")) if isinstance(one, str) and one in positions]
        fresh = [one for one in members if one not in grouped]
        grouped.update(members)
        if fresh:
            aliases = [*items(group.get("ids")), *items(group.get("aliases"))]
            yield fresh[0], vulnerabilities[fresh[0]], aliases
    for at, one in enumerate(vulnerabilities):
        if at not in grouped:
            yield at, one, []


def _read(found: tuple[object, dict[str, object], object, list[object]]) -> Found:
    source, listed, record, aliases = found
    if not isinstance(record, dict):
        raise Rejected("", "A vulnerability must be a JSON object.")
    package = mapping(listed.get("package"))
    specific = mapping(record.get("database_specific"))
    scores = [one.get("score") for one in objects(record.get("severity"))]
    vector = best_vector(sorted((one for one in scores if isinstance(one, str)), reverse=True))
    tenths = vector[1] if vector else tenths_of(specific.get("severity"), "/database_specific/severity")
    rule = make_rule(
        record.get("id"),
        record.get("summary"),
        tenths,
        at="/id",
        description=record.get("details"),
        cwes=cwe_numbers_in(*items(specific.get("cwe_ids"))),
        cves=[*items(record.get("aliases")), *aliases],
        vector=vector[0] if vector else None,
    )
    name, version = text(package.get("name"), MOST_NAME), text(package.get("version"), MOST_NAME)
    return rule, Result(
        place_path(text(source, MOST_SNIPPET), "source/path") if source else ".",
        f"{name or 'A package'} {version or ''}: {rule.title}",
        tenths,
        package_url=package_url(package.get("ecosystem"), name, version),
        fixed_version=_fixed(record, name),
        own=f"{name}@{version}",
    )


def _fixed(record: dict[str, object], name: str | None) -> str | None:
    """Return the versions in which a package is fixed."""
    found = []
    for affected in objects(record.get("affected")):
        if mapping(affected.get("package")).get("name") == name:
            for span in objects(affected.get("ranges")):
                found += [
                    event["fixed"] for event in objects(span.get("events")) if isinstance(event.get("fixed"), str)
                ]
    return text(", ".join(dict.fromkeys(found)), MOST_NAME)
