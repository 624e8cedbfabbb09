"""Which processes are alive? Each says so in a row of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.exc import IntegrityError

from syncd.registry.engine import writing
from syncd.registry.tables import Worker

__all__ = ["say_alive", "say_gone"]


def say_alive(engine: Engine, name: str, role: str, *, now: datetime) -> None:
    """Give a sign of life.

    Args:
        name: Unique among all processes on all machines.
        role: ``worker``, ``beat``, or ``tick`` for the last time that the schedule was looked at.
    """
    seen = update(Worker).where(Worker.name == name).values(seen_at=now)
    with writing(engine) as connection:
        if connection.execute(seen).rowcount:
            return
    try:
        with writing(engine) as connection:
            connection.execute(insert(Worker).values(name=name, role=role, started_at=now, seen_at=now))
    except IntegrityError:
        with writing(engine) as connection:  # the row of a name that two processes share, such as the tick's
            connection.execute(seen)


def say_gone(engine: Engine, name: str) -> None:
    """Take the row back: the process ends in good order."""
    with writing(engine) as connection:
        connection.execute(delete(Worker).where(Worker.name == name))
