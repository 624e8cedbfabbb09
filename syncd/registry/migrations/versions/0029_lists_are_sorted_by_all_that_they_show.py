"""Lists are sorted by number, e-mail, phone, tax id, kind and newsletter by an index.

On PostgreSQL `syncd.registry.listings` makes it, as the others.
"""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_COLUMNS = ("number", "email", "phone", "tax_id", "kind", "newsletter")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for column in _COLUMNS:
        op.create_index(f"ix_listings_by_{column}", "listings", [column, "contractor_id"])


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_index(f"ix_listings_by_{column}", "listings", if_exists=True)
