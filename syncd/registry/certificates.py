"""What was proven of a side, and when?"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select

from syncd.domain.difference import Difference
from syncd.registry import tables as t

__all__ = ["CertificateRow", "latest", "store"]


class CertificateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison of one side with the registry; see `syncd.sync.verify.Verified`.

    Attributes:
        differing: Customer codes by cause; of very many the first ones.
    """

    id: int
    connection: str
    asked_by: str
    started_at: datetime
    finished_at: datetime
    compared: int
    agree: int
    complete: bool
    record_reads: int
    by_cause: dict[str, int]
    differing: dict[str, list[str]]
    expected: str
    stated: str


def store(connection: Connection, differences: list[Difference], **values: Any) -> int:
    """Keep a certificate. Records that belong to nobody are counted and not named."""
    differing: dict[str, list[str]] = defaultdict(list)
    for one in differences:
        if one.code is not None:
            differing[one.cause].append(one.code)
    made: int = connection.execute(
        insert(t.Certificate).values(**values, differing=dict(differing)).returning(t.Certificate.id)
    ).scalar_one()
    return made


def latest(connection: Connection) -> dict[str, CertificateRow]:
    """The newest certificate of each side, by connection."""
    newest = select(func.max(t.Certificate.id)).group_by(t.Certificate.connection_id)
    names = [name for name in CertificateRow.__struct_fields__ if name != "connection"]
    rows = connection.execute(
        select(*(getattr(t.Certificate, name) for name in names), t.Connection.name.label("connection"))
        .join(t.Connection, t.Connection.id == t.Certificate.connection_id)
        .where(t.Certificate.id.in_(newest))
        .order_by(t.Connection.side, t.Connection.name)
    )
    return {row["connection"]: CertificateRow(**row) for row in rows.mappings()}
