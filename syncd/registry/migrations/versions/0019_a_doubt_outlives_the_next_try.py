"""Whether a push may have reached its side is no longer told by what became of its latest attempt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pushes", sa.Column("in_doubt", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE pushes SET in_doubt = TRUE WHERE attempts > 0 AND error_code IS NOT NULL AND error_code <> 'not-tried'"
    )


def downgrade() -> None:
    op.drop_column("pushes", "in_doubt")
