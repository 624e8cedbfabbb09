"""Certificates, alarms and alerts; how old a change is when it arrives; issues have an owner and can be put off."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from syncd.registry.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS: tuple[tuple[str, str, sa.types.TypeEngine[Any]], ...] = (
    ("plan_lines", "changed_at", UtcDateTime()),
    ("pushes", "changed_at", UtcDateTime()),
    ("deliveries", "age_seconds", sa.Double()),
    ("issues", "assignee", sa.Text()),
    ("issues", "snoozed_until", UtcDateTime()),
)


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "certificates",
        sa.Column("id", big_id, nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("agree", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("record_reads", sa.Integer(), nullable=False),
        sa.Column("by_cause", sa.JSON(), nullable=False),
        sa.Column("differing", sa.JSON(), nullable=False),
        sa.Column("expected", sa.String(16), nullable=False),
        sa.Column("stated", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_certificates_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
    )
    op.create_index(op.f("ix_certificates_connection_id"), "certificates", ["connection_id"])
    op.create_table(
        "alarms",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_alarms_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarms")),
    )
    op.create_table(
        "notices",
        sa.Column("id", big_id, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(48), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_notices_connection_id_connections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_due_at", "notices", ["due_at"])
    for table, name, kind in _COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, name, _ in _COLUMNS:
        op.drop_column(table, name)
    for table in ("notices", "alarms", "certificates"):
        op.drop_table(table)
