"""Whom did this connection block of late, without anybody having been asked?

A limit for each run alone is none for a side that switches everybody off little by little: an ERP's job that works for
an hour is read in thirty runs, each of them small.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from syncd.domain.holds import Status, load_holds
from syncd.registry.tables import Binding, Contractor, Run
from syncd.sync.app import Connected

__all__ = ["blocked_before"]

_SHUT = (Status.BLOCKED, Status.BLOCKED_BY_ERP)


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
    rows = connection.execute(
        select(Contractor.holds, Contractor.created_at)
        .join(Binding, Binding.contractor_id == Contractor.id)
        .where(
            Binding.connection_id == connected.id,
            Contractor.updated_at >= since,
            Contractor.updated_at > Contractor.created_at,  # else it came switched off; a first load brings many such
            Contractor.status.in_(_SHUT),
        )
    )
    return sum(
        any(h.by == connected.name and h.since > max(since, made_at) for h in load_holds(holds))
        for holds, made_at in rows
    )
