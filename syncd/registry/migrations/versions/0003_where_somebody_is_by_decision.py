"""Where somebody is by decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "country_decisions",
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("contractor_id", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("facts", name=op.f("pk_country_decisions")),
    )
    op.create_index(op.f("ix_country_decisions_contractor_id"), "country_decisions", ["contractor_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_country_decisions_contractor_id"), "country_decisions")
    op.drop_table("country_decisions")
