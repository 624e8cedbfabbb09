"""When a customer changed last is kept beside the list: a move between groups changes nothing else that lists show.

Who stands alike, and in which order, is answered by an index alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ALIKE = ("zone", "status")


def upgrade() -> None:
    op.create_table(
        "last_changes",
        sa.Column("contractor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contractor_id", name=op.f("pk_last_changes")),
    )
    op.execute(
        "INSERT INTO last_changes (contractor_id, version, at) "
        "SELECT contractor_id, version, updated_at FROM listings ORDER BY contractor_id"
    )
    op.create_index("ix_last_changes_when", "last_changes", ["at", "contractor_id"])
    op.drop_index("ix_listings_updated_at", "listings")
    for column in _ALIKE:
        op.drop_index(f"ix_listings_{column}", "listings")
        op.create_index(f"ix_listings_by_{column}", "listings", [column, "contractor_id"])


def downgrade() -> None:
    for column in _ALIKE:
        op.drop_index(f"ix_listings_by_{column}", "listings")
        op.create_index(f"ix_listings_{column}", "listings", [column])
    op.execute(
        "UPDATE listings SET version = c.version, updated_at = c.at FROM last_changes c "
        "WHERE c.contractor_id = listings.contractor_id AND c.version > listings.version"
    )
    op.create_index("ix_listings_updated_at", "listings", ["updated_at"])
    op.drop_table("last_changes")
