"""Authorization changes: a row whenever a session, a token, a role or an account changes, so that processes forget."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TRIGGERS = {
    "users": "UPDATE OF role, suspended, password_hash OR DELETE",
    "sessions": "UPDATE OF revoked_at, expires_at OR DELETE",
    "access_tokens": "UPDATE OF revoked_at, expires_at OR DELETE",
    "organization_members": "INSERT OR UPDATE OR DELETE",
    "group_members": "INSERT OR UPDATE OR DELETE",
}


def upgrade() -> None:
    op.create_table(
        "authorization_changes",
        sa.Column("authorization_change_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("authorization_change_id", name=op.f("pk_authorization_changes")),
    )
    op.create_index("ix_authorization_changes_created_at", "authorization_changes", ["created_at"])
    op.execute("""
        CREATE FUNCTION note_authorization_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $body$
        DECLARE
            whose uuid := CASE WHEN TG_TABLE_NAME = 'signing_keys' THEN NULL
                WHEN TG_OP = 'DELETE' THEN (to_jsonb(OLD)->>'user_id')::uuid
                ELSE (to_jsonb(NEW)->>'user_id')::uuid END;
        BEGIN
            INSERT INTO authorization_changes (user_id) VALUES (whose);
            PERFORM pg_notify('adarve', 'authorization');
            RETURN NULL;
        END $body$""")
    op.execute("REVOKE ALL ON FUNCTION note_authorization_change FROM PUBLIC")
    for table, events in _TRIGGERS.items():
        op.execute(f"""
            CREATE TRIGGER note_authorization_change AFTER {events} ON {table}
            FOR EACH ROW EXECUTE FUNCTION note_authorization_change()""")
    op.execute("""
        CREATE TRIGGER note_authorization_change AFTER DELETE ON signing_keys
        FOR EACH STATEMENT EXECUTE FUNCTION note_authorization_change()""")


def downgrade() -> None:
    for table in (*_TRIGGERS, "signing_keys"):
        op.execute(f"DROP TRIGGER note_authorization_change ON {table}")
    op.execute("DROP FUNCTION note_authorization_change")
    op.drop_table("authorization_changes")
