"""How do a card, its addresses, persons and groups become one record? One query for each kind, for a whole page.

A record's bytes are JSON: ``card`` by column, ``addresses`` and ``persons`` as lists of the same, ``groups`` and
``home`` by name, ``moved`` the latest stamp of all. What is empty is left out, and blanks around a text mean nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from adapters.xl.groups import Groups
from adapters.xl.queries import Queries, Row
from adapters.xl.tables import ADDRESS, CARD, PERSON, Columns, Tables
from syncd.errors import InvalidRecord
from syncd.ports import Record, Rejected
from syncd.sentence import Sentence
from syncd.sql.values import refuse_unusable, text_of

__all__ = ["NUMBER", "Selection", "decode", "encode", "records"]

NUMBER: Final = "@"
"""Where a child's own number is kept; no column can have this name."""

encode: Final = msgspec.json.Encoder(order="deterministic").encode
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


class Selection(msgspec.Struct, frozen=True):
    """Which customers belong to the shop.

    Attributes:
        groups: Numbers of groups of which a customer has to be in one; ``None`` asks for none.
    """

    types: frozenset[int]
    esklep: bool = False
    groups: frozenset[int] | None = None

    def takes(self, card: Mapping[str, str], groups: frozenset[int]) -> bool:
        """Whether a contractor belongs there."""
        return (
            int(card.get("Knt_Typ", "0")) in self.types
            and (not self.esklep or card.get("Knt_ESklep", "0") not in ("", "0"))
            and (self.groups is None or not self.groups.isdisjoint(groups))
        )


def decode(record: Record) -> dict[str, Any]:
    """Read a record's bytes.

    Raises:
        InvalidRecord: If they are none of these.
    """
    try:
        return _decode(record.raw)
    except msgspec.DecodeError as error:
        raise InvalidRecord(
            Sentence("the record cannot be read: %(problem)s", problem=error), record=record.external_id
        ) from None


def records(
    connection: Connection, queries: Queries, tables: Tables, rows: Sequence[Row], groups: Groups, selection: Selection
) -> list[Record | Rejected]:
    """Make records of cards, with all that belongs to them."""
    if not rows:
        return []
    numbers = [int(row[0]) for row in rows]
    addresses = queries.addresses(connection, numbers)
    persons = queries.persons(connection, numbers)
    members = queries.members(connection, numbers)
    homes = queries.homes(connection, numbers)
    kinds = {columns.table: tables.kinds(columns) for columns in (CARD, ADDRESS, PERSON)}
    made: list[Record | Rejected] = []
    for number, row in zip(numbers, rows, strict=True):
        home = homes.get(number, 0)
        into = frozenset({int(group or 0) for group, _ in members.get(number, ())} | {home})
        stamps = [row[1], *(stamp for _, stamp in members.get(number, ()))]
        stamps += [child[1] for child in (*addresses.get(number, ()), *persons.get(number, ()))]
        card = _texts(CARD, row[2:])
        values = {
            "card": card,
            "addresses": [_child(ADDRESS, child) for child in addresses.get(number, ())],
            "persons": [_child(PERSON, child) for child in persons.get(number, ())],
            "groups": sorted({groups.name(group) for group in into} - {""}),
            "home": groups.name(home),
            "moved": max((int(stamp) for stamp in stamps if stamp is not None), default=0),
            "outside": not selection.takes(card, into),
        }
        raw = encode(values)
        try:
            refuse_unusable(row[2:], kinds[CARD.table], CARD.names, raw)
            for columns, children in ((ADDRESS, addresses), (PERSON, persons)):
                for child in children.get(number, ()):
                    refuse_unusable(child[2:], kinds[columns.table], columns.names, b"")
        except InvalidRecord as error:
            error.record = str(number)
            made.append(Rejected(str(number), raw, error))
        else:
            made.append(Record(str(number), raw))
    return made


def _child(columns: Columns, row: Row) -> dict[str, str]:
    return {NUMBER: str(row[0]), **_texts(columns, row[2:])}


def _texts(columns: Columns, row: Row) -> dict[str, str]:
    """Values by column; blanks around them are the width of the column, or dirt."""
    texts = zip(columns.names, ((text_of(value) or "").strip() for value in row), strict=True)
    return {name: text for name, text in texts if text}
