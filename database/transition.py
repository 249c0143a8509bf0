"""The one place where vulnerabilities change their state, in sets: state, history and what is derived for findings.

The statements are made from `domain.transition.TRANSITIONS`, the rule for one vulnerability. Each runs in a unit of
work, sees one organization and names it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from database.scan_results import uuids_of
from database.unit_of_work import UnitOfWork
from domain.identifiers import new_keys
from domain.transition import STATUSES, TRANSITIONS, Cause
from enums.finding import FindingStatus
from enums.vulnerability import VulnerabilityChangeKind, VulnerabilityState

_FOLLOWING = ", ".join(sorted({f"'{one.before}'" for one in TRANSITIONS if one.cause is not Cause.REMOVED}))
"""The states in which a vulnerability follows its sources."""
_RULES = "(VALUES {}) rule(before, cause, after, kind)".format(
    ", ".join(f"('{one.before}', '{one.cause}', '{one.after}', '{one.kind}')" for one in TRANSITIONS)
)
_HISTORY = """
INSERT INTO vulnerability_changes (organization_id, group_id, vulnerability_id, vulnerability_change_id, kind, tool,
    scan_import_id)"""

FOLLOW_SOURCES = f"""
WITH told AS (
    SELECT * FROM unnest($4::uuid[], $5::boolean[], $6::text[], $7::uuid[])
        t(vulnerability_id, mentioned, tool, change_id)
), counted AS (
    SELECT vulnerability_id, bool_or(state = 'REPORTED') AS open, bool_or(state = 'SUPPRESSED') AS suppressed,
        max(severity_tenths) FILTER (WHERE state = 'REPORTED') AS worst
    FROM vulnerability_sources WHERE organization_id = $1 AND vulnerability_id = ANY ($4) GROUP BY vulnerability_id
), due AS (
    SELECT v.vulnerability_id, v.state, NOT c.open AND c.suppressed AS suppressed,
        coalesce(c.worst, v.severity_tenths) AS worst, told.tool, told.change_id, rule.after, rule.kind
    FROM vulnerabilities v JOIN counted c USING (vulnerability_id) JOIN told USING (vulnerability_id)
    LEFT JOIN {_RULES} ON rule.before = v.state AND rule.cause = CASE WHEN c.open THEN '{Cause.REPORTED}'
        WHEN told.mentioned THEN '{Cause.SUPPRESSED}' ELSE '{Cause.UNREPORTED}' END
    WHERE v.organization_id = $1 AND v.group_id = $2 AND v.state IN ({_FOLLOWING})
        AND (rule.after IS NOT NULL OR v.suppressed <> (NOT c.open AND c.suppressed) OR v.severity_tenths <> c.worst)
), moved AS (
    UPDATE vulnerabilities v SET state = coalesce(due.after, due.state), suppressed = due.suppressed,
        severity_tenths = due.worst, scan_import_id = $3, updated_at = now()
    FROM due WHERE v.organization_id = $1 AND v.vulnerability_id = due.vulnerability_id
    RETURNING v.vulnerability_id, due.kind
), noted AS ({_HISTORY}
    SELECT $1, $2, told.vulnerability_id, told.change_id,
        coalesce(moved.kind, '{VulnerabilityChangeKind.NOT_REPORTED}'), told.tool, $3
    FROM told LEFT JOIN moved USING (vulnerability_id) WHERE moved.kind IS NOT NULL OR NOT told.mentioned
)
SELECT vulnerability_id, kind FROM moved WHERE kind IS NOT NULL
"""
"""A vulnerability is open while one of its sources reports it, and as severe as the worst of these.

Takes organization, group, import, then for each vulnerability its key, whether the report mentions it, the tool and a
key for its history. Returns those that have changed their state, each with what its history calls that.
"""

REMOVE = f"""
WITH removed AS (
    UPDATE vulnerabilities v SET state = rule.after, updated_at = now() FROM {_RULES}
    WHERE v.organization_id = $1 AND v.group_id = $2 AND v.finding_id = $3 AND rule.before = v.state
        AND rule.cause = '{Cause.REMOVED}'
    RETURNING v.vulnerability_id, rule.kind
){_HISTORY}
SELECT $1, $2, vulnerability_id, gen_random_uuid(), kind, NULL, NULL FROM removed
"""
"""The last entry of a history needs no key that sorts by time."""

BEGIN_STAGED = f"""{_HISTORY}
SELECT $1, $2, s.vulnerability_id, s.change_id, '{VulnerabilityChangeKind.REPORTED}', $4, $3
FROM staged s WHERE s.ordinal <> ALL ($5::integer[])
"""
"""Begins the history of staged results, except for some that are merged with what there is."""

NOTE = f"""{_HISTORY}
SELECT $1, $2, vulnerability_id, change_id, kind, tool, $3
FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[]) n(vulnerability_id, change_id, kind, tool)
"""

DERIVE = """
UPDATE findings f SET status = fresh.status, severity_tenths = fresh.worst, updated_at = now()
FROM (
    SELECT v.finding_id, CASE {statuses} ELSE '{draft}' END AS status,
        CASE WHEN f.tool IS NULL OR f.severity_vector IS NOT NULL THEN f.severity_tenths
            ELSE coalesce(max(v.severity_tenths) FILTER (WHERE v.state = '{open}'), f.severity_tenths) END AS worst
    FROM vulnerabilities v JOIN findings f ON f.organization_id = v.organization_id AND f.finding_id = v.finding_id
    WHERE v.organization_id = $1 AND v.finding_id = ANY (
        SELECT finding_id FROM vulnerabilities WHERE organization_id = $1 AND vulnerability_id = ANY ($2)
        UNION SELECT unnest($3::uuid[]))
    GROUP BY v.finding_id, f.tool, f.severity_vector, f.severity_tenths
) fresh
WHERE f.organization_id = $1 AND f.finding_id = fresh.finding_id
    AND (f.status, f.severity_tenths) IS DISTINCT FROM (fresh.status, fresh.worst)
""".format(
    statuses=" ".join(f"WHEN bool_or(v.state = '{state}') THEN '{status}'" for state, status in STATUSES),
    draft=FindingStatus.DRAFT,
    open=VulnerabilityState.VULNERABLE,
)
"""A finding of a tool that gives no CVSS vector is as severe as the worst of its open vulnerabilities."""


class MovedRow(TypedDict):
    """A vulnerability that has changed its state, and what its history calls that."""

    vulnerability_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A vulnerability whose sources have changed: by which tool, and whether that one mentions it."""

    key: UUID
    tool: str
    mentioned: bool


@dataclass(frozen=True, slots=True)
class Transitions:
    """Changes states in one group, by an import or, where that is None, by a person."""

    work: UnitOfWork
    organization_id: UUID
    group_id: UUID
    scan_import_id: UUID | None = None

    async def follow_sources(self, touched: Sequence[Touched]) -> dict[UUID, VulnerabilityChangeKind]:
        """Give vulnerabilities the state that their sources say; return what happened to those that changed."""
        rows: list[MovedRow] = await self.work.connection.fetch(
            FOLLOW_SOURCES,
            self.organization_id,
            self.group_id,
            self.scan_import_id,
            [one.key for one in touched],
            [one.mentioned for one in touched],
            [one.tool for one in touched],
            _change_keys(len(touched)),
        )
        return {row["vulnerability_id"]: VulnerabilityChangeKind(row["kind"]) for row in rows}

    async def begin_staged(self, tool: str, merged: Collection[int]) -> None:
        """Begin the history of staged results that a tool reports, except for those that are merged."""
        place = (self.organization_id, self.group_id, self.scan_import_id)
        await self.work.connection.execute(BEGIN_STAGED, *place, tool, list(merged))

    async def note(self, entries: Collection[tuple[UUID, VulnerabilityChangeKind, str | None]]) -> None:
        """Add entries to histories that go with no change of state."""
        if entries:
            keys, kinds, tools = zip(*entries, strict=True)
            place = (self.organization_id, self.group_id, self.scan_import_id)
            await self.work.connection.execute(NOTE, *place, keys, _change_keys(len(keys)), [*map(str, kinds)], tools)

    async def remove(self, finding_id: UUID) -> None:
        """Delete the vulnerabilities of a finding."""
        await self.work.connection.execute(REMOVE, self.organization_id, self.group_id, finding_id)

    async def derive_findings(self, vulnerabilities: Collection[UUID], findings: Collection[UUID] = ()) -> None:
        """Give the findings of these vulnerabilities, and these findings, their status and their severity."""
        if vulnerabilities or findings:
            await self.work.connection.execute(DERIVE, self.organization_id, list(vulnerabilities), list(findings))


def _change_keys(count: int) -> list[UUID]:
    return uuids_of(new_keys(count))
