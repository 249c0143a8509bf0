"""What an export of a group holds: a row for each source of each vulnerability, with all that is known of it."""

from typing import TypedDict

from sqlalchemy import Integer, Text, Uuid, bindparam, text

from database.row import JsonValue
from database.statement import Statement

MOST_ROWS = 25_000
"""A run of a report has at most that many results; so has an export, so that it can be imported again."""


class ExportRow(TypedDict):
    """A source of a vulnerability, with its rule and the vulnerability itself."""

    tool: str
    category: str | None
    root: str | None
    branch: str | None
    state: str
    suppressed: bool
    rule_id: str
    title: str
    description: str
    recommendation: str
    cwe_ids: list[str]
    cve_ids: list[str]
    rule_tenths: int
    severity_vector: str | None
    severity_tenths: int
    path: str
    line: int | None
    end_line: int | None
    column: int | None
    message: str
    snippet: str | None
    package_url: str | None
    fixed_version: str | None
    fingerprint: str
    fixes: JsonValue


ROWS = Statement(
    text("""
SELECT t.tool, t.category, r.nickname AS root, t.branch,
    CASE WHEN o.state = 'GONE' THEN 'SAFE' ELSE v.state END AS state, o.state = 'SUPPRESSED' AS suppressed, o.rule_id,
    f.title, f.description, f.recommendation, f.cwe_ids, f.cve_ids, f.severity_tenths AS rule_tenths, f.severity_vector,
    o.severity_tenths, v.path, v.line, v.end_line, v."column", v.message, v.snippet, v.package_url, v.fixed_version,
    replace(cast(o.fingerprint AS text), '-', '') AS fingerprint, v.fixes
FROM vulnerability_sources o
JOIN scan_targets t
    ON t.organization_id = o.organization_id AND t.group_id = o.group_id AND t.scan_target = o.scan_target
JOIN vulnerabilities v ON v.organization_id = o.organization_id AND v.vulnerability_id = o.vulnerability_id
JOIN findings f ON f.organization_id = o.organization_id AND f.finding_id = v.finding_id
LEFT JOIN roots r ON r.organization_id = o.organization_id AND r.root_id = t.root_id
WHERE o.organization_id = :organization_id AND o.group_id = :group_id AND v.state IN ('VULNERABLE', 'SAFE')
    AND (cast(:root_id AS uuid) IS NULL OR t.root_id = :root_id)
    AND (cast(:branch AS text) IS NULL OR t.branch = :branch)
    AND (cast(:tool AS text) IS NULL OR t.tool = :tool)
ORDER BY t.tool, t.category, r.nickname, t.branch, v.path, v.line, o.fingerprint LIMIT :most
""").bindparams(
        bindparam("organization_id", type_=Uuid),
        bindparam("group_id", type_=Uuid),
        bindparam("root_id", type_=Uuid),
        bindparam("branch", type_=Text),
        bindparam("tool", type_=Text),
        bindparam("most", type_=Integer),
    ),
    ExportRow,
)
"""Keeps to a root, a branch and a tool where they are given."""
