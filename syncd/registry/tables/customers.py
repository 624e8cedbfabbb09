"""What should each customer be, and what is it called on each side?"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base

__all__ = ["SHUT", "Absence", "Binding", "Contractor", "Group", "Membership"]


SHUT: Final = "status IN ('blocked', 'blocked_by_erp') AND updated_at > created_at"
"""Who may not log in, and did not come like that: a first load brings many such."""


class Contractor(Base):
    """What a customer should be. `doc` is a `syncd.domain.contractor.Contractor`."""

    __tablename__ = "contractors"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(250))
    number: Mapped[str | None]
    number_key: Mapped[str | None] = mapped_column(index=True)
    """The number in one case, to find those that differ in nothing else; which one it is, `number` tells."""
    tax_key: Mapped[str | None] = mapped_column(index=True)
    email_key: Mapped[str | None] = mapped_column(index=True)
    phone_key: Mapped[str | None] = mapped_column(index=True)
    country: Mapped[str]
    zone: Mapped[str] = mapped_column(String(12))
    reasons: Mapped[str]
    """Why this zone: JSON list of sentences."""
    status: Mapped[str] = mapped_column(String(16))
    holds: Mapped[str]
    doc: Mapped[str]
    version: Mapped[int]
    """Raised by every change: a plan names the version it was made on."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    listed: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """The version that lists of customers follow. A syncd of before leaves it behind: see `registry.listings`."""

    # The order of who changed last, and who was shut out, without a look at rows of a kilobyte.
    __table_args__ = (
        Index("ix_contractors_when_changed", "updated_at", "id"),
        Index("ix_contractors_shut", "updated_at", postgresql_where=text(SHUT), sqlite_where=text(SHUT)),
    )


class Group(Base):
    """A group of contractors."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    origin: Mapped[str] = mapped_column(String(8), server_default="erp")
    """Who says who is in it: ``erp``, or ``admin`` for one that an admin made."""
    label: Mapped[str | None]
    color: Mapped[str | None] = mapped_column(String(9))


class Membership(Base):
    """Who is in which group: `Contractor.doc` holds the same, this is for asking by group."""

    __tablename__ = "memberships"

    contractor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    group_id: Mapped[int] = mapped_column(primary_key=True)
    sorted_by: Mapped[str | None]
    """The group's name, where it is the first of its contractor: lists go by it. A syncd of before leaves it out."""

    # The second is for lists in the order of groups; PostgreSQL's is made as theirs are, by `syncd.registry.listings`.
    __table_args__ = (
        Index("ix_memberships_whose", "group_id", "contractor_id"),
        Index(
            "ix_memberships_sorted",
            "sorted_by",
            "contractor_id",
            postgresql_where=text("sorted_by IS NOT NULL"),
            sqlite_where=text("sorted_by IS NOT NULL"),
            postgresql_concurrently=True,
        ),
    )


class Binding(Base):
    """A contractor's name on one connection, with what that side held when last seen."""

    __tablename__ = "bindings"

    connection_id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    contractor_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str | None]
    raw_hash: Mapped[bytes | None]
    """Digest of the record as it was sent, salted with adapter and rule versions."""
    agreed: Mapped[str]
    settled_hash: Mapped[bytes | None]
    """Digest of what the registry wanted there when it was last brought about; ``None`` when a push is due."""
    departures: Mapped[str | None]
    """Edits there that do not count and stay all the same: `Station.departure` by field; ``None`` mostly."""

    __table_args__ = (
        UniqueConstraint("contractor_id", "connection_id"),
        Index(
            "ix_bindings_unsettled",
            "contractor_id",
            "connection_id",
            postgresql_where=text("settled_hash IS NULL"),
            sqlite_where=text("settled_hash IS NULL"),
        ),
    )


class Absence(Base):
    """A binding whose record the last complete reads did not contain; the row goes when the record is seen again."""

    __tablename__ = "absences"

    connection_id: Mapped[int] = mapped_column(primary_key=True)
    contractor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    reads: Mapped[int]
    """Complete full reads in a row."""
    excused: Mapped[bool] = mapped_column(default=False, server_default=false())
    """What followed from it was undone: it blocks nobody again until the record was there in between."""
