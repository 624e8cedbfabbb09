"""How does a row of a database read as a contractor? Pure: bytes in, contractor out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from adapters.sql.options import Options
from adapters.sql.queries import ADDRESSES, GROUPS
from syncd.domain import groups
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.domain.fieldmap import FieldMap
from syncd.errors import InvalidRecord
from syncd.ports import Record
from syncd.sentence import Sentence

__all__ = ["RowMap"]

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class RowMap:
    """The configured map of a row and its children.

    Attributes:
        row: The map of the row alone.
        fields: Fields that records state.

    Raises:
        Misconfigured: If a field does not exist or cannot be read from a column.
    """

    def __init__(self, options: Options) -> None:
        self.row = FieldMap(
            options.fields,
            separator=options.separator,
            decimal_comma=options.decimal_comma,
            active=options.active,
        )
        self._address = _address_map(options)
        self._has_groups = options.groups is not None
        children = {"groups"} if options.groups else set()
        self.fields = self.row.fields | children | ({"addresses"} if options.addresses else set())

    def contractor(self, record: Record) -> Contractor:
        """Read one record.

        Raises:
            InvalidRecord: Naming the field and the cure.
        """
        try:
            values = _decode(record.raw)
        except msgspec.DecodeError as error:
            raise InvalidRecord(
                Sentence("the row cannot be read: %(problem)s", problem=error), record=record.external_id
            ) from None
        contractor = self.row.contractor(_lookup(values), record=record.external_id)
        changes: dict[str, Any] = {}
        if self._has_groups:
            changes["groups"] = groups.normalise(values.get(GROUPS, ()))
        if self._address is not None:
            stated = values.get(ADDRESSES, ())
            changes["addresses"] = (*contractor.addresses, *self._addresses(stated, record.external_id))
        return msgspec.structs.replace(contractor, **changes) if changes else contractor

    def _addresses(self, rows: Sequence[Mapping[str, Any]], external_id: str) -> list[Address]:
        read = self._address
        if read is None:
            return []
        found: list[Address] = []
        for row in rows:
            for address in read.contractor(_lookup(row), record=external_id).addresses:
                # Without a column for it, the first address is the registered office.
                kind = AddressKind.OTHER if found and not read.sources("addresses.0.kind") else address.kind
                found.append(msgspec.structs.replace(address, key=row["@key"], kind=kind))
        return found


def _address_map(options: Options) -> FieldMap | None:
    if options.addresses is None:
        return None
    parts = {f"addresses.0.{part}": sources for part, sources in options.addresses.fields.items()}
    return FieldMap({"name": "=address", **parts}, separator="", decimal_comma=options.decimal_comma)


def _lookup(values: Mapping[str, Any]) -> Callable[[str], Sequence[str]]:
    def texts(column: str) -> Sequence[str]:
        value = values.get(column)
        return () if value is None else (value,)

    return texts
