"""How do the files look that the simulated ERP exports?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from adapters.files.options import Format
from syncd import xml
from syncd.domain.contractor import Contractor, dump

__all__ = ["ACTIVE", "COLUMNS", "KEY", "export"]

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

KEY: Final = "Id"
ACTIVE: Final = "Archiwalny"


Rows = Sequence[tuple[str, Contractor]]


def export(rows: Rows, kind: Format) -> bytes:
    """A file with these records."""
    writers: Mapping[Format, Callable[[Rows], bytes]] = {
        "csv": _as_csv,
        "xml": _as_xml,
        "json": _as_json,
        "ndjson": _as_ndjson,
    }
    return writers[kind](rows)


def _columns(key: str, held: Contractor) -> dict[str, list[str]]:
    """A record as texts by column."""
    values = msgspec.json.decode(dump(held))
    values["tax_id"] = held.tax_prefix + (held.tax_id_stated or held.tax_id)
    values["consents"] = {consent.kind: consent.given for consent in held.consents}
    found = {column: _texts(values, field.split(".")) for field, column in COLUMNS.items()}
    return {KEY: [key], **found, ACTIVE: ["0" if held.active else "1"]}


def _texts(node: Any, steps: list[str]) -> list[str]:
    for step in steps:
        if isinstance(node, list):
            node = node[int(step)] if int(step) < len(node) else ""
        else:
            node = node.get(step, "") if isinstance(node, dict) else ""
    if isinstance(node, bool):
        return ["1" if node else "0"]
    return [str(member) for member in node] if isinstance(node, list) else [str(node)]


def _as_csv(rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([KEY, *COLUMNS.values(), ACTIVE])
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


def _as_json(rows: Rows) -> bytes:
    records = [_nested(_columns(key, held)) for key, held in rows]
    return json.dumps({"Kontrahent": records, "liczba": len(records)}, ensure_ascii=False, indent=1).encode()


def _as_ndjson(rows: Rows) -> bytes:
    lines = [json.dumps(_nested(_columns(key, held)), ensure_ascii=False) for key, held in rows]
    return "".join(f"{line}\n" for line in [*lines, json.dumps({"liczba": len(rows)})]).encode()


def _as_xml(rows: Rows) -> bytes:
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
