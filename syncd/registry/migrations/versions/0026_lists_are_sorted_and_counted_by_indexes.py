"""Lists are sorted by city, caretaker and country by an index, and those of a status, country or zone counted by one.

Who differs from a side is found by another, which mostly has nobody.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_listings_by_city": ["city", "contractor_id"],
    "ix_listings_by_caretaker": ["caretaker", "contractor_id"],
    "ix_listings_by_country": ["country", "contractor_id"],
    "ix_listings_by_state": ["status", "country", "zone"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.create_index(name, "listings", columns)
    unsettled = sa.text("settled_hash IS NULL")
    op.create_index(
        "ix_bindings_unsettled",
        "bindings",
        ["contractor_id", "connection_id"],
        postgresql_where=unsettled,
        sqlite_where=unsettled,
    )


def downgrade() -> None:
    op.drop_index("ix_bindings_unsettled", "bindings")
    for name in _INDEXES:
        op.drop_index(name, "listings")
