"""What is asked of Optima's database?

One query for a page of contractors and one for each of their lists, never one for each contractor. Pages go by
Knt_KntId: a record that is changed while it is read does not move, and equal, rounded or missing times need no care.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    bindparam,
    column,
    func,
    or_,
    select,
    text,
    type_coerce,
)
from sqlalchemy.types import NullType

from adapters.optima.elements import BY_NAME
from adapters.optima.options import Options
from syncd.sql.database import Database
from syncd.sql.values import bound_as

__all__ = ["KEY", "ROLES", "TABLE", "Queries", "Rows"]

TABLE: Final = "Kontrahenci"
KEY: Final = "Knt_KntId"
MOVED: Final = "Knt_TS_Mod"
ROLES: Final = {
    "Knt_Rodzaj_Dostawca": "dostawca",
    "Knt_Rodzaj_Odbiorca": "odbiorca",
    "Knt_Rodzaj_Konkurencja": "konkurencja",
    "Knt_Rodzaj_Partner": "partner",
    "Knt_Rodzaj_Potencjalny": "potencjalny",
}

_CONTRACTOR: Final = 1
"""Knt_PodmiotTyp, KnA_PodmiotTyp: banks, employees and offices are other numbers."""
_ATTRIBUTE: Final = 2
"""DeA_Typ of contractors' attributes."""
_NEEDED: Final = (KEY, "Knt_PodmiotTyp", "Knt_Kod", "Knt_Grupa", "Knt_Nazwa1", "Knt_Nieaktywny", MOVED)
_MORE: Final = ("Knt_Nip", "Knt_ImportAppId", "Knt_ImportRowId", *ROLES)
_NOISE: Final = (" ", "-", ".", "/")


class Rows:
    """Some contractors with their lists.

    Attributes:
        columns: Names of the values in each row.
        rows: The contractors, by Knt_KntId.
        lists: For ``groups``, ``attributes``, ``persons`` and ``accounts`` their rows by Knt_KntId; a list that is not
            asked for is not in it.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.columns = columns
        self.rows = rows
        self.lists: dict[str, dict[int, list[Sequence[Any]]]] = {}


class Queries:
    """The statements of one connection, made from the table as the database describes it."""

    def __init__(self, source: Database, options: Options) -> None:
        self._source = source
        self._options = options

    @functools.cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that are read: all that syncd knows, but for those that this version of Optima does not have."""
        for name in (*_NEEDED, *self._options.carry.values()):
            self._column(name)
        elements = [element.column for element in BY_NAME.values() if element.column]
        wanted = dict.fromkeys([*_NEEDED, *elements, *_MORE, *self._options.carry.values()])
        return tuple(name for name in wanted if name in self._source.table(TABLE).columns)

    @property
    def missing(self) -> list[str]:
        """Columns that syncd knows and this version of Optima does not have."""
        return [e.column for e in BY_NAME.values() if e.column and e.column not in self.columns]

    @functools.cached_property
    def kinds(self) -> list[Any]:
        """Types of `columns`."""
        return [self._column(name).type for name in self.columns]

    def page(self, connection: Connection, after: int | None, since: datetime | None) -> Rows:
        """Contractors behind the key `after`, changed at or after `since`; those without a time always."""
        statement = self._rows().order_by(self._column(KEY)).limit(self._options.page)
        if after is not None:
            statement = statement.where(self._column(KEY) > after)
        if since is not None:
            moved = self._raw(self._column(MOVED))
            statement = statement.where(or_(moved >= bindparam("since", self._bound(since)), moved.is_(None)))
        return self._with_lists(connection, statement)

    def one(self, connection: Connection, external_id: str) -> Rows:
        """The contractor of that name, or nobody."""
        if self._options.identity == "id":
            if not external_id.isdecimal() or len(external_id) > 10:
                return Rows(self.columns, [])
            where = self._column(KEY) == int(external_id)
        else:
            where = self._is("Knt_Kod", external_id)
        return self._with_lists(connection, self._rows().where(where).limit(1))

    def of_codes(self, connection: Connection, codes: Sequence[str]) -> Rows:
        """The contractors with these acronyms."""
        code = self._column("Knt_Kod")
        among = type_coerce(code, bound_as(code.type)).in_(list(codes))
        return self._with_lists(connection, self._rows().where(among))

    def matching(self, connection: Connection, number: str, tax_ids: Sequence[str], email: str) -> Rows:
        """Contractors that may have one of these keys; the caller looks closer."""
        conditions: list[ColumnElement[bool]] = []
        if number:
            conditions.append(self._is("Knt_Kod", number))
        if tax_ids:
            bare: ColumnElement[Any] = func.upper(self._column("Knt_NipE"))
            for noise in _NOISE:
                bare = func.replace(bare, noise, "")
            conditions.append(bare.in_(tax_ids))
            if "Knt_Nip" in self.columns:
                conditions.append(self._column("Knt_Nip").in_(tax_ids))
        if email:
            conditions.append(func.lower(self._column("Knt_Email")).contains(email.lower(), autoescape=True))
        if not conditions:
            return Rows(self.columns, [])
        statement = self._rows().where(or_(*conditions)).order_by(self._column(KEY)).limit(self._options.page)
        return self._with_lists(connection, statement)

    def clock(self, connection: Connection) -> datetime:
        """The server's own time, in UTC."""
        return self._source.clock(connection)

    def _rows(self) -> Select[Any]:
        picked = [self._raw(self._column(name)).label(name) for name in self.columns]
        statement: Select[Any] = select(*picked).where(self._column("Knt_PodmiotTyp") == _CONTRACTOR)
        if self._options.esklep_only:
            statement = statement.where(self._column("Knt_ESklep") == 1)
        return statement

    def _with_lists(self, connection: Connection, statement: Select[Any]) -> Rows:
        found = Rows(self.columns, connection.execute(statement).all())
        keys = [int(row[0]) for row in found.rows]
        statements = {
            "attributes": self._attributes() if self._options.attributes else None,
            "groups": self._configured(self._options.extra_groups, "name"),
            "persons": self._configured(self._options.persons, "name", "email", "phone"),
            "accounts": self._configured(self._options.accounts, "number"),
        }
        for name, (listed, owner) in ((name, pair) for name, pair in statements.items() if pair is not None):
            rows: dict[int, list[Sequence[Any]]] = defaultdict(list)
            if keys:
                for key, *values in connection.execute(listed.where(owner.in_(keys))):
                    rows[int(key)].append(values)
            found.lists[name] = rows
        return found

    def _attributes(self) -> tuple[Select[Any], ColumnElement[Any]]:
        attribute = functools.partial(self._source.column, "KntAtrybuty")
        definition = functools.partial(self._source.column, "DefAtrybuty")
        owner = attribute("KnA_PodmiotId")
        statement: Select[Any] = (
            select(owner, self._raw(definition("DeA_Kod")), self._raw(attribute("KnA_WartoscTxt")))
            .join_from(attribute("KnA_DeAId").table, definition("DeA_DeAId").table,
                       attribute("KnA_DeAId") == definition("DeA_DeAId"))
            .where(attribute("KnA_PodmiotTyp") == _CONTRACTOR, definition("DeA_Typ") == _ATTRIBUTE)
        )  # fmt: skip
        return statement, owner

    @staticmethod
    def _configured(query: str, *names: str) -> tuple[Select[Any], ColumnElement[Any]] | None:
        """A query of the configuration, narrowed to the contractors of a page."""
        if not query.strip():
            return None
        escaped = query.strip().rstrip(";").replace(":", r"\:")
        columns: list[ColumnElement[Any]] = [column("contractor", Integer)]
        columns += [column(name, NullType()) for name in names]
        listed: Subquery = text(escaped).columns(*columns).subquery("listed")
        return select(*listed.columns), listed.columns["contractor"]

    def _is(self, name: str, value: str) -> ColumnElement[bool]:
        """Equal as the server's collation has it, capitals aside; without a conversion that would pass by its index."""
        held = self._column(name)
        return held == bindparam("value", value, type_=bound_as(held.type), unique=True)

    def _bound(self, moment: datetime) -> Any:
        # SQLite keeps moments as text: the shortest spelling stands before all others of its second.
        return moment.isoformat(sep=" ") if self._source.dialect == "sqlite" else moment

    @staticmethod
    def _raw(held: ColumnElement[Any]) -> ColumnElement[Any]:
        """The column as the driver gives it: one odd value must not fail a page in a conversion."""
        return type_coerce(held, NullType())

    def _column(self, name: str) -> Column[Any]:
        return self._source.column(TABLE, name)
