"""Where do platforms call us, and which calls came in?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId
from syncd.registry.tables.connections import Connection

__all__ = ["Hook", "HookCall"]


class Hook(Base):
    """The address that a platform was given."""

    __tablename__ = "hooks"

    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id), primary_key=True)
    sealed: Mapped[bytes]
    """What the address ends in, and the key that the platform signs with: encrypted, see `syncd.secrets`."""
    made_at: Mapped[datetime]


class HookCall(Base):
    """A call that came in; what it said is not kept, but for whom to read."""

    __tablename__ = "hook_calls"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the whole call, so that the same one is not taken twice."""
    at: Mapped[datetime]
    external_ids: Mapped[str | None]
    """JSON list; ``None`` as soon as a run was asked for."""
    run_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("connection_id", "digest"),)
