"""Do the limits that hold a run hold anything at a connection of a few dozen customers?"""

from __future__ import annotations

from sqlalchemy import Engine, select

from syncd.checks.check import Check, weak
from syncd.registry import bindings
from syncd.registry.engine import reading
from syncd.registry.tables import Connection
from syncd.sentence import Counted, Sentence
from syncd.settings import Settings

__all__ = ["check_limits"]


def check_limits(engine: Engine, settings: Settings) -> list[Check]:
    """One finding for each connection where half of its customers are too few to hold a run for their share."""
    found = []
    with reading(engine) as connection:
        rows = connection.execute(select(Connection.id, Connection.name).order_by(Connection.id))
        for row in rows.all():
            if row.name not in settings.connections:
                continue
            least = settings.connections[row.name].guard.at_least
            bound = bindings.count(connection, row.id, most=2 * least)
            if 0 < bound < 2 * least:
                found.append(_weak(row.name, bound, least))
    return found


def _weak(name: str, bound: int, least: int) -> Check:
    return weak(
        name,
        Sentence(
            Counted(
                "it has %(count)s customer, and fewer than %(least)s never hold a run for their share",
                "it has %(count)s customers, and fewer than %(least)s never hold a run for their share",
            ),
            count=bound,
            least=least,
        ),
        Sentence(
            "Set guard.at_least of [connections.%(name)s] to %(number)s, for instance.",
            name=name,
            number=max(2, bound // 10),
        ),
    )
