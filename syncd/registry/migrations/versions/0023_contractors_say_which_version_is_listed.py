"""Which version lists follow stands in the contractor's own row: a change of it writes no other row for that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contractors", sa.Column("listed", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute("UPDATE contractors SET listed = l.version FROM listings l WHERE l.contractor_id = contractors.id")
    op.create_index("ix_contractors_when_changed", "contractors", ["updated_at", "id"])


def downgrade() -> None:
    op.execute(
        "UPDATE listings SET version = c.listed, updated_at = c.updated_at FROM contractors c "
        "WHERE c.id = listings.contractor_id AND c.listed > listings.version"
    )
    op.drop_index("ix_contractors_when_changed", "contractors")
    op.drop_column("contractors", "listed")
