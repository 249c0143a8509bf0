"""Writes CycloneDX VEX: every vulnerability with its analysis, and the packages that are affected.

Source: CycloneDX 1.6 (ECMA-424), in whose schema the tests check it. Each vulnerability carries its record as a
property, so that importing the file again changes nothing.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from packageurl import PackageURL

from domain.severity import rating_of
from scans.cyclonedx import PROPERTY
from scans.exported import Export, Record

_METHODS = {"CVSS:3.0": "CVSSv3", "CVSS:3.1": "CVSSv31", "CVSS:4.0": "CVSSv4"}


def write(records: list[Record], name: str) -> Export:
    """Return records as CycloneDX VEX."""
    packages = sorted({record["package_url"] for record in records if record["package_url"]})
    bom = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "name": name, "bom-ref": name},
        },
        "components": [_component(one) for one in packages],
        "dependencies": [{"ref": name, "dependsOn": packages}, *({"ref": one} for one in packages)],
        "vulnerabilities": [_vulnerability(record, name, number) for number, record in enumerate(records)],
    }
    content = orjson.dumps(bom, option=orjson.OPT_INDENT_2).decode()
    return Export(f"{name}.cdx.json", "application/vnd.cyclonedx+json", content, len(records))


def _component(package_url: str) -> dict[str, Any]:
    url = PackageURL.from_string(package_url)
    named = {"group": url.namespace, "name": url.name, "version": url.version}
    return {
        "type": "library",
        "bom-ref": package_url,
        **{key: value for key, value in named.items() if value},
        "purl": package_url,
    }


def _vulnerability(record: Record, name: str, number: int) -> dict[str, Any]:
    vector, cve_ids = record["severity_vector"], record["cve_ids"]
    rating = {"score": record["severity"], "severity": rating_of(round(record["severity"] * 10)).name.lower()}
    if vector:
        rating |= {"method": _METHODS[vector[:8]], "vector": vector}
    texts = {
        "description": record["message"] or record["title"],
        "detail": record["description"],
        "recommendation": record["recommendation"],
    }
    return {
        "bom-ref": f"vulnerability-{number}",
        "id": cve_ids[0] if len(cve_ids) == 1 else record["rule_id"],
        "ratings": [rating],
        "cwes": [int(one.removeprefix("CWE-")) for one in record["cwe_ids"]],
        **{key: value for key, value in texts.items() if value},
        "analysis": {"state": _state(record)},
        "affects": [{"ref": record["package_url"] or name}],
        "properties": [{"name": PROPERTY, "value": orjson.dumps(dict(record)).decode()}],
    }


def _state(record: Record) -> str:
    """Return what is known of it: nobody has looked into what is open."""
    if record["suppressed"]:
        return "not_affected"
    return "resolved" if record["state"] == "SAFE" else "in_triage"
