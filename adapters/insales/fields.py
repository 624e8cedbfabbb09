"""Which additional fields does the shop have, what does a client hold in them, and how are missing ones made?

InSales keeps additional fields of individuals (destiny 2) and of organisations (destiny 5) apart, so each of ours is
there twice. A field is known by its name: as its handle, its title, or its title in the back office.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from adapters.insales.api import Api
from adapters.insales.options import Options
from syncd.errors import InvalidRecord, Misconfigured
from syncd.once import found_or_made
from syncd.sentence import Sentence, sentence_of

__all__ = ["INDIVIDUAL", "JURIDICAL", "Fields", "destiny_of"]

INDIVIDUAL: Final = "Client::Individual"
JURIDICAL: Final = "Client::Juridical"

_DESTINIES: Final = {INDIVIDUAL: 2, JURIDICAL: 5}


class _Field(msgspec.Struct, frozen=True):
    id: int
    destiny: int | None = None
    handle: str | None = None
    title: str | None = None
    office_title: str | None = None
    system_name: str | None = None
    obligatory: bool | None = None
    active: bool | None = None

    def is_called(self, name: str) -> bool:
        return not self.system_name and name in {self.handle, self.title, self.office_title}


def destiny_of(type_: str) -> int:
    """Which fields a client of that type has."""
    return _DESTINIES.get(type_, _DESTINIES[INDIVIDUAL])


class Fields:
    """Additional fields of one shop; the list is read when first needed. Safe to use from several threads."""

    def __init__(self, api: Api, options: Options) -> None:
        self._api = api
        self._options = options
        self._lock = threading.RLock()
        self._known: dict[int, _Field] | None = None

    def forget(self) -> None:
        """Read the list again when it is next needed."""
        with self._lock:
            self._known = None

    def refresh(self) -> None:
        """Read the list again."""
        with self._lock:
            rows = self._api.list("fields.json").rows
            try:
                self._known = {field.id: field for field in msgspec.convert(rows, list[_Field])}
            except msgspec.ValidationError as error:
                raise Misconfigured(
                    Sentence(
                        "the shop's list of additional fields has another form than it should (%(problem)s)",
                        problem=error,
                    ),
                    code="unexpected-form",
                ) from None

    def values(self, client: Mapping[str, Any]) -> dict[str, str]:
        """What a client holds in the fields that are ours, by their names; of a field that is there twice the first."""
        entries = list(_entries(client))
        known = self._list()
        if any(entry["field_id"] not in known for entry in entries):
            self.refresh()
            known = self._list()
        names = self._options.field_names
        values: dict[str, str] = {}
        for entry in entries:
            field, text = known.get(entry["field_id"]), _text(entry.get("value"))
            name = next((name for name in names if field and field.is_called(name)), None)
            if name and text and name not in values:
                values[name] = text
        return dict(sorted(values.items()))

    def attributes(self, type_: str, client: Mapping[str, Any], wanted: Mapping[str, str]) -> list[dict[str, Any]]:
        """Say values as ``fields_values_attributes``; fields that are missing are made.

        Args:
            client: As the shop holds it: a value that is there has an id of its own, without which a second one would
                be stored beside it.
        """
        said: list[dict[str, Any]] = []
        entries = list(_entries(client))
        for name, value in wanted.items():
            ids = self._ids(name, destiny_of(type_))
            held = [entry for entry in entries if entry["field_id"] in ids]
            if held:
                said += [{"id": one["id"], "field_id": one["field_id"], "value": value} for one in held]
            elif value:
                said.append({"field_id": self._made(name, destiny_of(type_)), "value": value})
        return said

    def lacking(self) -> list[str]:
        """Names of ours that one of the two types of client does not have."""
        known = self._list().values()
        return [
            name
            for name in self._options.field_names
            if any(
                not any(f.destiny == destiny and f.is_called(name) for f in known) for destiny in _DESTINIES.values()
            )
        ]

    def demanded(self, type_: str, given: Sequence[str], held: Collection[int] = ()) -> list[str]:
        """Names of additional fields that a client must have and that are neither given, by name, nor held, by id."""
        return [
            field.office_title or field.title or field.handle or str(field.id)
            for field in self._list().values()
            if field.obligatory and field.active is not False and not field.system_name and field.id not in held
            if field.destiny == destiny_of(type_) and not any(field.is_called(name) for name in given)
        ]

    @staticmethod
    def filled(client: Mapping[str, Any], said: Sequence[Mapping[str, Any]]) -> set[int]:
        """Ids of fields in which a client has something once what is `said` of them is written."""
        texts = {entry["field_id"]: _text(entry.get("value")) for entry in (*_entries(client), *said)}
        return {id_ for id_, text in texts.items() if text}

    def _list(self) -> dict[int, _Field]:
        with self._lock:
            if self._known is None:
                self.refresh()
            return self._known or {}

    def _ids(self, name: str, destiny: int) -> list[int]:
        return sorted(f.id for f in self._list().values() if f.destiny == destiny and f.is_called(name))

    def _made(self, name: str, destiny: int) -> int:
        # One lock around looking and making, or two threads of one process would race as two processes do.
        with self._lock:
            ids = self._ids(name, destiny)
            if ids:
                return ids[0]
            if not self._options.create_fields:
                raise Misconfigured(
                    Sentence("the shop has no additional field %(name)s", name=name),
                    code="custom-field-missing",
                    field=name,
                    cure="Make it for both types of client, or set the option create_fields.",
                )
            try:
                return found_or_made(
                    lambda: self._look(name, destiny),
                    lambda: self._make(name, destiny),
                    self._remove,
                )
            except InvalidRecord as error:
                raise Misconfigured(
                    Sentence(
                        "the shop refused to make the additional field %(name)s: %(reason)s",
                        name=name,
                        reason=sentence_of(error.message),
                    ),
                    code="custom-field-missing",
                    field=name,
                    cure="Make it by hand for both types of client, under this name.",
                ) from None

    def _look(self, name: str, destiny: int) -> list[int]:
        self.refresh()
        return self._ids(name, destiny)

    def _make(self, name: str, destiny: int) -> int:
        kind = "Field::TextArea" if name == self._options.details else "Field::TextField"
        field = {
            "type": kind,
            "office_title": name,
            "title": name,
            "handle": name,
            "destiny": destiny,
            "for_buyer": False,
            "hide_in_backoffice": False,
        }
        return int(self._api.write("POST", "fields.json", {"field": field})["id"])

    def _remove(self, made: int) -> None:
        self._api.delete(f"fields/{made}.json")
        self.refresh()


def _entries(client: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Values of additional fields, by field and age."""
    found = client.get("fields_values")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    whole = [row for row in rows if isinstance(row.get("field_id"), int) and isinstance(row.get("id"), int)]
    yield from sorted(whole, key=lambda row: (row["field_id"], row["id"]))


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
