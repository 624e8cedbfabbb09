"""Lists are sorted by number, e-mail, phone, tax id, kind and newsletter by an index, and by who was told when.

That has a table of its own, with a row for each customer: deliveries grow with each effect.

PostgreSQL's indexes of lists are made by `syncd.registry.listings`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_COLUMNS = ("number", "email", "phone", "tax_id", "kind", "newsletter")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for column in _COLUMNS:
            op.create_index(f"ix_listings_by_{column}", "listings", [column, "contractor_id"])
    op.create_table(
        "told",
        sa.Column("contractor_id", _ID, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(
        "INSERT INTO told (contractor_id, at) SELECT contractor_id, max(at) FROM deliveries "
        "WHERE contractor_id IN (SELECT contractor_id FROM listings) GROUP BY contractor_id"
    )
    op.create_index("ix_told_when", "told", ["at", "contractor_id"])


def downgrade() -> None:
    op.drop_table("told")
    for column in _COLUMNS:
        op.drop_index(f"ix_listings_by_{column}", "listings", if_exists=True)
