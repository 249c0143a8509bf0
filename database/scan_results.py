"""Lands the results of an import: COPY into a temporary table, then set by set into place.

Every statement runs in the import's one transaction, sees one organization and names it. In the order they run:

    LOCK        imports of one target run one after the other
    STAGE       the temporary table, filled by COPY with the columns STAGED
    CLOSE       open ones of the target that are not reported any more, or are suppressed now
    REOPEN      closed ones that are reported again
    REFRESH     open ones whose place or text has moved
    ADD         new ones
    STATUS      the findings' states, from their vulnerabilities
"""

from sqlalchemy import ARRAY, Text, Uuid, bindparam, select

from database.finding import findings
from database.statement import Statement

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

STAGE = """
CREATE TEMPORARY TABLE staged (
    vulnerability_id uuid, finding_id uuid, scan_target text, fingerprint text, path text, line integer,
    end_line integer, "column" integer, message text, snippet text, severity_tenths smallint, tool text,
    suppressed boolean, fixes jsonb
) ON COMMIT DROP
"""
STAGED = (
    "vulnerability_id",
    "finding_id",
    "scan_target",
    "fingerprint",
    "path",
    "line",
    "end_line",
    "column",
    "message",
    "snippet",
    "severity_tenths",
    "tool",
    "suppressed",
    "fixes",
)
JOIN_BY_HASH = "SET LOCAL enable_nestloop = off"
"""Freshly landed rows have no statistics, and a planner that takes them for few joins them one by one, for minutes."""
INDEX_STAGED = "CREATE UNIQUE INDEX ON staged (scan_target, fingerprint)"
ANALYZE_STAGED = "ANALYZE staged"

_SAME = """
v.organization_id = $1 AND v.group_id = $2 AND v.scan_target = s.scan_target AND v.fingerprint = s.fingerprint
    AND v.state <> 'DELETED'
"""

CLOSE = """
UPDATE vulnerabilities v SET state = 'SAFE', suppressed = coalesce(gone.suppressed, false), scan_import_id = $4,
    updated_at = now()
FROM (
    SELECT v.vulnerability_id, s.suppressed FROM vulnerabilities v
    LEFT JOIN staged s ON s.scan_target = v.scan_target AND s.fingerprint = v.fingerprint
    WHERE v.organization_id = $1 AND v.group_id = $2 AND v.state = 'VULNERABLE'
        AND (v.scan_target = ANY ($3) AND s.fingerprint IS NULL OR s.suppressed)
) gone
WHERE v.organization_id = $1 AND v.vulnerability_id = gone.vulnerability_id
RETURNING v.finding_id
"""

REOPEN = f"""
UPDATE vulnerabilities v SET state = 'VULNERABLE', suppressed = false, scan_import_id = $3, commit = $4, line = s.line,
    end_line = s.end_line, "column" = s."column", message = s.message, snippet = s.snippet,
    severity_tenths = s.severity_tenths, fixes = s.fixes, updated_at = now()
FROM staged s WHERE {_SAME} AND v.state = 'SAFE' AND NOT s.suppressed
RETURNING v.finding_id, v.vulnerability_id
"""  # noqa: S608  # no value is put into the text

COUNT_SAME = f"""
SELECT count(*) FROM staged s JOIN vulnerabilities v ON {_SAME}
WHERE v.state = 'VULNERABLE' AND NOT s.suppressed OR v.state = 'SAFE' AND s.suppressed
"""  # noqa: S608  # no value is put into the text

REFRESH = f"""
UPDATE vulnerabilities v SET scan_import_id = $3, commit = $4, line = s.line, end_line = s.end_line,
    "column" = s."column", message = s.message, snippet = s.snippet, severity_tenths = s.severity_tenths,
    fixes = s.fixes, updated_at = now()
FROM staged s WHERE {_SAME} AND v.state = 'VULNERABLE' AND (
    (v.line, v.end_line, v."column", v.message, v.snippet, v.severity_tenths, v.commit) IS DISTINCT FROM
    (s.line, s.end_line, s."column", s.message, s.snippet, s.severity_tenths, $4::text))
"""  # noqa: S608  # no value is put into the text

ADD = f"""
INSERT INTO vulnerabilities (organization_id, vulnerability_id, group_id, finding_id, root_id, state, path, line,
    end_line, "column", message, snippet, severity_tenths, tool, branch, commit, suppressed, fixes, scan_target,
    fingerprint, scan_import_id)
SELECT $1, s.vulnerability_id, $2, s.finding_id, $3, CASE WHEN s.suppressed THEN 'SAFE' ELSE 'VULNERABLE' END, s.path,
    s.line, s.end_line, s."column", s.message, s.snippet, s.severity_tenths, s.tool, $4, $5, s.suppressed, s.fixes,
    s.scan_target, s.fingerprint, $6
FROM staged s WHERE NOT EXISTS (SELECT FROM vulnerabilities v WHERE {_SAME})
RETURNING finding_id
"""  # noqa: S608  # no value is put into the text

STATUS = """
UPDATE findings f SET status = fresh.status, updated_at = now()
FROM (
    SELECT finding_id, CASE WHEN bool_or(state = 'VULNERABLE') THEN 'VULNERABLE'
        WHEN bool_or(state = 'SAFE') THEN 'SAFE' ELSE 'DRAFT' END AS status
    FROM vulnerabilities WHERE organization_id = $1 AND finding_id = ANY ($2) GROUP BY finding_id
) fresh
WHERE f.organization_id = $1 AND f.finding_id = fresh.finding_id AND f.status <> fresh.status
"""

KNOWN_FINDINGS = Statement(
    select(findings.c.finding_id, findings.c.tool, findings.c.rule_id)
    .where(
        findings.c.organization_id == bindparam("organization_id", type_=Uuid),
        findings.c.group_id == bindparam("group_id", type_=Uuid),
        findings.c.tool == bindparam("tool", type_=Text),
        findings.c.rule_id == bindparam("rule_ids", type_=ARRAY(Text)).any_(),
        findings.c.removed_at.is_(None),
    )
    .order_by(findings.c.finding_id)
    .with_for_update(key_share=True)
)
"""The findings that a group has of a tool's rules, locked so that none is removed while its places land."""

ADD_REJECTIONS = """
INSERT INTO scan_import_rejections (organization_id, scan_import_id, ordinal, rejection_id, pointer, reason)
SELECT $1, $2, ordinal, rejection_id, pointer, reason
FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS r(rejection_id, pointer, reason, ordinal)
"""

MOST_REJECTIONS = 10_000
"""How many rejected records are listed; the count goes on."""
