"""Which calls reached a server, and what if a reply had been lost? A proxy on loopback between syncd and the server."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

# What Tryton's models offer that changes nothing; everything else counts as a write.
TRYTON_READS = frozenset(
    "search search_read search_count read fields_get fields_view_get default_get export_data autocomplete "
    "resources get_preferences login logout list version".split()
)
VENDURE_SESSION = frozenset({"login", "logout", "authenticate"})

# These belong to one connection, and there are two.
HOP_HEADERS = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})

Fault = Literal["lose-request", "lose-reply", "busy", "unavailable"]
REFUSALS = {"busy": 429, "unavailable": 503}


@dataclass(frozen=True)
class Call:
    """One request as the server got it. `operations`: names like party.party.create or updateCustomer."""

    at: float
    method: str
    path: str
    operations: tuple[str, ...]
    writes: tuple[str, ...]
    status: int  # 0: no reply came from the server, or it was withheld
    seconds: float


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Proxy:
    """Passes everything on, keeps a journal of it, and can be told to lose the next calls."""

    def __init__(self, target: str, port: int) -> None:
        self.calls: list[Call] = []
        self._faults: deque[tuple[Fault, str]] = deque()
        self._target = target
        self._upstream = httpx.Client(timeout=120, trust_env=False, follow_redirects=False)
        self._server = Listener(("127.0.0.1", port), type("Handler", (Handler,), {"proxy": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name=f"proxy-{port}", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._upstream.close()

    def writes(self, since: int = 0) -> Counter[str]:
        """How often the server took each writing operation (2xx), among `calls[since:]`.

        Tryton and Vendure say 200 also to a write that they refuse for its content.
        """
        return Counter(name for call in self.calls[since:] if 200 <= call.status < 300 for name in call.writes)

    def fail_next(self, fault: Fault, times: int = 1, operation: str = "") -> None:
        """Let the next calls fail; `operation`: only those with a name that ends so, e.g. create."""
        self._faults.extend([(fault, operation)] * times)

    def fault_for(self, operations: tuple[str, ...]) -> Fault | None:
        if self._faults:
            fault, wanted = self._faults[0]
            if any(name.endswith(wanted) for name in operations or ("",)):
                self._faults.popleft()
                return fault
        return None

    def pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Raises httpx.TransportError when the server does not answer."""
        with self._upstream.stream(method, f"{self._target}{path}", headers=headers, content=body) as reply:
            # Raw: a compressed body is passed on as it is.
            return Reply(reply.status_code, reply.headers.multi_items(), b"".join(reply.iter_raw()))


class Listener(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that was killed hears no answer: that is what some tests are for."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    proxy: Proxy
    protocol_version = "HTTP/1.1"
    timeout = 60

    def handle_one_call(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operations, writes = operations_of(self.command, self.path, body)
        started, clock = time.time(), time.monotonic()
        fault = self.proxy.fault_for(operations)
        status = 0
        try:
            if fault is not None and fault in REFUSALS:
                self.refuse(REFUSALS[fault])
            elif fault == "lose-request":
                self.close_connection = True
            else:
                status = self.pass_on(body, lose_reply=fault == "lose-reply")
        finally:
            seconds = time.monotonic() - clock
            self.proxy.calls.append(Call(started, self.command, self.path, operations, writes, status, seconds))

    def pass_on(self, body: bytes, *, lose_reply: bool) -> int:
        """Return the server's status, also when the caller will not learn it; 0 when the server did not answer."""
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_HEADERS}
        try:
            reply = self.proxy.pass_on(self.command, self.path, headers, body)
        except httpx.TransportError:
            self.close_connection = True
            return 0
        if lose_reply:
            self.close_connection = True
        else:
            self.answer(reply)
        return reply.status

    def answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            if name.lower() not in HOP_HEADERS | {"date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_one_call

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the class above
        """Say nothing: the journal is `proxy.calls`."""


def operations_of(method: str, path: str, body: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All operations in a request, and those of them that write."""
    parts = urlsplit(path).path
    if parts.endswith("/rpc/"):
        return rpc_operations(body)
    if parts.endswith(("admin-api", "shop-api")):
        return graphql_operations(body)
    name = f"{method} {parts}"
    return (name,), () if method in {"GET", "HEAD", "OPTIONS"} else (name,)


def rpc_operations(body: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    name = str(loaded(body).get("method", "")).removeprefix("model.")
    return (name,), () if name.rpartition(".")[2] in TRYTON_READS else (name,)


def graphql_operations(body: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    query = str(loaded(body).get("query", ""))
    fields = tuple(root_fields(query))
    is_mutation = re.match(r"(\s|#.*\n)*mutation\b", query) is not None
    return fields, tuple(name for name in fields if name not in VENDURE_SESSION) if is_mutation else ()


def loaded(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def root_fields(query: str) -> Iterator[str]:
    """The fields of the first operation in a GraphQL document; an alias gives way to the field's own name."""
    depth = brackets = 0
    for token in re.findall(r'"""[\s\S]*?"""|"(?:\\.|[^"\\])*"|#[^\n]*|\w+\s*:\s*\w+|\.\.\.|@?\w+|[{}()]', query):
        brackets += (token == "(") - (token == ")")
        if brackets == 0:
            depth += (token == "{") - (token == "}")
            if depth == 0 and token == "}":
                return
            if depth == 1 and token[0].isalpha():
                yield token.rpartition(":")[2].strip()
