"""Who has to be erased again, because an older backup brought them back?

The ledger knows every erasure that ever was. What the registry does not know of it happened after the backup: whom it
finds again, by digests, is erased again, and nobody is asked. Until that is done no side is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, insert, select, update

from syncd.domain import erasure
from syncd.domain import holds as h
from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor, load
from syncd.errors import Misconfigured
from syncd.registry import erasures, lines, tombstones
from syncd.registry.bulk import reserve_ids
from syncd.registry.engine import reading, writing
from syncd.registry.erasures import State
from syncd.registry.tables import Binding, Erasure
from syncd.registry.tables import Contractor as ContractorRow
from syncd.settings import Settings
from syncd.sync import ledger
from syncd.sync.app import App
from syncd.sync.because import BEFORE_ERASURE

__all__ = ["is_due", "replay"]

BY: Final = "ledger"
"""Who asked for an erasure that is done again."""

_PAGE: Final = 2000


def is_due(engine: Engine, settings: Settings) -> bool:
    """Whether the ledger's last erasure is one that the registry does not know of."""
    last = ledger.last_uid(settings)
    if last is None:
        return False
    with reading(engine) as connection:
        case = erasures.find(connection, last)
    return case is None or case.state is State.REQUESTED


def replay(app: App) -> list[int]:
    """Let everybody be erased again whom the ledger names and the registry has; answer the erasures.

    Raises:
        Misconfigured: When the ledger cannot be read, or the key is not the one that it was made with.
    """
    with reading(app.engine) as connection:
        cases = {case.uid: case for case in erasures.listed(connection, limit=1_000_000)}
    missing = [
        entry
        for entry in ledger.entries(app.settings)
        if entry.uid not in cases or cases[entry.uid].state is State.REQUESTED
    ]
    if not missing:
        return []
    key = ledger.load_key(app.settings)
    if key is None or any(entry.key != key.check for entry in missing):
        raise Misconfigured(
            "the ledger names erasures that cannot be done again: the key of the tombstones is another",
            code="tombstone-key",
            cure="Bring back the file erasures.key, or set SYNCD_TOMBSTONE_KEY_FILE.",
        )
    found = _find(app, key, missing)
    again = []
    for entry in missing:
        with writing(app.engine) as connection:
            again.append(_begin(connection, key, entry, found.get(entry.uid), app.now()))
    return again


def _find(app: App, key: tombstones.Key, missing: list[ledger.Entry]) -> dict[str, int]:
    """Contractors that the entries are about, by entry: one look at everybody for all of them."""
    whose: dict[tuple[str, str], ledger.Entry] = {
        (kind, digest): entry for entry in missing for kind, digest in entry.digests
    }
    names = {connected.id: name for name, connected in app.connections.items()}
    found: dict[str, int] = {}
    for id_, contractor, records in _everybody(app):
        kinds: dict[str, set[str]] = {}
        marks = [(kind, key.digest(kind, value)) for kind, value in erasure.marks(contractor)]
        marks += [(erasure.Mark.RECORD, key.record(names[c], x)) for c, x in records if c in names]
        for mark in marks:
            if mark in whose:
                kinds.setdefault(whose[mark].uid, set()).add(mark[0])
        for uid, shared in kinds.items():
            same_number = next(entry for entry in missing if entry.uid == uid).contractor_id == id_
            if erasure.proves(shared) and (same_number or uid not in found):
                found[uid] = id_
    return found


def _everybody(app: App) -> Iterator[tuple[int, Contractor, list[tuple[int, str]]]]:
    """Contractors that are not erased, with their records."""
    after = 0
    while True:
        with reading(app.engine) as connection:
            page = connection.execute(
                select(ContractorRow.id, ContractorRow.doc)
                .where(ContractorRow.id > after, ContractorRow.status != h.Status.ANONYMISED)
                .order_by(ContractorRow.id)
                .limit(_PAGE)
            ).all()
            if not page:
                return
            after = page[-1][0]
            records = _records(connection, page[0][0], after)
        for id_, doc in page:
            yield id_, load(doc), records.get(id_, [])


def _records(connection: Connection, first: int, last: int) -> Mapping[int, list[tuple[int, str]]]:
    rows = connection.execute(
        select(Binding.contractor_id, Binding.connection_id, Binding.external_id).where(
            Binding.contractor_id.between(first, last)
        )
    )
    records: dict[int, list[tuple[int, str]]] = {}
    for contractor_id, connection_id, external_id in rows:
        records.setdefault(contractor_id, []).append((connection_id, external_id))
    return records


def _begin(
    connection: Connection, key: tombstones.Key, entry: ledger.Entry, contractor_id: int | None, now: datetime
) -> int:
    """Let one erasure happen again.

    Of somebody whom the backup does not have the marks are brought back; a plan of before can still have them.
    """
    values: dict[str, Any] = {
        "uid": entry.uid,
        "retained": msgspec.json.encode(entry.retained).decode(),
        "retained_until": entry.retained_until,
        "approved_by": BY,
        "approved_at": now,
    }
    state = State.APPROVED
    if contractor_id is None:
        (contractor_id,) = reserve_ids(connection, "contractor", 1)
        _remember_nobody(connection, contractor_id, now)
        state = State.RUNNING
        values |= {"erased_at": entry.at}
    known = connection.scalar(
        select(Erasure.id).where((Erasure.uid == entry.uid) | (Erasure.contractor_id == contractor_id))
    )
    if known is not None:
        connection.execute(update(Erasure).where(Erasure.id == known).values(state=state, **values))
    else:
        values |= {"contractor_id": contractor_id, "requested_by": BY, "requested_at": now, "report": {}}
        known = connection.execute(insert(Erasure).values(state=state, **values).returning(Erasure.id)).scalar_one()
    tombstones.add(connection, key, known, entry.digests, now)
    return int(known)


def _remember_nobody(connection: Connection, contractor_id: int, now: datetime) -> None:
    left = erasure.remains(Contractor(name="-"), code_of(contractor_id), ())
    holds: h.Holds = (h.Hold(h.Reason.ERASED, BY, now),)
    connection.execute(
        insert(ContractorRow).values(
            id=contractor_id,
            name=left.name,
            country="",
            zone="unresolved",
            reasons=BEFORE_ERASURE,
            status=h.status_of(holds).value,
            holds=h.dump_holds(holds),
            doc=lines.snapshot(left),
            version=1,
            created_at=now,
            updated_at=now,
        )
    )
