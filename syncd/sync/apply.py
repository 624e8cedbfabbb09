"""How does a plan become true? Page by page, each in one transaction with everything that follows from it.

A line whose contractor moved since the plan is left out and says so. The cursor moves only with the last page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection

from syncd.domain.contractor import Contractor, load
from syncd.domain.side import Side
from syncd.registry import bindings, contractors, leases, lines, outbox
from syncd.registry.contractors import State
from syncd.registry.engine import writing
from syncd.registry.lines import Action, Line
from syncd.registry.lookups import group_names, seen
from syncd.registry.runs import Work, set_run
from syncd.sync.app import App, Connected

__all__ = ["apply_plan"]

PAGE: Final = 2000
"""Lines applied in one transaction: long enough to be cheap, short enough not to keep SQLite's one writer."""


_BINDING: Final = frozenset({Action.CREATE, Action.LINK})


class Applied(msgspec.Struct, frozen=True):
    """What applying a plan brought about.

    Attributes:
        pushes: Connections that are behind on a contractor now.
        stale: External ids of the records whose contractor had moved: they are to be read again.
    """

    pushes: int
    stale: tuple[str, ...]


def apply_plan(app: App, connected: Connected, work: Work, held: leases.Held) -> Applied:
    """Apply the lines that are not applied yet.

    Stops between two pages when the process is asked to end; the next call goes on from there.

    Raises:
        LostLease: When another process took the run over.
    """
    stale: dict[str, None] = {}
    pushes = 0
    groups: dict[str, int] = {}
    for page in lines.pages(app.engine, work.id, after=work.applied_seq, size=PAGE):
        now = app.now()
        with writing(app.engine) as connection:
            leases.verify(connection, held)
            leases.prolong(connection, held, now=now, length=app.lease)
            groups = groups or group_names(connection)
            todo = _still_true(connection, connected, page, stale)
            docs = {line.seq: load(line.after) for line in todo if line.after is not None}
            if connected.settings.side is Side.ERP:
                groups = contractors.ensure_groups(connection, _named(docs.values()), groups)
            _store(connection, todo, docs, groups, now)
            _bind(connection, connected, todo)
            pushes += outbox.add(connection, _behind(todo), run_id=work.id, now=now)
            set_run(connection, work.id, applied_seq=page[-1].seq, heartbeat_at=now)
        if app.stopping():
            raise leases.LostLease("the process was asked to stop; the run goes on elsewhere", code="stopped")
    return Applied(pushes, tuple(stale))


def _named(docs: Iterable[Contractor]) -> set[str]:
    return {name for doc in docs for name in doc.groups}


def _still_true(
    connection: Connection, connected: Connected, page: Sequence[Line], stale: dict[str, None]
) -> list[Line]:
    """Lines whose contractor is as the plan found it, completed with what they leave as it is; others are marked."""
    there = contractors.versions(connection, {line.contractor_id for line in page if line.base_version is not None})
    bound = seen(connection, connected.id, [line.external_id for line in page if line.action in _BINDING])
    todo, moved = [], []
    for line in page:
        if line.outcome is not None:
            continue
        now = there.get(line.contractor_id)
        version = now.version if now is not None else None
        if version != line.base_version or (line.action in _BINDING and line.external_id in bound):
            moved.append(line)
            continue
        if now is not None:
            line.holds = line.holds or now.holds
            line.zone = line.zone or now.zone
            line.reasons = line.reasons or now.reasons
        todo.append(line)
    if moved:
        lines.leave_out(connection, page[0].run_id, [line.seq for line in moved], "stale")
        stale.update(dict.fromkeys(line.external_id for line in moved))
    return todo


def _store(
    connection: Connection, todo: Sequence[Line], docs: dict[int, Contractor], groups: dict[str, int], now: datetime
) -> None:
    new: list[State] = []
    changed: list[State] = []
    regrouped: set[int] = set()
    for line in todo:
        if line.after is None:
            continue
        state = State(
            line.contractor_id,
            docs[line.seq],
            line.after,
            line.holds or "[]",
            line.zone or "",
            line.reasons or "[]",
            (line.base_version or 0) + 1,
        )
        if line.base_version is None:
            new.append(state)
            continue
        changed.append(state)
        if line.before is not None and load(line.before).groups != state.doc.groups:
            regrouped.add(line.contractor_id)
    contractors.add(connection, new, groups, now)
    contractors.change(connection, changed, regrouped, groups, now)


def _bind(connection: Connection, connected: Connected, todo: Sequence[Line]) -> None:
    new: list[bindings.Sighting] = []
    known: list[bindings.Sighting] = []
    for line in todo:
        if line.agreed is None:
            continue
        sighting = bindings.Sighting(
            connection_id=connected.id,
            external_id=line.external_id,
            contractor_id=line.contractor_id,
            version=line.version,
            raw_hash=line.raw_hash,
            agreed=line.agreed,
            settled_hash=line.settled_hash,
        )
        (new if line.action in _BINDING else known).append(sighting)
    bindings.add(connection, new)
    bindings.remember(connection, known)


def _behind(todo: Sequence[Line]) -> list[tuple[int, int]]:
    return [(int(id_), line.contractor_id) for line in todo for id_ in line.push_to.split(",") if id_]
