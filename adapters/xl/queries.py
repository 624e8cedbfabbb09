"""What is asked of XL's database?

Pages go by the number of the card and never by OFFSET or time, so that neither a deleted record nor equal stamps make a
gap. Addresses, persons and groups of a page come with one query each. Nothing is ever written here.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, type_coerce
from sqlalchemy.types import NullType

from adapters.xl.groups import Definition
from adapters.xl.tables import ADDRESS, CARD, CONTRACTOR, GROUP, HOME, MEMBER, PERSON, Columns, Tables

__all__ = ["Queries", "Row"]

Row = Sequence[Any]

_NOISE: Final = (" ", "-", ".", "/")
_CANDIDATES: Final = 100
"""Cards that a look-up takes at most: a key that more of them share tells nobody apart."""


class Queries:
    """The statements of one connection.

    Args:
        types: Values of ``Knt_Typ`` that are customers.
        skipped: Codes of technical contractors.
    """

    def __init__(self, tables: Tables, types: Sequence[int], skipped: Sequence[str]) -> None:
        self._tables = tables
        self._types = types
        self._skipped = skipped

    def furthest(self, connection: Connection, until: int) -> int | None:
        """The latest stamp in any of the tables that is not after `until`: a wrong clock moves nothing."""
        newest = [
            select(func.max(stamp)).where(stamp <= until).scalar_subquery() for stamp in map(self._stamp, self._stamped)
        ]
        seen = [int(value) for value in connection.execute(select(*newest)).one() if value is not None]
        return max(seen, default=None)

    def page(
        self, connection: Connection, after: int, size: int, since: int | None, groups: Collection[int]
    ) -> Sequence[Row]:
        """Cards of customers behind the number `after`; each row begins with number and stamp.

        Args:
            since: Only those that changed at or after this stamp, in whichever table; without a stamp is changed.
            groups: Groups whose members are changed because the group is.
        """
        statement = self._cards().where(self._is_customer(), self._key > after).order_by(self._key).limit(size)
        if since is not None:
            statement = statement.where(self._changed(since, groups))
        return connection.execute(statement).all()

    def customers(self, connection: Connection, numbers: Sequence[int]) -> Sequence[Row]:
        """Cards of customers with these numbers."""
        statement = self._cards().where(self._is_customer(), self._key.in_(numbers))
        return connection.execute(statement.order_by(self._key)).all()

    def cards(self, connection: Connection, numbers: Sequence[int]) -> Sequence[Row]:
        """Cards with these numbers, whether of customers or not."""
        return connection.execute(self._cards().where(self._key.in_(numbers)).order_by(self._key)).all()

    def addresses(self, connection: Connection, owners: Sequence[int]) -> Mapping[int, Sequence[Row]]:
        """Current addresses by owner; each row begins with the address' number and stamp.

        An address that was edited stays as an archived version.
        """
        number = self._tables.column(ADDRESS.table, "KnA_GIDNumer")
        current = func.coalesce(self._tables.column(ADDRESS.table, "KnA_DataArc"), 0) == 0
        return self._children(connection, ADDRESS, number, owners, current)

    def persons(self, connection: Connection, owners: Sequence[int]) -> Mapping[int, Sequence[Row]]:
        """Persons by owner; each row begins with the person's number there and the stamp."""
        number = self._tables.column(PERSON.table, "KnS_KntLp")
        return self._children(connection, PERSON, number, owners)

    def members(self, connection: Connection, owners: Sequence[int]) -> Mapping[int, Sequence[Row]]:
        """Groups by member; each row is the group's number and the stamp of the membership."""
        owner, group = self._member("GIDNumer"), self._member("GrONumer")
        statement = select(owner, group, self._stamp(MEMBER)).where(self._is_member(), owner.in_(owners))
        return _by_owner(connection.execute(statement.order_by(owner, group)).all())

    def homes(self, connection: Connection, owners: Sequence[int]) -> Mapping[int, int]:
        """The home group of each. The table holds the tree of groups as well, and a technical row of number 0."""
        kind, owner, group = (self._tables.column(HOME.table, f"KGD_{name}") for name in _HOME)
        statement = select(owner, group).where(kind == CONTRACTOR, owner > 0, owner.in_(owners))
        return {int(key): int(value or 0) for key, value in connection.execute(statement)}

    def definitions(self, connection: Connection) -> list[Definition]:
        """All groups."""
        number, parent, code = (self._member(name) for name in ("GIDNumer", "GrONumer", "Akronim"))
        statement = select(number, parent, type_coerce(code, NullType()), self._stamp(MEMBER))
        rows = connection.execute(statement.where(self._member("GIDTyp") == GROUP).order_by(number))
        return [
            Definition(int(own), int(above or 0), str(called or "").strip(), None if stamp is None else int(stamp))
            for own, above, called, stamp in rows
        ]

    def matching(self, connection: Connection, number: str, tax_ids: Sequence[str], email: str) -> list[int]:
        """Numbers of cards that may have one of these keys, of customers or not; the caller looks closer."""
        column = functools.partial(self._tables.column, CARD.table)
        conditions: list[ColumnElement[bool]] = []
        if number:
            conditions.append(func.lower(func.rtrim(column("Knt_Akronim"))) == number.lower())
        for name in ("Knt_NipE", "Knt_Nip") if tax_ids else ():
            bare: ColumnElement[Any] = func.upper(column(name))
            for noise in _NOISE:
                bare = func.replace(bare, noise, "")
            conditions.append(bare.in_(tax_ids))
        if email:
            conditions.append(func.lower(func.rtrim(column("Knt_EMail"))) == email.lower())
        if not conditions:
            return []
        statement = select(self._key).where(column("Knt_GIDTyp") == CONTRACTOR, or_(*conditions))
        return [int(key) for key in connection.scalars(statement.order_by(self._key).limit(_CANDIDATES))]

    def owners(self, connection: Connection, groups: Collection[int]) -> set[int]:
        """Members of these groups, as of home."""
        statement = select(self._member("GIDNumer")).where(self._is_member(), self._member("GrONumer").in_(groups))
        kind, owner, group = (self._tables.column(HOME.table, f"KGD_{name}") for name in _HOME)
        homes = select(owner).where(kind == CONTRACTOR, owner > 0, group.in_(groups))
        return {int(key) for key in [*connection.scalars(statement), *connection.scalars(homes)] if key is not None}

    def owners_of(self, connection: Connection, columns: Columns, key: str, numbers: Sequence[int]) -> dict[int, int]:
        """Owner by number of those of these children that are there."""
        number, owner = self._tables.column(columns.table, key), self._owner(columns)
        found = connection.execute(select(number, owner).where(number.in_(numbers)))
        return {int(own): int(whose) for own, whose in found if whose is not None}

    @functools.cached_property
    def _key(self) -> ColumnElement[Any]:
        return self._tables.column(CARD.table, "Knt_GIDNumer")

    def _cards(self) -> Select[Any]:
        kind = self._tables.column(CARD.table, "Knt_GIDTyp")
        return select(self._key, self._stamp(CARD), *self._tables.picked(CARD)).where(kind == CONTRACTOR)

    def _is_customer(self) -> ColumnElement[bool]:
        kind = self._tables.column(CARD.table, "Knt_Typ")
        technical = self._tables.optional(CARD.table, "Knt_Wsk")
        condition: ColumnElement[bool] = kind.in_(self._types)
        if self._skipped:
            code = self._tables.column(CARD.table, "Knt_Akronim")
            condition &= func.coalesce(func.rtrim(code), "").not_in(self._skipped)
        return condition if technical is None else condition & (func.coalesce(technical, 0) == 0)

    def _changed(self, since: int, groups: Collection[int]) -> ColumnElement[bool]:
        conditions = [self._moved(CARD, since)]
        # Archived versions count: that an address was archived is a change.
        children = (ADDRESS, PERSON)
        conditions += [self._key.in_(select(self._owner(one)).where(self._moved(one, since))) for one in children]
        member = self._moved(MEMBER, since)
        if groups:
            member = or_(member, self._member("GrONumer").in_(groups))
        conditions.append(self._key.in_(select(self._member("GIDNumer")).where(self._is_member(), member)))
        home = self._moved_home(since, groups)
        return or_(*conditions) if home is None else or_(*conditions, home)

    def _moved_home(self, since: int, groups: Collection[int]) -> ColumnElement[bool] | None:
        kind, owner, group = (self._tables.column(HOME.table, f"KGD_{name}") for name in _HOME)
        stamp = self._tables.optional(HOME.table, "KGD_CzasModyfikacji")
        moved = [] if stamp is None else [stamp >= since, stamp.is_(None)]
        moved += [group.in_(groups)] if groups else []
        if not moved:
            return None
        return self._key.in_(select(owner).where(kind == CONTRACTOR, owner > 0, or_(*moved)))

    def _moved(self, columns: Columns, since: int) -> ColumnElement[bool]:
        stamp = self._stamp(columns)
        return or_(stamp >= since, stamp.is_(None))

    def _stamp(self, columns: Columns) -> ColumnElement[Any]:
        return self._tables.column(columns.table, columns.stamp)

    @property
    def _stamped(self) -> Sequence[Columns]:
        return (CARD, ADDRESS, PERSON, MEMBER)

    def _member(self, name: str) -> ColumnElement[Any]:
        return self._tables.column(MEMBER.table, f"KnG_{name}")

    def _is_member(self) -> ColumnElement[bool]:
        return self._member("GIDTyp") == CONTRACTOR

    def _owner(self, columns: Columns) -> ColumnElement[Any]:
        return self._tables.column(columns.table, f"{columns.prefix}KntNumer")

    def _children(
        self,
        connection: Connection,
        columns: Columns,
        number: ColumnElement[Any],
        owners: Sequence[int],
        *more: ColumnElement[bool],
    ) -> Mapping[int, Sequence[Row]]:
        owner = self._owner(columns)
        kind = self._tables.column(columns.table, f"{columns.prefix}KntTyp")
        statement = select(owner, number, self._stamp(columns), *self._tables.picked(columns))
        statement = statement.where(kind == CONTRACTOR, owner.in_(owners), *more).order_by(owner, number)
        return _by_owner(connection.execute(statement).all())


_HOME: Final = ("GIDTyp", "GIDNumer", "GrONumer")


def _by_owner(rows: Sequence[Row]) -> Mapping[int, Sequence[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for owner, *rest in rows:
        found[int(owner)].append(rest)
    return found
