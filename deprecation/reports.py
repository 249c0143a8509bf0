"""Reports of a check in the forms that people and other tools read."""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from urllib.parse import quote

from deprecation.edits import by_file, patch
from deprecation.problems import CheckResult, Problem
from deprecation.rules import RULES, Rule

DOCUMENTATION = "docs/deprecations.md"
"""Where the rules are explained, in this project; its sections are named after them."""

Texts = Callable[[str], str]
"""Gives what a file says, by its path, for the patches."""


def as_text(report: CheckResult, texts: Texts) -> str:
    """Return the report for people: a line a finding, what it means for when, and how it would be mended."""
    lines: list[str] = []
    for one in report.findings:
        label = "accepted" if one.accepted else "note" if not one.fails else "error"
        lines.append(f"{one.place}: {label}: {one.said} [{one.rule}]")
        if one.fails and not one.accepted:
            mended = _patch(one, texts)
            lines += [f"    {line}" for line in mended.splitlines()] or [f"    {RULES[one.rule].mend}"]
    return "\n".join([*lines, _summary(report), ""])


def _summary(report: CheckResult) -> str:
    errors = sum(one.fails and not one.accepted for one in report.findings)
    accepted = sum(one.accepted for one in report.findings)
    notes = len(report.findings) - errors - accepted
    against = f" against {report.base[:12]}" if report.base else ""
    if not report.findings:
        return f"No finding{against}."
    return f"{_count(errors, 'error')}, {accepted} accepted, {_count(notes, 'note')}{against}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _patch(finding: Problem, texts: Texts) -> str:
    return "".join(patch(file, texts(file), edits) for file, edits in by_file(finding.edits).items())


def as_json(report: CheckResult, texts: Texts) -> str:
    """Return `{"ok", "findings"}`; a finding's `earliest_removal` is a day as YYYY-MM-DD, or null."""
    findings = [
        {
            "rule": one.rule,
            "coordinate": one.coordinate,
            "file": one.place.file,
            "line": one.place.line,
            "column": one.place.column,
            "message": one.message,
            "earliest_removal": None if one.earliest_removal is None else one.earliest_removal.isoformat(),
            "accepted": one.accepted,
            "cascade": one.cascade,
            "level": "error" if one.fails else "note",
            "patch": _patch(one, texts) or None,
        }
        for one in report.findings
    ]
    return json.dumps({"ok": report.ok, "findings": findings}, indent=2) + "\n"


def as_sarif(report: CheckResult, _texts: Texts) -> str:
    """Return the report as SARIF 2.1.0 (OASIS), which GitHub's code scanning and editors read."""
    used = sorted({one.rule for one in report.findings})
    driver = {"name": "deprecations", "rules": [_sarif_rule(RULES[rule]) for rule in used]}
    results = [_sarif_result(one, used.index(one.rule)) for one in report.findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _sarif_rule(rule: Rule) -> Mapping[str, object]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": f"{rule.what} {rule.why}"},
        "help": {"text": rule.mend},
    }


def _sarif_result(finding: Problem, rule_index: int) -> Mapping[str, object]:
    region = {"startLine": finding.place.line, "startColumn": finding.place.column}
    where: dict[str, object] = {
        "physicalLocation": {"artifactLocation": {"uri": quote(finding.place.file)}, "region": region},
    }
    if finding.coordinate:
        where["logicalLocations"] = [{"fullyQualifiedName": finding.coordinate}]
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": "error" if finding.fails else "note",
        "message": {"text": finding.said},
        "locations": [where],
        "partialFingerprints": {"coordinate/v1": _fingerprint(finding)},
    }
    if finding.accepted:
        result["suppressions"] = [{"kind": "external", "justification": "accepted by a commit's trailer"}]
    return result


def _fingerprint(finding: Problem) -> str:
    which = f"{finding.rule} {finding.coordinate}" if finding.coordinate else f"{finding.rule} {finding.place}"
    return sha256(which.encode()).hexdigest()[:32]


def as_gitlab(report: CheckResult, _texts: Texts) -> str:
    """Return the report as GitLab's code quality widget reads it."""
    issues = [
        {
            "description": one.said,
            "check_name": one.rule,
            "fingerprint": _fingerprint(one),
            "severity": "major" if one.fails and not one.accepted else "info",
            "location": {"path": one.place.file, "lines": {"begin": one.place.line}},
        }
        for one in report.findings
    ]
    return json.dumps(issues, indent=2) + "\n"


def as_github(report: CheckResult, _texts: Texts) -> str:
    """Return the report as workflow commands, which GitHub Actions shows beside the lines of a pull request."""
    lines = [_github_line(one) for one in report.findings]
    return "\n".join([*lines, _summary(report), ""])


def _github_line(finding: Problem) -> str:
    level = "error" if finding.fails and not finding.accepted else "notice"
    values = {
        "file": finding.place.file,
        "line": str(finding.place.line),
        "col": str(finding.place.column),
        "title": finding.rule,
    }
    properties = ",".join(f"{name}={_escaped(value, of_property=True)}" for name, value in values.items())
    return f"::{level} {properties}::{_escaped(finding.said)}"


def _escaped(text: str, *, of_property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if of_property else text


FORMATS: Mapping[str, Callable[[CheckResult, Texts], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "gitlab": as_gitlab,
    "github": as_github,
}
