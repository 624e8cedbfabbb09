"""Who is in a group, and when somebody was told last, is answered by an index alone."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_memberships_group_id", "memberships")
    op.create_index("ix_memberships_whose", "memberships", ["group_id", "contractor_id"])
    op.drop_index("ix_deliveries_contractor_id", "deliveries")
    op.create_index("ix_deliveries_last", "deliveries", ["contractor_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_last", "deliveries")
    op.create_index("ix_deliveries_contractor_id", "deliveries", ["contractor_id"])
    op.drop_index("ix_memberships_whose", "memberships")
    op.create_index("ix_memberships_group_id", "memberships", ["group_id"])
