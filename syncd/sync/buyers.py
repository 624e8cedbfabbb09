"""Whom of those who buy does a plan touch? Answered only where it can matter, because everybody is looked at for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Connection, select

from syncd.domain.contractor import Activity, load
from syncd.domain.risk import BUYER_DAYS, Risk
from syncd.registry.tables import Contractor, PlanLine, Run
from syncd.settings import GuardSettings
from syncd.sync.guard import Buyers

__all__ = ["buyers_touched"]

_PAGE = 2000


def buyers_touched(
    connection: Connection, run_id: int, risks: Mapping[Risk, int], limits: GuardSettings
) -> Buyers | None:
    """Compare the buyers in a plan with all buyers; ``None`` where so few are touched that no limit is near.

    Only a shop that tells of orders makes anybody a buyer.
    """
    touched = risks.get(Risk.BUYER, 0)
    if not touched or (touched < limits.at_least and not risks.get(Risk.BLOCK, 0)):
        return None
    since = connection.execute(select(Run.asked_at).where(Run.id == run_id)).scalar_one().date()
    since -= timedelta(days=BUYER_DAYS)
    named = _touched(connection, run_id)
    spent_by_touched = sum((_spent(load(doc).activity) for doc in named.values()), Decimal())
    buyers, spent = 0, Decimal()
    for activity in _activities(connection):
        spent += _spent(activity)
        buyers += activity.last_order is not None and activity.last_order >= since
    share = float(spent_by_touched * 100 / spent) if spent > 0 else 0.0
    return Buyers(touched=len(named), all=buyers, turnover_percent=share)


def _touched(connection: Connection, run_id: int) -> dict[int, str]:
    """Documents of the buyers in the plan, by contractor."""
    rows = connection.execute(
        select(PlanLine.contractor_id, PlanLine.before).where(
            PlanLine.run_id == run_id, PlanLine.risks.contains(Risk.BUYER.value), PlanLine.before.is_not(None)
        )
    )
    return {contractor_id: before for contractor_id, before in rows if before is not None}


def _activities(connection: Connection) -> Iterator[Activity]:
    """What the shops tell of everybody who ever ordered."""
    after = 0
    while True:
        page = connection.execute(
            select(Contractor.id, Contractor.doc)
            .where(Contractor.id > after, Contractor.doc.contains('"activity"'))
            .order_by(Contractor.id)
            .limit(_PAGE)
        ).all()
        for _, doc in page:
            activity = load(doc).activity
            if activity is not None:
                yield activity
        if not page:
            return
        after = page[-1][0]


def _spent(activity: Activity | None) -> Decimal:
    return activity.gross or activity.net if activity is not None else Decimal()
