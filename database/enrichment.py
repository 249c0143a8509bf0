"""What is known of CVEs from files that the operator supplies: how likely each is exploited, and whether it is.

The same for every organization. Sources: FIRST, Exploit Prediction Scoring System (EPSS); CISA, Known Exploited
Vulnerabilities Catalog (KEV).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, Integer, Table, Text, bindparam, text

from database.metadata import metadata
from database.page import UUIDS
from database.statement import Statement

PARTS = 1_000_000
"""Probabilities are kept as whole numbers of millionths."""

cve_enrichments = Table(
    "cve_enrichments",
    metadata,
    Column("cve_id", Text(collation="C"), primary_key=True),
    Column("epss_score", Integer, nullable=True),
    Column("epss_percentile", Integer, nullable=True),
    Column("epss_date", Date, nullable=True),
    Column("kev_added", Date, nullable=True),
    Column("kev_due", Date, nullable=True),
    Column("kev_ransomware", Boolean, nullable=True),
    Column("kev_date", Date, nullable=True),
)


class CveEnrichmentRow(TypedDict):
    """What is known of a CVE of a finding."""

    organization_id: UUID
    finding_id: UUID
    cve_id: str
    epss_score: int | None
    epss_percentile: int | None
    epss_date: date | None
    kev_added: date | None
    kev_due: date | None
    kev_ransomware: bool | None
    kev_date: date | None


OF_FINDINGS = Statement(
    text("""
        SELECT f.organization_id, f.finding_id, e.* FROM findings f JOIN cve_enrichments e ON e.cve_id = ANY (f.cve_ids)
        WHERE f.organization_id = ANY (:organizations) AND f.finding_id = ANY (:keys) ORDER BY e.cve_id
    """).bindparams(bindparam("organizations", type_=UUIDS), bindparam("keys", type_=UUIDS)),
    CveEnrichmentRow,
)
"""What is known of the CVEs of findings."""

FORGET_EPSS = "UPDATE cve_enrichments SET epss_score = NULL, epss_percentile = NULL, epss_date = NULL"
SET_EPSS = """
INSERT INTO cve_enrichments AS e (cve_id, epss_score, epss_percentile, epss_date)
SELECT cve_id, score, percentile, $4 FROM unnest($1::text[], $2::integer[], $3::integer[]) n(cve_id, score, percentile)
ON CONFLICT (cve_id) DO UPDATE SET epss_score = excluded.epss_score, epss_percentile = excluded.epss_percentile,
    epss_date = excluded.epss_date
"""
FORGET_KEV = "UPDATE cve_enrichments SET kev_added = NULL, kev_due = NULL, kev_ransomware = NULL, kev_date = NULL"
SET_KEV = """
INSERT INTO cve_enrichments AS e (cve_id, kev_added, kev_due, kev_ransomware, kev_date)
SELECT cve_id, added, due, ransomware, $5
FROM unnest($1::text[], $2::date[], $3::date[], $4::boolean[]) n(cve_id, added, due, ransomware)
ON CONFLICT (cve_id) DO UPDATE SET kev_added = excluded.kev_added, kev_due = excluded.kev_due,
    kev_ransomware = excluded.kev_ransomware, kev_date = excluded.kev_date
"""


async def replace_epss(connection: Any, day: date, scores: Mapping[str, tuple[float, float]]) -> None:
    """Put the scores of a day, from 0 to 1 by CVE id, in place of all scores before."""
    await connection.execute(FORGET_EPSS)
    values = ([round(one[part] * PARTS) for one in scores.values()] for part in (0, 1))
    await connection.execute(SET_EPSS, list(scores), *values, day)


async def replace_kev(connection: Any, day: date, entries: Mapping[str, tuple[date, date | None, bool]]) -> None:
    """Put the catalog of a day (added, due, used by ransomware; by CVE id) in place of the one before."""
    await connection.execute(FORGET_KEV)
    values = ([one[part] for one in entries.values()] for part in (0, 1, 2))
    await connection.execute(SET_KEV, list(entries), *values, day)
