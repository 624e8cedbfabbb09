"""How does the registry forget one contractor? In one transaction, all of it or nothing.

After it the registry holds what a law has kept, knows the person's records by keyed digests, and says that every side
which has one is behind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select, update

from syncd.domain import erasure
from syncd.domain import holds as h
from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor, load
from syncd.domain.folding import fold
from syncd.registry import erasures, leases, lines, listings, lookups, merging, outbox, scrub, tombstones
from syncd.registry.engine import writing
from syncd.registry.erasures import Case, State
from syncd.registry.lines import Action, Line
from syncd.registry.runs import COUNT_OF, RunState, counts_of
from syncd.registry.tables import Contractor as ContractorRow
from syncd.registry.tables import Push, Run
from syncd.sentence import Sentence
from syncd.sync import ledger
from syncd.sync.app import App
from syncd.sync.because import BEFORE_ERASURE
from syncd.sync.change import came_from
from syncd.sync.grave_key import check_key
from syncd.sync.mode import EDIT
from syncd.sync.unbound import ask_again, unbound

__all__ = ["RULE", "forget", "forget_retained"]

RULE: Final = Sentence("erasure")
"""What an erased contractor's history says last."""

_TELLING: Final = 5
"""Characters of a text that tells who is meant."""


def forget(app: App, case: Case, held: leases.Held) -> None:
    """Take the person out of the registry.

    The ledger is written before the transaction is committed: of two things that can be half done, an erasure that is
    remembered and has to be done again is the better one.

    Raises:
        Misconfigured: When the ledger or the key of the tombstones is not usable; nothing was changed then.
    """
    key = ledger.make_key(app.settings)
    now = app.now()
    with writing(app.engine) as connection:
        leases.verify(connection, held)
        check_key(connection, key)
        known = _locked(connection, case.contractor_id)
        before = load(known.doc)
        bound = lookups.of_contractor(connection, known.id)
        code = code_of(known.id)
        left = erasure.remains(before, code, case.retained)
        parts = [load(doc) for doc in merging.parts(connection, known.id)]
        digests = list(dict.fromkeys(_digests(app, key, before, parts, bound)))
        ledger.append(app.settings, _entry(case, digests, key, now))
        tombstones.add(connection, key, case.id, digests, now)
        run_id = _write_history(app, connection, case, known, before, now)
        _replace(connection, known, left, before, case, now)
        found = unbound(connection, key, case)
        counts = scrub.scrub(
            connection,
            scrub.Whom(
                known.id,
                [*((c, b.external_id) for c, b in bound.items()), *found.records],
                lines.snapshot(left),
                named=_names(before),
                planned=found.contractor_ids,
            ),
        )
        _put_behind(app, connection, known.id, bound.keys(), run_id, now)
        erasures.set_case(
            connection, case.id, state=State.RUNNING, erased_at=now, report={**case.report, "registry": counts}
        )
    ask_again(app, found)
    for connection_id in app.network.stations:
        app.doorbell.push(connection_id)


def forget_retained(app: App) -> int:
    """Forget what a law had kept until a day that is over; answer for how many contractors.

    The sides keep theirs: by which of their records they keep it, syncd does not know any more.
    """
    today = app.now().date().isoformat()
    with writing(app.engine) as connection:
        over = [
            case
            for case in erasures.listed(connection, [State.DONE], limit=1_000_000)
            if case.retained_until is not None and case.retained_until < today and not case.report.get("forgotten_at")
        ]
        for case in over:
            known = _locked(connection, case.contractor_id)
            before = load(known.doc)
            left = erasure.remains(before, code_of(known.id), ())
            _replace(connection, known, left, before, case, app.now())
            report = {**case.report, "forgotten_at": app.now().isoformat()}
            erasures.set_case(connection, case.id, report=report)
    return len(over)


def _names(before: Contractor) -> list[str]:
    """By what people look for somebody; what is short is somebody else's as well."""
    stated = (before.name, before.email, before.login_email, before.tax_id, *before.phones)
    return [name for name in map(fold, stated) if len(name) >= _TELLING]


def _locked(connection: Connection, contractor_id: int) -> lookups.Known:
    """The contractor, and nobody else changes it before the transaction ends."""
    lookups.lock(connection, [contractor_id])
    return lookups.known(connection, [contractor_id])[contractor_id]


def _digests(
    app: App, key: tombstones.Key, before: Contractor, parts: Sequence[Contractor], bound: dict[int, lookups.Bound]
) -> Iterator[tuple[str, str]]:
    """By what the person's records will be known: what the registry held, what each side held, and their names.

    Args:
        parts: What was known of those who became part of the customer: of two e-mails a merge keeps one.
    """
    for contractor in (before, *parts, *(load(one.agreed) for one in bound.values())):
        for kind, value in erasure.marks(contractor):
            yield kind, key.digest(kind, value)
        yield from tombstones.Memory.of(key, contractor)
    names = {connected.id: name for name, connected in app.connections.items()}
    for connection_id, one in bound.items():
        if connection_id in names:
            yield erasure.Mark.RECORD, key.record(names[connection_id], one.external_id)


def _entry(case: Case, digests: list[tuple[str, str]], key: tombstones.Key, now: datetime) -> ledger.Entry:
    return ledger.Entry(
        uid=case.uid,
        contractor_id=case.contractor_id,
        at=now,
        retained=list(case.retained),
        retained_until=case.retained_until,
        digests=digests,
        key=key.check,
    )


def _write_history(
    app: App, connection: Connection, case: Case, known: lookups.Known, before: Contractor, now: datetime
) -> int:
    """A run of its own with one line that says what happened, and no value."""
    action = Action.BLOCK if before.active else Action.UPDATE
    run_id: int = connection.execute(
        insert(Run)
        .values(
            connection_id=came_from(app, connection, known.id).id,
            mode=EDIT,
            dry_run=False,
            state=RunState.SUCCEEDED,
            asked_by=case.requested_by,
            approved_by=case.approved_by if case.approved_by != case.requested_by else None,
            asked_at=case.requested_at,
            started_at=now,
            planned_at=now,
            finished_at=now,
            attempts=1,
            applied_seq=1,
            listed_seq=1,
            counts=counts_of({COUNT_OF[action]: 1}),
        )
        .returning(Run.id)
    ).scalar_one()
    line = Line(run_id=run_id, seq=1, contractor_id=known.id, external_id="", action=action, rule=RULE)
    line.base_version = known.version
    lines.store_lines(connection, [line])
    return run_id


def _replace(
    connection: Connection, known: lookups.Known, left: Contractor, before: Contractor, case: Case, now: datetime
) -> None:
    holds: h.Holds = (h.Hold(h.Reason.ERASED, case.approved_by or case.requested_by, case.erased_at or now),)
    row = Line(run_id=0, contractor_id=known.id, external_id="", action=Action.UPDATE, rule=RULE)
    row.change_to(left, before, holds)
    connection.execute(
        update(ContractorRow)
        .where(ContractorRow.id == known.id)
        .values(
            name=row.name,
            number=row.number,
            number_key=row.number_key,
            tax_key=row.tax_key,
            email_key=row.email_key,
            phone_key=row.phone_key,
            country=row.country,
            reasons=BEFORE_ERASURE,
            status=row.status,
            holds=row.holds,
            doc=row.after,
            version=known.version + 1,
            updated_at=now,
        )
    )
    listings.refresh(connection, [known.id])


def _put_behind(
    app: App, connection: Connection, contractor_id: int, bound: Collection[int], run_id: int, now: datetime
) -> None:
    """Let every side that has the person, or is just getting it, be told at once."""
    waiting = set(connection.scalars(select(Push.connection_id).where(Push.contractor_id == contractor_id)))
    behind = {*bound, *waiting} & app.network.stations.keys()
    outbox.add(connection, [(connection_id, contractor_id) for connection_id in behind], run_id=run_id, now=now)
    connection.execute(
        update(Push)
        .where(Push.contractor_id == contractor_id, Push.leased_until.is_(None))
        .values(due_at=now, attempts=0)
    )
