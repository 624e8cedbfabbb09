"""What does a monitoring system ask? Numbers in the text form that Prometheus reads.

Labels are names of connections, states and causes, of which there are few: never a customer, a record or a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from syncd.registry import tables as t
from syncd.registry.certificates import latest
from syncd.registry.engine import reading
from syncd.registry.queries import status
from syncd.registry.queries.freshness import Freshness
from syncd.registry.queries.issues import count_issues
from syncd.sync.app import App
from syncd.sync.freshness import look

__all__ = ["CONTENT_TYPE", "exposition"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_RECENT: Final = timedelta(days=1)


class _Sample(NamedTuple):
    labels: Mapping[str, str]
    value: float


class _Family(NamedTuple):
    name: str
    help: str
    samples: Iterable[_Sample]


def exposition(app: App) -> str:
    """All numbers as they are now."""
    fresh = look(app)
    with reading(app.engine) as connection:
        return "".join(_written(family) for family in _families(app, connection, fresh))


def _families(app: App, connection: Connection, fresh: list[Freshness]) -> Iterator[_Family]:
    now = app.now()
    rows = [row for row in status.connections(connection) if row.name in app.connections]
    runs = connection.execute(
        select(t.Connection.name, t.Run.state, func.count())
        .join(t.Connection, t.Connection.id == t.Run.connection_id)
        .where(t.Run.asked_at >= now - _RECENT, t.Run.dry_run.is_(False))
        .group_by(t.Connection.name, t.Run.state)
    ).all()
    yield _Family(
        "syncd_runs",
        "Runs asked for within a day, by state.",
        [_Sample({"connection": row[0], "state": row[1]}, row[2]) for row in runs if row[0] in app.connections],
    )
    held = connection.execute(
        select(t.Connection.name, func.count(t.Run.id))
        .outerjoin(t.Run, (t.Run.connection_id == t.Connection.id) & (t.Run.state == "held"))
        .group_by(t.Connection.name)
    ).all()
    yield _of(
        "syncd_plans_held", "Plans that wait for a person.", {r[0]: r[1] for r in held if r[0] in app.connections}
    )
    yield _of("syncd_pushes_due", "Pushes to be made without anybody's help.", {row.name: row.due for row in rows})
    yield _of("syncd_pushes_stuck", "Pushes that wait for a person.", {row.name: row.stuck for row in rows})
    yield _of(
        "syncd_customers", "Customers that a connection is known to have.", {row.name: row.customers for row in rows}
    )
    failing = {row.name: float(row.state == "failing") for row in rows}
    yield _of("syncd_connection_failing", "Whether the last work at a connection failed.", failing)
    yield _of(
        "syncd_oldest_change_seconds",
        "Age of the oldest change that is due at a connection; 0 where all has arrived.",
        {one.connection: one.oldest_seconds or 0.0 for one in fresh},
    )
    yield _of(
        "syncd_unread_seconds",
        "How long ago the last read began of the side that changes come from.",
        {one.connection: one.unread_seconds for one in fresh},
    )
    yield _Family(
        "syncd_freshness_seconds",
        "How old changes were when they arrived, over a day.",
        [
            _Sample({"connection": one.connection, "quantile": quantile}, value)
            for one in fresh
            for quantile, value in (("0.5", one.p50_seconds), ("0.95", one.p95_seconds))
            if value is not None
        ],
    )
    yield _of(
        "syncd_freshness_target_seconds",
        "Within what they should arrive.",
        {one.connection: one.target_seconds for one in fresh},
    )
    yield _of("syncd_late", "Whether there is an alarm of age.", {one.connection: float(one.late) for one in fresh})
    counted = count_issues(connection, now=now)
    yield _Family(
        "syncd_issues_open",
        "Issues that wait for a person, by cause.",
        [_Sample({"code": code}, number) for code, number in counted.items()],
    )
    proofs = {name: row for name, row in latest(connection).items() if name in app.connections}
    yield _of(
        "syncd_verified_timestamp_seconds",
        "When a side was last compared with the registry.",
        {name: row.finished_at.timestamp() for name, row in proofs.items()},
    )
    yield _of(
        "syncd_verified_differences",
        "How many records differed then.",
        {name: row.compared - row.agree for name, row in proofs.items()},
    )


def _of(name: str, text: str, by_connection: Mapping[str, float | None]) -> _Family:
    return _Family(
        name, text, [_Sample({"connection": key}, value) for key, value in by_connection.items() if value is not None]
    )


def _written(family: _Family) -> str:
    lines = [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} gauge"]
    for labels, value in family.samples:
        inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        lines.append(f"{family.name}{{{inside}}} {round(value, 3)!r}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
