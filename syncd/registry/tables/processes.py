"""Which processes are there, and what may only one of them do at a time?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base

__all__ = ["Counter", "Lease", "Worker"]


class Lease(Base):
    """Who works on something that only one may work on, and until when."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner: Mapped[str | None]
    until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    """Raised with every new holder: a holder that slept past its time finds a higher number and commits nothing."""


class Counter(Base):
    """Numbers handed out in blocks, so that a plan can name contractors that do not exist yet."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Worker(Base):
    """A process that works, and when it last said so."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    role: Mapped[str] = mapped_column(String(12))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
