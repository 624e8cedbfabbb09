"""What does Comarch ERP XL look like from its own side: a database, and a bridge beside it that imports documents?

As a program it is the ERP of a demonstration. The folder holds all of it, for the next start as well:

    python -m adapters.xl.simulator --folder xl --contractors 500 --busy 30
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from adapters.xl.simulated.bridge import Importer, read_document
from adapters.xl.simulated.operator import Operator
from adapters.xl.simulated.program import Program
from adapters.xl.simulated.seed import disturb, fill
from syncd.certify.faults import Fault, Faults
from syncd.certify.journal import Journal
from syncd.certify.sandbox import FAULT_KINDS, Call
from syncd.certify.server import Reply, Request, Server, problem
from syncd.domain.contractor import Contractor
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["XlSandbox", "simulate"]

TOKEN: Final = "xl-bridge-test"  # noqa: S105 - of a simulator on loopback
_LOOK_SECONDS: Final = 0.02

Way = Literal["http", "drop"]


class XlSandbox:
    """One company of XL and its bridge.

    Args:
        way: How documents reach the bridge: by HTTP on loopback, or through the folder ``outbox``.
        controlled: Whether other processes may plan faults and see the journal, over HTTP.
    """

    page_records = 10
    edits = frozenset(
        "name kind number tax_id tax_id_stated tax_prefix country tax_class registrations email phones website"
        " addresses employees groups price_list payment_form currency discount custom active".split()
    )
    limits: Final[Mapping[str, int]] = {"number": 20, "email": 255, "website": 255}
    samples: Final[Mapping[str, tuple[Any, Any]]] = {
        "tax_class": ("Knt_ExpoKraj=1", "Knt_ExpoKraj=2"),
        "price_list": ("1", "2"),
    }

    def __init__(
        self, folder: Path, way: Way = "http", *, port: int = 0, token: str = TOKEN, controlled: bool = False
    ) -> None:
        self.folder = folder
        self._way = way
        self._token = token
        self._still: datetime | None = None
        self._ahead = timedelta()
        self._main = folder / "main.db"
        with contextlib.closing(sqlite3.connect(self._main)) as db:
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA user_version = 1")  # An empty file is no database.
        self.program = Program(folder / "CDN.db", lambda: self._still or datetime.now(UTC) + self._ahead)
        self.operator = Operator(self.program)
        self.outbox = folder / "outbox"
        self.importing = True
        self._importer = Importer(self.program, folder / "bridge.db")
        self._journal = Journal()
        self._faults = Faults()
        self._stop = threading.Event()
        self._watcher: threading.Thread | None = None
        self.server: Server | None = None
        if way == "http":
            self.server = Server(
                self._handle, faults=self._faults, describe=_describe, refuse=_refuse, port=port, controlled=controlled
            )
        else:
            self._watcher = threading.Thread(target=self._watch, name="bridge", daemon=True)
            self._watcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._stop.set()
        if self.server is not None:
            self.server.close()
        if self._watcher is not None:
            self._watcher.join()
        self._importer.close()

    @property
    def options(self) -> Mapping[str, Any]:
        way = {"outbox": str(self.outbox)}
        if self.server is not None:
            way = {"bridge_url": self.server.url, "bridge_token": self._token}
        return {
            "url": f"sqlite:///{self._main}",
            "attach": {"CDN": str(self.program.path)},
            "page": self.page_records,
            **way,
        }

    @property
    def supports(self) -> frozenset[str]:
        """Of reading by SQL nothing can be made to fail; of the bridge all but a session, which it has none of."""
        return FAULT_KINDS - {"expired"} if self._way == "http" else frozenset()

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page"}

    @property
    def faults(self) -> Faults:
        return self._faults

    @property
    def journal(self) -> Sequence[Call]:
        if self.server is not None:
            return self.server.journal
        self.take_in()
        return self._journal.calls()

    def add(self, contractor: Contractor) -> str:
        return str(self.operator.add(contractor))

    def edit(self, external_id: str, **changes: Any) -> None:
        self.take_in()
        self.operator.edit(int(external_id), **changes)

    def remove(self, external_id: str) -> None:
        self.take_in()
        with self.program.database() as db:
            self.program.delete(db, int(external_id))

    def holds(self) -> Mapping[str, Remote]:
        self.take_in()
        return {
            str(number): Remote(external_id=str(number), contractor=held)
            for number, held in self.operator.everybody().items()
        }

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let XL's clock stand still."""
        self._still = datetime.now(UTC) + self._ahead
        try:
            yield
        finally:
            self._still = None

    def pass_time(self, seconds: float) -> None:
        """Put XL's clock ahead, or back."""
        self._ahead += timedelta(seconds=seconds)

    def spoil(self, external_id: str) -> None:
        """Take a card's name away, which no contractor can be without."""
        with self.program.database() as db:
            empty = {"Nazwa1": "", "Nazwa2": "", "Nazwa3": None}
            self.program.change_card(db, int(external_id), empty)

    def take_in(self) -> None:
        """Import what lies in the folder, in the order of names, and answer each."""
        if not self.importing:
            return
        with self.program.lock:
            for path in sorted((self.outbox / "new").glob("[!.]*.json")):
                document = read_document(path.read_bytes())
                if document is not None:
                    self._answer(document)
                path.unlink()

    def _answer(self, document: Mapping[str, Any]) -> None:
        answer = self._importer.take(document)
        done = answer["state"] == "imported"
        number = answer["GIDNumer"]
        name = f"import {document['operation']}"
        self._journal.enter(
            Call(name=name, writes=True, applied=done, external_id=None if number is None else str(number))
        )
        whole = self.outbox / "answers" / f"{document['id']}.json"
        part = whole.with_suffix(".part")
        part.write_text(json.dumps(answer), encoding="utf-8")
        part.rename(whole)

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            self.take_in()

    def _handle(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return problem(401, "the token is wrong")
        if (request.method, request.path) == ("GET", "/health"):
            return Reply(200, json.dumps({"name": "XL (simulated)"}).encode())
        if (request.method, request.path) != ("POST", "/changes"):
            return problem(404, "POST /changes, GET /health")
        document = read_document(request.body)
        if document is None:
            return problem(400, "no document of the contract")
        if not self.importing:
            return Reply(202, json.dumps({"id": document["id"], "state": "waiting"}).encode())
        answer = self._importer.take(document)
        done = answer["state"] == "imported"
        call = Call(
            name="POST /changes",
            writes=True,
            applied=done,
            external_id=None if answer["GIDNumer"] is None else str(answer["GIDNumer"]),
        )
        status = 200 if done else 404 if answer["reason"] == "missing" else 422
        return Reply(status, json.dumps(answer).encode(), call=call)


def _describe(request: Request) -> Call | None:
    return Call(name=f"{request.method} {request.path}", writes=request.method == "POST", applied=False)


def _refuse(fault: Fault) -> Reply:
    """A planned status; what the program itself says may name people, which must not come any further."""
    headers = {"retry-after": fault.retry_after} if fault.retry_after else {}
    return problem(fault.status, "XLNowyKontrahent: Firma 0001, office-0001@example.com", headers)


@contextlib.contextmanager
def simulate(way: Way = "http") -> Iterator[XlSandbox]:
    """A company without contractors."""
    with tempfile.TemporaryDirectory(prefix="syncd-xl-") as folder, XlSandbox(Path(folder), way) as sandbox:
        yield sandbox


def main() -> None:
    """Serve until asked to stop."""
    parser = argparse.ArgumentParser(description="A simulated Comarch ERP XL: a SQLite database and its bridge.")
    parser.add_argument("--folder", type=Path, required=True, metavar="DIR", help="keeps everything, and the outbox")
    parser.add_argument("--contractors", type=int, default=500, metavar="N", help="how many to start with")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which contractors: the same for the same N")
    parser.add_argument("--port", type=int, metavar="N", help="a bridge by HTTP instead of the folder; 0: a free one")
    parser.add_argument("--token", default=TOKEN, help="what the bridge by HTTP asks for")
    parser.add_argument("--busy", type=float, default=0.0, metavar="SECONDS", help="an operator edits so often")
    asked = parser.parse_args()
    stop = asked_to_stop()
    asked.folder.mkdir(parents=True, exist_ok=True)
    way: Way = "drop" if asked.port is None else "http"
    sandbox = XlSandbox(asked.folder.resolve(), way, port=asked.port or 0, token=asked.token, controlled=True)
    with sandbox:
        if not sandbox.holds():
            fill(sandbox.operator, asked.contractors, asked.seed)
        sys.stdout.write(json.dumps(dict(sandbox.options)) + "\n")
        sys.stdout.flush()
        chance = random.Random(asked.seed)  # noqa: S311 - the same edits each time
        while not stop.wait(asked.busy or None):
            disturb(sandbox.operator, chance)


if __name__ == "__main__":
    main()
