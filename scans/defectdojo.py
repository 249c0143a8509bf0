"""Reads DefectDojo's generic findings JSON, to move house. Source: DefectDojo, "Generic Findings Import"."""

from scans.document import Document, members_of
from scans.json_value import items, mapping, text
from scans.limits import MOST_NAME, MOST_SNIPPET
from scans.package import package_url
from scans.path import place_path
from scans.reader import Found, ReportReader, line_number
from scans.report import Result
from scans.rule import make_rule
from scans.severity import best_vector, tenths_of

NAME = "DefectDojo generic findings JSON"


def detects(document: Document) -> bool:
    """Return whether the file has generic findings of DefectDojo."""
    findings = document.items("findings")
    if findings is None or {"meta", "project"} & set(document.members):
        return False
    return not findings or bool({"title", "severity"} & set(members_of(findings[0]) or {}))


def read(document: Document, reader: ReportReader) -> None:
    """Read generic findings; the tool is the report's `type`, else its `name`."""
    named = text(document.member("type"), MOST_NAME) or text(document.member("name"), MOST_NAME)
    run = reader.run(named or "DefectDojo")
    records = document.items("findings") or []
    reader.expect(run, len(records))
    reader.read(run, ((f"/findings/{number}", raw) for number, raw in enumerate(records)), _read)


def _read(record: dict[str, object]) -> Found:
    if record.get("is_mitigated") is True or record.get("mitigated") or record.get("duplicate") is True:
        return None
    vector = best_vector([record.get("cvssv4"), record.get("cvssv3")])
    score = record.get("cvssv4_score") or record.get("cvssv3_score")
    tenths = vector[1] if vector else tenths_of(score or record.get("severity"), "/severity")
    rule = make_rule(
        record.get("vuln_id_from_tool") or record.get("title"),
        record.get("title"),
        tenths,
        at="/title",
        description=record.get("description"),
        recommendation=record.get("mitigation"),
        cwes=(record.get("cwe"),),
        cves=[record.get("cve"), *items(record.get("vulnerability_ids"))],
        vector=vector[0] if vector else None,
    )
    component, version = text(record.get("component_name"), MOST_NAME), record.get("component_version")
    false_positive = record.get("false_p") is True or record.get("out_of_scope") is True
    return rule, Result(
        _path(record, component),
        text(record.get("description"), MOST_SNIPPET) or rule.title,
        tenths,
        line=line_number(record, "line"),
        suppressed=false_positive or record.get("risk_accepted") is True,
        package_url=package_url(None, component, version),
        fixed_version=text(record.get("fix_version"), MOST_NAME),
        own=text(record.get("unique_id_from_tool"), MOST_NAME),
    )


def _path(record: dict[str, object], component: str | None) -> str:
    file = text(record.get("file_path"), MOST_SNIPPET) or text(record.get("sast_source_file_path"), MOST_SNIPPET)
    if file:
        return place_path(file, "file_path")
    for endpoint in items(record.get("endpoints")):
        if isinstance(endpoint, str):
            return place_path(text(endpoint, MOST_SNIPPET), "endpoints")
        named = mapping(endpoint)
        if isinstance(named.get("host"), str):
            start = f"{named['protocol']}://" if isinstance(named.get("protocol"), str) else ""
            port = f":{named['port']}" if isinstance(named.get("port"), int) else ""
            return place_path(f"{start}{named['host']}{port}/{str(named.get('path') or '').lstrip('/')}", "endpoints")
    return place_path(component, "component_name") if component else "."
