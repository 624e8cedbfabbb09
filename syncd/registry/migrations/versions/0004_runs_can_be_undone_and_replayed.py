"""Runs can be undone and replayed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("undoes", sa.BigInteger(), nullable=True))
    op.add_column("plan_lines", sa.Column("was_holds", sa.Text(), nullable=True))
    op.add_column("plan_lines", sa.Column("basis", sa.Text(), nullable=True))
    op.add_column("absences", sa.Column("excused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "quiet_records",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("contractor_id", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("was_holds", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "external_id", name="pk_quiet_records"),
    )
    op.create_index("ix_quiet_records_contractor_id", "quiet_records", ["contractor_id"])


def downgrade() -> None:
    op.drop_table("quiet_records")
    op.drop_column("absences", "excused")
    op.drop_column("plan_lines", "basis")
    op.drop_column("plan_lines", "was_holds")
    op.drop_column("runs", "undoes")
