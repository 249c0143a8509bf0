"""Writes CycloneDX VEX: every vulnerability with its analysis, and the packages that are affected.

Source: CycloneDX 1.6 (ECMA-424), by the library's model. Each vulnerability carries its record as a property, so that
importing the file again changes nothing.
"""

from decimal import Decimal

import orjson
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.impact_analysis import ImpactAnalysisState
from cyclonedx.model.vulnerability import (
    BomTarget,
    Vulnerability,
    VulnerabilityAnalysis,
    VulnerabilityRating,
    VulnerabilityScoreSource,
    VulnerabilitySeverity,
)
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from domain.severity import rating_of
from scans.cyclonedx import PROPERTY
from scans.exported import Export, Record


def write(records: list[Record], name: str) -> Export:
    """Return records as CycloneDX VEX."""
    subject = Component(name=name, type=ComponentType.APPLICATION, bom_ref=name)
    bom = Bom()
    bom.metadata.component = subject
    components: dict[str, Component] = {}
    vulnerabilities = []
    for number, record in enumerate(records):
        affected = subject
        if record["package_url"]:
            affected = components.setdefault(record["package_url"], _component(record["package_url"]))
        vulnerabilities.append(_vulnerability(record, affected, number))
    bom.components.update(components.values())
    bom.register_dependency(subject, components.values())
    bom.vulnerabilities.update(vulnerabilities)
    content = JsonV1Dot6(bom).output_as_string(indent=1)
    return Export(f"{name}.cdx.json", "application/vnd.cyclonedx+json", content, len(records))


def _component(package_url: str) -> Component:
    url = PackageURL.from_string(package_url)
    return Component(
        name=url.name,
        group=url.namespace,
        version=url.version,
        purl=url,
        type=ComponentType.LIBRARY,
        bom_ref=package_url,
    )


def _vulnerability(record: Record, affected: Component, number: int) -> Vulnerability:
    vector = record["severity_vector"]
    cve_ids = record["cve_ids"]
    return Vulnerability(
        bom_ref=f"vulnerability-{number}",
        id=cve_ids[0] if len(cve_ids) == 1 else record["rule_id"],
        ratings=[
            VulnerabilityRating(
                score=Decimal(str(record["severity"])),
                severity=VulnerabilitySeverity(_word(record["severity"])),
                method=VulnerabilityScoreSource.get_from_vector(vector) if vector else None,
                vector=vector,
            )
        ],
        cwes=[int(one.removeprefix("CWE-")) for one in record["cwe_ids"]],
        description=record["message"] or record["title"],
        detail=record["description"] or None,
        recommendation=record["recommendation"] or None,
        analysis=VulnerabilityAnalysis(state=_state(record)),
        affects=[BomTarget(ref=affected.bom_ref.value or "")],
        properties=[Property(name=PROPERTY, value=orjson.dumps(dict(record)).decode())],
    )


def _word(score: float) -> str:
    return rating_of(round(score * 10)).name.lower()


def _state(record: Record) -> ImpactAnalysisState:
    if record["suppressed"]:
        return ImpactAnalysisState.NOT_AFFECTED
    return ImpactAnalysisState.RESOLVED if record["state"] == "SAFE" else ImpactAnalysisState.EXPLOITABLE
