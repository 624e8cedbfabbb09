"""A person's yes to a list that lost many records is remembered, and which list was read to its end last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connections", sa.Column("heard_listing", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("accepted_losses", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("connections", "accepted_losses")
    op.drop_column("connections", "heard_listing")
