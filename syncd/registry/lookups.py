"""What does the registry hold about the records of one page? One query for each question, never one per record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, exists, func, select

from syncd.domain.holds import Status
from syncd.domain.match import Key, number_key
from syncd.domain.proof import CROWD
from syncd.registry.absences import beside
from syncd.registry.bindings import load_departures
from syncd.registry.engine import among, is_sqlite, of_these
from syncd.registry.issues import UNANSWERED
from syncd.registry.tables import Absence, Binding, Contractor, Delivery, Group, Issue

__all__ = [
    "Bound",
    "Candidates",
    "Known",
    "Seen",
    "any_other",
    "bound",
    "candidates",
    "group_names",
    "holders",
    "known",
    "of_contractor",
    "seen",
    "stated",
    "written_since",
]


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What is needed to know that a record is the same as last time.

    Attributes:
        absent: The last complete read did not contain it.
    """

    contractor_id: int
    raw_hash: bytes | None
    absent: bool


class Bound(msgspec.Struct, frozen=True, gc=False):
    """A binding with what its side held when last seen."""

    contractor_id: int
    external_id: str
    version: str | None
    agreed: str
    settled_hash: bytes | None
    departures: Mapping[str, str]


class Known(msgspec.Struct, frozen=True, gc=False):
    """A contractor's row."""

    id: int
    doc: str
    holds: str
    zone: str
    reasons: str
    version: int


class Candidates(msgspec.Struct, frozen=True):
    """Contractors that share a key with some records.

    Attributes:
        by_key: Contractor ids by key.
        crowded: Keys that so many contractors share that they belong to none.
        taken: Those already bound on the connection that asks, with the external id.
    """

    by_key: Mapping[tuple[Key, str], set[int]] = {}
    crowded: frozenset[tuple[Key, str]] = frozenset()
    taken: Mapping[int, str] = {}

    @property
    def ids(self) -> set[int]:
        """All of them."""
        return {id_ for ids in self.by_key.values() for id_ in ids}


_SEEN: Final = of_these(
    lambda these: (
        select(Binding.external_id, Binding.contractor_id, Binding.raw_hash, Absence.reads.is_not(None))
        .outerjoin(Absence, beside)
        .where(Binding.connection_id == bindparam("side"), these(Binding.external_id))
    )
)


def seen(connection: Connection, connection_id: int, external_ids: Collection[str]) -> dict[str, Seen]:
    """What was last seen of these records, by external id."""
    rows = _SEEN(connection, external_ids, side=connection_id)
    return {row[0]: Seen(row[1], row[2], row[3]) for row in rows}


def any_other(connection: Connection, connection_id: int, external_ids: Collection[str]) -> str | None:
    """Any bound record but these, and none of which it is open that its side did not answer for it."""
    unanswered = exists().where(
        Issue.connection_id == connection_id,
        Issue.external_id == Binding.external_id,
        Issue.code == UNANSWERED,
        Issue.state != "resolved",
    )
    others = select(Binding.external_id).where(
        Binding.connection_id == connection_id, ~among(connection, Binding.external_id, external_ids), ~unanswered
    )
    found: str | None = connection.scalar(others.order_by(func.random()).limit(1))
    return found


def lock(connection: Connection, contractor_ids: Collection[int]) -> None:
    """Let nobody else change contractors, nor what is known of their records, before the transaction ends.

    Always in this order, so that of two who want some of the same the one waits and neither is in the other's way.
    SQLite has one writer anyway.
    """
    if contractor_ids and not is_sqlite(connection):
        statement = select(Contractor.id).where(among(connection, Contractor.id, contractor_ids))
        connection.execute(statement.order_by(Contractor.id).with_for_update())


_BOUND: Final = of_these(
    lambda these: select(
        Binding.contractor_id,
        Binding.external_id,
        Binding.version,
        Binding.agreed,
        Binding.settled_hash,
        Binding.departures,
    ).where(Binding.connection_id == bindparam("side"), these(Binding.contractor_id))
)


def bound(connection: Connection, connection_id: int, contractor_ids: Collection[int]) -> dict[int, Bound]:
    """Bindings of these contractors on one connection, by contractor."""
    if not contractor_ids:
        return {}
    rows = _BOUND(connection, contractor_ids, side=connection_id)
    return {row[0]: Bound(*row[:-1], load_departures(row[-1])) for row in rows}


def holders(connection: Connection, contractor_ids: Collection[int]) -> dict[int, set[int]]:
    """Connections that have these contractors, by contractor."""
    found: dict[int, set[int]] = defaultdict(set)
    if contractor_ids:
        rows = connection.execute(
            select(Binding.contractor_id, Binding.connection_id).where(
                among(connection, Binding.contractor_id, contractor_ids)
            )
        )
        for contractor_id, connection_id in rows:
            found[contractor_id].add(connection_id)
    return found


def stated(
    connection: Connection, connection_ids: Collection[int], contractor_ids: Collection[int]
) -> dict[int, list[str]]:
    """What these connections hold of contractors, as last seen, by contractor."""
    found: dict[int, list[str]] = defaultdict(list)
    for id_ in connection_ids:
        for contractor_id, one in bound(connection, id_, contractor_ids).items():
            found[contractor_id].append(one.agreed)
    return found


def of_contractor(connection: Connection, contractor_id: int) -> dict[int, Bound]:
    """A contractor's records, by connection."""
    ids = connection.scalars(select(Binding.connection_id).where(Binding.contractor_id == contractor_id)).all()
    return {id_: bound(connection, id_, [contractor_id])[contractor_id] for id_ in ids}


_KNOWN: Final = of_these(
    lambda these: select(
        Contractor.id, Contractor.doc, Contractor.holds, Contractor.zone, Contractor.reasons, Contractor.version
    ).where(these(Contractor.id))
)


def known(connection: Connection, contractor_ids: Collection[int]) -> dict[int, Known]:
    """Contractors by id."""
    if not contractor_ids:
        return {}
    return {row[0]: Known(*row) for row in _KNOWN(connection, contractor_ids)}


def written_since(
    connection: Connection, connection_id: int, contractor_ids: Collection[int], since: datetime
) -> set[int]:
    """Those of these contractors whose record on one connection a push changed since a moment."""
    if not contractor_ids:
        return set()
    rows = connection.scalars(
        select(Delivery.contractor_id).where(
            Delivery.connection_id == connection_id,
            Delivery.at >= since,
            among(connection, Delivery.contractor_id, contractor_ids),
        )
    )
    return set(rows)


_COLUMNS: Final = {
    Key.NUMBER: Contractor.number_key,
    Key.TAX: Contractor.tax_key,
    Key.EMAIL: Contractor.email_key,
    Key.PHONE: Contractor.phone_key,
}
_SHARED_BY_CROWDS: Final = frozenset({Key.EMAIL, Key.PHONE})


def candidates(connection: Connection, connection_id: int, asked: Iterable[tuple[Key, str]]) -> Candidates:
    """Contractors that have one of the keys; of more than a crowd the first. Who was erased is nobody to link to."""
    values: dict[Key, set[str]] = defaultdict(set)
    for key, value in asked:
        values[key].add(value)
    by_key: dict[tuple[Key, str], set[int]] = defaultdict(set)
    for key, wanted in values.items():
        for id_, value in _having(connection, key, wanted):
            by_key[key, value].add(id_)
    crowded = frozenset(
        pair for pair, ids in by_key.items() if pair[0] in _SHARED_BY_CROWDS and len(ids) > CROWD
    )  # fmt: skip
    for pair in crowded:
        del by_key[pair]
    found = Candidates(by_key, crowded)
    taken = bound(connection, connection_id, found.ids)
    return Candidates(by_key, crowded, {id_: binding.external_id for id_, binding in taken.items()})


def _having(connection: Connection, key: Key, wanted: Collection[str]) -> Iterator[tuple[int, str]]:
    """Contractor and value, for at most one more than a crowd of each value."""
    column = _COLUMNS[key]
    exact = Contractor.number if key is Key.NUMBER else column
    looked_up = {number_key(number) for number in wanted} if key is Key.NUMBER else wanted
    place = func.row_number().over(partition_by=exact, order_by=Contractor.id)
    each = (
        select(Contractor.id, exact.label("value"), place.label("place"))
        .where(among(connection, column, looked_up), Contractor.status != Status.ANONYMISED)
        .subquery()
    )
    for id_, value in connection.execute(select(each.c.id, each.c.value).where(each.c.place <= CROWD + 1)):
        if value in wanted:
            yield id_, value


_GROUPS: Final = select(Group.name, Group.id)


def group_names(connection: Connection) -> dict[str, int]:
    """All groups that an ERP stated, with their ids."""
    return {row[0]: row[1] for row in connection.execute(_GROUPS)}
