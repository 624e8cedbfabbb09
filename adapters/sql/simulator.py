"""What does an ERP's database look like from inside the ERP?

A SQLite file attached under the schema name CDN, so that tables are called as in the real thing: padded codes, wall
clock time in whole seconds, groups and addresses in tables of their own, and a staging table that an import empties.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from syncd.certify.faults import Faults
from syncd.certify.journal import Journal
from syncd.certify.sandbox import Call
from syncd.domain.contractor import FIELDS, Contractor, dump
from syncd.ports import Remote

__all__ = ["COLUMNS", "SqlSandbox", "simulate"]

COLUMNS: Final[Mapping[str, str]] = {
    "name": "Knt_Nazwa",
    "kind": "Knt_Rodzaj",
    "number": "Knt_Kod",
    "tax_id": "Knt_Nip",
    "country": "Knt_Kraj",
    "registrations.regon": "Knt_Regon",
    "accounts.0.iban": "Knt_Konto",
    "first_name": "Knt_Imie",
    "last_name": "Knt_Nazwisko",
    "contact_person": "Knt_Kontakt",
    "email": "Knt_Email",
    "login_email": "Knt_Login",
    "username": "Knt_Uzytkownik",
    "phones": "Knt_Telefony",
    "website": "Knt_URL",
    "employees.0.name": "Knt_OsNazwa",
    "employees.0.email": "Knt_OsEmail",
    "caretaker": "Knt_Opiekun",
    "price_list": "Knt_Cennik",
    "payment_form": "Knt_FormaPlatnosci",
    "payment_days": "Knt_Termin",
    "credit_limit": "Knt_Limit",
    "currency": "Knt_Waluta",
    "discount": "Knt_Rabat",
    "newsletter": "Knt_Newsletter",
    "consents.terms": "Knt_Regulamin",
    "approved": "Knt_Zatwierdzony",
    "registered": "Knt_Konto2",
    "origin": "Knt_Zrodlo",
    "notes": "Knt_Uwagi",
    "custom.branch": "Knt_Oddzial",
}
"""Column of each field in the ERP's main table."""

_TYPES: Final = {"Knt_Kod": "CHAR(40)", "Knt_Termin": "INTEGER", "Knt_Limit": "DECIMAL(15, 2)", "Knt_Rabat": "REAL"}
_ZONE: Final = ZoneInfo("Europe/Warsaw")

_SCHEMA: Final = f"""
CREATE TABLE Kontrahenci (
    Knt_Id VARCHAR(40) PRIMARY KEY, Knt_Archiwalny TINYINT NOT NULL, Knt_TS_Mod DATETIME,
    {", ".join(f"{column} {_TYPES.get(column, 'VARCHAR(255)')}" for column in COLUMNS.values())});
CREATE TABLE KntGrupy (Gr_KntId VARCHAR(40) NOT NULL, Gr_GrId INTEGER NOT NULL, PRIMARY KEY (Gr_KntId, Gr_GrId));
CREATE TABLE Grupy (Gru_Id INTEGER PRIMARY KEY, Gru_Nazwa VARCHAR(100) NOT NULL UNIQUE);
CREATE TABLE KntAdresy (
    Adr_Id INTEGER PRIMARY KEY, Adr_KntId VARCHAR(40) NOT NULL, Adr_Ulica VARCHAR(100), Adr_Kod VARCHAR(20),
    Adr_Miasto VARCHAR(100), Adr_Kraj CHAR(2));
CREATE TABLE syncd_in (in_key VARCHAR(80), in_operation VARCHAR(10), in_body TEXT, in_at VARCHAR(40));
"""


class SqlSandbox:
    """The ERP, seen by an operator."""

    page_records = 10
    supports: frozenset[str] = frozenset()
    edits = frozenset(FIELDS) - {"activity"}

    def __init__(self, folder: Path) -> None:
        self.path = folder / "erp.db"
        main = folder / "empty.db"
        sqlite3.connect(main).close()
        main.touch()
        self._main = main
        self._journal = Journal()
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._clock: datetime | None = None
        self._ahead = timedelta()
        self.faults = Faults()
        with self.database() as db:
            db.executescript(_SCHEMA)

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "url": f"sqlite:///{self._main}",
            "attach": {"CDN": str(self.path)},
            "schema": "CDN",
            "table": "Kontrahenci",
            "key": "Knt_Id",
            "fields": dict(COLUMNS),
            "active": {"column": "Knt_Archiwalny", "inactive": ["1"]},
            "watermark": {"column": "Knt_TS_Mod", "zone": "Europe/Warsaw", "overlap": 1},
            "groups": {
                "table": "KntGrupy",
                "contractor": "Gr_KntId",
                "group": "Gr_GrId",
                "names_table": "Grupy",
                "names_key": "Gru_Id",
                "names_name": "Gru_Nazwa",
            },
            "addresses": {
                "table": "KntAdresy",
                "contractor": "Adr_KntId",
                "key": "Adr_Id",
                "fields": {
                    "street": "Adr_Ulica",
                    "postal_code": "Adr_Kod",
                    "city": "Adr_Miasto",
                    "country": "Adr_Kraj",
                },
            },
            "staging": {
                "table": "syncd_in",
                "key": "in_key",
                "operation": "in_operation",
                "body": "in_body",
                "at": "in_at",
            },
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

    @contextlib.contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The database itself, for what only a test would do to it."""
        with self._lock, contextlib.closing(sqlite3.connect(self.path)) as db:
            db.execute("PRAGMA synchronous = OFF")  # It dies with its folder anyway.
            yield db
            db.commit()

    def add(self, contractor: Contractor) -> str:
        with self._lock:
            external_id = f"{next(self._numbers):06d}"
            with self.database() as db:
                self._store(db, external_id, contractor)
        return external_id

    def add_many(self, contractors: Iterable[Contractor]) -> Sequence[str]:
        """Create many in one transaction."""
        ids: list[str] = []
        with self.database() as db:
            for contractor in contractors:
                ids.append(f"{next(self._numbers):06d}")
                self._store(db, ids[-1], contractor)
        return ids

    def edit(self, external_id: str, **changes: Any) -> None:
        self._import()
        with self.database() as db:
            held = msgspec.structs.replace(_held(db)[external_id], **changes)
            self._store(db, external_id, held)

    def remove(self, external_id: str) -> None:
        self._import()
        with self.database() as db:
            _forget(db, external_id)

    def holds(self) -> Mapping[str, Remote]:
        self._import()
        with self.database() as db:
            return {key: Remote(external_id=key, contractor=held) for key, held in _held(db).items()}

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the ERP's clock stand still."""
        self._clock = datetime.now(UTC) + self._ahead
        try:
            yield
        finally:
            self._clock = None

    def pass_time(self, seconds: float) -> None:
        """Put the ERP's clock ahead, or back."""
        self._ahead += timedelta(seconds=seconds)

    def spoil(self, external_id: str) -> None:
        """Take a record's name away, which no contractor can be without."""
        with self.database() as db:
            db.execute("UPDATE Kontrahenci SET Knt_Nazwa = '' WHERE Knt_Id = ?", (external_id,))

    def _store(self, db: sqlite3.Connection, key: str, held: Contractor) -> None:
        now = (self._clock or datetime.now(UTC) + self._ahead).astimezone(_ZONE).replace(tzinfo=None, microsecond=0)
        _forget(db, key)
        values = {"Knt_Id": key, "Knt_Archiwalny": int(not held.active), "Knt_TS_Mod": now.isoformat(sep=" ")}
        values |= _columns(held)
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        db.execute(f"INSERT INTO Kontrahenci ({names}) VALUES ({marks})", list(values.values()))  # noqa: S608 - fixed names
        for group in held.groups:
            db.execute("INSERT OR IGNORE INTO Grupy (Gru_Nazwa) VALUES (?)", (group,))
            db.execute(
                "INSERT INTO KntGrupy SELECT ?, Gru_Id FROM Grupy WHERE Gru_Nazwa = ?",
                (key, group),
            )
        for address in held.addresses:
            db.execute(
                "INSERT INTO KntAdresy (Adr_KntId, Adr_Ulica, Adr_Kod, Adr_Miasto, Adr_Kraj) VALUES (?, ?, ?, ?, ?)",
                (key, address.street, address.postal_code, address.city, address.country),
            )

    def _import(self) -> None:
        """Take in what lies in the staging table, oldest first, and delete it."""
        with self.database() as db:
            waiting = db.execute("SELECT rowid, in_key, in_operation, in_body FROM syncd_in ORDER BY in_at").fetchall()
            for rowid, key, operation, body in waiting:
                held = _held(db)
                # An import knows nobody whom the operator removed; a create is an upsert by the key.
                known = key in held or operation == "create"
                if known:
                    fields = msgspec.to_builtins(held.get(key, Contractor(name=""))) | json.loads(body)
                    self._store(db, key, msgspec.convert(fields, Contractor, strict=False))
                db.execute("DELETE FROM syncd_in WHERE rowid = ?", (rowid,))
                self._journal.enter(Call(name=f"import {operation}", writes=True, applied=known, external_id=key))


def _forget(db: sqlite3.Connection, key: str) -> None:
    db.execute("DELETE FROM Kontrahenci WHERE Knt_Id = ?", (key,))
    db.execute("DELETE FROM KntGrupy WHERE Gr_KntId = ?", (key,))
    db.execute("DELETE FROM KntAdresy WHERE Adr_KntId = ?", (key,))


def _columns(held: Contractor) -> dict[str, Any]:
    """The main table's columns of a record."""
    values = msgspec.json.decode(dump(held))
    values["tax_id"] = held.tax_prefix + (held.tax_id_stated or held.tax_id)
    values["consents"] = {consent.kind: int(consent.given) for consent in held.consents}
    values["phones"] = ";".join(held.phones)
    found = {column: _value(values, field.split(".")) for field, column in COLUMNS.items()}
    found["Knt_Kod"] = held.number.ljust(40)
    return found


def _value(node: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(node, list):
            node = node[int(step)] if int(step) < len(node) else None
        else:
            node = node.get(step) if isinstance(node, dict) else None
    return node


def _held(db: sqlite3.Connection) -> dict[str, Contractor]:
    """Everybody, read as the ERP's own screens would."""
    db.row_factory = sqlite3.Row
    found = {}
    for row in db.execute("SELECT * FROM Kontrahenci"):
        key = row["Knt_Id"]
        fields: dict[str, Any] = {"active": not row["Knt_Archiwalny"]}
        for field, column in COLUMNS.items():
            if row[column] is not None:
                _put(fields, field.split("."), row[column])
        fields["number"] = row["Knt_Kod"].rstrip()
        fields["phones"] = [phone for phone in (row["Knt_Telefony"] or "").split(";") if phone]
        fields["consents"] = [
            {"kind": kind, "given": given == "1"} for kind, given in fields.get("consents", {}).items()
        ]
        prefix = row["Knt_Nip"][:2] if row["Knt_Nip"][:2].isalpha() else ""
        fields |= {"tax_prefix": prefix, "tax_id": row["Knt_Nip"][len(prefix) :]}
        fields["employees"] = [{**one, "default_login": True} for one in fields.get("employees", [])]
        fields["groups"] = [
            name
            for (name,) in db.execute(
                "SELECT Gru_Nazwa FROM KntGrupy JOIN Grupy ON Gru_Id = Gr_GrId WHERE Gr_KntId = ? ORDER BY 1", (key,)
            )
        ]
        fields["addresses"] = [
            {"street": street, "postal_code": code, "city": city, "country": country}
            for street, code, city, country in db.execute(
                "SELECT Adr_Ulica, Adr_Kod, Adr_Miasto, Adr_Kraj FROM KntAdresy WHERE Adr_KntId = ?", (key,)
            )
        ]
        found[key] = msgspec.convert(fields, Contractor, strict=False)
    return found


def _put(fields: dict[str, Any], steps: list[str], value: Any) -> None:
    """Set one value in nested objects; of a list only the first member is ever set."""
    first, *rest = steps
    if not rest:
        fields[first] = value
    elif rest[0] == "0":
        fields.setdefault(first, [{}])[0][rest[1]] = value
    else:
        fields.setdefault(first, {})[rest[0]] = value


@contextlib.contextmanager
def simulate() -> Iterator[SqlSandbox]:
    """An ERP with an empty database of its own."""
    with tempfile.TemporaryDirectory(prefix="syncd-sql-") as folder:
        yield SqlSandbox(Path(folder))
