"""How far each consumer has read the changes of each organization."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from database.row_security import lock_statements

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "outbox_positions",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "consumer", name=op.f("pk_outbox_positions")),
    )
    for statement in lock_statements("outbox_positions"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("outbox_positions")
