"""Lands the results of an import, set by set.

Every statement runs in the import's one transaction, sees one organization and names it: $1 is the organization, $2
the group. Arrays are parameters; what is new comes by COPY into a temporary table first.
"""

from collections.abc import Iterable
from typing import Any, TypedDict
from uuid import UUID

from asyncpg.pgproto import pgproto
from sqlalchemy import ARRAY, Text, Uuid, bindparam, select

from database.finding import findings
from database.statement import Statement
from domain.transition import FIRST, Cause

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
"""Imports of one group land one after the other, and no finding of it is removed meanwhile; takes `landing_lock`."""


def landing_lock(organization_id: UUID, group_id: UUID) -> str:
    """Return the name of a group's lock."""
    return f"landing:{organization_id.hex}:{group_id.hex}"


uuid_of = pgproto.UUID
"""Makes what the driver sends as uuid of 16 bytes, ten times faster than the standard class."""


def uuids_of(values: Iterable[bytes | None]) -> list[Any]:
    """Return what the driver sends as uuid for values of 16 bytes each."""
    return [None if value is None else uuid_of(value) for value in values]


JOIN_BY_HASH = "SET LOCAL enable_nestloop = off"
"""Freshly landed rows have no statistics, and a planner that takes them for few joins them one by one, for minutes."""

STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged (
    ordinal integer, vulnerability_id uuid, rule integer, path text, line integer, end_line integer, "column" integer,
    message text, snippet text, severity_tenths smallint, suppressed boolean, fixes jsonb, package_url text,
    fixed_version text, fingerprint uuid, digest uuid, change_id uuid
) ON COMMIT DROP
"""
UNSTAGE = "TRUNCATE staged"
STAGED = (
    "ordinal",
    "vulnerability_id",
    "rule",
    "path",
    "line",
    "end_line",
    "column",
    "message",
    "snippet",
    "severity_tenths",
    "suppressed",
    "fixes",
    "package_url",
    "fixed_version",
    "fingerprint",
    "digest",
    "change_id",
)

JOIN_AS_PLANNED = "SET LOCAL enable_nestloop = on"

SAME_PLACE = """
WITH rules AS (
    SELECT * FROM unnest($5::integer[], $6::text[], $7::text[]) r(rule, cwe_ids, cve_ids)
), mine AS (
    SELECT path, place, min(ordinal) AS ordinal FROM (
        SELECT s.path, s.ordinal, 'line ' || s.line || ' ' || coalesce(s.end_line, s.line) || ' ' || cwe_id AS place
        FROM staged s JOIN rules USING (rule), unnest(string_to_array(cwe_ids, ' ')) cwe_id
        WHERE s.package_url IS NULL AND s.line IS NOT NULL AND cwe_id <> ''
        UNION ALL
        SELECT s.path, s.ordinal, 'package ' || s.package_url || ' ' || cve_id
        FROM staged s JOIN rules USING (rule), unnest(string_to_array(cve_ids, ' ')) cve_id
        WHERE s.package_url IS NOT NULL AND cve_id <> ''
    ) every GROUP BY path, place HAVING count(*) = 1
), others AS MATERIALIZED (
    SELECT v.vulnerability_id, v.path, v.line, v.end_line, v.package_url, v.snippet, f.cwe_ids, f.cve_ids
    FROM vulnerabilities v JOIN findings f ON f.organization_id = $1 AND f.finding_id = v.finding_id
    WHERE v.organization_id = $1 AND v.group_id = $2 AND v.path IN (SELECT path FROM staged)
        AND v.root_id IS NOT DISTINCT FROM $3 AND (v.branch IS NOT DISTINCT FROM $4 OR v.tool IS NULL)
        AND v.state IN ('VULNERABLE', 'SAFE') AND v.tool IS DISTINCT FROM $8
), theirs AS (
    SELECT path, place, (array_agg(vulnerability_id))[1] AS vulnerability_id, min(snippet) AS snippet FROM (
        SELECT o.*, 'line ' || o.line || ' ' || coalesce(o.end_line, o.line) || ' ' || cwe_id AS place
        FROM others o, unnest(o.cwe_ids) cwe_id WHERE o.package_url IS NULL AND o.line IS NOT NULL
        UNION ALL
        SELECT o.*, 'package ' || o.package_url || ' ' || cve_id FROM others o, unnest(o.cve_ids) cve_id
        WHERE o.package_url IS NOT NULL
    ) every GROUP BY path, place HAVING count(*) = 1
)
SELECT DISTINCT mine.ordinal, theirs.vulnerability_id
FROM mine JOIN theirs USING (path, place) JOIN staged s ON s.ordinal = mine.ordinal
WHERE (s.package_url IS NOT NULL OR s.snippet IS NULL OR theirs.snippet IS NULL
        OR regexp_replace(s.snippet, '\\s+', '', 'g') = regexp_replace(theirs.snippet, '\\s+', '', 'g'))
    AND NOT EXISTS (
        SELECT FROM vulnerability_sources o JOIN scan_targets t
            ON t.organization_id = $1 AND t.group_id = $2 AND t.scan_target = o.scan_target
        WHERE o.organization_id = $1 AND o.vulnerability_id = theirs.vulnerability_id AND t.tool = $8)
"""
"""What another tool has reported at the place of a staged result: see `docs/imports.md`, One weakness, two tools.

A place is a path with a span and a CWE id, or with a package and a CVE id; one that several results of the tool, or
several vulnerabilities, are at is nobody's.
"""

FIRST_STATE = f"CASE WHEN s.suppressed THEN '{FIRST[Cause.SUPPRESSED]}' ELSE '{FIRST[Cause.REPORTED]}' END"
"""The state in which a staged result begins."""

ADD = f"""
INSERT INTO vulnerabilities (organization_id, vulnerability_id, group_id, finding_id, root_id, state, path, line,
    end_line, "column", message, snippet, severity_tenths, tool, branch, commit, suppressed, fixes, package_url,
    fixed_version, scan_import_id)
SELECT $1, s.vulnerability_id, $2, r.finding_id, $3, {FIRST_STATE}, s.path,
    s.line, s.end_line, s."column", s.message, s.snippet, s.severity_tenths, $8, $4, $5, s.suppressed, s.fixes,
    s.package_url, s.fixed_version, $6
FROM staged s JOIN unnest($9::integer[], $10::uuid[]) r(rule, finding_id) ON r.rule = s.rule
WHERE s.ordinal <> ALL ($7::integer[])
"""
ADD_SOURCES = """
INSERT INTO vulnerability_sources (organization_id, group_id, scan_target, fingerprint, vulnerability_id, rule_id,
    state, digest, severity_tenths, scan_import_id)
SELECT $1, $2, $3, s.fingerprint, coalesce(m.vulnerability_id, s.vulnerability_id), r.rule_id,
    CASE WHEN s.suppressed THEN 'SUPPRESSED' ELSE 'REPORTED' END, s.digest, s.severity_tenths, $4
FROM staged s JOIN unnest($5::integer[], $6::text[]) r(rule, rule_id) ON r.rule = s.rule
LEFT JOIN unnest($7::integer[], $8::uuid[]) m(ordinal, vulnerability_id) ON m.ordinal = s.ordinal
"""
"""$7 and $8 are the results that are merged, and with what."""
SET_SOURCES = """
UPDATE vulnerability_sources o SET state = n.state, digest = coalesce(n.digest, o.digest),
    severity_tenths = coalesce(n.severity_tenths, o.severity_tenths), scan_import_id = $4, updated_at = now()
FROM unnest($5::uuid[], $6::text[], $7::uuid[], $8::smallint[]) n(fingerprint, state, digest, severity_tenths)
WHERE o.organization_id = $1 AND o.group_id = $2 AND o.scan_target = $3 AND o.fingerprint = n.fingerprint
"""
UPDATE = """
UPDATE vulnerabilities v SET path = s.path, line = s.line, end_line = s.end_line, "column" = s."column",
    message = s.message, snippet = s.snippet, fixes = s.fixes,
    package_url = s.package_url, fixed_version = s.fixed_version, commit = $4, scan_import_id = $3, updated_at = now()
FROM staged s
WHERE v.organization_id = $1 AND v.group_id = $2 AND v.vulnerability_id = s.vulnerability_id AND v.state <> 'DELETED'
    AND (v.tool = $5 OR NOT EXISTS (
        SELECT FROM vulnerability_sources o JOIN scan_targets t
            ON t.organization_id = $1 AND t.group_id = $2 AND t.scan_target = o.scan_target
        WHERE o.organization_id = $1 AND o.vulnerability_id = v.vulnerability_id AND o.state = 'REPORTED'
            AND t.tool = coalesce(v.tool, $6)))
RETURNING v.vulnerability_id
"""
"""What a vulnerability shows is what the tool that found it first says, for as long as that one reports it."""

SET_TARGET = """
INSERT INTO scan_targets AS t (organization_id, group_id, scan_target, tool, category, root_id, branch, lists_all_rules,
    scan_import_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (organization_id, group_id, scan_target) DO UPDATE SET
    lists_all_rules = t.lists_all_rules OR excluded.lists_all_rules, scan_import_id = excluded.scan_import_id,
    updated_at = now()
"""


class RuleFindingRow(TypedDict):
    """The finding of a tool's rule."""

    finding_id: UUID
    tool: str
    rule_id: str


KNOWN_FINDINGS = Statement(
    select(findings.c.finding_id, findings.c.tool, findings.c.rule_id).where(
        findings.c.organization_id == bindparam("organization_id", type_=Uuid),
        findings.c.group_id == bindparam("group_id", type_=Uuid),
        findings.c.tool == bindparam("tool", type_=Text),
        findings.c.rule_id == bindparam("rule_ids", type_=ARRAY(Text)).any_(),
        findings.c.removed_at.is_(None),
    ),
    RuleFindingRow,
)
"""The findings that a group has of a tool's rules."""
