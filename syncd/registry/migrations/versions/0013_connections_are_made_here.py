"""Connections are made, tried and paused here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COLUMNS = ("paused_because", "paused_at", "tested_at", "tested_by", "tested")


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.add_column("connections", sa.Column("paused_because", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("paused_at", moment, nullable=True))
    op.add_column("connections", sa.Column("tested_at", moment, nullable=True))
    op.add_column("connections", sa.Column("tested_by", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("tested", sa.Text(), nullable=True))
    op.create_table(
        "connection_secrets",
        sa.Column("connection", sa.String(64), nullable=False),
        sa.Column("option", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", moment, nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "option", name=op.f("pk_connection_secrets")),
    )
    op.create_table(
        "connection_drafts",
        sa.Column("id", big_id, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("side", sa.String(4), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("tested", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_drafts")),
    )


def downgrade() -> None:
    op.drop_table("connection_drafts")
    op.drop_table("connection_secrets")
    for name in _COLUMNS:
        op.drop_column("connections", name)
