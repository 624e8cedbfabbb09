"""What did people decide about who is who?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId

__all__ = ["MatchDecision", "Merge", "Unalike"]


class MatchDecision(Base):
    """A person's word on a record that is not bound. It goes when the record is."""

    __tablename__ = "match_decisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int]
    external_id: Mapped[str]
    verdict: Mapped[str] = mapped_column(String(8))
    """``same`` as the contractor, ``other`` than the contractor, ``new``: nobody known."""
    contractor_id: Mapped[int | None] = mapped_column(BigInteger)
    by: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_match_decisions_record", "connection_id", "external_id"),)


class Unalike(Base):
    """Two customers who look alike and are not the same, as a person said."""

    __tablename__ = "unalike"

    older_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    newer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    by: Mapped[str]
    at: Mapped[datetime]


class Merge(Base):
    """One contractor that became part of another. The row goes when that is taken back."""

    __tablename__ = "merges"

    gone_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kept_id: Mapped[int] = mapped_column(BigInteger, index=True)
    run_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    by: Mapped[str]
    before: Mapped[str | None]
    """JSON: the rows of both contractors as they were, and the records that moved; ``None`` when it is too long ago to
    be taken back."""
