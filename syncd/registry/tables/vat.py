"""What did VIES say about each VAT number?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base

__all__ = ["VatNumber"]


class VatNumber(Base):
    """One number that a contractor has. What was answered stays while no newer answer comes."""

    __tablename__ = "vat_answers"

    prefix: Mapped[str] = mapped_column(String(2), primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(String(8), index=True)
    """The last one that said anything; ``unknown`` until there is one."""
    answered_at: Mapped[datetime | None]
    consultation: Mapped[str]
    """VIES' number of the consultation that gave `answer`."""
    asked_at: Mapped[datetime | None]
    cause: Mapped[str] = mapped_column(String(48))
    """Why the last question brought nothing; empty when it did."""
    tries: Mapped[int]
    """Questions in a row that brought nothing."""
    unknown_since: Mapped[datetime | None]
    """When the first of them was asked."""
    ask_again_at: Mapped[datetime] = mapped_column(index=True)
