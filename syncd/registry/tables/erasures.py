"""Who was erased, and how is a record known for theirs without keeping whose it is?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId

__all__ = ["Erasure", "Exemption", "Tombstone"]


class Erasure(Base):
    """One contractor's erasure, from the request to the report. Nothing in it tells who it was."""

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    """Its name in the ledger, the same whichever backup the registry was restored from."""
    contractor_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    retained: Mapped[str]
    """JSON list of the fields that a law has kept."""
    retained_until: Mapped[str | None] = mapped_column(String(10))
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    """When the registry forgot the person; the sides follow."""
    finished_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Tombstone(Base):
    """One mark of an erased contractor, as a keyed digest: it recognises the mark and does not tell it."""

    __tablename__ = "tombstones"

    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    erasure_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]


class Exemption(Base):
    """A record that a person said is somebody else's, whatever it has in common with an erased contractor."""

    __tablename__ = "exemptions"

    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    by: Mapped[str]
    at: Mapped[datetime]
