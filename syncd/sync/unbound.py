"""What of somebody who was erased stands where no contractor of theirs is: in plans that make one, and in questions?

A person's other record that no run has taken in yet can stand in a plan that waits, and a question whether a record of
somebody else is the person quotes both. The one is emptied, and asked for again is the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from syncd.domain.contractor import load
from syncd.registry import tombstones, unmade
from syncd.registry.erasures import Case
from syncd.sync.app import App
from syncd.sync.request import request_run
from syncd.sync.theirs import Stated, theirs

__all__ = ["Unbound", "ask_again", "unbound"]


class Unbound(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        contractor_ids: Whom plans would make of the person's other records.
        records: Connection and id of these records.
        asked_about: The same of records of which somebody was asked whether they are the person's.
    """

    contractor_ids: frozenset[int]
    records: frozenset[tuple[int, str]]
    asked_about: frozenset[tuple[int, str]]


def unbound(connection: Connection, key: tombstones.Key, case: Case) -> Unbound:
    """Find it, by the erasure's tombstones: they have to be there."""
    found = [one for page in unmade.planned(connection) for one in _theirs(connection, key, case, page)]
    return Unbound(
        frozenset(one.contractor_id for one in found),
        frozenset((one.connection_id, one.external_id) for one in found if one.external_id),
        frozenset(unmade.asked_about(connection, case.contractor_id)),
    )


def ask_again(app: App, found: Unbound) -> None:
    """Read the records anew whose questions went with the person."""
    records: dict[int, list[str]] = defaultdict(list)
    for connection_id, external_id in sorted(found.asked_about):
        records[connection_id].append(external_id)
    for connected in app.connections.values():
        if connected.id in records:
            request_run(app, connected, mode="only", only=records[connected.id], asked_by="erasure")


def _theirs(
    connection: Connection, key: tombstones.Key, case: Case, page: Iterable[unmade.Planned]
) -> list[unmade.Planned]:
    stated: dict[str, dict[unmade.Planned, Stated]] = defaultdict(dict)
    for one in page:
        stated[one.connection][one] = Stated(one.external_id, load(one.doc))
    return [
        one
        for name, records in stated.items()
        for one, hit in theirs(connection, key, name, records).items()
        if hit.erasure_id == case.id
    ]
