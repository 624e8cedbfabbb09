"""What is a person asked, and what did people do?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId
from syncd.registry.tables.connections import Connection

__all__ = ["UNTOLD_ISSUE", "Audit", "Issue"]

UNTOLD_ISSUE: Final = "told_at IS NULL"


class Issue(Base):
    """Something for a person."""

    __tablename__ = "issues"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    """Same connection, record and cause: one issue, however often it is seen."""
    code: Mapped[str] = mapped_column(String(48), index=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey(Connection.id))
    contractor_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    external_id: Mapped[str | None]
    field: Mapped[str | None] = mapped_column(String(32))
    message: Mapped[str]
    cure: Mapped[str]
    raw: Mapped[bytes | None]
    """The record that could not be used, to retry it from."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(12), index=True)
    seen: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(BigInteger)
    closed_by: Mapped[str | None]
    assignee: Mapped[str | None]
    """Who sees to it."""
    snoozed_until: Mapped[datetime | None]
    """Until then it is not shown; it comes back by itself."""
    told_at: Mapped[datetime | None]
    """When others heard of it; ``None`` while it is news: see `syncd.registry.news`."""

    __table_args__ = (
        Index("ix_issues_untold", "id", sqlite_where=text(UNTOLD_ISSUE), postgresql_where=text(UNTOLD_ISSUE)),
    )


class Audit(Base):
    """What a person did."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_actor_id", "actor", "id"),
        Index("ix_audit_action_id", "action", "id"),
        Index("ix_audit_subject_id", "subject", "id"),
    )
