"""Reads Dependency-Track's Finding Packaging Format (FPF), to move house. Source: Dependency-Track, "File Formats"."""

from scans.document import Document
from scans.json_value import items, mapping, objects, text
from scans.limits import MOST_NAME
from scans.package import known_package_url
from scans.path import place_path
from scans.reader import Found, ReportReader
from scans.report import Result
from scans.rule import make_rule
from scans.severity import tenths_of

NAME = "Dependency-Track FPF"
_NOT_AFFECTED = frozenset({"FALSE_POSITIVE", "NOT_AFFECTED"})


def detects(document: Document) -> bool:
    """Return whether the file is in the Finding Packaging Format."""
    return {"findings", "meta", "project"} <= set(document.members)


def read(document: Document, reader: ReportReader) -> None:
    """Read findings of Dependency-Track; the project is the category."""
    project = mapping(document.member("project"))
    run = reader.run("Dependency-Track", category=text(project.get("name"), MOST_NAME))
    records = document.items("findings") or []
    reader.expect(run, len(records))
    reader.read(run, ((f"/findings/{number}", raw) for number, raw in enumerate(records)), _read)


def _read(record: dict[str, object]) -> Found:
    component, known, analysis = (mapping(record.get(name)) for name in ("component", "vulnerability", "analysis"))
    if analysis.get("state") == "RESOLVED":
        return None
    score = known.get("cvssV4BaseScore") or known.get("cvssV3BaseScore")
    tenths = tenths_of(score or known.get("severity"), "/vulnerability/severity")
    aliases = [value for one in objects(known.get("aliases")) for value in one.values()]
    rule = make_rule(
        known.get("vulnId"),
        known.get("title") or known.get("subtitle"),
        tenths,
        at="/vulnerability/vulnId",
        description=known.get("description"),
        recommendation=known.get("recommendation"),
        cwes=[known.get("cweId"), *(one.get("cweId") for one in objects(known.get("cwes")))],
        cves=[*items(known.get("cves")), *aliases],
    )
    name, version = text(component.get("name"), MOST_NAME), text(component.get("version"), MOST_NAME)
    namespace = text(component.get("group"), MOST_NAME)
    full = f"{namespace}/{name}" if namespace else name
    return rule, Result(
        place_path(full, "component/name"),
        f"{full} {version or ''} has {rule.rule_id}",
        tenths,
        suppressed=analysis.get("isSuppressed") is True or analysis.get("state") in _NOT_AFFECTED,
        package_url=known_package_url(component.get("purl")),
        own=text(record.get("matrix"), MOST_NAME) or f"{full}@{version}",
    )
