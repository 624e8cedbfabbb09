"""Which rules do admins change while syncd runs?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base

__all__ = ["CountryName"]


class CountryName(Base):
    """What an admin says that a stated country means."""

    __tablename__ = "country_names"

    folded: Mapped[str] = mapped_column(primary_key=True)
    """The name without case, accents and punctuation: all its spellings are one."""
    stated: Mapped[str]
    country: Mapped[str] = mapped_column(String(2))
    by: Mapped[str]
    at: Mapped[datetime]
