"""A person's yes to a list that lost many records is remembered until they are back or dealt with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connections", sa.Column("accepted_losses", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("connections", "accepted_losses")
