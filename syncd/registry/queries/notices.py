"""What does each channel still have to be told, and when did it last take something?"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, case, func, select

from syncd.registry.notices import GIVEN_UP
from syncd.registry.tables import Notice

__all__ = ["ChannelRow", "channel_rows"]


class ChannelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One channel, over what is kept: a few days.

    Attributes:
        waiting: Messages that are due, or wait for another try.
        given_up: Messages that are sent again on request only.
        problem: Why the oldest that waits was not taken.
    """

    channel: str
    told: int
    waiting: int
    given_up: int
    last_at: datetime | None
    problem: str | None


def channel_rows(connection: Connection) -> list[ChannelRow]:
    """All channels that were ever told anything, by name."""
    told, waits = Notice.outcome == "told", Notice.due_at.is_not(None)
    given_up = Notice.outcome.startswith(GIVEN_UP)
    rows = connection.execute(
        select(
            Notice.channel,
            func.count(case((told, 1))).label("told"),
            func.count(case((waits, 1))).label("waiting"),
            func.count(case((given_up, 1))).label("given_up"),
            func.max(case((told, Notice.at))).label("last_at"),
        )
        .group_by(Notice.channel)
        .order_by(Notice.channel)
    ).mappings()
    return [ChannelRow(**row, problem=_problem(connection, row["channel"])) for row in rows.all()]


def _problem(connection: Connection, channel: str) -> str | None:
    statement = (
        select(Notice.outcome)
        .where(Notice.channel == channel, Notice.due_at.is_not(None), Notice.outcome.is_not(None))
        .order_by(Notice.id)
        .limit(1)
    )
    problem: str | None = connection.scalar(statement)
    return problem
