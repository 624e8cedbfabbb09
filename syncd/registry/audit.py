"""How is it written down what a person did?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from syncd.registry.tables import Audit

__all__ = ["write_down"]


def write_down(connection: Connection, now: datetime, by: str, action: str, subject: str, **details: Any) -> None:
    """Add to the audit log, in the transaction that does it."""
    connection.execute(insert(Audit).values(at=now, actor=by, action=action, subject=subject, details=details))
