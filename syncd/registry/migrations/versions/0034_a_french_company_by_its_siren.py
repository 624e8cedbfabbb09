"""French companies whose VAT number is written without FR are looked up by their SIREN, as new ones are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from syncd.domain.contractor import load
from syncd.domain.match import values

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_PAGE = 500
_CONTRACTORS = sa.table("contractors", *map(sa.column, ("id", "doc", "tax_key")))
_LONG = sa.func.length(_CONTRACTORS.c.tax_key) == 11


def upgrade() -> None:
    connection, after = op.get_bind(), 0
    while True:
        rows = connection.execute(
            sa.select(_CONTRACTORS).where(_LONG, _CONTRACTORS.c.id > after).order_by(_CONTRACTORS.c.id).limit(_PAGE)
        ).all()
        for id_, doc, stored in rows:
            key = values(load(doc))[1]
            if key != stored:
                connection.execute(sa.update(_CONTRACTORS).where(_CONTRACTORS.c.id == id_).values(tax_key=key))
        if len(rows) < _PAGE:
            return
        after = rows[-1].id


def downgrade() -> None:
    """Keys stay short: the program of before makes its own at a customer's next change."""
