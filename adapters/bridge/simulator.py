"""How does a bridge behave? A faithful one, with a whole small system behind it.

As a program: ``python -m adapters.bridge.simulator --port 8765 --seed contractors.jsonl --state state.jsonl``.
"""

from __future__ import annotations

import argparse
import contextlib
import hmac
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from adapters.bridge.book import Book, Row
from syncd.certify.faults import Fault, Faults
from syncd.certify.sandbox import Call
from syncd.certify.server import Reply, Request, Server, describe, problem, refuse
from syncd.domain.contractor import FIELDS, Contractor
from syncd.errors import NotFound, VersionConflict
from syncd.ports import Remote

__all__ = ["BridgeSandbox", "Handler", "simulate"]

MAX_LIMIT: Final = 1000

_decode_contractor = msgspec.json.Decoder(Contractor).decode
_encode = msgspec.json.encode


class Handler:
    """Answers the bridge protocol from a book of records."""

    def __init__(self, book: Book, token: str) -> None:
        self._book = book
        self._token = f"Bearer {token}"

    def handle(self, request: Request) -> Reply:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._token.encode()):
            return problem(401, "the bearer token is missing or wrong", {"www-authenticate": "Bearer"})
        try:
            return self._route(request)
        except NotFound:
            return problem(404, "there is no such record")
        except VersionConflict:
            return problem(412, "the record has another version by now")

    def _route(self, request: Request) -> Reply:
        match request.method, request.parts:
            case "GET", ("health",):
                return Reply(200, _encode({"name": "bridge simulator", "contractors": len(self._book)}))
            case "GET", ("contractors",):
                return self._list(request.query)
            case "GET", ("contractors", external_id):
                return _item(self._book.get(external_id), 200)
            case "POST", ("contractors",):
                return self._create(request)
            case "PUT", ("contractors", external_id):
                return self._update(external_id, request)
            case _:
                return problem(404, "there is no such address")

    def _list(self, query: Mapping[str, str]) -> Reply:
        for field in ("number", "tax_id", "email"):
            if field in query:
                found = self._book.matching(field, query[field])
                return _page(found, next_page=None, total=len(found), cursor=None)
        try:
            limit = min(int(query.get("limit", "250")), MAX_LIMIT)
            since = int(query["since"]) if "since" in query else None
            after, until = (
                int(part) for part in query.get("page", f"{since or 0}.{self._book.last_change}").split(".")
            )
        except ValueError:
            return problem(400, "limit, page or since is not one that this bridge gave")
        if since is None:
            items, more, total = self._book.listing(after, limit)
            cursor = None if more is not None else str(until)
        else:
            items, more, total = self._book.changes(after, until, limit, since)
            cursor = str(until if more is None else more)
        return _page(items, next_page=None if more is None else f"{more}.{until}", total=total, cursor=cursor)

    def _create(self, request: Request) -> Reply:
        values, refusal = _values(request)
        if refusal is not None:
            return refusal
        if not values.get("name"):
            return _refused("name", "required")
        row = self._book.add(Contractor(**values))
        return _item(row, 201, Call(name="POST /contractors", writes=True, applied=True, external_id=row.external_id))

    def _update(self, external_id: str, request: Request) -> Reply:
        values, refusal = _values(request)
        if refusal is not None:
            return refusal
        if values.get("name") == "":
            return _refused("name", "required")
        version = request.headers.get("if-match", "*")
        row = self._book.edit(external_id, None if version == "*" else version.strip('"'), **values)
        return _item(row, 200, Call(name="PUT /contractors", writes=True, applied=True, external_id=external_id))


def _item(row: Row, status: int, call: Call | None = None) -> Reply:
    return Reply(status, row.wire(), {"etag": f'"{row.change}"'}, call)


def _page(items: Sequence[bytes], *, next_page: str | None, total: int, cursor: str | None) -> Reply:
    tail = _encode({"next": next_page, "total": total, "cursor": cursor})
    return Reply(200, b'{"items":[' + b",".join(items) + b"]," + tail[1:])


def _refused(field: str | None, reason: str) -> Reply:
    body = _encode({"status": 422, "title": "Unprocessable Content", "field": field, "reason": reason})
    return Reply(422, body, {"content-type": "application/problem+json"})


def _values(request: Request) -> tuple[dict[str, Any], Reply | None]:
    """Fields of a write by name, or the refusal of one that is unknown or of a wrong form."""
    sent = request.json()
    raw = sent.get("contractor") if isinstance(sent, dict) else None
    if not isinstance(raw, dict):
        return {}, problem(400, "the body must be an object with a contractor in it")
    unknown = next((name for name in raw if name not in FIELDS), None)
    if unknown is not None:
        return {}, _refused(unknown, "invalid")
    try:
        contractor = _decode_contractor(_encode({"name": "-"} | raw))
    except msgspec.ValidationError:
        return {}, _refused(None, "invalid")
    return {name: getattr(contractor, name) for name in raw}, None


def _describe(request: Request) -> Call | None:
    """Health checks are no calls that count."""
    return None if request.path == "/health" else describe(request)


def _refuse(fault: Fault) -> Reply:
    return _refused("name", "invalid") if fault.status == 422 else refuse(fault)


class BridgeSandbox:
    """The system behind the bridge, seen by its operator."""

    supports: Final = frozenset({"latency", "status", "lose_answer", "drop", "cut", "html"})
    page_records: Final = 25

    def __init__(self, book: Book, server: Server, token: str) -> None:
        self._book = book
        self._server = server
        self._token = token

    @property
    def options(self) -> Mapping[str, Any]:
        return {"url": self._server.url, "token": self._token, "page": self.page_records}

    @property
    def faults(self) -> Faults:
        return self._server.faults

    @property
    def journal(self) -> Sequence[Call]:
        return self._server.journal

    def add(self, contractor: Contractor) -> str:
        return self._book.add(contractor).external_id

    def edit(self, external_id: str, **changes: Any) -> None:
        self._book.edit(external_id, **changes)

    def remove(self, external_id: str) -> None:
        self._book.remove(external_id)

    def holds(self) -> Mapping[str, Remote]:
        return {
            row.external_id: Remote(
                external_id=row.external_id,
                contractor=row.contractor,
                version=str(row.change),
                modified=row.modified,
            )
            for row in self._book.rows()
        }

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the system's clock stand still."""
        clock, still = self._book.now, self._book.now()
        self._book.now = lambda: still
        try:
            yield
        finally:
            self._book.now = clock

    def spoil(self, external_id: str) -> None:
        """Let the record be sent with a number where its name should be."""
        self._book.spoil(external_id, _encode({"id": external_id, "contractor": {"name": 5}}))


@contextlib.contextmanager
def simulate() -> Iterator[BridgeSandbox]:
    """A bridge on a free port with an empty system behind it."""
    book, token = Book(), "s1mulated-t0ken"
    with Server(Handler(book, token).handle, describe=_describe, refuse=_refuse) as server:
        yield BridgeSandbox(book, server, token)


def contractors_in(file: Path) -> Iterator[Contractor]:
    """One contractor from each line of a file, in the shape of `syncd.domain.contractor.dump`."""
    with file.open("rb") as lines:
        yield from (_decode_contractor(line) for line in lines if line.strip())


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the process is asked to end."""
    parser = argparse.ArgumentParser(prog="python -m adapters.bridge.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one, which is printed")
    parser.add_argument("--seed", type=Path, help="contractors to start with, one JSON object a line")
    parser.add_argument("--state", type=Path, help="file that keeps the state over a restart; the seed counts once")
    chosen = parser.parse_args(arguments)
    token = os.environ.get("BRIDGE_TOKEN", "simulator")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    book = Book(chosen.state)
    if chosen.seed is not None:
        book.fill(contractors_in(chosen.seed))
    handler = Handler(book, token)
    with Server(handler.handle, describe=_describe, refuse=_refuse, port=chosen.port, controlled=True) as server:
        sys.stdout.write(f"{server.url} {len(book)} contractors\n")
        sys.stdout.flush()
        stop.wait()
    book.close()


if __name__ == "__main__":
    main()
