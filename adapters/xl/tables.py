"""Which of XL's tables and columns are read?

Names are those of a complete 2025 definition of the database. A column that is marked as optional is read where it is
there, since older databases lack it; without any other nothing is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Column, ColumnElement, null, type_coerce
from sqlalchemy.types import NullType, TypeEngine

from syncd.sql.database import Database

__all__ = ["ADDRESS", "CARD", "CONTRACTOR", "GROUP", "HOME", "MEMBER", "PERSON", "Columns", "Tables"]

CONTRACTOR: Final = 32
"""``GIDTyp`` of contractors, and of their memberships in groups."""

GROUP: Final = -32
"""``GIDTyp`` of groups of contractors."""


class Columns(msgspec.Struct, frozen=True):
    """What is read of one table.

    Attributes:
        prefix: What all names of its columns begin with.
        stamp: The column that moves with each change; ``""`` where it is not known whether there is one.
    """

    table: str
    prefix: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    stamp: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.needed, *self.optional)


def _columns(table: str, prefix: str, needed: str, optional: str = "", stamp: str = "") -> Columns:
    full = [tuple(f"{prefix}{name}" for name in names.split()) for names in (needed, optional)]
    return Columns(table, prefix, full[0], full[1], f"{prefix}{stamp}" if stamp else "")


CARD: Final = _columns(
    "KntKarty",
    "Knt_",
    "Typ Akronim Nazwa1 Nazwa2 Nazwa3 KnANumer KodP Miasto Ulica Adres NipE Nip NipPrefiks Regon Kraj Wojewodztwo"
    " Telefon1 Telefon2 EMail URL Archiwalny ExpoKraj",
    "Osoba GLN Cena Rabat FormaPl Symbol ESklep Anonim BlokadaTransakcji BlokadaZam"
    " Atrybut1 Atrybut2 Atrybut3 Wartosc1 Wartosc2 Wartosc3",
    "LastModL",
)
ADDRESS: Final = _columns(
    "KntAdresy",
    "KnA_",
    "Nazwa1 Nazwa2 Nazwa3 KodP Miasto Ulica Adres Kraj Telefon1 Wysylkowy",
    "KnaPierwotny NiePublikuj",
    "LastModL",
)
PERSON: Final = _columns(
    "KntOsoby",
    "KnS_",
    "Nazwa Telefon TelefonK EMail Archiwalny",
    "Anonim ESklep AdminESklep",
    "CzasModyfikacji",
)
MEMBER: Final = _columns("KntGrupy", "KnG_", "GIDTyp GIDNumer GrONumer Akronim", "", "CzasModyfikacji")
HOME: Final = _columns("KntGrupyDom", "KGD_", "GIDTyp GIDNumer GrONumer", "CzasModyfikacji")


class Tables:
    """The tables of one database, as it describes them."""

    def __init__(self, source: Database) -> None:
        self._source = source

    def column(self, table: str, name: str) -> Column[Any]:
        """A column that is needed.

        Raises:
            Misconfigured: If there is none, or the account may not see it.
        """
        return self._source.column(table, name)

    def optional(self, table: str, name: str) -> Column[Any] | None:
        """A column that older databases lack."""
        return self._source.table(table).columns.get(name)

    def picked(self, columns: Columns) -> Sequence[ColumnElement[Any]]:
        """The columns in the order of their names; NULL in the place of one that is not there.

        They come as the driver gives them: one odd value must not fail a page in a conversion.
        """
        picked: list[ColumnElement[Any]] = [_raw(self.column(columns.table, name)) for name in columns.needed]
        for name in columns.optional:
            column = self.optional(columns.table, name)
            picked.append(null().label(name) if column is None else _raw(column))
        return picked

    def kinds(self, columns: Columns) -> Sequence[TypeEngine[Any]]:
        """Types of the same columns."""
        table = self._source.table(columns.table)
        return [table.columns[name].type if name in table.columns else NullType() for name in columns.names]

    def key(self, table: str) -> Sequence[str]:
        """Names of the columns of a table's primary key."""
        return self._source.key(table)


def _raw(column: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(column, NullType()).label(column.name)
