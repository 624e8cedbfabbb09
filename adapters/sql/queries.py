"""What is asked of the database?

Pages go by key and never by OFFSET, which skips a record for each one that is deleted before it. They do not go by
time either: equal times, rounded times and NULLs then need no care, and a record that changes while it is read does
not move. What changed after the read began has a later time, and so belongs to the next read.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Join,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.types import CHAR, Boolean, Date, DateTime, NullType

from adapters.sql.options import Addresses, Options
from adapters.sql.watermark import Points
from syncd.domain.fieldmap import FieldMap
from syncd.errors import InvalidRecord
from syncd.ports import Record, Rejected
from syncd.sql.database import Database
from syncd.sql.values import bound_as, key_of, key_text, refuse_unusable, text_of

__all__ = ["ADDRESSES", "GROUPS", "Queries"]

GROUPS: Final = "@groups"
ADDRESSES: Final = "@addresses"
"""Names in a record's raw bytes that no column can have."""

_NOISE: Final = (" ", "-", ".", "/")

_encode = msgspec.json.Encoder(order="deterministic").encode


class Queries:
    """The statements of one connection, made from the tables as the database describes them."""

    def __init__(self, source: Database, options: Options, fields: FieldMap) -> None:
        self._source = source
        self._options = options
        self._fields = fields

    @functools.cached_property
    def points(self) -> Points | None:
        """How the watermark column counts; ``None`` without one."""
        if self._options.watermark is None:
            return None
        kind = self._column(self._options.watermark.column).type
        return Points(
            self._options.watermark,
            aware=bool(getattr(kind, "timezone", False)),
            dates=isinstance(kind, Date),
            text=self._source.dialect == "sqlite" and isinstance(kind, DateTime | Date | String),
        )

    def now(self, connection: Connection) -> float | int | None:
        """The furthest point that a read which begins now may claim to have read to."""
        watermark, points = self._options.watermark, self.points
        if watermark is None or points is None:
            return None
        if watermark.kind == "rowversion" and self._source.dialect == "mssql":
            # Numbers are given before commits: below the oldest one still in flight nothing can appear any more.
            active = points.of(connection.exec_driver_sql("SELECT MIN_ACTIVE_ROWVERSION()").scalar_one())
            return None if active is None else int(active) - 1
        if watermark.kind in ("rowversion", "counter"):
            # Not max(): PostgreSQL before 18 has none for bytes.
            column = self._raw(self._column(watermark.column))
            newest = select(column).where(column.is_not(None)).order_by(column.desc()).limit(1)
            return points.of(connection.execute(newest).scalar_one_or_none())
        return points.of_clock(self._source.clock(connection))

    def clock(self, connection: Connection) -> datetime:
        """The source's own time."""
        return self._source.clock(connection)

    def keyless(self, connection: Connection) -> int:
        """How many records have no key, so that no read can name them."""
        statement = select(func.count()).select_from(self._key.table).where(self._key.is_(None))
        return int(connection.execute(self._scoped(statement)).scalar_one())

    def page(self, connection: Connection, after: Any | None, since: Any | None) -> Sequence[Sequence[Any]]:
        """Rows behind the key `after`, changed at or after the watermark's value `since`; each begins with its key."""
        statement = self._rows().order_by(self._key).limit(self._options.page)
        if after is not None:
            statement = statement.where(self._key > bindparam("after", after, type_=self._key_type))
        if since is not None:
            statement = statement.where(self._changed(since))
        return connection.execute(statement).all()

    def records(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> list[Record | Rejected]:
        """Rows as records, groups and addresses included: one query for each, not one for each record."""
        keys = [row[0] for row in rows]
        groups = self._groups(connection, keys)
        addresses = self._addresses(connection, keys)
        made: dict[str, list[Record | Rejected]] = {}
        for row in rows:
            external_id = key_text(row[0])
            values: dict[str, Any] = dict(zip(self._columns, map(self._text, row[2:]), strict=True))
            if groups is not None:
                values[GROUPS] = sorted(groups.get(external_id, ()))
            if addresses is not None:
                values[ADDRESSES] = addresses.get(external_id, [])
            record = self._record(external_id, row, values)
            # A view that joins may give a record twice; twice the same is once.
            same = made.setdefault(external_id, [])
            if record not in same:
                same.append(record)
        return [record for same in made.values() for record in same]

    def one(self, connection: Connection, external_id: str) -> Record | Rejected | None:
        """The record of that name."""
        meant = self._is(external_id)
        rows = [] if meant is None else connection.execute(self._rows().where(meant).limit(1)).all()
        return self.records(connection, rows)[0] if rows else None

    def named(self, connection: Connection, external_id: str) -> str | None:
        """The name of that record as the table writes it, which knows whether capitals count."""
        meant = self._is(external_id)
        if meant is None:
            return None
        statement = self._scoped(select(self._raw(self._key)).where(meant).limit(1))
        rows = connection.execute(statement).all()
        return key_text(rows[0][0]) if rows else None

    def matching(self, connection: Connection, number: str, tax_ids: Sequence[str], email: str) -> list[str]:
        """External ids of records that may have one of these keys; the caller looks closer."""
        conditions = []
        if number and (column := self._single("number")) is not None:
            conditions.append(func.rtrim(column) == number)
        if tax_ids and (column := self._single("tax_id")) is not None:
            bare: ColumnElement[Any] = func.upper(column)
            for noise in _NOISE:
                bare = func.replace(bare, noise, "")
            conditions.append(bare.in_(tax_ids))
        if email and (column := self._single("email")) is not None:
            conditions.append(func.lower(func.trim(column)) == email.lower())
        if not conditions:
            return []
        statement = self._scoped(select(self._raw(self._key)).where(or_(*conditions)).limit(self._options.page))
        return sorted({key_text(key) for (key,) in connection.execute(statement)})

    @functools.cached_property
    def _columns(self) -> tuple[str, ...]:
        return tuple(self._fields.columns)

    @functools.cached_property
    def _kinds(self) -> list[Any]:
        return [self._column(name).type for name in self._columns]

    @functools.cached_property
    def _key(self) -> Column[Any]:
        return self._column(self._options.key)

    def _text(self, value: Any) -> str | None:
        """A value as text; of an array its members as they stand in one column elsewhere."""
        if isinstance(value, list) and self._options.separator:
            return self._options.separator.join(text for one in value if (text := text_of(one)))
        return text_of(value)

    def _is(self, external_id: str) -> ColumnElement[bool] | None:
        """Whether a row is the record of that name; ``None`` if none can be."""
        key = key_of(external_id, self._key.type)
        if key is None:
            return None
        column: ColumnElement[Any] = func.rtrim(self._key) if isinstance(self._key.type, CHAR) else self._key
        return column == bindparam("key", key, type_=self._key_type)

    @property
    def _key_type(self) -> Any:
        return bound_as(self._key.type)

    def _column(self, name: str) -> Column[Any]:
        return self._source.column(self._options.table, name)

    @staticmethod
    def _raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The column as the driver gives it: one odd value must not fail a page in a conversion."""
        return type_coerce(column, NullType())

    def _rows(self) -> Select[Any]:
        watermark = self._options.watermark
        when = self._raw(self._column(watermark.column)) if watermark else literal_column("NULL")
        picked = [
            self._raw(column).label(f"c{index}")
            for index, column in enumerate([self._key, *(self._column(name) for name in self._columns)])
        ]
        return self._scoped(select(picked[0], when.label("changed"), *picked[1:]).where(self._key.is_not(None)))

    def _scoped(self, statement: Select[Any]) -> Select[Any]:
        if not self._options.where:
            return statement
        return statement.where(literal_column(f"({self._options.where})", Boolean))

    def _changed(self, since: Any) -> ColumnElement[bool]:
        """At or after `since`, or without a time, or with a membership or an address that moved."""
        watermark = self._options.watermark
        if watermark is None:
            return and_(True)
        value = bindparam("since", since, type_=NullType())
        when = self._raw(self._column(watermark.column))
        conditions = [when >= value, when.is_(None)]
        for child in (self._options.groups, self._options.addresses):
            if child is not None and child.changed:
                moved = self._raw(self._source.column(child.table, child.changed))
                owner = self._source.column(child.table, child.contractor)
                conditions.append(self._key.in_(select(owner).where(or_(moved >= value, moved.is_(None)))))
        return or_(*conditions)

    def _groups(self, connection: Connection, keys: Sequence[Any]) -> dict[str, set[str]] | None:
        groups = self._options.groups
        if groups is None:
            return None
        column = functools.partial(self._source.column, groups.table)
        owner, name = column(groups.contractor), column(groups.group)
        whose, joined = self._owned(owner, keys)
        if groups.names_table:
            names = functools.partial(self._source.column, groups.names_table)
            joined = joined.join(self._source.table(groups.names_table), name == names(groups.names_key))
            name = names(groups.names_name)
        found: dict[str, set[str]] = defaultdict(set)
        for key, group in connection.execute(select(whose, self._raw(name)).select_from(joined)):
            if stated := text_of(group):
                found[key_text(key)].add(stated)
        return found

    def _addresses(self, connection: Connection, keys: Sequence[Any]) -> dict[str, list[dict[str, str | None]]] | None:
        addresses = self._options.addresses
        if addresses is None:
            return None
        owner = self._source.column(addresses.table, addresses.contractor)
        order = self._source.column(addresses.table, addresses.key)
        names = columns_of(addresses)
        picked = [self._raw(self._source.column(addresses.table, name)) for name in names]
        whose, joined = self._owned(owner, keys)
        statement = select(whose, self._raw(order), *picked).select_from(joined).order_by(order)
        found: dict[str, list[dict[str, str | None]]] = defaultdict(list)
        for key, own, *values in connection.execute(statement):
            stated = dict(zip(names, map(text_of, values), strict=True))
            found[key_text(key)].append({"@key": key_text(own), **stated})
        return found

    def _owned(self, owner: Column[Any], keys: Sequence[Any]) -> tuple[ColumnElement[Any], Join]:
        """The keys of a page beside their children: whether `k1` is `K1`, the database says as it does for the ERP."""
        among = type_coerce(self._key, self._key_type).in_(list(keys))
        page = select(self._key.label("contractor")).where(among).distinct().subquery("page")
        return self._raw(page.c.contractor), owner.table.join(page, page.c.contractor == owner)

    def _single(self, field: str) -> Column[Any] | None:
        """The column of a field that has exactly one."""
        sources = self._fields.sources(field)
        return self._column(sources[0]) if len(sources) == 1 and sources[0][:1] != "=" else None

    def _record(self, external_id: str, row: Sequence[Any], values: dict[str, Any]) -> Record | Rejected:
        raw = _encode(values)
        try:
            refuse_unusable(row[2:], self._kinds, self._columns, raw)
        except InvalidRecord as error:
            error.record = external_id
            return Rejected(external_id, raw, error)
        return Record(external_id, raw)


def columns_of(addresses: Addresses) -> list[str]:
    """Columns that addresses are read from, each once."""
    sources = [[source] if isinstance(source, str) else source for source in addresses.fields.values()]
    return list(dict.fromkeys(column for columns in sources for column in columns if column[:1] != "="))
