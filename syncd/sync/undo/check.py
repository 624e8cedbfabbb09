"""Has an undo arrived? Each contractor is read back at every side that it concerns and compared with the registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.code import code_of
from syncd.domain.contractor import FIELDS, Contractor, load, restrict
from syncd.domain.country import Zone
from syncd.domain.groups import Vocabulary
from syncd.errors import SyncError
from syncd.ports import Endpoint
from syncd.registry import lines, lookups
from syncd.registry.engine import among, reading
from syncd.registry.lines import Line
from syncd.registry.lookups import Bound
from syncd.registry.runs import Work
from syncd.registry.tables import Push
from syncd.sync.app import App, Connected
from syncd.sync.routes import Station
from syncd.sync.undo.subject import applied, load_over

__all__ = ["Checked", "Differs", "check_undo"]


class Differs(msgspec.Struct, frozen=True):
    """A contractor that is not at a side as the registry has it.

    Attributes:
        why: What keeps it: ``waits`` for a push, ``differs``, ``own`` where nothing is written in these fields, or
            what the side said when it was asked.
    """

    code: str
    connection: str
    fields: tuple[str, ...]
    why: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What the sides hold of those that a run changed.

    Attributes:
        read: Records that were read back.
        agree: How many of them hold what the registry holds.
        differ: The others.
    """

    run: int
    read: int
    agree: int
    differ: tuple[Differs, ...]


def check_undo(app: App, run_id: int) -> Checked:
    """Read back what a run changed, in the fields that it changed.

    Raises:
        NotFound: When there is no such run.
        InvalidRecord: When it is not over, or changed nothing.
    """
    app = app.up_to_date()
    with reading(app.engine) as connection:
        work = load_over(connection, run_id)
    read = 0
    differ: list[Differs] = []
    stations = app.network.around(work.connection_id)
    for connected in (app.connection_by_id(station.id) for station in stations):
        parallel = connected.settings.parallel_calls or connected.adapter.parallel_calls
        with closing(app.open(connected)) as endpoint, ThreadPoolExecutor(parallel) as threads:
            for answers in _pages(app, connected, endpoint, threads, work):
                read += len(answers)
                differ.extend(answer for answer in answers if answer is not None)
    return Checked(run=run_id, read=read, agree=read - len(differ), differ=tuple(differ))


class _Case(msgspec.Struct, frozen=True):
    """One contractor at one side."""

    line: Line
    bound: Bound
    doc: Contractor
    zone: Zone
    waits: bool


def _pages(
    app: App, connected: Connected, endpoint: Endpoint, threads: ThreadPoolExecutor, work: Work
) -> Iterator[list[Differs | None]]:
    station = app.network.stations[connected.id]
    for page in lines.pages(app.engine, work.id):
        app.go_on()
        with reading(app.engine) as connection:
            words = station.terms.vocabulary(lookups.group_names(connection))
            cases = list(_cases(connection, connected, applied(page, work)))
        yield list(threads.map(partial(_compare, station, endpoint, words), cases))


def _cases(connection: Connection, connected: Connected, page: Sequence[Line]) -> Iterator[_Case]:
    ids = [line.contractor_id for line in page]
    known = lookups.known(connection, ids)
    bound = lookups.bound(connection, connected.id, ids)
    behind = select(Push.contractor_id).where(
        Push.connection_id == connected.id, among(connection, Push.contractor_id, ids)
    )
    waiting = set(connection.scalars(behind)) if ids else set()
    for line in page:
        id_ = line.contractor_id
        if id_ in known and id_ in bound:
            yield _Case(line, bound[id_], load(known[id_].doc), Zone(known[id_].zone), id_ in waiting)


def _compare(station: Station, endpoint: Endpoint, words: Vocabulary, case: _Case) -> Differs | None:
    """What one side holds otherwise; ``None`` where nothing."""
    tell = partial(Differs, code_of(case.line.contractor_id), station.name)
    changed = _changed(case.line) & endpoint.capabilities.reads
    try:
        there = endpoint.get(case.bound.external_id).contractor
    except SyncError as error:
        return tell(tuple(sorted(changed)), error.message)
    if case.waits:
        return tell(tuple(sorted(changed & station.written)), "waits")
    ours = changed & station.written
    kept_as_written = restrict(there, ours) == restrict(load(case.bound.agreed), ours)
    settled = case.bound.settled_hash == station.wanted_hash(case.doc, case.zone)
    heard = station.heard(restrict(there, endpoint.capabilities.reads), words, case.doc.groups)
    plain = restrict(case.doc, endpoint.capabilities.reads)
    differing = {name for name in changed if getattr(heard, name) != getattr(plain, name)}
    # What a side was given it may keep in a form of its own: then it still holds what it answered.
    wrong = (differing & ours) if not (kept_as_written and settled) else set()
    if wrong:
        return tell(tuple(sorted(wrong)), "differs")
    own = differing - ours
    return tell(tuple(sorted(own)), "own") if own else None


def _changed(line: Line) -> frozenset[str]:
    if line.before is None or line.after is None:
        return frozenset()
    before, after = load(line.before), load(line.after)
    return frozenset(name for name in FIELDS if getattr(before, name) != getattr(after, name))
