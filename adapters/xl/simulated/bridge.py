"""What does a bridge on the Windows machine do with a document? It calls XL's API, which refuses what XL cannot hold.

It remembers the ids of what it imported, so that a document that comes twice is imported once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from adapters.xl.simulated.program import Program
from adapters.xl.simulated.schema import LENGTHS

__all__ = ["Importer", "read_document"]

_TEXTS: Final = frozenset(
    "Akronim Nazwa1 Nazwa2 Nazwa3 NipE NipPrefiks Regon GLN Kraj EMail Telefon1 Telefon2 URL Wojewodztwo Symbol"
    " Atrybut1 Atrybut2 Atrybut3 Wartosc1 Wartosc2 Wartosc3".split()
)
_NUMBERS: Final = frozenset({"Typ", "ESklep", "Osoba", "Cena", "FormaPl", "Rabat", "Archiwalny"})
_LISTS: Final = frozenset({"Adresy", "Osoby", "Grupy", "GrupaDomyslna"})


class _RefusedError(Exception):
    """What the API answers with a number other than 0."""

    def __init__(self, reason: str, field: str = "", error: int = 0) -> None:
        super().__init__(reason)
        self.answer = {"state": "refused", "reason": reason, "field": field, "error": error}


class Importer:
    """The bridge's own side.

    Args:
        memory: File with the ids of imported documents.
    """

    def __init__(self, program: Program, memory: Path) -> None:
        self._program = program
        self._memory = sqlite3.connect(memory, check_same_thread=False)
        self._memory.execute("PRAGMA synchronous = OFF")  # It dies with its folder anyway.
        with self._memory:
            self._memory.execute("CREATE TABLE IF NOT EXISTS done (id TEXT PRIMARY KEY, number INTEGER)")

    def take(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Import one document; the answer of the contract."""
        known = {"id": document["id"], "GIDNumer": document.get("GIDNumer")}
        with self._program.lock:
            try:
                number = self._done(document["id"])
                if number is None:
                    number = self._import(document)
                    with self._memory:
                        self._memory.execute("INSERT INTO done VALUES (?, ?)", (document["id"], number))
            except _RefusedError as refused:
                return {**known, **refused.answer}
        return {**known, "state": "imported", "GIDNumer": number}

    def close(self) -> None:
        """Close the memory."""
        self._memory.close()

    def _done(self, key: str) -> int | None:
        row = self._memory.execute("SELECT number FROM done WHERE id = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def _import(self, document: Mapping[str, Any]) -> int:
        if document.get("contract") != "syncd-xl/1":
            raise _RefusedError("invalid", error=1)
        changes = document["set"]
        with self._program.database() as db:
            _check(db, document, changes)
            card = {
                name: _number(value) if name in _NUMBERS else value
                for name, value in changes.items()
                if name not in _LISTS
            }
            number = document.get("GIDNumer")
            if number is None:
                number = self._program.new_card(db, card)
                self._program.settle(db, number, 0)
            else:
                self._program.change_card(db, number, card)
            self._lists(db, number, changes)
        return int(number)

    def _lists(self, db: sqlite3.Connection, number: int, changes: Mapping[str, Any]) -> None:
        addresses = changes.get("Adresy", {})
        for saved in addresses.get("save", ()):
            columns = {name: value for name, value in saved.items() if name not in ("GIDNumer", "Rodzaj")}
            main = saved["Rodzaj"] == "main"
            columns |= {} if main else {"Wysylkowy": int(saved["Rodzaj"] == "delivery")}
            self._program.save_address(db, number, saved["GIDNumer"], columns, main=main)
        for gone in addresses.get("archive", ()):
            self._program.archive_address(db, number, gone)
        persons = changes.get("Osoby", {})
        for saved in persons.get("save", ()):
            columns = {name: value for name, value in saved.items() if name != "Lp"}
            self._program.save_person(db, number, saved["Lp"], columns)
        for gone in persons.get("withdraw", ()):
            self._program.save_person(db, number, gone, {"ESklep": 0, "Archiwalny": 1})
        groups = changes.get("Grupy", {})
        for group in groups.get("add", ()):
            self._program.join(db, number, group["GIDNumer"])
        for group in groups.get("remove", ()):
            self._program.leave(db, number, group["GIDNumer"])
        if "GrupaDomyslna" in changes:
            self._program.settle(db, number, changes["GrupaDomyslna"]["GIDNumer"])


def _check(db: sqlite3.Connection, document: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Refuse what XL's API refuses."""
    number = document.get("GIDNumer")
    if number is not None and not db.execute("SELECT 1 FROM KntKarty WHERE Knt_GIDNumer = ?", (number,)).fetchone():
        raise _RefusedError("missing", error=14)
    _check_texts(changes)
    for group in (*changes.get("Grupy", {}).get("add", ()), changes.get("GrupaDomyslna", {"GIDNumer": 0})):
        known = "SELECT 1 FROM KntGrupy WHERE KnG_GIDTyp = -32 AND KnG_GIDNumer = ?"
        if group["GIDNumer"] and not db.execute(known, (group["GIDNumer"],)).fetchone():
            raise _RefusedError("invalid", "Grupy", error=16)
    for name in ("Akronim", "Nazwa1"):
        if not changes.get(name, "" if number is None else "-"):
            raise _RefusedError("required", name, error=12)
    if "Akronim" in changes:
        same = "SELECT Knt_GIDNumer FROM KntKarty WHERE rtrim(Knt_Akronim) = ? COLLATE NOCASE"
        if [row[0] for row in db.execute(same, (changes["Akronim"],)) if row[0] != number]:
            raise _RefusedError("duplicate", "Akronim", error=25)


def _check_texts(changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name in _TEXTS:
            _text(name, f"Knt_{name}", value)
        elif name not in _NUMBERS | _LISTS:
            raise _RefusedError("invalid", name, error=2)
    for kind, prefix in (("Adresy", "KnA_"), ("Osoby", "KnS_")):
        for saved in changes.get(kind, {}).get("save", ()):
            for name, value in saved.items():
                if isinstance(value, str) and name != "Rodzaj":
                    _text(kind, f"{prefix}{name}", value)


def _text(name: str, column: str, value: str) -> None:
    if len(value) > LENGTHS[column]:
        raise _RefusedError("too_long", name, error=31)
    try:
        value.encode("cp1250")
    except UnicodeEncodeError:
        raise _RefusedError("unstorable", name, error=32) from None


def _number(value: Any) -> float | int:
    return float(value) if isinstance(value, str) else int(value)


def read_document(data: bytes) -> dict[str, Any] | None:
    """A document as it came; ``None`` if it is none."""
    try:
        document = json.loads(data)
    except ValueError:
        return None
    return document if isinstance(document, dict) and isinstance(document.get("id"), str) else None
