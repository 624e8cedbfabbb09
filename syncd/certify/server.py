"""How does a simulated platform answer over HTTP, and how does it fail on demand?

A simulator gives one function, ``handle(request) -> Reply``, and gets a threaded HTTP/1.1 server on loopback that
keeps connections alive, asks `Faults` before it acts and writes the journal. What a fault looks like on *this*
platform (its error body, its way to say that a session has ended) is given as two more functions where the plain
forms do not fit.

    def handle(request: Request) -> Reply:
        if request.parts[:1] == ("customers",):
            return Reply(200, body=b"[]")
        return Reply(404)

    with Server(handle) as server:
        server.faults.plan(Fault(kind="status", status=503, retry_after="7"))
        ...  # talk to server.url, then look at server.journal
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote

import msgspec

from syncd.certify.control import PREFIX, control
from syncd.certify.faults import Fault, Faults
from syncd.certify.journal import Journal
from syncd.certify.sandbox import Call

__all__ = ["Reply", "Request", "Server", "describe", "expire", "problem", "refuse"]

BODY_BYTES: Final = 64 * 1024 * 1024
"""Largest request body that is taken in."""

LATE_SECONDS: Final = 30.0
"""How late an answer comes that comes too late."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

LOG_IN_PAGE: Final = b"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><form></form></body></html>\n"


class Request(msgspec.Struct, frozen=True, dict=True):
    """What a client sent.

    Attributes:
        target: Path and query as they came, still percent-encoded.
        headers: Values by lower-case name; of a repeated header the last one.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        """The path, still percent-encoded."""
        return self.target.partition("?")[0]

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The path's segments, each decoded by itself: an encoded slash stays inside its segment."""
        return tuple(unquote(part) for part in self.path.split("/") if part)

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Decoded parameters; of a repeated one the last value."""
        return dict(self.query_list)

    @cached_property
    def query_list(self) -> Sequence[tuple[str, str]]:
        """Decoded parameters in their order, with repetitions."""
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    def json(self) -> Any:
        """Decode the body; ``None`` if it is no JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None


class Reply(msgspec.Struct, frozen=True):
    """What the platform answers.

    Attributes:
        headers: More headers; the content type is JSON unless one is given here. ``Content-Length`` is added.
        call: The journal's entry. ``None`` takes what ``describe`` said of the request, applied if it writes and
            the status is a success.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    call: Call | None = None


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Reply:
    """An error as ``application/problem+json`` (RFC 9457)."""
    body = msgspec.json.encode({"status": status, "title": HTTPStatus(status).phrase, "detail": detail})
    return Reply(status, body, {"content-type": "application/problem+json", **(headers or {})})


def describe(request: Request) -> Call | None:
    """The journal's entry of a request before it acts: by the method, as REST has it."""
    return Call(name=f"{request.method} {request.path}", writes=request.method not in SAFE_METHODS, applied=False)


def refuse(fault: Fault) -> Reply:
    """The answer to a planned ``status``."""
    return problem(fault.status, "as planned", {"retry-after": fault.retry_after} if fault.retry_after else None)


def expire(_request: Request) -> Reply:
    """The answer when a session or token has ended."""
    return problem(401, "the session has ended", {"www-authenticate": 'Bearer error="invalid_token"'})


class Server:
    """A simulated platform on ``127.0.0.1``, from construction until `close`.

    Args:
        handle: Acts and answers. Called from one thread for each connection; locks its own state.
        describe: Says what a request is, before it acts: its journal entry with ``applied=False``. For platforms that
            read by POST. ``None`` for a call that no fault hits and no journal counts (a log-in, a health check),
            unless the reply brings its own entry.
        refuse: The platform's form of a planned error status.
        expire: The platform's form of "your session has ended"; it should also forget the session.
        port: ``0`` takes a free one.
        controlled: Whether `syncd.certify.control` answers as well: for a simulator in a process of its own.
    """

    def __init__(
        self,
        handle: Callable[[Request], Reply],
        *,
        faults: Faults | None = None,
        describe: Callable[[Request], Call | None] = describe,
        refuse: Callable[[Fault], Reply] = refuse,
        expire: Callable[[Request], Reply] = expire,
        port: int = 0,
        controlled: bool = False,
    ) -> None:
        self.faults = faults or Faults()
        self._handle = handle
        self._describe = describe
        self._refuse = refuse
        self._expire = expire
        self._controlled = controlled
        self._journal = Journal()
        self._closing = threading.Event()
        self._tcp = _Tcp(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._tcp.serve_forever, args=(0.02,), name="simulator", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._tcp.server_address[1])

    @property
    def url(self) -> str:
        """Address of the root, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def journal(self) -> Sequence[Call]:
        """Every call so far, in the order of arrival."""
        return self._journal.calls()

    def close(self) -> None:
        """Stop, cut idle connections, wait for the calls under way. Safe to call twice."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._tcp.shutdown()
        self._tcp.hang_up()
        self._tcp.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def answer(self, request: Request) -> tuple[bytes, bool]:
        """Act as the platform, or fail as planned: the bytes to send and whether the connection stays."""
        if self._controlled and request.path.startswith(PREFIX):
            status, body = control(request.method, request.path, request.body, self.faults, self.journal)
            return _encode(request, Reply(status, body)), True
        call = self._describe(request)
        fault = self.faults.take(writes=call.writes) if call else None
        number = self._journal.enter(call) if call else None
        if fault and fault.kind == "latency":
            self._closing.wait(fault.seconds)
            fault = None
        if fault is None or fault.kind in {"lose_answer", "late", "cut"}:
            reply = self._act(request)
            self._note(number, call, reply)
        else:
            reply = self._fail(fault, request)
        message = _encode(request, reply)
        if fault and fault.kind == "late":
            self._closing.wait(fault.seconds or LATE_SECONDS)
        if fault and fault.kind in {"lose_answer", "late", "drop"}:
            return b"", False
        if fault and fault.kind == "cut":
            return message[: len(message) - max(len(reply.body) // 2, 2)], False
        return message, request.headers.get("connection", "").lower() != "close"

    def _act(self, request: Request) -> Reply:
        try:
            return self._handle(request)
        except Exception:  # noqa: BLE001 - a simulator's own mistake must reach the person, not hang the client
            traceback.print_exc(file=sys.stderr)
            return problem(500, "the simulator itself failed; see its standard error")

    def _note(self, number: int | None, call: Call | None, reply: Reply) -> None:
        done = reply.call
        if done is None and call is not None:
            success = 200 <= reply.status < 300
            done = msgspec.structs.replace(call, applied=call.writes and success)
        if done is not None and number is None:
            self._journal.enter(done)
        elif done is not None and number is not None:
            self._journal.correct(number, done)

    def _fail(self, fault: Fault, request: Request) -> Reply:
        if fault.kind == "status":
            return self._refuse(fault)
        if fault.kind == "expired":
            return self._expire(request)
        return Reply(200, LOG_IN_PAGE, {"content-type": "text/html; charset=utf-8"})


def _encode(request: Request, reply: Reply) -> bytes:
    headers = {"content-type": "application/json"} | {name.lower(): value for name, value in reply.headers.items()}
    if reply.status in {204, 304}:
        del headers["content-type"]
    else:
        headers["content-length"] = str(len(reply.body))
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head if request.method == "HEAD" or reply.status in {204, 304} else head + reply.body


class _Tcp(socketserver.ThreadingTCPServer):
    """One thread for each connection; `hang_up` ends those that wait for a next request."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], owner: Server) -> None:
        self.owner = owner
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__(address, _Connection)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def forget(self, connection: socket.socket) -> None:
        """A connection has ended."""
        with self._lock:
            self._open.discard(connection)

    def hang_up(self) -> None:
        """Let no thread wait for a next request; an answer under way is still sent."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)


class _Connection(socketserver.StreamRequestHandler):
    """Reads requests and writes answers; the least of HTTP/1.1 that clients with ``Content-Length`` need."""

    disable_nagle_algorithm = True
    server: _Tcp

    def handle(self) -> None:
        stays = True
        # A client that goes away in the middle is its own affair: tests cut connections on purpose.
        with contextlib.suppress(ConnectionError, ValueError):
            while stays and (request := self._request()) is not None:
                message, stays = self.server.owner.answer(request)
                self.connection.sendall(message)

    def finish(self) -> None:
        self.server.forget(self.connection)
        super().finish()

    def _request(self) -> Request | None:
        line = self.rfile.readline(65537).decode("latin-1")
        if not line.strip():
            return None
        method, target, _version = line.split()
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(65537).decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        if length > BODY_BYTES:
            return None
        return Request(method, target, headers, self.rfile.read(length))
