"""What are groups called at each shop?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId
from syncd.registry.tables.connections import Connection

__all__ = ["GroupRule", "ManagedGroup", "SeededRoute"]


class GroupRule(Base):
    """One rule of a route's mapping of groups; `syncd.domain.groups.GroupRule` says what it means."""

    __tablename__ = "group_rules"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    erp_id: Mapped[int] = mapped_column(ForeignKey(Connection.id))
    shop_id: Mapped[int] = mapped_column(ForeignKey(Connection.id))
    position: Mapped[int]
    match: Mapped[str] = mapped_column(String(8))
    pattern: Mapped[str]
    target: Mapped[str]
    priority: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_group_rules_route", "erp_id", "shop_id", "position"),)


class SeededRoute(Base):
    """A route whose rules were taken from the configuration once: from then on only the registry has them."""

    __tablename__ = "seeded_routes"

    erp_id: Mapped[int] = mapped_column(ForeignKey(Connection.id), primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey(Connection.id), primary_key=True)
    at: Mapped[datetime]


class ManagedGroup(Base):
    """A group of a shop that syncd answers for, or did: who is in it without a reason is taken out."""

    __tablename__ = "managed_groups"

    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
