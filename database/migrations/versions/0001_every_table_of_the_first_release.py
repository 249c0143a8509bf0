"""Every table of the first release."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from database.row_security import lock_statements

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_TENANT_TABLES = (
    "audit_entries",
    "findings",
    "groups",
    "organizations",
    "outbox",
    "positions",
    "roots",
    "scan_import_files",
    "scan_import_rejections",
    "scan_imports",
    "vulnerabilities",
)

# Each searchable table: its type in the contract, its key, and the words of a row.
_SEARCHABLE = {
    "groups": (
        "'Group'",
        "group_id",
        "TRUE",
        "setweight(to_tsvector('english', replace(name, '-', ' ') || ' ' || name), 'A')"
        " || to_tsvector('english', left(description, 10000))",
    ),
    "roots": (
        "CASE kind WHEN 'GIT' THEN 'GitRoot' WHEN 'IP' THEN 'IpRoot' ELSE 'UrlRoot' END",
        "root_id",
        "TRUE",
        "setweight(to_tsvector('english', nickname || ' ' || regexp_replace(nickname, '[/._-]+', ' ', 'g')), 'A')"
        " || to_tsvector('english', coalesce(url, '') || ' ' || coalesce(address, ''))",
    ),
    "findings": (
        "'Finding'",
        "finding_id",
        "removed_at IS NULL",
        "setweight(to_tsvector('english', title || ' ' || coalesce(rule_id, '') || ' '"
        " || regexp_replace(coalesce(rule_id, ''), '[/._-]+', ' ', 'g') || ' ' || array_to_string(cwe_ids, ' ')), 'A')"
        " || to_tsvector('english', left(description, 10000))",
    ),
    "vulnerabilities": (
        "'Vulnerability'",
        "vulnerability_id",
        "state <> 'DELETED'",
        "setweight(to_tsvector('english', left(path, 1000) || ' ' || replace(left(path, 1000), '/', ' ') || ' '"
        " || regexp_replace(left(path, 1000), '[/._-]+', ' ', 'g')), 'A')"
        " || to_tsvector('english', left(message, 10000))",
    ),
}


def upgrade() -> None:

    op.create_table(
        "audit_entries",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("audit_entry_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("type_name", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Uuid(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "audit_entry_id", name=op.f("pk_audit_entries")),
        info={"tenant": True},
    )
    op.create_table(
        "group_names",
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_group_names")),
        sa.UniqueConstraint("organization_id", "group_id", name=op.f("uq_group_names_organization_id_group_id")),
    )
    op.create_table(
        "groups",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("plan IN ('ESSENTIAL', 'ADVANCED')", name=op.f("ck_groups_plan")),
        sa.PrimaryKeyConstraint("organization_id", "group_id", name=op.f("pk_groups")),
        info={"tenant": True},
    )
    op.create_table(
        "jobs",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("object_key", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('scan_import')", name=op.f("ck_jobs_kind")),
        sa.CheckConstraint("(worker IS NULL) = (leased_until IS NULL)", name=op.f("ck_jobs_lease")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_waiting", "jobs", ["created_at"], unique=False, postgresql_where=sa.text("worker IS NULL"))
    op.create_table(
        "organization_names",
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_organization_names")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_organization_names_organization_id")),
    )
    op.create_table(
        "organizations",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_organizations")),
        info={"tenant": True},
    )
    op.create_table(
        "outbox",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("type_name", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "position", name=op.f("pk_outbox")),
        info={"tenant": True},
    )
    op.create_table(
        "positions",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_positions")),
        info={"tenant": True},
    )
    op.create_table(
        "scan_import_files",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("scan_import_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "scan_import_id", name=op.f("pk_scan_import_files")),
        info={"tenant": True},
    )
    op.create_table(
        "scan_import_rejections",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("scan_import_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rejection_id", sa.Uuid(), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "scan_import_id", "ordinal", name=op.f("pk_scan_import_rejections")),
        info={"tenant": True},
    )
    op.create_table(
        "search_documents",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("object_key", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("type_name", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "object_key", name=op.f("pk_search_documents")),
    )
    op.create_index("ix_search_documents_words", "search_documents", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "signing_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "private_key LIKE '-----BEGIN PRIVATE KEY-----%'", name=op.f("ck_signing_keys_private_key_pem")
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "users",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("suspended", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('ADMIN', 'HACKER', 'USER')", name=op.f("ck_users_role")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "access_tokens",
        sa.Column("access_token_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_access_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("access_token_id", name=op.f("pk_access_tokens")),
    )
    op.create_index(op.f("ix_access_tokens_user_id"), "access_tokens", ["user_id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(collation="C"), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("recommendation", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("severity_tenths", sa.SmallInteger(), nullable=False),
        sa.Column("severity_vector", sa.Text(), nullable=True),
        sa.Column("cwe_ids", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("tool", sa.Text(), nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=True),
        sa.Column("reported_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('DRAFT', 'VULNERABLE', 'SAFE')", name=op.f("ck_findings_status")),
        sa.CheckConstraint("(tool IS NULL) = (rule_id IS NULL)", name=op.f("ck_findings_tool_and_rule")),
        sa.CheckConstraint("severity_tenths BETWEEN 0 AND 100", name=op.f("ck_findings_severity_tenths")),
        sa.ForeignKeyConstraint(
            ["organization_id", "group_id"],
            ["groups.organization_id", "groups.group_id"],
            name=op.f("fk_findings_organization_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "finding_id", name=op.f("pk_findings")),
        info={"tenant": True},
    )
    op.create_index(
        "ix_findings_created_at",
        "findings",
        ["organization_id", "group_id", "created_at", "finding_id"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "ix_findings_severity_tenths",
        "findings",
        ["organization_id", "group_id", "severity_tenths", "finding_id"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "ix_findings_title",
        "findings",
        ["organization_id", "group_id", "title", "finding_id"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_findings_rule",
        "findings",
        ["organization_id", "group_id", "tool", "rule_id"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "group_members",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "role IN ('GROUP_MANAGER', 'VULNERABILITY_MANAGER', 'ARCHITECT', 'HACKER', 'REATTACKER', 'REVIEWER', 'RESOURCER', 'USER', 'SERVICE_AGENT')",
            name=op.f("ck_group_members_role"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_group_members_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "group_id", name=op.f("pk_group_members")),
    )
    op.create_table(
        "organization_members",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "role IN ('ORGANIZATION_MANAGER', 'CUSTOMER_MANAGER', 'USER')",
            name=op.f("ck_organization_members_role"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_organization_members_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "organization_id", name=op.f("pk_organization_members")),
    )
    op.create_table(
        "roots",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("nickname", sa.Text(collation="C"), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'GIT' AND url IS NOT NULL AND branch IS NOT NULL AND address IS NULL) OR (kind = 'IP' AND address IS NOT NULL AND url IS NULL AND branch IS NULL) OR (kind = 'URL' AND url IS NOT NULL AND address IS NULL AND branch IS NULL)",
            name=op.f("ck_roots_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "group_id"],
            ["groups.organization_id", "groups.group_id"],
            name=op.f("fk_roots_organization_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "root_id", name=op.f("pk_roots")),
        info={"tenant": True},
    )
    op.create_index("uq_roots_nickname", "roots", ["organization_id", "group_id", "nickname"], unique=True)
    op.create_table(
        "scan_imports",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("scan_import_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("root_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("progress", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("commit", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("strict", sa.Boolean(), nullable=False),
        sa.Column("tools", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("results", sa.Integer(), server_default="0", nullable=False),
        sa.Column("added", sa.Integer(), server_default="0", nullable=False),
        sa.Column("same", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reopened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(error IS NOT NULL) = (status = 'FAILED')", name=op.f("ck_scan_imports_error_if_failed")),
        sa.CheckConstraint(
            "status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED')", name=op.f("ck_scan_imports_status")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_scan_imports_progress")),
        sa.ForeignKeyConstraint(
            ["organization_id", "group_id"],
            ["groups.organization_id", "groups.group_id"],
            name=op.f("fk_scan_imports_organization_id_group_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "scan_import_id", name=op.f("pk_scan_imports")),
        info={"tenant": True},
    )
    op.create_index(
        "ix_scan_imports_created_at",
        "scan_imports",
        ["organization_id", "group_id", "created_at", "scan_import_id"],
        unique=False,
    )
    op.create_index(
        "uq_scan_imports_idempotency_key",
        "scan_imports",
        ["organization_id", "group_id", "idempotency_key"],
        unique=True,
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sessions_secret_hash")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "vulnerabilities",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("vulnerability_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("root_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("end_line", sa.Integer(), nullable=True),
        sa.Column("column", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("snippet", sa.Text(), nullable=True),
        sa.Column("severity_tenths", sa.SmallInteger(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("commit", sa.Text(), nullable=True),
        sa.Column("suppressed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("fixes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("scan_target", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("scan_import_id", sa.Uuid(), nullable=True),
        sa.Column("reported_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('SUBMITTED', 'REJECTED', 'VULNERABLE', 'SAFE', 'DELETED')",
            name=op.f("ck_vulnerabilities_state"),
        ),
        sa.CheckConstraint(
            "(scan_target IS NULL) = (fingerprint IS NULL)",
            name=op.f("ck_vulnerabilities_target_and_fingerprint"),
        ),
        sa.CheckConstraint("severity_tenths BETWEEN 0 AND 100", name=op.f("ck_vulnerabilities_severity_tenths")),
        sa.ForeignKeyConstraint(
            ["organization_id", "finding_id"],
            ["findings.organization_id", "findings.finding_id"],
            name=op.f("fk_vulnerabilities_organization_id_finding_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "vulnerability_id", name=op.f("pk_vulnerabilities")),
        info={"tenant": True},
    )
    op.create_index(
        "ix_vulnerabilities_finding_id_created_at",
        "vulnerabilities",
        ["organization_id", "finding_id", "created_at", "vulnerability_id"],
        unique=False,
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.create_index(
        "ix_vulnerabilities_finding_id_path",
        "vulnerabilities",
        ["organization_id", "finding_id", "path", "vulnerability_id"],
        unique=False,
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.create_index(
        "ix_vulnerabilities_finding_id_severity_tenths",
        "vulnerabilities",
        ["organization_id", "finding_id", "severity_tenths", "vulnerability_id"],
        unique=False,
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.create_index(
        "ix_vulnerabilities_group_id_created_at",
        "vulnerabilities",
        ["organization_id", "group_id", "created_at", "vulnerability_id"],
        unique=False,
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.create_index(
        "ix_vulnerabilities_group_id_path",
        "vulnerabilities",
        ["organization_id", "group_id", "path", "vulnerability_id"],
        unique=False,
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.create_index(
        "ix_vulnerabilities_group_id_severity_tenths",
        "vulnerabilities",
        ["organization_id", "group_id", "severity_tenths", "vulnerability_id"],
        unique=False,
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.create_index(
        "ix_vulnerabilities_root_id_created_at",
        "vulnerabilities",
        ["organization_id", "root_id", "created_at", "vulnerability_id"],
        unique=False,
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.create_index(
        "ix_vulnerabilities_root_id_path",
        "vulnerabilities",
        ["organization_id", "root_id", "path", "vulnerability_id"],
        unique=False,
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.create_index(
        "ix_vulnerabilities_root_id_severity_tenths",
        "vulnerabilities",
        ["organization_id", "root_id", "severity_tenths", "vulnerability_id"],
        unique=False,
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.create_index(
        "uq_vulnerabilities_fingerprint",
        "vulnerabilities",
        ["organization_id", "group_id", "scan_target", "fingerprint"],
        unique=True,
        postgresql_where=sa.text("state != 'DELETED' AND fingerprint IS NOT NULL"),
    )

    for table in _TENANT_TABLES:
        for statement in lock_statements(table):
            op.execute(statement)
    _make_search()


def _make_search() -> None:
    op.execute("REVOKE ALL ON search_documents FROM PUBLIC")
    for table, (type_name, key, present, words) in _SEARCHABLE.items():
        op.execute(f"""
            CREATE FUNCTION index_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public, pg_temp AS $body$
            BEGIN
                DELETE FROM search_documents d USING fresh f
                WHERE TG_OP = 'UPDATE' AND d.organization_id = f.organization_id AND d.object_key = f.{key};
                INSERT INTO search_documents (organization_id, object_key, group_id, type_name, words)
                SELECT organization_id, {key}, group_id, {type_name}, {words} FROM fresh WHERE {present};
                RETURN NULL;
            END $body$""")
        op.execute(f"REVOKE ALL ON FUNCTION index_{table} FROM PUBLIC")
        for event in ("INSERT", "UPDATE"):
            op.execute(f"""
                CREATE TRIGGER index_on_{event.lower()} AFTER {event} ON {table}
                REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION index_{table}()""")
        op.execute(f"""
            CREATE FUNCTION unindex_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public, pg_temp AS $body$
            BEGIN
                DELETE FROM search_documents d USING gone g
                WHERE d.organization_id = g.organization_id AND d.object_key = g.{key};
                RETURN NULL;
            END $body$""")
        op.execute(f"REVOKE ALL ON FUNCTION unindex_{table} FROM PUBLIC")
        op.execute(f"""
            CREATE TRIGGER index_on_delete AFTER DELETE ON {table}
            REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION unindex_{table}()""")
    op.execute("""
        CREATE FUNCTION search_objects(everything boolean, organizations uuid[], groups uuid[], text text, most integer)
        RETURNS TABLE (organization_id uuid, group_id uuid, type_name text, object_key uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
            SELECT d.organization_id, d.group_id, d.type_name, d.object_key
            FROM search_documents d, websearch_to_tsquery('english', text) AS q
            WHERE d.words @@ q
                AND (everything OR d.organization_id = ANY (organizations) OR d.group_id = ANY (groups))
            ORDER BY ts_rank(d.words, q) DESC, d.object_key
            LIMIT most
        $body$""")
    op.execute("REVOKE ALL ON FUNCTION search_objects FROM PUBLIC")


def downgrade() -> None:
    for table in _SEARCHABLE:
        op.execute(f"DROP FUNCTION index_{table} CASCADE")
        op.execute(f"DROP FUNCTION unindex_{table} CASCADE")
    op.execute("DROP FUNCTION search_objects")

    op.drop_index(
        "uq_vulnerabilities_fingerprint",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED' AND fingerprint IS NOT NULL"),
    )
    op.drop_index(
        "ix_vulnerabilities_root_id_severity_tenths",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.drop_index(
        "ix_vulnerabilities_root_id_path",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.drop_index(
        "ix_vulnerabilities_root_id_created_at",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.drop_index(
        "ix_vulnerabilities_group_id_severity_tenths",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.drop_index(
        "ix_vulnerabilities_group_id_path",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.drop_index(
        "ix_vulnerabilities_group_id_created_at",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.drop_index(
        "ix_vulnerabilities_finding_id_severity_tenths",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.drop_index(
        "ix_vulnerabilities_finding_id_path",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.drop_index(
        "ix_vulnerabilities_finding_id_created_at",
        table_name="vulnerabilities",
        postgresql_where=sa.text("state != 'DELETED'"),
    )
    op.drop_table("vulnerabilities")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("uq_scan_imports_idempotency_key", table_name="scan_imports")
    op.drop_index("ix_scan_imports_created_at", table_name="scan_imports")
    op.drop_table("scan_imports")
    op.drop_index("uq_roots_nickname", table_name="roots")
    op.drop_table("roots")
    op.drop_table("organization_members")
    op.drop_table("group_members")
    op.drop_index("uq_findings_rule", table_name="findings", postgresql_where=sa.text("removed_at IS NULL"))
    op.drop_index("ix_findings_title", table_name="findings", postgresql_where=sa.text("removed_at IS NULL"))
    op.drop_index("ix_findings_severity_tenths", table_name="findings", postgresql_where=sa.text("removed_at IS NULL"))
    op.drop_index("ix_findings_created_at", table_name="findings", postgresql_where=sa.text("removed_at IS NULL"))
    op.drop_table("findings")
    op.drop_index(op.f("ix_access_tokens_user_id"), table_name="access_tokens")
    op.drop_table("access_tokens")
    op.drop_table("users")
    op.drop_table("signing_keys")
    op.drop_index("ix_search_documents_words", table_name="search_documents", postgresql_using="gin")
    op.drop_table("search_documents")
    op.drop_table("scan_import_rejections")
    op.drop_table("scan_import_files")
    op.drop_table("positions")
    op.drop_table("outbox")
    op.drop_table("organizations")
    op.drop_table("organization_names")
    op.drop_index("ix_jobs_waiting", table_name="jobs", postgresql_where=sa.text("worker IS NULL"))
    op.drop_table("jobs")
    op.drop_table("groups")
    op.drop_table("group_names")
    op.drop_table("audit_entries")
