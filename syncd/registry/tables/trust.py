"""What was proven, what is late, and who still has to be told of it?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId
from syncd.registry.tables.connections import Connection

__all__ = ["Alarm", "Certificate", "Notice"]


class Certificate(Base):
    """One side compared with the registry: figures, and customers by code; no names of records and no values."""

    __tablename__ = "certificates"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id), index=True)
    asked_by: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    compared: Mapped[int]
    agree: Mapped[int]
    complete: Mapped[bool]
    record_reads: Mapped[int]
    by_cause: Mapped[dict[str, Any]]
    differing: Mapped[dict[str, Any]]
    """Customer codes by cause; of very many the first ones."""
    expected: Mapped[str] = mapped_column(String(16))
    stated: Mapped[str] = mapped_column(String(16))
    """Checksums of what the registry expected and what the side stated."""


class Alarm(Base):
    """Something that is not as it should be just now; the row goes when it is well again."""

    __tablename__ = "alarms"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    """``freshness:3``."""
    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id))
    since: Mapped[datetime]


class Notice(Base):
    """Something that is to be told by one channel, whoever finds it out."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(48))
    connection_id: Mapped[int | None] = mapped_column(ForeignKey(Connection.id))
    details: Mapped[dict[str, Any]]
    channel: Mapped[str] = mapped_column(String(80))
    """``log``, ``command``, ``webhook`` of ``[alerts]``, or ``to:`` with the name of one of ``[[webhooks]]``."""
    due_at: Mapped[datetime | None]
    """``None`` once it was told, or given up."""
    attempts: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str | None]
    """``told``, or why it was given up."""

    __table_args__ = (Index("ix_notices_due_at", "due_at"),)
