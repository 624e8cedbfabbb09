"""On PostgreSQL what lists are sorted and filtered by is indexed once they are long.

`syncd.registry.listings` makes the indexes then. A registry that knows somebody keeps those that it has.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_listings_name": ["name"],
    "ix_listings_created_at": ["created_at"],
    "ix_listings_by_city": ["city", "contractor_id"],
    "ix_listings_by_caretaker": ["caretaker", "contractor_id"],
    "ix_listings_by_country": ["country", "contractor_id"],
    "ix_listings_by_zone": ["zone", "contractor_id"],
    "ix_listings_by_status": ["status", "contractor_id"],
    "ix_listings_by_state": ["status", "country", "zone"],
}


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite" or connection.scalar(sa.text("SELECT 1 FROM listings LIMIT 1")):
        return
    for name in _INDEXES:
        op.drop_index(name, "listings")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for name, columns in _INDEXES.items():
        op.create_index(name, "listings", columns, if_not_exists=True)
