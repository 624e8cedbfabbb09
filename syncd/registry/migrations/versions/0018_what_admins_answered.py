"""Countries that shops serve by an admin's answer, and customers who were said not to be the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "served_countries",
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "country", name=op.f("pk_served_countries")),
    )
    op.create_table(
        "unalike",
        sa.Column("older_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("newer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("older_id", "newer_id", name=op.f("pk_unalike")),
    )


def downgrade() -> None:
    op.drop_table("unalike")
    op.drop_table("served_countries")
