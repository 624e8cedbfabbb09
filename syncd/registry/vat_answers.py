"""What is known of each VAT number, and which is to be asked for next?

A number is due when its moment has come, whoever looks: no message has to arrive. A question that brought nothing
leaves the answer before it as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, case, cast, delete, exists, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import JSON

from syncd.domain.contractor import load
from syncd.domain.country import VatAnswer, Zone
from syncd.domain.tax import VIES_PREFIXES, vies_prefix
from syncd.registry.engine import among, is_sqlite
from syncd.registry.tables import Contractor, VatNumber

__all__ = [
    "Due",
    "Number",
    "VatKnown",
    "due",
    "for_numbers",
    "forget_unheld",
    "holders",
    "invalid",
    "list_numbers",
    "make_due",
    "number_of",
    "put_off",
    "store",
    "unasked",
]

Number = tuple[str, str]
"""Prefix as VIES writes it, and the number without it."""


class VatKnown(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one number.

    Attributes:
        answer: The last one that said anything; ``unknown`` until there is one.
        cause: Why the last question brought nothing; empty when it did.
        tries: Questions in a row that brought nothing, since `unknown_since`.
    """

    prefix: str
    number: str
    answer: VatAnswer
    answered_at: datetime | None
    consultation: str
    asked_at: datetime | None
    cause: str
    tries: int
    unknown_since: datetime | None
    ask_again_at: datetime


class Due(msgspec.Struct, frozen=True):
    """A number whose moment has come."""

    prefix: str
    number: str
    tries: int


_COLUMNS: Final = [getattr(VatNumber, name) for name in VatKnown.__struct_fields__]


def for_numbers(connection: Connection, numbers: Collection[Number]) -> dict[Number, VatKnown]:
    """What is known of these numbers; one that nobody asked for yet is left out."""
    if not numbers:
        return {}
    wanted = set(numbers)
    rows = connection.execute(
        select(*_COLUMNS).where(among(connection, VatNumber.number, sorted({number for _, number in wanted})))
    )
    found = map(_known, rows)
    return {(one.prefix, one.number): one for one in found if (one.prefix, one.number) in wanted}


def unasked(connection: Connection, limit: int) -> list[Number]:
    """Numbers of contractors inside the EU that have no row yet."""
    stated = _in_doc(connection, "tax_prefix")
    prefix = case((stated == "GR", "EL"), else_=stated)
    rows = connection.execute(
        select(prefix, Contractor.tax_key)
        .where(
            Contractor.zone == Zone.INTRA_EU.value,
            Contractor.tax_key.is_not(None),
            Contractor.tax_key != "",
            prefix.in_(sorted(VIES_PREFIXES)),
            ~exists(select(1).where(VatNumber.prefix == prefix, VatNumber.number == Contractor.tax_key)),
        )
        .distinct()
        .limit(limit)
    )
    return [(prefix, str(number)) for prefix, number in rows]


def due(connection: Connection, now: datetime, limit: int, only: Collection[Number] | None = None) -> list[Due]:
    """Numbers to ask for, those that nobody asked for yet first among equals.

    Args:
        only: Only these, due or not.
    """
    statement = select(VatNumber.prefix, VatNumber.number, VatNumber.tries)
    if only is None:
        statement = statement.where(VatNumber.ask_again_at <= now)
    else:
        statement = statement.where(among(connection, VatNumber.number, [number for _, number in only]))
    never = case((VatNumber.asked_at.is_(None), 0), else_=1)
    rows = connection.execute(statement.order_by(VatNumber.ask_again_at, never, VatNumber.asked_at).limit(limit))
    found = [Due(*row) for row in rows]
    return found if only is None else [one for one in found if (one.prefix, one.number) in only]


def make_due(connection: Connection, numbers: Iterable[Number] | None, now: datetime) -> None:
    """Let these numbers, or with ``None`` all, be asked for now; one without a row gets it."""
    if numbers is None:
        connection.execute(update(VatNumber).values(ask_again_at=now))
        return
    fresh = {"answer": "unknown", "consultation": "", "cause": "", "tries": 0, "ask_again_at": now}
    rows = [{"prefix": prefix, "number": number, **fresh} for prefix, number in numbers]
    if rows:
        insert = sqlite.insert if is_sqlite(connection) else postgresql.insert
        statement = insert(VatNumber)
        again = {"ask_again_at": statement.excluded.ask_again_at}
        connection.execute(statement.on_conflict_do_update(index_elements=["prefix", "number"], set_=again), rows)


def put_off(connection: Connection, until: datetime) -> None:
    """Let no number be due before a moment: what kept one from being answered would keep all."""
    connection.execute(update(VatNumber).where(VatNumber.ask_again_at < until).values(ask_again_at=until))


def store(
    connection: Connection,
    number: Number,
    answer: VatAnswer,
    *,
    consultation: str,
    cause: str,
    now: datetime,
    again_at: datetime,
) -> None:
    """Keep what one question brought."""
    if answer is VatAnswer.UNKNOWN:
        values: dict[str, Any] = {
            "cause": cause,
            "tries": VatNumber.tries + 1,
            "unknown_since": func.coalesce(VatNumber.unknown_since, literal(now, VatNumber.unknown_since.type)),
        }
    else:
        values = {
            "answer": answer.value,
            "answered_at": now,
            "consultation": consultation,
            "cause": "",
            "tries": 0,
            "unknown_since": None,
        }
    connection.execute(
        update(VatNumber)
        .where(VatNumber.prefix == number[0], VatNumber.number == number[1])
        .values(asked_at=now, ask_again_at=again_at, **values)
    )


def invalid(connection: Connection) -> dict[Number, VatKnown]:
    """Numbers whose last answer is that they are not registered."""
    rows = connection.execute(select(*_COLUMNS).where(VatNumber.answer == VatAnswer.INVALID.value))
    return {(one.prefix, one.number): one for one in map(_known, rows)}


def holders(connection: Connection, numbers: Collection[Number]) -> Mapping[Number, list[int]]:
    """Contractors that have these numbers, by number; at home nobody needs to be registered for trade with others."""
    found: dict[Number, list[int]] = defaultdict(list)
    if not numbers:
        return found
    rows = connection.execute(
        select(Contractor.id, _in_doc(connection, "tax_prefix"), Contractor.tax_key)
        .where(
            among(connection, Contractor.tax_key, sorted({number for _, number in numbers})),
            Contractor.zone != Zone.DOMESTIC.value,
        )
        .order_by(Contractor.id)
    )
    for id_, prefix, number in rows:
        held = (vies_prefix(prefix) or "", str(number))
        if held in numbers:
            found[held].append(id_)
    return found


def number_of(connection: Connection, contractor_id: int) -> Number | None:
    """The number that VIES is asked for because of one contractor.

    ``None`` when it is domestic, has no number that VIES knows about, or is not there.
    """
    row = connection.execute(
        select(Contractor.doc, Contractor.zone).where(Contractor.id == contractor_id)
    ).one_or_none()
    if row is None or row.zone == Zone.DOMESTIC:
        return None
    contractor = load(row.doc)
    prefix = vies_prefix(contractor.tax_prefix)
    return (prefix, contractor.tax_id) if prefix and contractor.tax_id else None


def list_numbers(
    connection: Connection, *, answer: VatAnswer | None = None, unknown_before: datetime | None = None, limit: int = 50
) -> list[VatKnown]:
    """Numbers in their order.

    Args:
        unknown_before: Only those that no question was answered for since before this moment.
    """
    statement = select(*_COLUMNS).order_by(VatNumber.prefix, VatNumber.number)
    if answer is not None:
        statement = statement.where(VatNumber.answer == answer.value)
    if unknown_before is not None:
        statement = statement.where(VatNumber.unknown_since <= unknown_before)
    return [_known(row) for row in connection.execute(statement.limit(limit))]


def forget_unheld(connection: Connection) -> int:
    """Delete what is known of numbers that no contractor has any more; answer of how many."""
    held = exists(select(1).where(Contractor.tax_key == VatNumber.number))
    return connection.execute(delete(VatNumber).where(~held)).rowcount


def _known(row: Row[Any]) -> VatKnown:
    values = row._asdict()
    return VatKnown(**{**values, "answer": VatAnswer(values["answer"])})


def _in_doc(connection: Connection, field: str) -> ColumnElement[str]:
    """A text of a contractor's document, as it is inside the database."""
    if is_sqlite(connection):
        return func.coalesce(func.json_extract(Contractor.doc, f"$.{field}"), "")
    return func.coalesce(cast(Contractor.doc, JSON)[field].as_string(), "")
