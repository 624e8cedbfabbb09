"""What is kept about each connection, beside its configuration?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base

__all__ = ["Connection", "Cursor", "Throttled"]


class Connection(Base):
    """One configured adapter. Options stay in the configuration; this is its identity and its state."""

    __tablename__ = "connections"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str]
    side: Mapped[str] = mapped_column(String(4))
    paused_by: Mapped[str | None]
    """Who paused it; ``None`` when it works."""
    failing_since: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    """After a fatal error: when one call may find out whether it is healed."""
    problem: Mapped[str | None]
    last_success_at: Mapped[datetime | None]
    last_full_at: Mapped[datetime | None]
    last_listing: Mapped[str | None]
    """What the last complete read that counted absence was of; see `syncd.ports.Proof.listing`."""


class Cursor(Base):
    """Where a connection's next read starts; moved only in the transaction that stores a run's last page."""

    __tablename__ = "cursors"

    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id), primary_key=True)
    value: Mapped[str | None]
    moved_at: Mapped[datetime]
    run_id: Mapped[int] = mapped_column(BigInteger)


class Throttled(Base):
    """A rate limit where no Redis keeps it: a token bucket, and the pause a peer asked for."""

    __tablename__ = "throttles"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    """``connection:3``, or ``vies``."""
    tokens: Mapped[float]
    at: Mapped[datetime]
    paused_until: Mapped[datetime | None]
