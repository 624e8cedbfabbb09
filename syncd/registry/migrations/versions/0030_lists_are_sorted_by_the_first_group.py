"""Lists are sorted by the first group of each customer by an index: its row among the memberships says its name.

PostgreSQL's index is made by `syncd.registry.listings`, once the lists are long.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_INDEX = "ix_memberships_sorted"
_FIRST = (
    "UPDATE memberships SET sorted_by = SUBSTR(f.name, 1, 300) FROM (SELECT m.contractor_id, MIN(g.name) AS name "
    "FROM memberships m JOIN groups g ON g.id = m.group_id GROUP BY m.contractor_id) f "
    "JOIN groups g ON g.name = f.name "
    "WHERE memberships.contractor_id = f.contractor_id AND memberships.group_id = g.id"
)


def upgrade() -> None:
    op.add_column("memberships", sa.Column("sorted_by", sa.Text()))
    here = op.get_bind().dialect.name == "sqlite"
    op.execute(_FIRST if here else _FIRST.replace("MIN(g.name", 'MIN(g.name COLLATE "C"'))  # the program's own order
    if here:
        first = sa.text("sorted_by IS NOT NULL")
        op.create_index(_INDEX, "memberships", ["sorted_by", "contractor_id"], sqlite_where=first)


def downgrade() -> None:
    op.drop_index(_INDEX, "memberships", if_exists=True)
    op.drop_column("memberships", "sorted_by")
