"""Jobs have states, attempts and an end, belong to a group, and are of any kind; what has ended is kept for a while."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None
STATES = "state IN ('WAITING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')"


def upgrade() -> None:
    op.drop_index("ix_jobs_waiting", table_name="jobs")
    op.drop_constraint(op.f("ck_jobs_kind"), "jobs")
    moments = sa.DateTime(timezone=True)
    for column in (
        sa.Column("state", sa.Text(), server_default="WAITING", nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("progress", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("due_at", moments, server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", moments, nullable=True),
        sa.Column("finished_at", moments, nullable=True),
    ):
        op.add_column("jobs", column)
    op.execute("UPDATE jobs SET state = 'RUNNING', attempts = 1 WHERE worker IS NOT NULL")
    op.create_check_constraint(op.f("ck_jobs_state"), "jobs", STATES)
    op.create_check_constraint(op.f("ck_jobs_worker"), "jobs", "(state = 'RUNNING') = (worker IS NOT NULL)")
    op.create_check_constraint(op.f("ck_jobs_progress"), "jobs", "progress BETWEEN 0 AND 100")
    op.create_index("ix_jobs_waiting", "jobs", ["due_at"], postgresql_where=sa.text("state = 'WAITING'"))
    op.create_index("ix_jobs_group_id", "jobs", ["organization_id", "group_id", "created_at", "job_id"])


def downgrade() -> None:
    op.execute("DELETE FROM jobs WHERE state NOT IN ('WAITING', 'RUNNING') OR kind <> 'scan_import'")
    op.drop_index("ix_jobs_group_id", table_name="jobs")
    op.drop_index("ix_jobs_waiting", table_name="jobs")
    for constraint in ("progress", "worker", "state"):
        op.drop_constraint(op.f(f"ck_jobs_{constraint}"), "jobs")
    for column in ("finished_at", "started_at", "due_at", "error", "attempts", "progress", "group_id", "state"):
        op.drop_column("jobs", column)
    op.create_check_constraint(op.f("ck_jobs_kind"), "jobs", "kind IN ('scan_import')")
    op.create_index("ix_jobs_waiting", "jobs", ["created_at"], postgresql_where=sa.text("worker IS NULL"))
