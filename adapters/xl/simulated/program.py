"""What does XL itself do with its tables when somebody works in it?

Written from what integrators saw in real bases, and hostile where that is not known: a change of an address, a person
or a membership moves its own stamp only, an edited address becomes a new row beside its archived version, and what is
deleted leaves nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.xl.simulated.schema import SCHEMA

__all__ = ["ZONE", "Program"]

ZONE: Final = ZoneInfo("Europe/Warsaw")
_SECONDS: Final = datetime(1990, 1, 1)  # noqa: DTZ001 - XL's clock has no zone
_DAYS: Final = date(1800, 12, 28)
_CONTRACTOR, _GROUP = 32, -32

Columns = Mapping[str, Any]


class Program:
    """One company's database, made if it is not there.

    Args:
        now: The clock of the machine, in UTC.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path = path
        self._now = now
        self.lock = threading.RLock()
        if not path.exists():
            with self.database() as db:
                db.executescript(SCHEMA)

    @contextlib.contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The database, for one whole change."""
        with self.lock, contextlib.closing(sqlite3.connect(self.path, timeout=30)) as db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA synchronous = OFF")  # It dies with its folder anyway.
            yield db
            db.commit()

    @property
    def stamp(self) -> int:
        """Now, as XL writes it: seconds since 1990 on the wall clock."""
        wall = self._now().astimezone(ZONE).replace(tzinfo=None)
        return int((wall - _SECONDS).total_seconds())

    @property
    def day(self) -> int:
        """Today, as XL writes it: days since 1800-12-28."""
        return (self._now().astimezone(ZONE).date() - _DAYS).days

    def new_card(self, db: sqlite3.Connection, columns: Columns) -> int:
        """Make a card; columns by name without prefix."""
        fixed = {
            "GIDTyp": _CONTRACTOR,
            "GIDFirma": 1,
            "GIDLp": 0,
            "Typ": 16,
            "Wsk": 0,
            "Nieaktywny": 0,
            "Archiwalny": 0,
        }
        fixed |= {"LastModL": self.stamp}
        cursor = _insert(db, "KntKarty", "Knt_", {**fixed, **columns})
        return int(cursor.lastrowid or 0)

    def change_card(self, db: sqlite3.Connection, number: int, columns: Columns) -> None:
        """Change columns of a card, which moves its stamp."""
        if columns:
            self.put(db, number, {**columns, "LastModL": self.stamp})

    def put(self, db: sqlite3.Connection, number: int, columns: Columns) -> None:
        """Change columns of a card without anybody noticing."""
        names = ", ".join(f"Knt_{name} = ?" for name in columns)
        db.execute(f"UPDATE KntKarty SET {names} WHERE Knt_GIDNumer = ?", [*columns.values(), number])  # noqa: S608

    def save_address(
        self, db: sqlite3.Connection, owner: int, number: int | None, columns: Columns, *, main: bool
    ) -> int:
        """Store an address; of one that is there a new version, which keeps what is not given."""
        kept: dict[str, Any] = {"Wysylkowy": 0, "NiePublikuj": 0}
        origin = 0
        if number is not None:
            find = "SELECT * FROM KntAdresy WHERE KnA_GIDNumer = ? AND KnA_KntNumer = ?"
            before = db.execute(find, (number, owner)).fetchone()
            kept = {name.removeprefix("KnA_"): before[name] for name in before.keys()} if before else kept  # noqa: SIM118 - Row
            origin = kept.pop("KnaPierwotny", 0) or number
            self.archive_address(db, owner, number)
        kept |= {**columns, "KntTyp": _CONTRACTOR, "KntNumer": owner, "DataArc": 0, "LastModL": self.stamp}
        row = {name: value for name, value in kept.items() if name not in ("GIDNumer", "KnaArchiwizowanego")}
        made = int(_insert(db, "KntAdresy", "KnA_", row).lastrowid or 0)
        db.execute("UPDATE KntAdresy SET KnA_KnaPierwotny = ? WHERE KnA_GIDNumer = ?", (origin or made, made))
        if number is not None:
            db.execute("UPDATE KntAdresy SET KnA_KnaArchiwizowanego = ? WHERE KnA_GIDNumer = ?", (made, number))
        if main:
            copied = {name: columns.get(name) for name in ("KodP", "Miasto", "Ulica", "Adres")}
            self.put(db, owner, {"KnATyp": 864, "KnAFirma": 1, "KnANumer": made, "KnALp": 0, **copied})
        return made

    def archive_address(self, db: sqlite3.Connection, owner: int, number: int) -> None:
        """Keep an address as a past one."""
        db.execute(
            "UPDATE KntAdresy SET KnA_DataArc = ?, KnA_LastModL = ? WHERE KnA_GIDNumer = ? AND KnA_KntNumer = ?",
            (self.day, self.stamp, number, owner),
        )

    def save_person(self, db: sqlite3.Connection, owner: int, number: int | None, columns: Columns) -> None:
        """Store a person."""
        values = {**columns, "CzasModyfikacji": self.stamp}
        if number is None:
            last = db.execute("SELECT MAX(KnS_KntLp) FROM KntOsoby WHERE KnS_KntNumer = ?", (owner,)).fetchone()[0]
            key = {"KntTyp": _CONTRACTOR, "KntNumer": owner, "KntLp": (last or 0) + 1}
            _insert(db, "KntOsoby", "KnS_", {**key, **values})
            return
        names = ", ".join(f"KnS_{name} = ?" for name in values)
        statement = f"UPDATE KntOsoby SET {names} WHERE KnS_KntNumer = ? AND KnS_KntLp = ?"  # noqa: S608
        db.execute(statement, [*values.values(), owner, number])

    def delete_person(self, db: sqlite3.Connection, owner: int, number: int) -> None:
        """Delete a person, of whom nothing stays."""
        db.execute("DELETE FROM KntOsoby WHERE KnS_KntNumer = ? AND KnS_KntLp = ?", (owner, number))

    def group(self, db: sqlite3.Connection, path: Sequence[str]) -> int:
        """The number of a group by the codes on the way to it; made where it is not there."""
        parent = 0
        for code in path:
            row = db.execute(
                "SELECT KnG_GIDNumer FROM KntGrupy WHERE KnG_GIDTyp = ? AND KnG_GrONumer = ? AND KnG_Akronim = ?",
                (_GROUP, parent, code),
            ).fetchone()
            parent = row[0] if row else self._new_group(db, code, parent)
        return parent

    def rename_group(self, db: sqlite3.Connection, number: int, code: str) -> None:
        """Change a group's code, which moves the stamp of its definition alone."""
        db.execute(
            "UPDATE KntGrupy SET KnG_Akronim = ?, KnG_CzasModyfikacji = ? WHERE KnG_GIDTyp = ? AND KnG_GIDNumer = ?",
            (code, self.stamp, _GROUP, number),
        )

    def join(self, db: sqlite3.Connection, owner: int, group: int) -> None:
        """Put a contractor into a group."""
        row = {"GIDTyp": _CONTRACTOR, "GIDFirma": 1, "GIDNumer": owner, "GIDLp": 0, "GrOTyp": _GROUP, "GrOFirma": 1}
        row |= {"GrONumer": group, "GrOLp": 0, "CzasModyfikacji": self.stamp, "CzasZalozenia": self.stamp}
        _insert(db, "KntGrupy", "KnG_", row, "INSERT OR IGNORE")

    def leave(self, db: sqlite3.Connection, owner: int, group: int) -> None:
        """Take a contractor out of a group, of which nothing stays."""
        db.execute(
            "DELETE FROM KntGrupy WHERE KnG_GIDTyp = ? AND KnG_GIDNumer = ? AND KnG_GrONumer = ?",
            (_CONTRACTOR, owner, group),
        )

    def settle(self, db: sqlite3.Connection, owner: int, group: int) -> None:
        """Say which group is a contractor's home."""
        row = {"GIDTyp": _CONTRACTOR, "GIDFirma": 1, "GIDNumer": owner, "GIDLp": 0, "GrOTyp": _GROUP, "GrONumer": group}
        _insert(db, "KntGrupyDom", "KGD_", row, "INSERT OR REPLACE")

    def delete(self, db: sqlite3.Connection, number: int) -> None:
        """Delete a contractor with all that belongs to it."""
        db.execute("DELETE FROM KntKarty WHERE Knt_GIDNumer = ?", (number,))
        db.execute("DELETE FROM KntAdresy WHERE KnA_KntNumer = ?", (number,))
        db.execute("DELETE FROM KntOsoby WHERE KnS_KntNumer = ?", (number,))
        db.execute("DELETE FROM KntGrupy WHERE KnG_GIDTyp = ? AND KnG_GIDNumer = ?", (_CONTRACTOR, number))
        db.execute("DELETE FROM KntGrupyDom WHERE KGD_GIDTyp = ? AND KGD_GIDNumer = ?", (_CONTRACTOR, number))

    def _new_group(self, db: sqlite3.Connection, code: str, parent: int) -> int:
        (last,) = db.execute("SELECT MAX(KnG_GIDNumer) FROM KntGrupy WHERE KnG_GIDTyp = ?", (_GROUP,)).fetchone()
        number = (last or 0) + 1
        row = {"GIDTyp": _GROUP, "GIDFirma": 1, "GIDNumer": number, "GIDLp": 0, "GrOTyp": _GROUP, "GrONumer": parent}
        _insert(db, "KntGrupy", "KnG_", {**row, "Akronim": code, "CzasModyfikacji": self.stamp})
        _insert(db, "KntGrupyDom", "KGD_", {**row, "Kod": code})
        return number


def _insert(db: sqlite3.Connection, table: str, prefix: str, row: Columns, verb: str = "INSERT") -> sqlite3.Cursor:
    names = ", ".join(f"{prefix}{name}" for name in row)
    marks = ", ".join("?" * len(row))
    return db.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", list(row.values()))
