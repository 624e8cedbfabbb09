"""Whom did this connection block of late, without anybody having been asked?

A limit for each run alone is none for a side that switches everybody off little by little: an ERP's job that works for
an hour is read in thirty runs, each of them small.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, exists, func, select, text

from syncd.domain.holds import BY_RULE, Status, load_holds
from syncd.registry.engine import among
from syncd.registry.lines import Action
from syncd.registry.tables import Binding, Contractor, PlanLine, Run
from syncd.registry.tables.customers import SHUT
from syncd.sync.app import App, Connected
from syncd.sync.mode import EDIT

__all__ = ["blocked_before"]


def blocked_before(app: App, connection: Connection, connected: Connected) -> int:
    """How many contractors are blocked by this connection, or by a rule, since `guard.blocks_hours` ago.

    Who is let in again does not count, nor who came switched off, and what a person said yes to who was shown whom a
    plan blocks stands for all before it.
    """
    hours = connected.settings.guard.blocks_hours
    if not hours:
        return 0
    since = app.now() - timedelta(hours=hours)
    asked = connection.scalar(_ASKED, {"which": connected.id, "since": since})
    if asked is not None:
        since = asked
    by = {connected.name}
    shut = list(connection.execute(_SHUT, {"since": since}))
    if app.settings.hold_unresolved or app.settings.hold_unapproved:
        by.add(BY_RULE)
        shut += connection.execute(_PENDING, {"since": since})
    here = [
        id_
        for id_, holds, made_at in shut
        if any(h.by in by and h.since > max(since, made_at) for h in load_holds(holds))
    ]
    # Whose record is let go since is nobody's here.
    whose = select(func.count()).select_from(Binding).where(among(connection, Binding.contractor_id, here))
    return (connection.scalar(whose.where(Binding.connection_id == connected.id)) or 0) if here else 0


_ASKED: Final = select(func.max(Run.finished_at)).where(
    Run.connection_id == bindparam("which"),
    Run.mode != EDIT,
    Run.approved_by.is_not(None),
    Run.finished_at > bindparam("since"),
    exists().where(PlanLine.run_id == Run.id, PlanLine.action == Action.BLOCK, PlanLine.outcome.is_(None)),
)
_SINCE: Final = select(Contractor.id, Contractor.holds, Contractor.created_at).where(
    Contractor.updated_at >= bindparam("since")
)
_SHUT: Final = _SINCE.where(text(SHUT))
_PENDING: Final = _SINCE.where(Contractor.status == Status.PENDING, Contractor.updated_at > Contractor.created_at)
"""Whom a rule keeps out."""
