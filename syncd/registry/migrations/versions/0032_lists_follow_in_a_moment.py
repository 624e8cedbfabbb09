"""Runs say how far lists follow them, and who was shut out of late is found without a look at everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_UNLISTED = sa.text("listed_seq < applied_seq AND finished_at IS NOT NULL")
_SHUT = sa.text("status IN ('blocked', 'blocked_by_erp') AND updated_at > created_at")


def upgrade() -> None:
    op.add_column("runs", sa.Column("listed_seq", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute("UPDATE runs SET listed_seq = applied_seq")
    op.create_index("ix_runs_unlisted", "runs", ["id"], postgresql_where=_UNLISTED, sqlite_where=_UNLISTED)
    op.create_index("ix_contractors_shut", "contractors", ["updated_at"], postgresql_where=_SHUT, sqlite_where=_SHUT)


def downgrade() -> None:
    op.drop_index("ix_contractors_shut", "contractors")
    op.drop_index("ix_runs_unlisted", "runs")
    op.drop_column("runs", "listed_seq")
