"""Beside how a read ended stands of what that sentence was made, to be said in other languages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("proof_said", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("runs", "proof_said")
