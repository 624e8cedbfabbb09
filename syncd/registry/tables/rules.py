"""Which rules do admins change while syncd runs?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base

__all__ = ["CountryDecision", "CountryName", "FieldRule", "ServedCountry"]


class CountryName(Base):
    """What an admin says that a stated country means."""

    __tablename__ = "country_names"

    folded: Mapped[str] = mapped_column(primary_key=True)
    """The name without case, accents and punctuation: all its spellings are one."""
    stated: Mapped[str]
    country: Mapped[str] = mapped_column(String(2))
    by: Mapped[str]
    at: Mapped[datetime]


class CountryDecision(Base):
    """Where a contractor is, as an admin said who had seen statements that contradict each other."""

    __tablename__ = "country_decisions"

    facts: Mapped[bytes] = mapped_column(primary_key=True)
    """Stands for those statements: `syncd.domain.country.Evidence.facts`."""
    contractor_id: Mapped[int] = mapped_column(BigInteger, index=True)
    country: Mapped[str] = mapped_column(String(2))
    by: Mapped[str]
    at: Mapped[datetime]


class ServedCountry(Base):
    """A country that a shop serves besides those of its configuration, as an admin said."""

    __tablename__ = "served_countries"

    connection_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    by: Mapped[str]
    at: Mapped[datetime]


class FieldRule(Base):
    """Who may change one field, where that is not `syncd.domain.policy.RULES`."""

    __tablename__ = "field_rules"

    field: Mapped[str] = mapped_column(String(32), primary_key=True)
    connection_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The shop for whose word it is in force; 0 for all."""
    owner: Mapped[str] = mapped_column(String(4))
    shop_edit: Mapped[str]
    """Zones with commas between."""
    empty: Mapped[str] = mapped_column(String(12))
    forbidden: Mapped[str] = mapped_column(String(12))
    by: Mapped[str]
    at: Mapped[datetime]
