"""Sources and history of vulnerabilities, what is known of CVEs, and search documents that may follow a moment later."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from database.row_security import lock_statements

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PRESENT = sa.text("state != 'DELETED'")
_DROPPED_INDEXES = (
    ("finding_id", "created_at"),
    ("finding_id", "path"),
    ("group_id", "created_at"),
    ("root_id", "created_at"),
    ("root_id", "path"),
)
_TENANT_TABLES = ("scan_targets", "vulnerability_sources", "vulnerability_changes")
_COUNTS = ("merged", "suppressed")
_WORDS = (
    "setweight(to_tsvector('english', left(path, 1000) || ' ' || replace(left(path, 1000), '/', ' ') || ' '"
    " || regexp_replace(left(path, 1000), '[/._-]+', ' ', 'g')), 'A')"
    " || to_tsvector('english', left(message, 10000))"
)
_INDEX_AT_ONCE = 100
"""How many changed rows a statement may have for their search documents to be written with them."""


def upgrade() -> None:
    _see_every_organization()
    _add_columns()
    _add_tables()
    _move_fingerprints()
    for table in _TENANT_TABLES:
        for statement in lock_statements(table):
            op.execute(statement)
    _make_search_follow()
    _check_findings_by_statement()
    # A report is compressed already or not worth the time.
    op.execute("ALTER TABLE scan_import_files ALTER COLUMN content SET STORAGE EXTERNAL")


def _see_every_organization() -> None:
    op.execute("""
        SELECT set_config('adarve.organizations',
            '{' || coalesce((SELECT string_agg(organization_id::text, ',') FROM organization_names), '') || '}', true)""")


def _add_columns() -> None:
    op.add_column(
        "organizations", sa.Column("merges_across_tools", sa.Boolean(), server_default="true", nullable=False)
    )
    op.add_column("findings", sa.Column("cve_ids", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("vulnerabilities", sa.Column("package_url", sa.Text(), nullable=True))
    op.add_column("vulnerabilities", sa.Column("fixed_version", sa.Text(), nullable=True))
    op.add_column("scan_imports", sa.Column("partial", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("scan_imports", sa.Column("allow_mass_close", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("scan_imports", sa.Column("format", sa.Text(), nullable=True))
    op.add_column("scan_imports", sa.Column("warnings", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("scan_imports", sa.Column("scan_targets", sa.ARRAY(sa.Uuid()), server_default="{}", nullable=False))
    for name in _COUNTS:
        op.add_column("scan_imports", sa.Column(name, sa.Integer(), server_default="0", nullable=False))


def _add_tables() -> None:
    op.create_table(
        "scan_targets",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("scan_target", sa.Uuid(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("root_id", sa.Uuid(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("lists_all_rules", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("scan_import_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "group_id", "scan_target", name=op.f("pk_scan_targets")),
    )
    op.create_table(
        "vulnerability_sources",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("scan_target", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.Uuid(), nullable=False),
        sa.Column("vulnerability_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digest", sa.Uuid(), nullable=False),
        sa.Column("severity_tenths", sa.SmallInteger(), nullable=False),
        sa.Column("scan_import_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('REPORTED', 'SUPPRESSED', 'GONE')", name=op.f("ck_vulnerability_sources_state")),
        sa.PrimaryKeyConstraint(
            "organization_id", "group_id", "scan_target", "fingerprint", name=op.f("pk_vulnerability_sources")
        ),
    )
    op.create_index(
        "ix_vulnerability_sources_vulnerability_id", "vulnerability_sources", ["organization_id", "vulnerability_id"]
    )
    op.create_table(
        "vulnerability_changes",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("vulnerability_id", sa.Uuid(), nullable=False),
        sa.Column("vulnerability_change_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=True),
        sa.Column("scan_import_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('REPORTED', 'ALSO_REPORTED', 'UPDATED', 'NOT_REPORTED', 'CLOSED', 'SUPPRESSED', 'REOPENED', 'REMOVED')",
            name=op.f("ck_vulnerability_changes_kind"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "vulnerability_id", "vulnerability_change_id", name=op.f("pk_vulnerability_changes")
        ),
    )
    op.create_table(
        "cve_enrichments",
        sa.Column("cve_id", sa.Text(collation="C"), nullable=False),
        sa.Column("epss_score", sa.Integer(), nullable=True),
        sa.Column("epss_percentile", sa.Integer(), nullable=True),
        sa.Column("epss_date", sa.Date(), nullable=True),
        sa.Column("kev_added", sa.Date(), nullable=True),
        sa.Column("kev_due", sa.Date(), nullable=True),
        sa.Column("kev_ransomware", sa.Boolean(), nullable=True),
        sa.Column("kev_date", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("cve_id", name=op.f("pk_cve_enrichments")),
    )
    op.create_table(
        "search_pending",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("object_key", sa.Uuid(), nullable=False),
    )


def _move_fingerprints() -> None:
    op.execute("""
        INSERT INTO scan_targets (organization_id, group_id, scan_target, tool, category, root_id, branch, scan_import_id)
        SELECT DISTINCT ON (v.organization_id, v.group_id, v.scan_target) v.organization_id, v.group_id,
            left(v.scan_target, 32)::uuid, v.tool, i.category, v.root_id, v.branch, v.scan_import_id
        FROM vulnerabilities v JOIN scan_imports i
            ON i.organization_id = v.organization_id AND i.scan_import_id = v.scan_import_id
        WHERE v.scan_target IS NOT NULL AND v.state <> 'DELETED'
        ORDER BY v.organization_id, v.group_id, v.scan_target, v.scan_import_id DESC""")
    op.execute("""
        INSERT INTO vulnerability_sources (organization_id, group_id, scan_target, fingerprint, vulnerability_id, rule_id,
            state, digest, severity_tenths, scan_import_id, created_at, updated_at)
        SELECT v.organization_id, v.group_id, left(v.scan_target, 32)::uuid, left(v.fingerprint, 32)::uuid,
            v.vulnerability_id, f.rule_id,
            CASE WHEN v.suppressed THEN 'SUPPRESSED' WHEN v.state = 'SAFE' THEN 'GONE' ELSE 'REPORTED' END,
            '00000000-0000-0000-0000-000000000000', v.severity_tenths, v.scan_import_id, v.created_at, v.updated_at
        FROM vulnerabilities v JOIN findings f
            ON f.organization_id = v.organization_id AND f.finding_id = v.finding_id
        WHERE v.scan_target IS NOT NULL AND v.state <> 'DELETED'""")
    op.execute("""
        INSERT INTO scan_targets (organization_id, group_id, scan_target, tool, root_id)
        SELECT DISTINCT organization_id, group_id, root_key, 'Adarve', root_id FROM (
            SELECT v.*, left(encode(sha256(convert_to('Adarve', 'UTF8') || '\\x0000'::bytea
                || convert_to(coalesce(replace(root_id::text, '-', ''), ''), 'UTF8') || '\\x00'::bytea), 'hex'), 32)::uuid
                AS root_key
            FROM vulnerabilities v WHERE v.scan_target IS NULL AND v.state <> 'DELETED'
        ) manual""")
    op.execute("""
        INSERT INTO vulnerability_sources (organization_id, group_id, scan_target, fingerprint, vulnerability_id, rule_id,
            state, digest, severity_tenths, created_at, updated_at)
        SELECT v.organization_id, v.group_id, t.scan_target, v.vulnerability_id, v.vulnerability_id,
            coalesce(f.rule_id, replace(v.finding_id::text, '-', '')), 'REPORTED',
            '00000000-0000-0000-0000-000000000000', v.severity_tenths, v.created_at, v.updated_at
        FROM vulnerabilities v
        JOIN findings f ON f.organization_id = v.organization_id AND f.finding_id = v.finding_id
        JOIN scan_targets t ON t.organization_id = v.organization_id AND t.group_id = v.group_id AND t.tool = 'Adarve'
            AND t.root_id IS NOT DISTINCT FROM v.root_id
        WHERE v.scan_target IS NULL AND v.state <> 'DELETED'""")
    op.execute("""
        INSERT INTO vulnerability_changes (organization_id, vulnerability_id, vulnerability_change_id, group_id, kind,
            tool, created_at)
        SELECT organization_id, vulnerability_id, vulnerability_id, group_id, 'REPORTED', tool, created_at
        FROM vulnerabilities""")
    op.drop_constraint(op.f("ck_vulnerabilities_target_and_fingerprint"), "vulnerabilities", type_="check")
    op.drop_index("uq_vulnerabilities_fingerprint", table_name="vulnerabilities")
    op.drop_column("vulnerabilities", "scan_target")
    op.drop_column("vulnerabilities", "fingerprint")
    for parent, order in _DROPPED_INDEXES:
        op.drop_index(f"ix_vulnerabilities_{parent}_{order}", table_name="vulnerabilities")
    op.create_index(
        "ix_vulnerabilities_group_id",
        "vulnerabilities",
        ["organization_id", "group_id", "vulnerability_id"],
        postgresql_where=_PRESENT,
    )


def _check_findings_by_statement() -> None:
    op.drop_constraint(op.f("fk_vulnerabilities_organization_id_finding_id"), "vulnerabilities", type_="foreignkey")
    op.execute("""
        CREATE FUNCTION check_findings() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
        BEGIN
            IF EXISTS (
                SELECT FROM (SELECT DISTINCT organization_id, finding_id FROM fresh) n
                WHERE NOT EXISTS (SELECT FROM findings f
                    WHERE f.organization_id = n.organization_id AND f.finding_id = n.finding_id)
            ) THEN
                RAISE foreign_key_violation USING MESSAGE = 'a vulnerability belongs to no finding of its organization';
            END IF;
            RETURN NULL;
        END $body$""")
    op.execute("""
        CREATE TRIGGER check_findings_on_insert AFTER INSERT ON vulnerabilities
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION check_findings()""")
    op.drop_index("ix_vulnerabilities_root_id_severity_tenths", table_name="vulnerabilities")
    op.create_index(
        "ix_vulnerabilities_root_id_severity_tenths",
        "vulnerabilities",
        ["organization_id", "root_id", "severity_tenths", "vulnerability_id"],
        postgresql_where=sa.text("state != 'DELETED' AND root_id IS NOT NULL"),
    )


def _make_search_follow() -> None:
    op.execute("REVOKE ALL ON search_pending FROM PUBLIC")
    op.execute(f"""
        CREATE OR REPLACE FUNCTION index_vulnerabilities() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $body$
        BEGIN
            IF (SELECT count(*) FROM (SELECT FROM fresh LIMIT {_INDEX_AT_ONCE + 1}) few) > {_INDEX_AT_ONCE} THEN
                INSERT INTO search_pending (organization_id, object_key)
                SELECT organization_id, vulnerability_id FROM fresh;
                RETURN NULL;
            END IF;
            DELETE FROM search_documents d USING fresh f
            WHERE TG_OP = 'UPDATE' AND d.organization_id = f.organization_id AND d.object_key = f.vulnerability_id;
            INSERT INTO search_documents (organization_id, object_key, group_id, type_name, words)
            SELECT organization_id, vulnerability_id, group_id, 'Vulnerability', {_WORDS} FROM fresh
            WHERE state <> 'DELETED' ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $body$""")
    op.execute(f"""
        CREATE FUNCTION index_pending(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $body$
        DECLARE
            taken_organizations uuid[];
            taken_keys uuid[];
            seen text := coalesce(current_setting('adarve.organizations', true), '');
        BEGIN
            WITH taken AS (
                DELETE FROM search_pending WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM search_pending LIMIT most FOR UPDATE SKIP LOCKED))
                RETURNING organization_id, object_key
            )
            SELECT array_agg(organization_id), array_agg(object_key) INTO taken_organizations, taken_keys FROM taken;
            IF taken_keys IS NULL THEN
                RETURN 0;
            END IF;
            PERFORM set_config('adarve.organizations',
                (SELECT array_agg(DISTINCT each) FROM unnest(taken_organizations) each)::text, true);
            DELETE FROM search_documents d USING unnest(taken_organizations, taken_keys) t(organization_id, object_key)
            WHERE d.organization_id = t.organization_id AND d.object_key = t.object_key;
            INSERT INTO search_documents (organization_id, object_key, group_id, type_name, words)
            SELECT v.organization_id, v.vulnerability_id, v.group_id, 'Vulnerability', {_WORDS}
            FROM (SELECT DISTINCT * FROM unnest(taken_organizations, taken_keys) t(organization_id, object_key)) t
            JOIN vulnerabilities v ON v.organization_id = t.organization_id AND v.vulnerability_id = t.object_key
            WHERE v.state <> 'DELETED' ON CONFLICT DO NOTHING;
            PERFORM set_config('adarve.organizations', seen, true);
            RETURN cardinality(taken_keys);
        END $body$""")
    op.execute("REVOKE ALL ON FUNCTION index_pending FROM PUBLIC")


def downgrade() -> None:
    _see_every_organization()
    op.execute("ALTER TABLE scan_import_files ALTER COLUMN content SET STORAGE EXTENDED")
    op.execute("DO $body$ BEGIN WHILE index_pending(10000) > 0 LOOP END LOOP; END $body$")
    op.execute("DROP FUNCTION index_pending")
    op.execute(f"""
        CREATE OR REPLACE FUNCTION index_vulnerabilities() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $body$
        BEGIN
            DELETE FROM search_documents d USING fresh f
            WHERE TG_OP = 'UPDATE' AND d.organization_id = f.organization_id AND d.object_key = f.vulnerability_id;
            INSERT INTO search_documents (organization_id, object_key, group_id, type_name, words)
            SELECT organization_id, vulnerability_id, group_id, 'Vulnerability', {_WORDS} FROM fresh
            WHERE state <> 'DELETED';
            RETURN NULL;
        END $body$""")
    op.execute("DROP FUNCTION check_findings CASCADE")
    op.create_foreign_key(
        op.f("fk_vulnerabilities_organization_id_finding_id"),
        "vulnerabilities",
        "findings",
        ["organization_id", "finding_id"],
        ["organization_id", "finding_id"],
    )
    op.drop_index("ix_vulnerabilities_root_id_severity_tenths", table_name="vulnerabilities")
    op.create_index(
        "ix_vulnerabilities_root_id_severity_tenths",
        "vulnerabilities",
        ["organization_id", "root_id", "severity_tenths", "vulnerability_id"],
        postgresql_where=_PRESENT,
    )
    _move_fingerprints_back()
    for table in ("search_pending", "cve_enrichments", *_TENANT_TABLES):
        op.drop_table(table)
    for name in ("partial", "allow_mass_close", "format", "warnings", "scan_targets", *_COUNTS):
        op.drop_column("scan_imports", name)
    for name in ("package_url", "fixed_version"):
        op.drop_column("vulnerabilities", name)
    op.drop_column("findings", "cve_ids")
    op.drop_column("organizations", "merges_across_tools")


def _move_fingerprints_back() -> None:
    """Give each vulnerability its first source back; further ones are lost."""
    for name in ("scan_target", "fingerprint"):
        op.add_column("vulnerabilities", sa.Column(name, sa.Text(), nullable=True))
    op.execute("""
        UPDATE vulnerabilities v SET scan_target = s.scan_target, fingerprint = s.fingerprint
        FROM (
            SELECT DISTINCT ON (organization_id, vulnerability_id) organization_id, vulnerability_id,
                replace(scan_target::text, '-', '') AS scan_target, replace(fingerprint::text, '-', '') AS fingerprint
            FROM vulnerability_sources ORDER BY organization_id, vulnerability_id, created_at
        ) s
        WHERE v.organization_id = s.organization_id AND v.vulnerability_id = s.vulnerability_id""")
    op.create_check_constraint(
        op.f("ck_vulnerabilities_target_and_fingerprint"),
        "vulnerabilities",
        "(scan_target IS NULL) = (fingerprint IS NULL)",
    )
    op.create_index(
        "uq_vulnerabilities_fingerprint",
        "vulnerabilities",
        ["organization_id", "group_id", "scan_target", "fingerprint"],
        unique=True,
        postgresql_where=sa.text("state != 'DELETED' AND fingerprint IS NOT NULL"),
    )
    op.drop_index("ix_vulnerabilities_group_id", table_name="vulnerabilities")
    for parent, order in _DROPPED_INDEXES:
        op.create_index(
            f"ix_vulnerabilities_{parent}_{order}",
            "vulnerabilities",
            ["organization_id", parent, order, "vulnerability_id"],
            postgresql_where=_PRESENT,
        )
