"""Beside a sentence stands of what it was made, to be said in other languages; old ones are told in English."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("runs", "held_said"),
    ("runs", "error_said"),
    ("plan_lines", "said"),
    ("connections", "problem_said"),
    ("tries", "said"),
)


def upgrade() -> None:
    for table, name in _COLUMNS:
        op.add_column(table, sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    for table, name in reversed(_COLUMNS):
        op.drop_column(table, name)
