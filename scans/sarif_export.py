"""Writes SARIF 2.1.0: a run for each tool, category, root and branch. Imported again, it changes nothing.

Every run says that it is partial, so that importing an export never closes anything.
"""

from typing import Any
from urllib.parse import quote

import orjson

from domain.severity import score_of
from scans.export_marks import FINGERPRINT, MARK
from scans.exported import RUN_FIELDS, Export, Record
from scans.limits import MOST_RUNS
from scans.path import WEB

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SAFE = "/:@!$&'()*+,;=~-._"


class TooManyRuns(ValueError):
    """The export has more tools, categories, roots and branches than SARIF files may have runs."""


def write(records: list[Record], name: str) -> Export:
    """Return records as SARIF; raise TooManyRuns if they are of more runs than a file may have."""
    runs: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        runs.setdefault(tuple(record.get(field) for field in RUN_FIELDS), []).append(record)
    if len(runs) > MOST_RUNS:
        raise TooManyRuns(f"The export has {len(runs)} runs; a SARIF file has at most {MOST_RUNS}.")
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(key, rows) for key, rows in runs.items()]}
    content = orjson.dumps(log, option=orjson.OPT_INDENT_2).decode()
    return Export(f"{name}.sarif", "application/sarif+json", content, len(records))


def _run(key: tuple[object, ...], records: list[Record]) -> dict[str, Any]:
    tool, category, root, branch = key
    numbers: dict[str, int] = {}
    rules: list[dict[str, Any]] = []
    for record in records:
        if record["rule_id"] not in numbers:
            numbers[record["rule_id"]] = len(rules)
            rules.append(_rule(record))
    return {
        "tool": {"driver": {"name": tool, "rules": rules}},
        **({"automationDetails": {"id": f"{category}/"}} if category else {}),
        "properties": {"partial": True, MARK: _without_none(category=category, rootNickname=root, branch=branch)},
        "results": [_result(record, numbers[record["rule_id"]]) for record in records],
    }


def _rule(record: Record) -> dict[str, Any]:
    tags = ["security", *(f"external/cwe/{one.lower()}" for one in record["cwe_ids"])]
    vector = record["severity_vector"]
    return {
        "id": record["rule_id"],
        "shortDescription": {"text": record["title"]},
        **({"fullDescription": {"text": record["description"]}} if record["description"] else {}),
        **({"help": {"text": record["recommendation"]}} if record["recommendation"] else {}),
        "properties": {
            "security-severity": str(record["rule_severity"]),
            "tags": tags,
            **({"cvss": vector} if vector else {}),
            **({"cveIds": record["cve_ids"]} if record["cve_ids"] else {}),
            MARK: {"title": record["title"]},
        },
    }


def _result(record: Record, rule_index: int) -> dict[str, Any]:
    path = record["path"]
    snippet = {"snippet": {"text": record["snippet"]}} if record["snippet"] else {}
    lines = _without_none(startLine=record["line"], endLine=record["end_line"], startColumn=record["column"])
    region = {**lines, **snippet}
    safe = record["state"] == "SAFE" and not record["suppressed"]
    own = _without_none(packageUrl=record["package_url"], fixedVersion=record["fixed_version"])
    return {
        "ruleId": record["rule_id"],
        "ruleIndex": rule_index,
        "level": _level(record["severity"]),
        "message": {"text": record["message"]},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": path if path.startswith(WEB) else quote(path, safe=_SAFE)},
                    **({"region": region} if region else {}),
                }
            }
        ],
        "fingerprints": {FINGERPRINT: record["fingerprint"]},
        **({"baselineState": "absent"} if safe else {}),
        **({"suppressions": [{"kind": "external"}]} if record["suppressed"] else {}),
        **({"fixes": record["fixes"]} if record["fixes"] else {}),
        "properties": {"security-severity": str(record["severity"]), MARK: {"path": path, **own}},
    }


def _level(score: float) -> str:
    return "error" if score >= score_of(70) else "warning" if score >= score_of(40) else "note"


def _without_none(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
