"""Which files were imported, and what came of each?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId

__all__ = ["Import"]


class Import(Base):
    """One file. Its plans are runs like any other; no value of it is kept here."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    source: Mapped[str]
    """What the file was called."""
    kind: Mapped[str] = mapped_column(String(8))
    rows: Mapped[int]
    changed: Mapped[int]
    """Customers that its plans change."""
    refused: Mapped[int]
    """Cells and rows that are not taken; `report` names the first of them."""
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Columns that were passed over, and problems by line and column."""
    runs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Numbers of the runs that are its plans, under ``ids``."""
