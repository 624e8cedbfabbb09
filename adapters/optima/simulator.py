"""What does Optima look like from its own side: an operator, the database, the export and the import of files?

As a program it is the ERP of a demonstration. In DIR it makes ``optima.db`` (to be attached as CDN) and an exchange
folder, whose ``outbox/`` it imports:

    python -m adapters.optima.simulator --folder DIR --contractors 500 --seed 1 --busy 30
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Engine, event

from adapters.optima.simulated.desk import FIELDS, forget, seen, seen_all, store
from adapters.optima.simulated.exchange import export, take_in
from adapters.optima.simulated.seed import DAMAGES, contractors
from adapters.optima.simulated.tables import SCHEMA
from syncd.certify.faults import Faults
from syncd.certify.journal import Journal
from syncd.certify.sandbox import Call
from syncd.domain.contractor import Contractor
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["OptimaSandbox", "simulate"]

_SECOND: Final = 1.0

QUERIES: Final = {
    "extra_groups": "SELECT KnG_KntId AS contractor, KnG_Nazwa AS name FROM CDN.KntGrupy",
    "persons": "SELECT KntO_KntId AS contractor, KntO_Nazwisko AS name, KntO_Email AS email, KntO_Telefon AS phone"
    " FROM CDN.KntOsoby",
    "accounts": "SELECT SPL_PodmiotId AS contractor, SPL_Rachunek AS number FROM CDN.SchematPlatnosci"
    " WHERE SPL_PodmiotTyp = 1",
}
"""What an admin would configure for this database."""


_SERVER_FAULTS: Final = frozenset({"latency", "status", "drop", "cut"})
"""Where the database is read: an answer that breaks off, and a server that refuses or gives way."""

_DEADLOCK: Final = sqlite3.OperationalError("Transaction was deadlocked on lock resources with another process (1205)")
_ERRORS: Final[Mapping[int, sqlite3.Error]] = {
    401: sqlite3.OperationalError("Login failed for user 'syncd'. (18456)"),
    403: sqlite3.ProgrammingError("The SELECT permission was denied on the object 'Kontrahenci' (229)"),
}
"""What SQL Server says where others answer with a status."""


class OptimaSandbox:
    """One company.

    Args:
        folder: Where the database and the exchange folder are.
        read: Whether connections read the database or exports.
        mode: Whether an export holds everybody or the one record that changed.

    Attributes:
        importing: Whether files of outbox/ are taken in before anybody looks.
        refusing: Whether the import refuses everything, as it does for an operator without the right.
        log: What the import's window says.
    """

    page_records = 10
    limits: Final[Mapping[str, int]] = {"number": 20, "notes": 254, "email": 127, "website": 254}
    samples: Final[Mapping[str, tuple[Any, Any]]] = {
        "tax_class": ("Knt_Export=0", "Knt_Export=3"),
        "payment_form": ("przelew", "gotówka"),
        "price_list": ("1", "2"),
    }

    def __init__(
        self, folder: Path, read: Literal["sql", "xml"] = "sql", mode: Literal["delta", "snapshot"] = "snapshot"
    ) -> None:
        self.path = folder / "optima.db"
        self.exchange = folder / "wymiana"
        self.faults = Faults()
        self.importing = True
        self.refusing = False
        self.log: list[str] = []
        self.supports = _SERVER_FAULTS if read == "sql" else frozenset()
        self.edits = FIELDS - {"number"}  # a new acronym is a new contractor
        self._main = folder / "main.db"
        self._read = read
        self._mode = mode
        self._journal = Journal()
        self._lock = threading.RLock()
        self._clock: datetime | None = None
        self._ahead = timedelta()
        self._exports = 0
        self.exchange.mkdir(exist_ok=True)
        self._main.touch()
        if not self.path.exists():
            with self.database() as db:
                db.executescript(SCHEMA)
        if read == "xml":
            self.feed = self._feed
            self.edits = self.edits - {"contact_person", "price_list", "custom", "employees", "accounts"}

    @property
    def options(self) -> Mapping[str, Any]:
        files = {
            "write": "xml",
            "folder": str(self.exchange),
            "settle_seconds": 0,
            "page": self.page_records,
            "write_postal": True,
        }
        if self._read == "xml":
            return {"read": "xml", "mode": self._mode, **files}
        return {"url": f"sqlite:///{self._main}", "attach": {"CDN": str(self.path)}, **QUERIES, **files}

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page"}

    @property
    def journal(self) -> Sequence[Call]:
        self.run_import()
        return self._journal.calls()

    @contextlib.contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The database itself, for what only a test would do to it."""
        with self._lock, contextlib.closing(sqlite3.connect(self.path, timeout=30)) as db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA synchronous = OFF")  # It dies with its folder anyway.
            yield db
            db.commit()

    def add(self, contractor: Contractor) -> str:
        self.run_import()
        with self.database() as db:
            key = store(db, None, contractor, self._now())
            code = str(db.execute("SELECT Knt_Kod FROM Kontrahenci WHERE Knt_KntId = ?", (key,)).fetchone()[0])
        self._export(code)
        return code

    def edit(self, external_id: str, **changes: Any) -> None:
        self.run_import()
        with self.database() as db:
            key = _key(db, external_id)
            held = seen(db, key)
            if held is None:
                raise KeyError(external_id)
            store(db, key, msgspec.structs.replace(held, **changes), self._now())
            new = str(db.execute("SELECT Knt_Kod FROM Kontrahenci WHERE Knt_KntId = ?", (key,)).fetchone()[0])
        self._export(new)

    def remove(self, external_id: str) -> None:
        self.run_import()
        with self.database() as db:
            forget(db, _key(db, external_id))
        self._export(None)

    def holds(self) -> Mapping[str, Remote]:
        self.run_import()
        with self.database() as db:
            return {code: Remote(external_id=code, contractor=held) for code, held in seen_all(db).items()}

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let Optima's clock stand still."""
        self._clock = datetime.now(UTC) + self._ahead
        try:
            yield
        finally:
            self._clock = None

    def pass_time(self, seconds: float) -> None:
        """Put Optima's clock ahead, or back."""
        self._ahead += timedelta(seconds=seconds)

    def spoil(self, external_id: str) -> None:
        """Take a contractor's name away, as a bulk tool did."""
        self.set(external_id, Knt_Nazwa1="", Knt_Nazwa2="", Knt_Nazwa3="")
        self._export(external_id)

    def set(self, external_id: str, **columns: Any) -> None:
        """Change columns by SQL, as integrators do: no time moves."""
        with self.database() as db:
            names = ", ".join(f"{name} = ?" for name in columns)
            sql = f"UPDATE Kontrahenci SET {names} WHERE Knt_Kod = ?"  # noqa: S608 - names of columns
            db.execute(sql, [*columns.values(), external_id])

    def fail(self, _cursor: object, _statement: str, _parameters: object, context: Any) -> None:
        """Fail as the server would, if that is planned for the next statement of a connection to this company."""
        if context.engine.url.database != str(self._main):
            return
        fault = self.faults.take(writes=False)
        if fault is None:
            return
        if fault.kind == "latency":
            time.sleep(fault.seconds)
        elif fault.kind == "status":
            raise _ERRORS.get(fault.status, _DEADLOCK)
        else:
            raise sqlite3.OperationalError("TCP Provider: the connection was closed by the remote host (10054)")

    def drop(self, name: str, data: bytes) -> Path:
        """Put a whole file into the exchange folder, at once."""
        path = self.exchange / name
        part = path.with_name(f".{name}.part")
        part.write_bytes(data)
        at = self._now().timestamp()
        os.utime(part, (at, at))
        part.rename(path)
        return path

    def document(self, codes: Sequence[str] | None = None) -> bytes:
        """The export of these contractors; of everybody if none are named."""
        with self.database() as db:
            rows = db.execute("SELECT * FROM Kontrahenci WHERE Knt_PodmiotTyp = 1 ORDER BY Knt_KntId").fetchall()
            groups: dict[int, list[str]] = defaultdict(list)
            for row in rows:
                groups[row["Knt_KntId"]] += filter(None, [row["Knt_Grupa"].rstrip()])
            for key, name in db.execute("SELECT KnG_KntId, KnG_Nazwa FROM KntGrupy ORDER BY KnG_KnGId"):
                groups[key].append(name)
        return export([row for row in rows if codes is None or row["Knt_Kod"] in codes], groups)

    def run_import(self, *, force: bool = False) -> None:
        """Take in what lies in outbox/, oldest first; a file that was looked at is gone, whatever became of it."""
        if not (self.importing or force):
            return
        with self._lock:
            for path in sorted((self.exchange / "outbox").glob("[!.]*.xml")):
                operation = path.name.split("-")[1]
                data = path.read_bytes()
                path.unlink(missing_ok=True)
                with self.database() as db:
                    done = [] if self.refusing else take_in(db, data, self._now())
                for one in done:
                    self._enter(operation, one.code, one.refused)
                    if not one.refused:
                        self._export(one.code)
                if self.refusing:
                    self._enter(operation, "", "Brak uprawnień operatora")

    def _enter(self, operation: str, code: str, refused: str) -> None:
        applied = not refused
        if refused:
            self.log.append(f"{code}: {refused}")
        self._journal.enter(Call(name=f"import {operation}", writes=True, applied=applied, external_id=code or None))

    def _export(self, code: str | None) -> None:
        if self._read != "xml" or (self._mode == "delta" and code is None):
            return
        self._exports += 1
        if self._mode == "snapshot":
            # As a nightly export does: always the same name, over the one that nobody fetched.
            self.drop("kontrahenci.xml", self.document())
        elif code is not None:
            self.drop(f"kontrahent-{self._exports:06d}.xml", self.document([code]))

    def _feed(self, document: bytes) -> None:
        """Drop a document as the next export."""
        self.drop("nastepny.xml", document)

    def _now(self) -> datetime:
        return self._clock or datetime.now(UTC) + self._ahead


def _key(db: sqlite3.Connection, code: str) -> int:
    found = db.execute("SELECT Knt_KntId FROM Kontrahenci WHERE Knt_Kod = ?", (code,)).fetchone()
    if found is None:
        raise KeyError(code)
    return int(found[0])


@contextlib.contextmanager
def simulate(
    read: Literal["sql", "xml"] = "sql", mode: Literal["delta", "snapshot"] = "snapshot"
) -> Iterator[OptimaSandbox]:
    """A company without contractors, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="syncd-optima-") as folder:
        sandbox = OptimaSandbox(Path(folder), read, mode)
        event.listen(Engine, "do_execute", sandbox.fail)
        try:
            yield sandbox
        finally:
            event.remove(Engine, "do_execute", sandbox.fail)


def fill(sandbox: OptimaSandbox, count: int, seed: int) -> None:
    """Let the company have that many contractors."""
    now = datetime.now(UTC)
    with sandbox.database() as db:
        for number, contractor in enumerate(contractors(count, seed), 1):
            key = store(db, None, contractor, now)
            damage = DAMAGES.get(number % 40, {})
            for column, value in damage.items():
                sql = f"UPDATE Kontrahenci SET {column} = ? WHERE Knt_KntId = ?"  # noqa: S608 - names of columns
                db.execute(sql, (value, key))


def main() -> None:
    """Be there until asked to stop."""
    parser = argparse.ArgumentParser(description="A simulated company of Comarch ERP Optima in a folder.")
    parser.add_argument("--folder", type=Path, required=True, metavar="DIR", help="where database and files are")
    parser.add_argument("--contractors", type=int, default=500, metavar="N", help="how many to start with")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which ones: the same for the same N")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the database in this file for the next start")
    parser.add_argument("--busy", type=float, default=0.0, metavar="SECONDS", help="an operator edits one so often")
    parser.add_argument("--read", choices=("sql", "xml"), default="sql", help="xml: export on each change")
    asked = parser.parse_args()
    stop = asked_to_stop()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.state and asked.state.exists():
        shutil.copyfile(asked.state, asked.folder / "optima.db")
    sandbox = OptimaSandbox(asked.folder, asked.read)
    if not sandbox.holds():
        fill(sandbox, asked.contractors, asked.seed)
    sys.stdout.write(f"{asked.folder}\n")
    sys.stdout.flush()
    _live(sandbox, stop, asked.busy, random.Random(asked.seed))  # noqa: S311 - the same edits each time
    if asked.state:
        draft = asked.state.with_suffix(".draft")
        shutil.copyfile(sandbox.path, draft)
        draft.replace(asked.state)


def _live(sandbox: OptimaSandbox, stop: threading.Event, busy: float, choose: random.Random) -> None:
    """Import what is dropped, and let an operator edit one contractor now and then."""
    waited = 0.0
    while not stop.wait(_SECOND):
        waited += _SECOND
        sandbox.run_import()
        if busy and waited >= busy:
            waited = 0.0
            code = choose.choice(sorted(sandbox.holds()))
            sandbox.edit(code, phones=(f"22 5{choose.randint(10_000, 99_999)}",))


if __name__ == "__main__":
    main()
