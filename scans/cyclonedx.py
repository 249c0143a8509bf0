"""Reads CycloneDX with vulnerabilities, and VEX. Source: CycloneDX 1.4 to 1.6 (ECMA-424), JSON."""

from collections.abc import Iterator
from typing import Any

import orjson
from cyclonedx.model.impact_analysis import ImpactAnalysisState
from cyclonedx.model.vulnerability import Vulnerability

from scans.document import Document, decode
from scans.export_marks import MARK
from scans.exported import read_records
from scans.json_value import items, mapping, objects, text
from scans.limits import MOST_NAME, MOST_SNIPPET
from scans.package import known_package_url
from scans.path import place_path
from scans.reader import Found, Rejected, ReportReader
from scans.report import Result, UnreadableReport
from scans.rule import make_rule
from scans.severity import best_vector, tenths_of

NAME = "CycloneDX JSON"
PROPERTY = f"{MARK}:record"
_GONE = frozenset({ImpactAnalysisState.RESOLVED, ImpactAnalysisState.RESOLVED_WITH_PEDIGREE})
_NOT_AFFECTED = frozenset({ImpactAnalysisState.FALSE_POSITIVE, ImpactAnalysisState.NOT_AFFECTED})
_PREFIX = {"CVSSv3": "CVSS:3.0/", "CVSSv31": "CVSS:3.1/", "CVSSv4": "CVSS:4.0/"}
MOST_COMPONENT_LEVELS = 20


def detects(document: Document) -> bool:
    """Return whether the file is a CycloneDX document, in JSON or in XML."""
    if document.is_xml:
        return b"http://cyclonedx.org/schema/bom" in document.content[:2000]
    return bool(document.member("bomFormat") == "CycloneDX")


def read(document: Document, reader: ReportReader) -> None:
    """Read the vulnerabilities of a CycloneDX document: one result for each component that each affects."""
    if document.is_xml:
        raise UnreadableReport("The file is CycloneDX in XML: only JSON is read. Convert it with `cyclonedx convert`.")
    raws = document.items("vulnerabilities") or []
    records = [(f"/vulnerabilities/{number}", decode(raw)) for number, raw in enumerate(raws)]
    own = [(pointer, found) for pointer, one in records if (found := _own_record(one)) is not None]
    if own and len(own) == len(records):
        read_records(own, reader, tool="CycloneDX", partial=True)
        return
    reading = _BomReader(document)
    run = reader.run(reading.tool, category=reading.subject)
    affected = [pair for pointer, one in records for pair in reading.affects(pointer, one)]
    reader.expect(run, len(affected))
    reader.read(run, affected, reading.read)


def _own_record(record: object) -> dict[str, Any] | None:
    for item in objects(mapping(record).get("properties")):
        if item.get("name") == PROPERTY and isinstance(item.get("value"), str):
            try:
                return mapping(orjson.loads(item["value"]))
            except orjson.JSONDecodeError:
                return None
    return None


class _BomReader:
    """Reads the vulnerabilities of one document; knows its components."""

    def __init__(self, document: Document) -> None:
        metadata = mapping(document.member("metadata"))
        tools = metadata.get("tools")
        named = [*objects(tools), *objects(mapping(tools).get("components"))]
        self.tool = next((text(one.get("name"), MOST_NAME) for one in named), None) or "CycloneDX"
        subject = mapping(metadata.get("component"))
        self.subject = text(subject.get("name"), MOST_NAME)
        self._components: dict[str, dict[str, Any]] = {}
        self._gather([subject, *items(document.member("components"))], 0)

    def _gather(self, components: list[object], level: int) -> None:
        for one in objects(components):
            if isinstance(one.get("bom-ref"), str):
                self._components.setdefault(one["bom-ref"], one)
            if level < MOST_COMPONENT_LEVELS:
                self._gather(items(one.get("components")), level + 1)

    def affects(self, pointer: str, record: object) -> Iterator[tuple[str, Any]]:
        """Yield a vulnerability once for each component that it affects, once if it names none."""
        references = [one.get("ref") for one in objects(mapping(record).get("affects"))]
        parsed = _Parsed(record)
        if not references:
            yield pointer, (parsed, None)
        for number, reference in enumerate(references):
            yield f"{pointer}/affects/{number}", (parsed, reference)

    def read(self, pair: tuple[Any, Any]) -> Found:
        """Return the rule and place of a vulnerability in a component."""
        parsed, reference = pair
        record, found = parsed.record, parsed.vulnerability()
        state = found.analysis.state if found.analysis else None
        if state in _GONE:
            return None
        vector = best_vector(_vectors(record))
        score = next((one.score for one in found.ratings if one.score is not None), None)
        word = next((one.severity.value for one in found.ratings if one.severity is not None), None)
        tenths = vector[1] if vector else tenths_of(float(score) if score is not None else word, "/ratings/0/score")
        aliases = [one.id for one in found.references]
        rule = make_rule(
            found.id,
            None,
            tenths,
            at="/id",
            description="\n\n".join(one for one in (found.description, found.detail) if one),
            recommendation=found.recommendation,
            cwes=found.cwes,
            cves=aliases,
            vector=vector[0] if vector else None,
        )
        component = self._components.get(reference, {}) if isinstance(reference, str) else {}
        name, version = text(component.get("name"), MOST_NAME), text(component.get("version"), MOST_NAME)
        package = known_package_url(component.get("purl")) or known_package_url(reference)
        where = name or (text(reference, MOST_SNIPPET) if reference is not None else None)
        return rule, Result(
            place_path(where, "affects") if where else ".",
            f"{where or 'The whole'} {version or ''} has {rule.rule_id}",
            tenths,
            suppressed=state in _NOT_AFFECTED,
            package_url=package,
            own=package or where or "-",
        )


class _Parsed:
    """A vulnerability as the library's model has it, made once for all components that it affects."""

    def __init__(self, record: object) -> None:
        self.record = record
        self._found: Vulnerability | Rejected | None = None

    def vulnerability(self) -> Vulnerability:
        """Return it; raise Rejected if it is none."""
        if self._found is None:
            try:
                self._found = _parse(self.record)
            except Rejected as rejected:
                self._found = rejected
        if isinstance(self._found, Rejected):
            raise self._found
        return self._found


def _parse(record: object) -> Vulnerability:
    if not isinstance(record, dict):
        raise Rejected("", "A vulnerability must be a JSON object.")
    alone = {name: value for name, value in record.items() if name != "affects"}
    try:
        found: Vulnerability = Vulnerability.from_json(alone)  # type: ignore[attr-defined]  # the library adds it
    except Exception as error:  # the library raises what it happens to meet
        said = str(error) or type(error).__name__
        raise Rejected("", f"The vulnerability is not of the form that CycloneDX gives it: {said[:200]}") from None
    return found


def _vectors(record: dict[str, object]) -> list[str]:
    """Return the CVSS vectors of the ratings, the newest version first; CycloneDX leaves out their prefix."""
    found = []
    for rating in objects(record.get("ratings")):
        vector, method = rating.get("vector"), rating.get("method")
        if isinstance(vector, str):
            prefix = _PREFIX.get(method, "") if isinstance(method, str) else ""
            found.append(vector if vector.startswith("CVSS:") else f"{prefix}{vector}")
    return sorted(found, reverse=True)
