"""What is kept about each connection, beside its configuration?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId

__all__ = ["Connection", "ConnectionDraft", "ConnectionSecret", "Cursor", "Throttled"]


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
    problem_said: Mapped[str | None]
    """How the sentence was made, as `syncd.sentence.pack` writes it."""
    last_success_at: Mapped[datetime | None]
    last_full_at: Mapped[datetime | None]
    last_listing: Mapped[str | None]
    """What the last complete read that counted absence was of; see `syncd.ports.Proof.listing`."""
    heard_listing: Mapped[str | None]
    """What the last read was of that came to its end."""
    accepted_losses: Mapped[int] = mapped_column(server_default="0")
    """So many records may be absent from its list, because a person said yes to that."""
    paused_because: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    tested_at: Mapped[datetime | None]
    tested_by: Mapped[str | None]
    tested: Mapped[str | None]
    """What the last test found: checks as JSON."""


class ConnectionSecret(Base):
    """A secret option of a connection that neither environment nor file gives.

    By name: it may be here before the configuration names the connection.
    """

    __tablename__ = "connection_secrets"

    connection: Mapped[str] = mapped_column(String(64), primary_key=True)
    option: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted, see `syncd.secrets`."""
    set_at: Mapped[datetime]
    set_by: Mapped[str]


class ConnectionDraft(Base):
    """A connection that somebody is about to make, between one page and the next."""

    __tablename__ = "connection_drafts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str]
    side: Mapped[str] = mapped_column(String(4))
    options: Mapped[str]
    """JSON, without secrets."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The secrets: JSON, encrypted."""
    tested: Mapped[str | None]
    """What the last test found: checks as JSON."""
    made_by: Mapped[str]
    made_at: Mapped[datetime]


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
