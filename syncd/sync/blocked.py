"""Whom did this connection block of late, without anybody having been asked?

A limit for each run alone is none for a side that switches everybody off little by little: an ERP's job that works for
an hour is read in thirty runs, each of them small.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text

from syncd.domain.holds import load_holds
from syncd.registry.engine import among
from syncd.registry.tables import Binding, Contractor, Run
from syncd.registry.tables.customers import SHUT
from syncd.sync.app import Connected

__all__ = ["blocked_before"]


def blocked_before(connection: Connection, connected: Connected, now: datetime) -> int:
    """How many contractors are blocked by this connection since `guard.blocks_hours` ago.

    Who is let in again does not count, nor who came switched off, and what a person said yes to stands for all before
    it.
    """
    hours = connected.settings.guard.blocks_hours
    if not hours:
        return 0
    since = now - timedelta(hours=hours)
    asked = connection.scalar(
        select(func.max(Run.finished_at)).where(Run.connection_id == connected.id, Run.approved_by.is_not(None))
    )
    if asked is not None and asked > since:
        since = asked
    shut = connection.execute(
        select(Contractor.id, Contractor.holds, Contractor.created_at).where(text(SHUT), Contractor.updated_at >= since)
    )
    here = [
        id_
        for id_, holds, made_at in shut
        if any(h.by == connected.name and h.since > max(since, made_at) for h in load_holds(holds))
    ]
    # Whose record is let go since is nobody's here.
    whose = select(func.count()).select_from(Binding).where(among(connection, Binding.contractor_id, here))
    return (connection.scalar(whose.where(Binding.connection_id == connected.id)) or 0) if here else 0
