"""What does an ERP look like that exports its contractors into a folder and imports files from another?

It has a list of its own. After every change it exports: everybody in a snapshot, the one record in a delta; a removed
record leaves no trace in a delta. It imports what lies in ``outbox/`` before anybody looks at its list.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from adapters.files.options import Format
from syncd import xml
from syncd.certify.faults import Faults
from syncd.certify.journal import Journal
from syncd.certify.sandbox import Call
from syncd.domain.contractor import FIELDS, Contractor, dump
from syncd.ports import Remote

__all__ = ["COLUMNS", "FilesSandbox", "simulate"]

COLUMNS: Final[Mapping[str, str]] = {
    "name": "Nazwa",
    "kind": "Rodzaj",
    "number": "Kod",
    "tax_id": "NIP",
    "country": "Kraj",
    "registrations.regon": "REGON",
    "accounts.0.iban": "Konto",
    "first_name": "Imie",
    "last_name": "Nazwisko",
    "contact_person": "Kontakt",
    "email": "Email",
    "login_email": "Login",
    "username": "Uzytkownik",
    "phones": "Telefony/Telefon",
    "website": "Strona",
    "addresses.0.street": "Adresy/Adres/0/Ulica",
    "addresses.0.postal_code": "Adresy/Adres/0/Kod",
    "addresses.0.city": "Adresy/Adres/0/Miasto",
    "addresses.0.country": "Adresy/Adres/0/Kraj",
    "employees.0.name": "Pracownik/Nazwa",
    "employees.0.email": "Pracownik/Email",
    "groups": "Grupy/Grupa",
    "caretaker": "Opiekun",
    "price_list": "Cennik",
    "payment_form": "FormaPlatnosci",
    "payment_days": "Termin",
    "credit_limit": "Limit",
    "currency": "Waluta",
    "discount": "Rabat",
    "newsletter": "Newsletter",
    "consents.terms": "Regulamin",
    "approved": "Zatwierdzony",
    "registered": "Konto_sklep",
    "origin": "Zrodlo",
    "notes": "Uwagi",
    "custom.branch": "Oddzial",
}
"""Column, or path, of each field in the ERP's export."""

_KEY: Final = "Id"
_ACTIVE: Final = "Archiwalny"


class FilesSandbox:
    """The ERP, seen by an operator."""

    page_records = 10
    supports: frozenset[str] = frozenset()
    edits = frozenset(FIELDS) - {"activity"}

    def __init__(self, folder: Path, kind: Format, mode: Literal["delta", "snapshot"]) -> None:
        self.folder = folder
        self.kind = kind
        self._mode = mode
        self._journal = Journal()
        self._lock = threading.RLock()
        self._records: dict[str, Contractor] = {}
        self._numbers = itertools.count(1)
        self._clock: int | None = None
        self._ahead = 0.0
        self._handed: dict[str, int] = {}
        self._fetched = 0
        self.faults = Faults()

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "folder": str(self.folder),
            "key": _KEY,
            "fields": dict(COLUMNS),
            "active": {"column": _ACTIVE, "inactive": ["1"]},
            "mode": self._mode,
            "record": "Kontrahent" if self.kind in ("xml", "json") else "",
            "declared_count": {"csv": "RAZEM", "xml": "@liczba", "json": "liczba", "ndjson": "liczba"}[self.kind],
            "outbox": "json",
            "page": self.page_records,
        }

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page"}

    @property
    def journal(self) -> Sequence[Call]:
        self._import()
        return self._journal.calls()

    def add(self, contractor: Contractor) -> str:
        with self._lock:
            self._import()
            external_id = f"{next(self._numbers):06d}"
            self._records[external_id] = contractor
            self._export(external_id)
        return external_id

    def add_many(self, contractors: Iterable[Contractor]) -> Sequence[str]:
        """Create many, with one export at the end."""
        with self._lock:
            ids: list[str] = []
            for contractor in contractors:
                ids.append(f"{next(self._numbers):06d}")
                self._records[ids[-1]] = contractor
            self._export(ids[-1])
        return ids

    def edit(self, external_id: str, **changes: Any) -> None:
        with self._lock:
            self._import()
            self._records[external_id] = msgspec.structs.replace(self._records[external_id], **changes)
            self._export(external_id)

    def remove(self, external_id: str) -> None:
        with self._lock:
            self._import()
            del self._records[external_id]
            if self._mode == "snapshot":
                self._export(external_id)

    def holds(self) -> Mapping[str, Remote]:
        with self._lock:
            self._import()
            return {key: Remote(external_id=key, contractor=held) for key, held in self._records.items()}

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let all files written inside have one and the same time."""
        self._clock = 1_760_000_000_000_000_000
        try:
            yield
        finally:
            self._clock = None

    def pass_time(self, seconds: float) -> None:
        """Let new files be so much younger, or older."""
        self._ahead += seconds

    def spoil(self, external_id: str) -> None:
        """Take a record's name away, which no contractor can be without."""
        self.edit(external_id, name="")

    def feed(self, document: bytes) -> None:
        """Drop a document as the next export."""
        self.drop(self._name("next"), document)

    @property
    def fed(self) -> str:
        """What the files of `feed` are called at the end."""
        return self._name("next")

    def whole_document(self) -> bytes:
        """The snapshot of everybody."""
        return self.document(list(self._records))

    @property
    def rows_read(self) -> int:
        """Records of all exports that somebody fetched."""
        for name in [name for name in self._handed if not (self.folder / name).exists()]:
            self._fetched += self._handed.pop(name)
        return self._fetched

    def drop(self, name: str, data: bytes) -> Path:
        """Put a whole file into the folder, at once."""
        path = self.folder / name
        part = path.with_name(f".{name}.part")
        part.write_bytes(data)
        at = self._clock if self._clock is not None else time.time_ns() + int(self._ahead * 1e9)
        os.utime(part, ns=(at, at))
        part.rename(path)
        return path

    def document(self, keys: Sequence[str]) -> bytes:
        """The export of these records."""
        rows = [(key, self._records[key]) for key in keys]
        writers: Mapping[Format, Callable[[Sequence[tuple[str, Contractor]]], bytes]] = {
            "csv": _as_csv,
            "xml": _as_xml,
            "json": _as_json,
            "ndjson": _as_ndjson,
        }
        return writers[self.kind](rows)

    def _export(self, changed: str) -> None:
        if self._mode == "snapshot":
            # As a nightly export does: always the same name, over the one that nobody fetched.
            self._hand_out(self._name("kontrahenci"), list(self._records))
        else:
            count = len(list(self.folder.iterdir()))
            self._hand_out(self._name(f"kontrahent-{changed}-{count:06d}"), [changed])

    def _hand_out(self, name: str, keys: Sequence[str]) -> None:
        self._fetched = self.rows_read  # one that was fetched is not the one that takes its name
        self.drop(name, self.document(keys))
        self._handed[name] = len(keys)

    def _name(self, stem: str) -> str:
        return f"{stem}.{self.kind}"

    def _import(self) -> None:
        """Take in what lies in the outbox, oldest first, and delete it."""
        with self._lock:
            for path in sorted((self.folder / "outbox").glob("[!.]*.json")):
                change = json.loads(path.read_text(encoding="utf-8"))
                key = change["key"]
                # An import knows nobody whom the operator removed; a create is an upsert by the key.
                known = key in self._records or change["operation"] == "create"
                if known:
                    held = msgspec.to_builtins(self._records.get(key, Contractor(name="")))
                    self._records[key] = msgspec.convert(held | change["fields"], Contractor, strict=False)
                call = Call(name=f"import {change['operation']}", writes=True, applied=known, external_id=key)
                self._journal.enter(call)
                path.unlink()


def _columns(key: str, held: Contractor) -> dict[str, list[str]]:
    """A record as texts by column."""
    values = msgspec.json.decode(dump(held))
    values["tax_id"] = held.tax_prefix + (held.tax_id_stated or held.tax_id)
    values["consents"] = {consent.kind: consent.given for consent in held.consents}
    found = {column: _texts(values, field.split(".")) for field, column in COLUMNS.items()}
    return {_KEY: [key], **found, _ACTIVE: ["0" if held.active else "1"]}


def _texts(node: Any, steps: list[str]) -> list[str]:
    for step in steps:
        if isinstance(node, list):
            node = node[int(step)] if int(step) < len(node) else ""
        else:
            node = node.get(step, "") if isinstance(node, dict) else ""
    if isinstance(node, bool):
        return ["1" if node else "0"]
    return [str(member) for member in node] if isinstance(node, list) else [str(node)]


def _as_csv(rows: Sequence[tuple[str, Contractor]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_KEY, *COLUMNS.values(), _ACTIVE])
    for key, held in rows:
        writer.writerow([";".join(texts) for texts in _columns(key, held).values()])
    writer.writerow(["RAZEM", len(rows)])
    return text.getvalue().encode("utf-8-sig")


def _nested(texts: Mapping[str, list[str]]) -> dict[str, Any]:
    """Columns as nested objects, in the way that their paths say."""
    record: dict[str, Any] = {}
    for column, found in texts.items():
        *way, last = [step for step in column.split("/") if not step.isdigit()]
        node = record
        for step in way:
            node = node.setdefault(step, {})
        node[last] = found if last in ("Grupa", "Telefon") else found[0]
    if record["Adresy"]:
        record["Adresy"]["Adres"] = [record["Adresy"]["Adres"]]
    return record


def _as_json(rows: Sequence[tuple[str, Contractor]]) -> bytes:
    records = [_nested(_columns(key, held)) for key, held in rows]
    return json.dumps({"Kontrahent": records, "liczba": len(records)}, ensure_ascii=False, indent=1).encode()


def _as_ndjson(rows: Sequence[tuple[str, Contractor]]) -> bytes:
    lines = [json.dumps(_nested(_columns(key, held)), ensure_ascii=False) for key, held in rows]
    return "".join(f"{line}\n" for line in [*lines, json.dumps({"liczba": len(rows)})]).encode()


def _as_xml(rows: Sequence[tuple[str, Contractor]]) -> bytes:
    root = xml.build("Kontrahenci", {"liczba": str(len(rows))})
    for key, held in rows:
        _grow(xml.add(root, "Kontrahent"), _nested(_columns(key, held)))
    return xml.write(root, encoding="utf-8", pretty=True)


def _grow(parent: xml.Element, record: Mapping[str, Any]) -> None:
    for name, value in record.items():
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, dict):
                _grow(xml.add(parent, name), member)
            else:
                xml.add(parent, name, member)


@contextlib.contextmanager
def simulate(kind: Format = "xml", mode: Literal["delta", "snapshot"] = "snapshot") -> Iterator[FilesSandbox]:
    """An ERP with an empty list and a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="syncd-files-") as folder:
        yield FilesSandbox(Path(folder), kind, mode)
