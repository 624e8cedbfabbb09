"""Who stands alike, and in which order, is answered by an index alone."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ALIKE = ("zone", "status")


def upgrade() -> None:
    op.drop_index("ix_listings_updated_at", "listings")
    for column in _ALIKE:
        op.drop_index(f"ix_listings_{column}", "listings")
        op.create_index(f"ix_listings_by_{column}", "listings", [column, "contractor_id"])


def downgrade() -> None:
    for column in _ALIKE:
        op.drop_index(f"ix_listings_by_{column}", "listings")
        op.create_index(f"ix_listings_{column}", "listings", [column])
    op.create_index("ix_listings_updated_at", "listings", ["updated_at"])
