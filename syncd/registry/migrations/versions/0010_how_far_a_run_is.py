"""How far a run is, and what became of each try of a push."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from syncd.registry.tables import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("began_at", UtcDateTime(), nullable=True))
    op.add_column("runs", sa.Column("received", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_runs_asked_at", "runs", ["asked_at"])
    op.create_index("ix_runs_finished_at", "runs", ["finished_at"])
    op.create_index("ix_deliveries_at", "deliveries", ["at"])
    op.create_table(
        "tries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("contractor_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(48), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("exchange", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tries")),
    )
    op.create_index("ix_tries_whose", "tries", ["contractor_id", "connection_id"])


def downgrade() -> None:
    op.drop_table("tries")
    op.drop_index("ix_deliveries_at", "deliveries")
    op.drop_index("ix_runs_finished_at", "runs")
    op.drop_index("ix_runs_asked_at", "runs")
    op.drop_column("runs", "received")
    op.drop_column("runs", "began_at")
