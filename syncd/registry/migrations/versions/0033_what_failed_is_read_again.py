"""A read of some records that failed says which run reads them again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_UNHEARD = sa.text("state = 'failed' AND mode = 'only' AND NOT dry_run AND read_again_by IS NULL")


def upgrade() -> None:
    op.add_column("runs", sa.Column("read_again_by", sa.BigInteger(), nullable=True))
    op.create_index("ix_runs_unheard", "runs", ["connection_id"], postgresql_where=_UNHEARD, sqlite_where=_UNHEARD)


def downgrade() -> None:
    op.drop_index("ix_runs_unheard", "runs")
    op.drop_column("runs", "read_again_by")
