"""A platform of the constellation, as a process: a bridge whose journal survives it, and whose operator can lie.

    python -m tests.faults.constellation.side --port 8765 --journal erp.journal

A change is in the journal before anybody is told of it, and the journal is all that it starts from: one that was killed
comes back with exactly what it had promised. Beside the bridge protocol and `syncd.certify.control` it answers:

    POST /operator/do     [{"add": {…}} | {"edit": ID, "values": {…}}, …]
    GET  /operator/holds  every record: id and contractor
    POST /operator/lie    {"list": "empty" | "truncated" | "short" | "", "spoil": ID | "", "clock": seconds}
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from adapters.bridge.book import Book, Row
from syncd.certify.bridge import BridgeHandler
from syncd.certify.faults import Fault
from syncd.certify.sandbox import Call
from syncd.certify.server import Reply, Request, Server, describe, problem, refuse
from syncd.domain.contractor import FIELDS, Contractor
from syncd.errors import NotFound
from syncd.stopping import asked_to_stop
from tests.faults.constellation.evidence import Entry

__all__ = ["Platform", "journal_of"]

_OPERATOR = "/operator/"
_encode = msgspec.json.encode


def journal_of(file: Path) -> list[Entry]:
    """Everything that a side wrote down, but for a last line that was cut by its end."""
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    return [msgspec.json.decode(line, type=Entry) for line in lines if line.endswith(b"\n")]


class Platform:
    """One side."""

    def __init__(self, journal: Path, token: str) -> None:
        self._clock = 0.0
        state = journal.with_suffix(".state")
        _restore(journal, state)
        self.book = Book(state, self._now)
        self._handler = BridgeHandler(self.book, token)
        self._lock = threading.RLock()
        self._journal = os.open(journal, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._lie = ""
        self._spoiled = ""

    def _now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._clock)

    # What syncd sees

    def describe(self, request: Request) -> Call | None:
        """A call arrived. The operator's count as none, and neither do health checks."""
        if request.path.startswith(_OPERATOR) or request.path == "/health":
            return None
        call = describe(request)
        assert call is not None
        self._write(Entry(at=time.time(), what="call", name=call.name))
        return call

    def refuse(self, fault: Fault) -> Reply:
        self._write(
            Entry(at=time.time(), what="refused", status=fault.status, retry_after=float(fault.retry_after or 0))
        )
        return refuse(fault)

    def handle(self, request: Request) -> Reply:
        with self._lock:
            if request.path.startswith(_OPERATOR):
                return self._operate(request)
            before = self._row(request.parts[-1]) if request.method == "PUT" else None
            reply = self._handler.handle(request)
            if request.method in {"POST", "PUT"} and reply.call and reply.call.external_id:
                base = request.headers.get("if-match")
                self._effect(before, self.book.get(reply.call.external_id), by="syncd", base=base)
                self._spoil(self._spoiled)
            return self._lying(request, reply)

    def _lying(self, request: Request, reply: Reply) -> Reply:
        listed = (request.method, request.parts) == ("GET", ("contractors",)) and reply.status == 200
        whole = listed and not {"since", "number", "tax_id", "email"} & request.query.keys()
        if not self._lie or not whole or request.query.get("limit") == "1":
            return reply
        told = msgspec.json.decode(reply.body)
        told |= {"next": None, "cursor": told["cursor"] or str(self.book.last_change)}
        if self._lie == "empty":
            told |= {"items": [], "total": 0}
        if self._lie == "short":
            told["total"] = len(told["items"])
        self._write(Entry(at=time.time(), what="lied", name=self._lie))
        return Reply(200, _encode(told))

    # What its operator does

    def _operate(self, request: Request) -> Reply:
        asked = request.json()
        match request.path.removeprefix(_OPERATOR):
            case "do":
                return Reply(200, _encode([self._do(one) for one in asked]))
            case "holds":
                return Reply(
                    200, _encode([{"id": r.external_id, "contractor": r.contractor} for r in self.book.rows()])
                )
            case "lie":
                self._change_ways(asked)
                return Reply(200, b"{}")
            case _:
                return problem(404, "do, holds or lie")

    def _do(self, one: Mapping[str, Any]) -> str:
        if "add" in one:
            row = self.book.add(msgspec.convert(one["add"], Contractor))
            self._effect(None, row, by="operator", base=None)
            return row.external_id
        before = self.book.get(one["edit"])
        row = self.book.edit(one["edit"], **one["values"])
        self._effect(before, row, by="operator", base=None)
        self._spoil(self._spoiled)
        return row.external_id

    def _change_ways(self, asked: Mapping[str, Any]) -> None:
        self._lie = asked.get("list", "")
        self._clock = float(asked.get("clock", 0.0))
        if self._spoiled and self._spoiled != asked.get("spoil", ""):
            # A person mends the record: it is written anew, as it is.
            row = self.book.get(self._spoiled)
            self._effect(row, self.book.edit(self._spoiled), by="operator", base=None)
        self._spoiled = asked.get("spoil", "")
        if self._spoiled:
            self._effect(self.book.get(self._spoiled), self.book.edit(self._spoiled), by="operator", base=None)
        self._spoil(self._spoiled)

    def _spoil(self, external_id: str) -> None:
        if external_id:
            self.book.spoil(external_id, _encode({"id": external_id, "contractor": {"name": 5}}))

    def _row(self, external_id: str) -> Row | None:
        try:
            return self.book.get(external_id)
        except NotFound:
            return None

    def _effect(self, before: Row | None, row: Row, *, by: Any, base: str | None) -> None:
        fields = tuple(
            name
            for name in FIELDS
            if before is None or getattr(before.contractor, name) != getattr(row.contractor, name)
        )
        self._write(
            Entry(
                at=time.time(),
                what="effect",
                by=by,
                base=base,
                created=row.created,
                change=row.change,
                modified=row.modified,
                fields=fields,
                contractor=row.contractor,
            )
        )

    def _write(self, entry: Entry) -> None:
        with self._lock:
            os.write(self._journal, _encode(entry) + b"\n")


def _restore(journal: Path, state: Path) -> None:
    """Make the book's own file from the effects in the journal, whose lines have what that file needs."""
    entries = journal_of(journal)
    if journal.exists():
        # A line that was cut was never promised to anybody.
        journal.write_bytes(b"".join(_encode(entry) + b"\n" for entry in entries))
    state.write_bytes(b"".join(_encode(entry) + b"\n" for entry in entries if entry.what == "effect"))


def main() -> None:
    """Serve until the process is asked to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path, required=True)
    chosen = parser.parse_args()
    stop = asked_to_stop()
    platform = Platform(chosen.journal, os.environ["SIDE_TOKEN"])
    ways = {"describe": platform.describe, "refuse": platform.refuse}
    with Server(platform.handle, port=chosen.port, controlled=True, **ways):  # type: ignore[arg-type]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
