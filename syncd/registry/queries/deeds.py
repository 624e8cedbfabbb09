"""What did people do about one thing, and what did they say?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from syncd.registry import tables as t

__all__ = ["Deed", "deeds"]


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the audit log."""

    at: datetime
    by: str
    action: str
    details: dict[str, Any]


def deeds(connection: Connection, subject: str, *, limit: int = 100) -> list[Deed]:
    """What people did about a subject (``issue 17``, ``run 41``), the latest first."""
    audit = t.Audit
    rows = connection.execute(
        select(audit.at, audit.actor.label("by"), audit.action, audit.details)
        .where(audit.subject == subject)
        .order_by(audit.id.desc())
        .limit(limit)
    )
    return [Deed(**row) for row in rows.mappings()]
