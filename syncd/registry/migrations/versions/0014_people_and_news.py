"""News that others are told of, links and one-time codes of people, and a log of acts that is searched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_UNTOLD_RUN = sa.text("told IS NULL OR told <> state")
_UNTOLD_ISSUE = sa.text("told_at IS NULL")
_OF_AUDIT = (["at"], ["actor", "id"], ["action", "id"], ["subject", "id"])


def upgrade() -> None:
    op.add_column("runs", sa.Column("told", sa.String(12), nullable=True))
    op.add_column("issues", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    # What there is already is no news.
    op.execute("UPDATE runs SET told = state")
    op.execute("UPDATE issues SET told_at = last_at")
    op.create_index("ix_runs_untold", "runs", ["id"], sqlite_where=_UNTOLD_RUN, postgresql_where=_UNTOLD_RUN)
    op.create_index("ix_issues_untold", "issues", ["id"], sqlite_where=_UNTOLD_ISSUE, postgresql_where=_UNTOLD_ISSUE)
    for columns in _OF_AUDIT:
        op.create_index(f"ix_audit_{'_'.join(columns)}", "audit", columns)
    with op.batch_alter_table("notices") as table:
        table.alter_column("channel", existing_type=sa.String(12), type_=sa.String(80), existing_nullable=False)
    with op.batch_alter_table("setup_links") as table:
        table.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_setup_links_user_id_users"), "users", ["user_id"], ["id"])
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "log_in_steps",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_log_in_steps_user_id_users")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_log_in_steps")),
    )
    op.create_index("ix_log_in_steps_user_id", "log_in_steps", ["user_id"])


def downgrade() -> None:
    op.drop_table("log_in_steps")
    op.drop_table("second_factors")
    op.execute("DELETE FROM setup_links WHERE user_id IS NOT NULL")
    with op.batch_alter_table("setup_links") as table:
        table.drop_constraint(op.f("fk_setup_links_user_id_users"), type_="foreignkey")
        table.drop_column("user_id")
    op.execute("DELETE FROM notices WHERE channel LIKE 'to:%'")
    with op.batch_alter_table("notices") as table:
        table.alter_column("channel", existing_type=sa.String(80), type_=sa.String(12), existing_nullable=False)
    for columns in _OF_AUDIT:
        op.drop_index(f"ix_audit_{'_'.join(columns)}", table_name="audit")
    op.drop_index("ix_issues_untold", table_name="issues")
    op.drop_index("ix_runs_untold", table_name="runs")
    op.drop_column("issues", "told_at")
    op.drop_column("runs", "told")
