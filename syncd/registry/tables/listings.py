"""What are lists of customers made from?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base

__all__ = ["Listing"]


class Listing(Base):
    """What a list sorts, filters and searches by: a narrow copy of `Contractor`, made by `syncd.registry.listings`.

    A row of `Contractor` is a kilobyte, and looking through all of them takes ten times as long.
    """

    __tablename__ = "listings"

    contractor_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    name: Mapped[str]
    """As the next five: folded."""
    number: Mapped[str]
    email: Mapped[str]
    tax_id: Mapped[str]
    phone: Mapped[str]
    city: Mapped[str]
    caretaker: Mapped[str]
    kind: Mapped[str] = mapped_column(String(12))
    newsletter: Mapped[bool | None]
    country: Mapped[str]
    zone: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    """Of the contractor that this was copied from. Read by the program of before only, as the next but one: neither
    follows a change of which lists show nothing else. Who changed when, the contractor's own row tells."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    text: Mapped[str]
    """What a search looks through. The index over its trigrams is made by migration 0011: each database has its own."""

    # With who it is: most are alike, and one page of them in order is all that is asked for. The last has what most
    # filters ask for, so that how many they mean is counted in it alone. PostgreSQL's are made while others write, once
    # there are many: by `syncd.registry.listings`.
    __table_args__ = tuple(
        Index(name, *columns, postgresql_concurrently=True)
        for name, columns in {
            "ix_listings_name": ["name"],
            "ix_listings_created_at": ["created_at"],
            "ix_listings_by_city": ["city", "contractor_id"],
            "ix_listings_by_caretaker": ["caretaker", "contractor_id"],
            "ix_listings_by_country": ["country", "contractor_id"],
            "ix_listings_by_zone": ["zone", "contractor_id"],
            "ix_listings_by_status": ["status", "contractor_id"],
            "ix_listings_by_number": ["number", "contractor_id"],
            "ix_listings_by_email": ["email", "contractor_id"],
            "ix_listings_by_phone": ["phone", "contractor_id"],
            "ix_listings_by_tax_id": ["tax_id", "contractor_id"],
            "ix_listings_by_kind": ["kind", "contractor_id"],
            "ix_listings_by_newsletter": ["newsletter", "contractor_id"],
            "ix_listings_by_state": ["status", "country", "zone"],
        }.items()
    )
