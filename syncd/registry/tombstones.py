"""Is a record that of somebody who was erased? Asked by keyed digests, a page at a time."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, func, select

from syncd.domain import erasure
from syncd.domain.contractor import Contractor
from syncd.domain.erasure import Mark
from syncd.registry.bulk import upsert_rows
from syncd.registry.engine import among
from syncd.registry.tables import Erasure, Exemption, Tombstone

__all__ = ["Grave", "Key", "Memory", "add", "count", "exempt", "exempted", "found", "graves", "key_check", "memories"]

_KEY: Final = "key"
"""Kind of the one row that says which key the others were made with."""

_VALUE: Final = "="
"""Begins the kind of a digest that stands for one value of one field, and finds no record by itself."""


class Key:
    """The secret under which marks become digests. Without it nobody can try all phone numbers."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), digest_size=32).digest()

    def digest(self, kind: str, value: str) -> str:
        """What stands for one mark."""
        return hashlib.blake2b(f"{kind}\0{value}".encode(), digest_size=16, key=self._key).hexdigest()

    def record(self, connection: str, external_id: str) -> str:
        """What stands for one record of one connection."""
        return self.digest(Mark.RECORD, f"{connection}\0{external_id}")

    @property
    def check(self) -> str:
        """Tells two keys apart."""
        return self.digest(_KEY, "")

    def __repr__(self) -> str:
        return "Key(***)"


class Memory:
    """What one erased contractor was, as keyed digests of single values: it recognises them and tells none.

    Args:
        digests: Kind and digest of all that is kept of the contractor.
    """

    def __init__(self, key: Key, digests: Collection[tuple[str, str]]) -> None:
        self._key = key
        self._digests = frozenset(digests)

    @staticmethod
    def of(key: Key, contractor: Contractor) -> Iterator[tuple[str, str]]:
        """Kind and digest of each personal value."""
        for field, text in erasure.pieces(contractor):
            kind = f"{_VALUE}{field}"
            yield kind, key.digest(kind, text)

    def recalls(self, there: Contractor, left: Contractor) -> frozenset[str]:
        """Fields in which a record says what the erased contractor said, but for what a law has kept.

        Args:
            left: What the registry keeps of the contractor.
        """
        return self._said(there) - self._said(left)

    def _said(self, contractor: Contractor) -> frozenset[str]:
        said = self.of(self._key, contractor)
        return frozenset(kind.removeprefix(_VALUE) for kind, digest in said if (kind, digest) in self._digests)


def memories(connection: Connection, key: Key, contractor_ids: Collection[int]) -> dict[int, Memory]:
    """What these erased contractors were."""
    rows = connection.execute(
        select(Erasure.contractor_id, Tombstone.kind, Tombstone.digest)
        .join(Tombstone, Tombstone.erasure_id == Erasure.id)
        .where(among(connection, Erasure.contractor_id, list(contractor_ids)), Tombstone.kind.startswith(_VALUE))
    )
    digests: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for contractor_id, kind, digest in rows:
        digests[contractor_id].append((kind, digest))
    return {id_: Memory(key, of) for id_, of in digests.items()}


_KEY_CHECK: Final = select(Tombstone.digest).where(Tombstone.kind == _KEY)


def key_check(connection: Connection) -> str | None:
    """Which key the tombstones were made with; ``None`` as long as nobody was erased."""
    return connection.scalar(_KEY_CHECK)


def add(connection: Connection, key: Key, erasure_id: int, digests: Iterable[tuple[str, str]], now: datetime) -> None:
    """Keep the marks of one erasure: kind and digest each."""
    rows = [(kind, digest, erasure_id, now) for kind, digest in dict.fromkeys(digests)]
    columns = ("kind", "digest", "erasure_id", "at")
    upsert_rows(connection, Tombstone, columns, [(_KEY, key.check, 0, now), *rows], update={"at": "tombstones.at"})


def found(connection: Connection, digests: Collection[str]) -> dict[str, set[tuple[str, int]]]:
    """Those of `digests` that are some erased contractor's: kind and erasure by digest."""
    if not digests:
        return {}
    rows = connection.execute(
        select(Tombstone.digest, Tombstone.kind, Tombstone.erasure_id).where(
            among(connection, Tombstone.digest, list(digests)), Tombstone.kind != _KEY
        )
    )
    hits: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for digest, kind, erasure_id in rows:
        hits[digest].add((kind, erasure_id))
    return hits


def count(connection: Connection, erasure_id: int) -> dict[str, int]:
    """How many marks of each kind stand for one erased contractor."""
    marks = Tombstone.erasure_id == erasure_id, ~Tombstone.kind.startswith(_VALUE)
    rows = connection.execute(select(Tombstone.kind, func.count()).where(*marks).group_by(Tombstone.kind))
    return {row[0]: row[1] for row in rows}


class Grave(msgspec.Struct, frozen=True):
    """Whose erasure it is, and what a law has kept of them."""

    contractor_id: int
    retained: frozenset[str]


def graves(connection: Connection, erasure_ids: Collection[int]) -> dict[int, Grave]:
    """Whose erasures these are, by erasure."""
    rows = connection.execute(
        select(Erasure.id, Erasure.contractor_id, Erasure.retained).where(
            among(connection, Erasure.id, list(erasure_ids))
        )
    )
    return {row[0]: Grave(row[1], frozenset(msgspec.json.decode(row[2]))) for row in rows}


def exempted(connection: Connection, records: Collection[str]) -> set[str]:
    """Those of these records, by digest, that a person said are somebody else's."""
    return set(
        connection.scalars(select(Exemption.digest).where(among(connection, Exemption.digest, list(records))))
    )  # fmt: skip


def exempt(connection: Connection, record: str, *, by: str, now: datetime) -> None:
    """Say that a record is somebody else's."""
    upsert_rows(connection, Exemption, ("digest", "by", "at"), [(record, by, now)])
