"""Which lines of a plan does a side not stand behind any more?

A plan that waited for a person was made of what the sides said then. Before it is applied each side is asked once more:
the one that it was read from for what it states now, the ones that will be told for news that nobody has heard yet.
What moved is left out and named; it is read again by itself. A list of changes names nobody who was deleted, so of whom
it does not speak a side is asked whether the record is there at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from typing import Final, NamedTuple

from sqlalchemy import Connection, exists, select

from syncd.domain.contractor import digest
from syncd.errors import NotFound, RecordError, Unavailable
from syncd.ports import Endpoint, Page, Record
from syncd.registry import connections, lines
from syncd.registry.engine import among, reading, writing
from syncd.registry.lines import Action
from syncd.registry.runs import RunState, Work
from syncd.registry.tables import Absence, Binding, Cursor, PlanLine
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.look import drop_looks, look
from syncd.sync.mode import REGISTRY

__all__ = ["leave_out_moved"]

_NOBODY: Final = b""
"""Stands for a record that was not there."""

_ONE_BY_ONE: Final = 200
"""Records that are asked for by name; for more of them everybody is listed, which costs a call a page."""


class _Planned(NamedTuple):
    """What a plan rests on at its own side.

    Attributes:
        seq: Number of its line.
        told: Digest of what the side stated; `_NOBODY` where the record was missing.
    """

    seq: int
    told: bytes


def leave_out_moved(app: App, connected: Connected, work: Work, execute: Callable[[App, int], None]) -> None:
    """Leave out the lines whose record, or whose contractor at a side to be told, moved since the plan.

    Args:
        execute: Executes a run: the look at a side is one, that changes nothing.

    Raises:
        SyncError: When a side cannot be asked; nothing is left out then.
    """
    asker = f"plan {work.id}"
    moved: set[int] = set()
    drop_looks(app, asked_by=asker)
    if work.mode not in REGISTRY:
        moved |= _moved_at_its_side(app, connected, work)
    with reading(app.engine) as connection:
        known = _known(connection, work.id)
    for target in app.connections.values():
        waiting = {id_: seq for id_, (seq, push_to) in known.items() if str(target.id) in push_to.split(",")}
        asked_above = target.id == connected.id and work.mode not in REGISTRY
        if waiting and not asked_above and not _paused(app, target):
            there = _news_at(app, target, execute, asked_by=asker)
            there |= _deleted_at(app, target, work.id, waiting.keys() - there)
            moved |= {seq for id_, seq in waiting.items() if id_ in there}
    with writing(app.engine) as connection:
        lines.leave_out(connection, work.id, sorted(moved), "stale")


def _known(connection: Connection, run_id: int) -> dict[int, tuple[int, str]]:
    """Line and connections to be told, of the contractors that were there before the plan."""
    rows = connection.execute(
        select(PlanLine.contractor_id, PlanLine.seq, PlanLine.push_to).where(
            PlanLine.run_id == run_id,
            PlanLine.base_version.is_not(None),
            PlanLine.push_to != "",
            PlanLine.outcome.is_(None),
        )
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _paused(app: App, target: Connected) -> bool:
    with reading(app.engine) as connection:
        return target.settings.paused or connections.paused(connection, target.id)


def _news_at(app: App, target: Connected, execute: Callable[[App, int], None], *, asked_by: str) -> set[int]:
    """Contractors of whom a side has something to say that nobody has heard. By a dry run, so nothing is taken over.

    Raises:
        Unavailable: When the side could not be read just now.
    """
    run = look(app, target, execute, mode="incremental", asked_by=asked_by)
    if run.state not in {RunState.PLANNED, RunState.NO_CHANGES}:
        raise Unavailable(
            Sentence(
                "%(connection)s could not be read, so nobody knows what moved there since the plan was made",
                connection=target.name,
            ),
            code="side-not-looked-at",
            cure=Sentence("See `syncd runs show %(look)s`; apply the plan when the side answers again.", look=run.id),
        )
    with reading(app.engine) as connection:
        return set(connection.scalars(select(PlanLine.contractor_id).where(PlanLine.run_id == run.id)))


def _moved_at_its_side(app: App, connected: Connected, work: Work) -> set[int]:
    planned = _planned(app, work.id)
    if not planned:
        return set()
    with closing(app.open(connected)) as endpoint:
        if work.mode == "only":
            told = _named(app, endpoint, planned)
        else:
            told = _listed(app, connected, endpoint, work, planned)
            silent = [name for name, line in planned.items() if name not in told and line.told != _NOBODY]
            told |= dict.fromkeys(_gone(app, endpoint, silent), _NOBODY)
    return {planned[name].seq for name, now in told.items() if now != planned[name].told}


def _planned(app: App, run_id: int) -> dict[str, _Planned]:
    return {
        line.external_id: _Planned(
            line.seq, _NOBODY if line.raw_hash is None else digest((line.agreed or line.after or "").encode())
        )
        for page in lines.pages(app.engine, run_id)
        for line in page
        if line.external_id and line.outcome is None
    }


def _named(app: App, endpoint: Endpoint, names: Collection[str]) -> dict[str, bytes | None]:
    """What the side states now of some records; ``None`` for what nobody understands."""
    told: dict[str, bytes | None] = {}
    for name in names:
        app.go_on()
        try:
            told[name] = digest(lines.snapshot(endpoint.get(name).contractor).encode())
        except NotFound:
            told[name] = _NOBODY
        except RecordError:
            told[name] = None
    return told


def _listed(
    app: App, connected: Connected, endpoint: Endpoint, work: Work, planned: Mapping[str, _Planned]
) -> dict[str, bytes | None]:
    """The same by a list of what changed since, or of all where the platform knows no such list.

    Who is not in a list of all that is known to be whole is not there any more.
    """
    with reading(app.engine) as connection:
        cursor = work.cursor_after or connection.scalar(
            select(Cursor.value).where(Cursor.connection_id == connected.id)
        )
    full = endpoint.capabilities.incremental != "modified"
    told: dict[str, bytes | None] = {}
    is_whole = False
    for page in endpoint.read(None if full else cursor, full=full):
        app.go_on()
        is_whole = full and _proves(page) and endpoint.capabilities.delete != "none"
        for record in page.records:
            if record.external_id in planned:
                told[record.external_id] = _stated(endpoint, record) if isinstance(record, Record) else None
    return {**dict.fromkeys(planned, _NOBODY), **told} if is_whole else told


def _gone(app: App, endpoint: Endpoint, names: Collection[str]) -> set[str]:
    """Those of `names` that the side does not have any more."""
    missing = set(names)
    if endpoint.capabilities.delete == "none":
        return set()
    if len(missing) > _ONE_BY_ONE:
        is_whole = False
        for page in endpoint.read(None, full=True):
            app.go_on()
            is_whole = _proves(page)
            missing -= {record.external_id for record in page.records}
        if is_whole:
            return missing
    return {name for name, stated in _named(app, endpoint, missing).items() if stated == _NOBODY}


def _deleted_at(app: App, target: Connected, run_id: int, ids: Collection[int]) -> set[int]:
    """Those of some contractors whose record at a side is not there any more, which the plan did not know."""
    missed = exists().where(Absence.connection_id == target.id, Absence.contractor_id == Binding.contractor_id)
    let_go = exists().where(
        PlanLine.run_id == run_id,
        PlanLine.contractor_id == Binding.contractor_id,
        PlanLine.action == Action.RELEASE,
    )
    with reading(app.engine) as connection:
        rows = connection.execute(
            select(Binding.external_id, Binding.contractor_id).where(
                Binding.connection_id == target.id, among(connection, Binding.contractor_id, ids), ~missed, ~let_go
            )
        )
        bound = {row.external_id: row.contractor_id for row in rows}
    if not bound:
        return set()
    with closing(app.open(target)) as endpoint:
        return {bound[name] for name in _gone(app, endpoint, bound)}


def _proves(page: Page) -> bool:
    return page.end is not None and page.end.complete


def _stated(endpoint: Endpoint, record: Record) -> bytes | None:
    try:
        return digest(lines.snapshot(endpoint.parse(record).contractor).encode())
    except RecordError:
        return None
