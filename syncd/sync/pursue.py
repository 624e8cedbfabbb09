"""How does an erasure come to its end? Step by step, each stored, until every side is proven clean.

First the registry forgets (`syncd.sync.forget`), then the ordinary pushes overwrite every side's record, and here it is
seen to it that each of them did. A side that is clean is unbound. Called by whoever began an erasure and by every
sweep, so that a crash or an outage only makes it late. Nothing here calls a platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from syncd.domain.code import code_of, id_of
from syncd.errors import InvalidRecord, SyncError
from syncd.ports import Scrubs
from syncd.registry import bindings, erasures, leases, lookups, outbox, scrub, tombstones
from syncd.registry.engine import reading, writing
from syncd.registry.erasures import OPEN, Case, State
from syncd.registry.runs import RunState
from syncd.registry.tables import Push, Run
from syncd.sentence import Sentence, pack
from syncd.sync.app import App
from syncd.sync.erase import erase
from syncd.sync.erasure_report import BY_A_PERSON, systems_of
from syncd.sync.forget import forget
from syncd.sync.grave_key import open_key
from syncd.sync.push import push_due
from syncd.sync.replay import is_due, replay
from syncd.sync.unbound import Unbound, ask_again, unbound

__all__ = ["deliver_now", "erase_now", "pursue", "pursue_all"]


def pursue_all(app: App) -> int:
    """Take every erasure that is not over as far as it can go now; answer how many there are.

    Those that a restored backup does not know of come back first.

    Raises:
        SyncError: When one cannot go on, such as for a ledger that cannot be written.
    """
    if is_due(app.engine, app.settings):
        replay(app)
    with reading(app.engine) as connection:
        waiting = [case.id for case in erasures.listed(connection, OPEN)]
    failed: list[SyncError] = []
    for erasure_id in reversed(waiting):
        try:
            pursue(app, erasure_id)
        except SyncError as error:
            failed.append(error)  # the others go on; it is said at the end
    if failed:
        raise failed[0]
    return len(waiting)


def pursue(app: App, erasure_id: int) -> None:
    """Take one erasure as far as it can go now; returns at once if another process does."""
    name = f"erase:{erasure_id}"
    held = leases.acquire(app.engine, name, owner=f"{app.owner}/{name}", now=app.now(), length=app.lease)
    if held is None:
        return
    try:
        case = _load(app, erasure_id)
        if case.state is State.APPROVED:
            forget(app, case, held)
            case = _load(app, erasure_id)
        if case.state in OPEN:
            _follow(app, case, held)
    finally:
        leases.release(app.engine, held)


def erase_now(app: App, contractor_id: int, *, meant: str, by: str, as_person: bool = False) -> int:
    """Begin the erasure of one customer and let the sides follow; answer its number.

    Args:
        meant: The customer's code once more: one slip must not erase somebody else.

    Raises:
        NotFound: When there is no such customer.
        InvalidRecord: When the code was not repeated, or it has been asked for before.
    """
    if id_of(meant.strip()) != contractor_id:
        raise InvalidRecord(
            "nothing was erased: the code was not repeated",
            code="code-not-repeated",
            field="meant",
            cure=Sentence("Type %(customer)s if this customer is meant.", customer=code_of(contractor_id)),
        )
    erasure_id = erase(app, contractor_id, by=by, as_person=as_person)
    pursue(app, erasure_id)
    for connection_id in app.network.stations:
        app.doorbell.push(connection_id)
    return erasure_id


def deliver_now(app: App, erasure_id: int) -> None:
    """Tell the sides at once, in this process; what cannot be told now is told by the workers."""
    with reading(app.engine) as connection:
        contractor_id = _load(app, erasure_id).contractor_id
        behind = connection.scalars(select(Push.connection_id).where(Push.contractor_id == contractor_id)).all()
    for connection_id in behind:
        if connection_id in app.network.stations:
            push_due(app, connection_id, only=[contractor_id])


def _follow(app: App, case: Case, held: leases.Held) -> None:
    """Unbind the sides that are clean, and see whether it is over."""
    with reading(app.engine) as connection:
        bound = lookups.of_contractor(connection, case.contractor_id)
        pushes = _pushes(connection, case.contractor_id)
        busy = _in_flight(connection, case)
    report: dict[str, Any] = {**case.report, "copies": _scrub_copies(app, case, bound, pushes)}
    clean = [id_ for id_ in bound if id_ in app.network.stations and id_ not in pushes]
    scrubbed = bool(report.get("database"))
    if not busy and (clean or not scrubbed):
        with writing(app.engine) as connection:
            leases.verify(connection, held)
            found = unbound(connection, _key(app, connection), case)
            whom = _whom(connection, case, bound, found)
            report["registry"] = _sum(report.get("registry", {}), scrub.scrub(connection, whom))
            for id_ in clean:
                if not outbox.waits(connection, id_, case.contractor_id):
                    bindings.forget(connection, id_, case.contractor_id)
        ask_again(app, found)
        report["database"] = report.get("database") or _reclaim(app)
    _conclude(app, case, held, report)


def _conclude(app: App, case: Case, held: leases.Held, report: dict[str, Any]) -> None:
    """Store how far it is, if that has changed."""
    now = app.now()
    with writing(app.engine) as connection:
        leases.verify(connection, held)
        proofs = [one.proof for one in systems_of(connection, app, case)]
        still_bound = lookups.of_contractor(connection, case.contractor_id)
        state = State.RUNNING
        if not BY_A_PERSON.isdisjoint(proofs):
            state = State.INCOMPLETE
        elif report.get("database") and not still_bound and "unknown" not in proofs:
            state = State.DONE
        if (state, report) != (case.state, case.report):
            finished = {"finished_at": now} if state is State.DONE else {}
            erasures.set_case(connection, case.id, state=state, report=report, **finished)


def _key(app: App, connection: Connection) -> tombstones.Key:
    key = open_key(app.settings, connection)
    assert key is not None, "the registry forgot before anything is followed"  # noqa: S101 - for the type checker
    return key


def _whom(connection: Connection, case: Case, bound: Mapping[int, lookups.Bound], found: Unbound) -> scrub.Whom:
    left = lookups.known(connection, [case.contractor_id])[case.contractor_id].doc
    records = [*((id_, one.external_id) for id_, one in bound.items()), *found.records]
    return scrub.Whom(case.contractor_id, records, left, case.erased_at, planned=found.contractor_ids)


def _scrub_copies(
    app: App, case: Case, bound: Mapping[int, lookups.Bound], pushes: Mapping[int, Any]
) -> dict[str, list[Any]]:
    """Let endpoints forget what they keep on this side of the network: once their record was overwritten or tried."""
    copies: dict[str, list[Any]] = dict(case.report.get("copies", {}))
    for connection_id, one in bound.items():
        push = pushes.get(connection_id)
        waits = push is not None and (push.attempts == 0 or push.leased_until is not None)
        station = app.network.stations.get(connection_id)
        if station is None or waits or (push is not None and station.name in copies):
            continue
        connected = app.connection_by_id(connection_id)
        with closing(app.open(connected)) as endpoint:
            done = list(endpoint.scrub([one.external_id])) if isinstance(endpoint, Scrubs) else []
        copies[station.name] = [*copies.get(station.name, []), *({"text": str(one), "said": pack(one)} for one in done)]
    return copies


def _pushes(connection: Connection, contractor_id: int) -> dict[int, Any]:
    statement = select(Push.connection_id, Push.attempts, Push.leased_until).where(Push.contractor_id == contractor_id)
    return {row.connection_id: row for row in connection.execute(statement)}


def _in_flight(connection: Connection, case: Case) -> bool:
    """Whether a run is under way that began before the registry forgot: it may still hold what it read."""
    under_way = select(Run.id).where(
        Run.state.in_([RunState.RUNNING, RunState.APPLYING]), Run.started_at <= _moment(case)
    )
    return connection.execute(under_way.limit(1)).first() is not None


def _moment(case: Case) -> datetime:
    assert case.erased_at is not None, "the registry forgot before anything is followed"  # noqa: S101
    return case.erased_at


def _reclaim(app: App) -> str:
    """Give the disk space back; on a busy SQLite that has to wait for the next sweep."""
    try:
        return scrub.reclaim(app.engine)
    except OperationalError:
        return ""


def _sum(before: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {table: before.get(table, 0) + more.get(table, 0) for table in {**before, **more}}


def _load(app: App, erasure_id: int) -> Case:
    with reading(app.engine) as connection:
        case = erasures.load_case(connection, erasure_id)
    assert case is not None, "erasures that were approved are never deleted"  # noqa: S101
    return case
