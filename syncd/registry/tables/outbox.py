"""Who is behind on whom, and what was brought about?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId
from syncd.registry.tables.connections import Connection

__all__ = ["Delivery", "Push", "Told", "Try"]


class Push(Base):
    """The outbox: this connection is behind on this contractor. It says who, never what."""

    __tablename__ = "pushes"

    connection_id: Mapped[int] = mapped_column(primary_key=True)
    contractor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    wanted: Mapped[int] = mapped_column(BigInteger, default=1)
    """Raised whenever the contractor changes again, so that a push that was under way is not taken for enough."""
    run_id: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    """When the oldest change that has not arrived was made where it comes from; ``None``: at `since`."""
    due_at: Mapped[datetime | None]
    """``None`` when a person has to act first (the issue says what)."""
    attempts: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0, server_default="0")
    """Processes in a row that took it, alone but for the first, and never gave it back."""
    owner: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    error_code: Mapped[str | None]
    """What became of the latest attempt."""
    in_doubt: Mapped[bool] = mapped_column(default=False, server_default=false())
    """An attempt may have reached the side without our knowing: true until one is known to have arrived."""

    __table_args__ = (Index("ix_pushes_due", "connection_id", "due_at"),)


class Delivery(Base):
    """One effect at one side: what a push brought about, for history and for the proof that it arrived."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id))
    contractor_id: Mapped[int] = mapped_column(BigInteger)
    run_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(12))
    fields: Mapped[str]
    """Names of the fields written, with commas between."""
    verified: Mapped[str | None] = mapped_column(String(16))
    age_seconds: Mapped[float | None]
    """How old the change was when it arrived."""

    __table_args__ = (Index("ix_deliveries_last", "contractor_id", "at"),)


class Told(Base):
    """When a customer's latest effect was brought about: what lists sort and filter by, while `Delivery` grows."""

    __tablename__ = "told"

    contractor_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]

    __table_args__ = (Index("ix_told_when", "at", "contractor_id"),)


class Try(Base):
    """One try of a push that did not succeed: for the person who asks why. Kept for ``payload_days``."""

    __tablename__ = "tries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int]
    contractor_id: Mapped[int] = mapped_column(BigInteger)
    run_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    attempt: Mapped[int]
    code: Mapped[str] = mapped_column(String(48))
    message: Mapped[str]
    said: Mapped[str | None]
    """How the sentence was made, as `syncd.sentence.pack` writes it."""
    due_at: Mapped[datetime | None]
    """When it was to be tried next; ``None`` when a person had to act first."""
    exchange: Mapped[str | None] = mapped_column(Text)
    """What was sent and answered, as JSON, without secrets; only with the latest try of a push."""

    __table_args__ = (Index("ix_tries_whose", "contractor_id", "connection_id"),)
