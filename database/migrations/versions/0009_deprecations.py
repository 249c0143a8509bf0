"""What is deprecated, since when, and how often who uses it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "deprecations",
        sa.Column("coordinate", sa.Text(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("coordinate", name=op.f("pk_deprecations")),
    )
    op.create_table(
        "deprecation_uses",
        sa.Column("coordinate", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("access_token_id", sa.Text(), nullable=True),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint(
            "coordinate",
            "day",
            "user_id",
            "access_token_id",
            "client_name",
            name=op.f("uq_deprecation_uses_coordinate_day_user_id_access_token_id_client_name"),
            postgresql_nulls_not_distinct=True,
        ),
    )


def downgrade() -> None:
    op.drop_table("deprecation_uses")
    op.drop_table("deprecations")
