"""What does Tryton look like from its own side, and how does it fail on demand?

As a program it is the ERP of a demonstration, with log-in ``sync`` and password ``sync-test`` in the database ``erp``:

    python -m adapters.tryton.simulator --port 8090 --seed 1 --state erp.json
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from adapters.tryton.simulated.desk import TablesDesk
from adapters.tryton.simulated.operator import Operator
from adapters.tryton.simulated.rpc import READING, Database
from adapters.tryton.simulated.seed import countries, fill
from adapters.tryton.simulated.tables import Tables
from syncd.certify.faults import Fault, Faults
from syncd.certify.sandbox import Call
from syncd.certify.server import Reply, Request, Server
from syncd.domain.contractor import Contractor
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["TrytonSandbox", "describe", "refuse", "simulate"]

USER: Final = ("sync", "sync-test")
DATABASE: Final = "erp"
SAVE_SECONDS: Final = 5.0

REFUSALS: Final[Mapping[int, list[Any]]] = {
    403: ["UserError", ['You are not allowed to access "Party".', "Within groups: Party Administration", None]],
    404: ["UserError", ['You are trying to read records "7" of "Party" that don\'t exist.', "", None]],
    409: ["ConcurrencyException", "Records were modified in the meanwhile"],
    422: ["UserError", ['The Polish VAT Number "123" for party "Jan "Kos" Lis" is not valid.', "", None]],
}
"""What Tryton answers, with HTTP 200, where others answer with a status."""


class TrytonSandbox:
    """A Tryton server on loopback, with one user for syncd and an operator in front of it.

    Args:
        state: File from which tables are loaded, and to which they are saved.
        controlled: Whether other processes may plan faults and see the journal, over HTTP.
    """

    page_records = 25
    edits = frozenset(
        "name tax_id tax_prefix country registrations email phones website addresses groups active".split()
    )
    samples: Final[Mapping[str, tuple[Any, Any]]] = {
        "phones": (("+48 22 555 01 23",), ("+48 22 555 01 99", "+48 601 234 567"))
    }

    def __init__(self, port: int = 0, state: Path | None = None, *, controlled: bool = False) -> None:
        self._ahead = timedelta()
        self._still: datetime | None = None
        self._state = state
        self.tables = Tables(lambda: self._still or datetime.now(UTC) + self._ahead)
        self._desk = TablesDesk(self.tables)
        self.operator = Operator(self._desk)
        self.database = Database(DATABASE, self.tables, {"admin": "admin-test", USER[0]: USER[1]})
        if state and state.exists():
            self.tables.load(state.read_bytes())
        else:
            countries(self.tables)
        self.server = Server(
            self._handle, describe=describe, refuse=refuse, expire=self._expire, port=port, controlled=controlled
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.server.close()
        self.save()

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "url": self.server.url,
            "database": DATABASE,
            "username": USER[0],
            "password": USER[1],
            "page_size": self.page_records,
            "write_groups": True,
        }

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page_size"}

    @property
    def faults(self) -> Faults:
        return self.server.faults

    @property
    def journal(self) -> Sequence[Call]:
        return self.server.journal

    def add(self, contractor: Contractor) -> str:
        with self.database.lock:
            return str(self.operator.add(contractor))

    def edit(self, external_id: str, **changes: Any) -> None:
        with self.database.lock:
            self.operator.edit(int(external_id), changes)

    def edit_late(self, external_id: str, seconds: float, **changes: Any) -> None:
        """Commit transactions that began so long ago, and bear that time."""
        with self.database.lock, self._desk.late(seconds):
            self.operator.edit(int(external_id), changes)

    def remove(self, external_id: str) -> None:
        with self.database.lock:
            self.operator.delete("party.party", int(external_id))

    def holds(self) -> Mapping[str, Remote]:
        with self.database.lock:
            rows = self.tables.rows["party.party"]
            return {
                str(id_): Remote(external_id=str(id_), contractor=contractor, modified=rows[id_]["write_date"])
                for id_, contractor in self.operator.sees_all(list(rows)).items()
            }

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the server's clock stand still."""
        self._still = datetime.now(UTC) + self._ahead
        try:
            yield
        finally:
            self._still = None

    def pass_time(self, seconds: float) -> None:
        """Put the server's clock forward."""
        self._ahead += timedelta(seconds=seconds)

    def spoil(self, external_id: str) -> None:
        """Take a party's name away, which Tryton allows."""
        with self.database.lock:
            self.operator.write("party.party", int(external_id), {"name": None})

    def save(self) -> None:
        """Write the tables to the state file, if there is one; whole or not at all."""
        if self._state is None:
            return
        with self.database.lock:
            data = self.tables.dump()
        draft = self._state.with_suffix(".draft")
        draft.write_bytes(data)
        draft.replace(self._state)

    def _handle(self, request: Request) -> Reply:
        answer = self.database.answer(request.path, request.headers, request.body)
        call = describe(request)
        if call is not None and call.writes and answer.status == 200:
            call = msgspec.structs.replace(call, applied=b'"error":' not in answer.body[:30])
        return Reply(answer.status, answer.body, answer.headers, call)

    def _expire(self, request: Request) -> Reply:
        self.database.forget_sessions()
        return self._handle(request)


def describe(request: Request) -> Call | None:
    """A call by its method; a log-in is none, so that faults hit what comes after it."""
    try:
        content = msgspec.json.decode(request.body)
        method, params = str(content["method"]), content["params"]
    except (msgspec.MsgspecError, KeyError, TypeError):
        return Call(name=request.target, writes=False, applied=False)
    if method == "common.db.login":
        return None
    name = method.rpartition(".")[2]
    ids = params[0] if name in {"write", "delete"} and params and isinstance(params[0], list) else []
    writes = name not in READING and method.startswith("model.")
    return Call(name=method, writes=writes, applied=False, external_id=str(ids[0]) if len(ids) == 1 else None)


def refuse(fault: Fault) -> Reply:
    """A planned status in Tryton's form, which is a status only for what its web server says itself."""
    error = REFUSALS.get(fault.status)
    if error is not None:
        return Reply(200, msgspec.json.encode({"id": 0, "error": error}))
    headers = {"retry-after": fault.retry_after} if fault.retry_after else {}
    page = b"" if fault.status == 401 else b"<!doctype html>\n<title>as planned</title>\n"
    return Reply(fault.status, page, {"content-type": "text/html; charset=utf-8", **headers})


@contextlib.contextmanager
def simulate() -> Iterator[TrytonSandbox]:
    """A server of its own for each call, with countries and without parties."""
    with TrytonSandbox() as sandbox:
        yield sandbox


def main() -> None:
    """Serve until asked to stop."""
    parser = argparse.ArgumentParser(description="A simulated Tryton 8.2 on loopback.")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one, which is printed")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which contractors: the same for the same N")
    parser.add_argument("--parties", type=int, default=500, metavar="N", help="how many contractors to start with")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file for the next start")
    asked = parser.parse_args()
    stop = asked_to_stop()
    with TrytonSandbox(asked.port, asked.state, controlled=True) as sandbox:
        if not sandbox.tables.rows["party.party"]:
            fill(sandbox.tables, asked.parties, asked.seed)
        sandbox.save()
        sys.stdout.write(f"{sandbox.server.url} database {DATABASE} user {USER[0]} password {USER[1]}\n")
        sys.stdout.flush()
        while not stop.wait(SAVE_SECONDS):
            sandbox.save()


if __name__ == "__main__":
    main()
