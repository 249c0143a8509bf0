"""Reads that stay fast while a large import lands: fresh statistics, and lists that begin with the oldest."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_PRESENT = {
    "finding_id": "state != 'DELETED'",
    "group_id": "state != 'DELETED'",
    "root_id": "state != 'DELETED' AND root_id IS NOT NULL",
}


def upgrade() -> None:
    op.add_column(
        "vulnerabilities",
        sa.Column(
            "mildness_tenths", sa.SmallInteger(), sa.Computed("- severity_tenths", persisted=True), nullable=False
        ),
    )
    _index("severity_tenths", "mildness_tenths")
    op.execute("""
        CREATE FUNCTION refresh_statistics() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $body$
        DECLARE
            stale regclass;
            refreshed integer := 0;
        BEGIN
            FOR stale IN
                SELECT s.relid::regclass FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
                WHERE s.schemaname = 'public' AND s.n_mod_since_analyze > 1000 + greatest(c.reltuples, 0) / 2
            LOOP
                EXECUTE format('ANALYZE (SKIP_LOCKED) %s', stale);
                refreshed := refreshed + 1;
            END LOOP;
            RETURN refreshed;
        END $body$""")
    op.execute("REVOKE ALL ON FUNCTION refresh_statistics FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION refresh_statistics")
    _index("mildness_tenths", "severity_tenths")
    op.drop_column("vulnerabilities", "mildness_tenths")


def _index(old: str, new: str) -> None:
    """Put the indexes of lists by severity on another column."""
    for parent, present in _PRESENT.items():
        op.drop_index(f"ix_vulnerabilities_{parent}_{old}", table_name="vulnerabilities")
        op.create_index(
            f"ix_vulnerabilities_{parent}_{new}",
            "vulnerabilities",
            ["organization_id", parent, new, "vulnerability_id"],
            postgresql_where=sa.text(present),
        )
