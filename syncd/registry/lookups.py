"""What does the registry hold about the records of one page? One query for each question, never one per record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.holds import Status
from syncd.domain.match import Key
from syncd.registry.engine import among
from syncd.registry.tables import Binding, Contractor, Delivery, Group

__all__ = [
    "Bound",
    "Candidates",
    "Known",
    "Seen",
    "bound",
    "candidates",
    "group_names",
    "known",
    "seen",
    "written_since",
]


class Seen(msgspec.Struct, frozen=True):
    """What is needed to know that a record is the same as last time."""

    contractor_id: int
    raw_hash: bytes | None
    missing_reads: int


class Bound(msgspec.Struct, frozen=True):
    """A binding with what its side held when last seen."""

    contractor_id: int
    external_id: str
    version: str | None
    agreed: str
    settled_hash: bytes | None
    missing_reads: int


class Known(msgspec.Struct, frozen=True):
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
        tax_ids: Their tax ids.
        taken: Those already bound on the connection that asks, with the external id.
    """

    by_key: Mapping[tuple[Key, str], set[int]]
    tax_ids: Mapping[int, str]
    taken: Mapping[int, str]


def seen(connection: Connection, connection_id: int, external_ids: Collection[str]) -> dict[str, Seen]:
    """What was last seen of these records, by external id."""
    rows = connection.execute(
        select(Binding.external_id, Binding.contractor_id, Binding.raw_hash, Binding.missing_reads).where(
            Binding.connection_id == connection_id, among(connection, Binding.external_id, external_ids)
        )
    )
    return {row[0]: Seen(row[1], row[2], row[3]) for row in rows}


def bound(connection: Connection, connection_id: int, contractor_ids: Collection[int]) -> dict[int, Bound]:
    """Bindings of these contractors on one connection, by contractor."""
    if not contractor_ids:
        return {}
    rows = connection.execute(
        select(
            Binding.contractor_id,
            Binding.external_id,
            Binding.version,
            Binding.agreed,
            Binding.settled_hash,
            Binding.missing_reads,
        ).where(Binding.connection_id == connection_id, among(connection, Binding.contractor_id, contractor_ids))
    )
    return {row[0]: Bound(*row) for row in rows}


def known(connection: Connection, contractor_ids: Collection[int]) -> dict[int, Known]:
    """Contractors by id."""
    if not contractor_ids:
        return {}
    rows = connection.execute(
        select(
            Contractor.id, Contractor.doc, Contractor.holds, Contractor.zone, Contractor.reasons, Contractor.version
        ).where(among(connection, Contractor.id, contractor_ids))
    )
    return {row[0]: Known(*row) for row in rows}


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


_COLUMNS = {
    Key.NUMBER: Contractor.number,
    Key.TAX: Contractor.tax_key,
    Key.EMAIL: Contractor.email_key,
    Key.PHONE: Contractor.phone_key,
}


def candidates(connection: Connection, connection_id: int, asked: Iterable[tuple[Key, str]]) -> Candidates:
    """Contractors that have one of the keys; who was erased is nobody that a record could be linked to."""
    values: dict[Key, set[str]] = defaultdict(set)
    for key, value in asked:
        values[key].add(value)
    by_key: dict[tuple[Key, str], set[int]] = defaultdict(set)
    tax_ids: dict[int, str] = {}
    for key, wanted in values.items():
        column = _COLUMNS[key]
        rows = connection.execute(
            select(Contractor.id, column, Contractor.tax_key).where(
                among(connection, column, wanted), Contractor.status != Status.ANONYMISED
            )
        )
        for id_, found, tax in rows:
            by_key[key, str(found)].add(id_)
            tax_ids[id_] = tax or ""
    taken = bound(connection, connection_id, tax_ids)
    return Candidates(by_key, tax_ids, {id_: binding.external_id for id_, binding in taken.items()})


def group_names(connection: Connection) -> dict[str, int]:
    """All groups that an ERP stated, with their ids."""
    return {row[0]: row[1] for row in connection.execute(select(Group.name, Group.id))}
