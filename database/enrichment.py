"""What is known of CVEs from files that the operator supplies: how likely each is exploited, and whether it is.

The same for every organization. Sources: FIRST, Exploit Prediction Scoring System (EPSS); CISA, Known Exploited
Vulnerabilities Catalog (KEV).
"""

from sqlalchemy import ARRAY, Boolean, Column, Date, Integer, Table, Text, bindparam, select

from database.metadata import metadata
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

BY_IDS = Statement(
    select(*cve_enrichments.c).where(cve_enrichments.c.cve_id == bindparam("cve_ids", type_=ARRAY(Text)).any_())
)

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
