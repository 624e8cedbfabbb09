"""Lists of customers: what they go by, and views of them that people keep."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from syncd.domain.code import code_of
from syncd.domain.listing import listed, sketch

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_FOLDED: Final = ("name", "number", "email", "tax_id", "phone", "city", "caretaker")
_COPIED: Final = ("country", "zone", "status", "version", "created_at", "updated_at")
_PAGE: Final = 2000


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "listings",
        sa.Column("contractor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _FOLDED),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("newsletter", sa.Boolean(), nullable=True),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(12), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contractor_id", name=op.f("pk_listings")),
    )
    for column in ("name", "zone", "status", "created_at", "updated_at"):
        op.create_index(op.f(f"ix_listings_{column}"), "listings", [column])
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("filter", "search", "columns", "sort")),
        sa.Column("changed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_views_user_id_name")),
    )
    connection = op.get_bind()
    _fill(connection)
    if connection.dialect.name == "sqlite":
        _index(connection)


def _fill(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    contractors = sa.Table("contractors", metadata, autoload_with=connection)
    listings = sa.Table("listings", metadata, autoload_with=connection)
    page = sa.select(*(contractors.c[name] for name in ("id", "doc", *_COPIED))).order_by(contractors.c.id).limit(_PAGE)
    after = 0
    while rows := connection.execute(page.where(contractors.c.id > after)).all():
        connection.execute(sa.insert(listings), [_listing(row) for row in rows])
        after = rows[-1].id


def _listing(row: sa.Row[Any]) -> dict[str, Any]:
    found = listed(code_of(row.id), sketch(row.doc))
    folded = {name: getattr(found, name) for name in (*_FOLDED, "kind", "newsletter", "text")}
    return {"contractor_id": row.id, **folded, **{name: getattr(row, name) for name in _COPIED}}


def _index(connection: sa.Connection) -> None:
    """PostgreSQL gets its own when it pays: `syncd.registry.listings`."""
    connection.exec_driver_sql(
        "CREATE VIRTUAL TABLE listings_text USING fts5("
        "text, content='listings', content_rowid='contractor_id', tokenize='trigram case_sensitive 1')"
    )
    connection.exec_driver_sql("INSERT INTO listings_text (listings_text) VALUES ('rebuild')")
    # Each transaction adds a part; merging them seldom halves what a first load spends here.
    connection.exec_driver_sql("INSERT INTO listings_text (listings_text, rank) VALUES ('automerge', 16)")
    connection.exec_driver_sql("INSERT INTO listings_text (listings_text, rank) VALUES ('crisismerge', 64)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE listings_text")
    op.drop_table("listings")
    op.drop_table("saved_views")
