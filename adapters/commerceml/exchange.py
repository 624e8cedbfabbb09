r"""Where does 1C call? The exchange endpoint of one connection, as a server or as a program.

    SYNCD_EXCHANGE_OPTIONS='{"folder": "/srv/1c", "port": 8092, "user": "1c", "password": "…"}' \
        python -m adapters.commerceml.exchange erp

serves until a signal ends it. The options are those of the connection, as JSON in the environment, since arguments can
be seen by everybody on the machine. It only drops files and answers what waits: reading them is the run's work.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl

import msgspec

from adapters.commerceml.companion import ENVIRON
from adapters.commerceml.endpoint import state_path
from adapters.commerceml.options import Options, check_options, open_folder
from adapters.commerceml.pending import Pending
from adapters.commerceml.protocol import Answer, Exchange, Question
from adapters.commerceml.state import State
from syncd.errors import Misconfigured, SyncError
from syncd.ports import Context, parse_options
from syncd.sentence import Sentence
from syncd.stopping import asked_to_stop

__all__ = ["ExchangeServer"]

CALL_SECONDS: Final = 120.0
"""Longest silence of 1C inside of one call."""

CALLERS: Final = 16
"""Calls that are served at once; more wait at the door."""


class ExchangeServer:
    """The endpoint on the host and port of `options`, from construction until `close`."""

    def __init__(self, options: Options, context: Context, *, port: int | None = None) -> None:
        check_options(options)
        folder = open_folder(context.folder / options.folder, options, context.sleep)
        folder.waiting()
        shutil.rmtree(folder.root / "uploads", ignore_errors=True)  # of exchanges that a crash broke off
        pending = Pending(State(state_path(options, context)))
        self._exchange = Exchange(options, folder, pending, context.now, context.sleep)
        self._limit = options.file_limit
        try:
            self._http = _Http((options.host, options.port if port is None else port), self._handler())
        except OSError as error:
            raise Misconfigured(
                Sentence("the exchange endpoint cannot listen: %(reason)s", reason=error.strerror),
                field="port",
                cure="Choose another port or host, or stop what uses it.",
            ) from None
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="exchange", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def close(self) -> None:
        """Take no more calls and let those under way end."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        self._exchange.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        exchange, limit = self._exchange, self._limit

        class Handler(BaseHTTPRequestHandler):
            """One connection of 1C."""

            protocol_version = "HTTP/1.1"
            server_version = "syncd"
            sys_version = ""
            timeout = CALL_SECONDS
            disable_nagle_algorithm = True
            wbufsize = 1 << 16  # an answer goes out at once, not its head first

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                stated = self.headers.get("content-length", "0" if self.command == "GET" else "")
                if not stated.isdecimal() or int(stated) > limit:
                    # Not read, so the connection cannot go on.
                    self.close_connection = True
                    said = f"failure\na piece needs a Content-Length of at most file_limit={limit}\n"
                    self._send(Answer(said.encode()))
                    return
                length = int(stated)
                body = _Counted(self.rfile, length)
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = exchange.answer(Question(self.command, _parameters(self.path), headers, body, length))
                body.skip()
                self._send(answer)

            def _send(self, answer: Answer) -> None:
                self.send_response(200)
                for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server gives it
                """Say nothing: a request's line names files and sessions."""

        return Handler


class _Counted:
    """The body of one call, and not a byte behind it."""

    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes."""
        chunk: bytes = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(chunk)
        return chunk

    def skip(self) -> None:
        """Read what is left, so that the next call begins where this one ends."""
        while self._left and self.read(65536):
            pass


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._callers = threading.BoundedSemaphore(CALLERS)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        # 1C goes away in the middle of a call as it likes; that is no fault of the server's.
        with self._callers, contextlib.suppress(ConnectionError, TimeoutError):
            super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A broken connection is 1C's affair; anything else is a mistake of ours that a person must see."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def _parameters(target: str) -> Mapping[str, str]:
    """Parameters of a call; old 1C escapes names of files in its own code page."""
    query = target.partition("?")[2]
    try:
        return dict(parse_qsl(query, keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        return dict(parse_qsl(query, keep_blank_values=True, encoding="windows-1251", errors="replace"))


def main() -> None:
    """Serve one connection until asked to stop."""
    parser = argparse.ArgumentParser(description="The endpoint that 1C exchanges CommerceML with.")
    parser.add_argument("connection", help=f"its name, for messages; its options are JSON in {ENVIRON}")
    parser.add_argument("--folder", type=Path, default=Path(), help="where relative paths of the options start")
    asked = parser.parse_args()
    stop = asked_to_stop()
    try:
        options = _options(asked.connection)
        server = ExchangeServer(options, Context(connection=asked.connection, folder=asked.folder))
    except SyncError as error:
        sys.exit(f"{error}")
    with server:
        sys.stdout.write(f"1C exchanges with http://{options.host}:{server.port}/\n")
        sys.stdout.flush()
        stop.wait()


def _options(connection: str) -> Options:
    """Options from the environment, which then no longer has them.

    Raises:
        Misconfigured: If they are none, or without a port.
    """
    try:
        values = msgspec.json.decode(os.environ.pop(ENVIRON, "{}"), type=dict[str, Any])
    except msgspec.DecodeError:
        raise Misconfigured(
            Sentence("%(environ)s is no JSON object", environ=ENVIRON), cure="Give it the options of the connection."
        ) from None
    options = parse_options(Options, values, connection=connection)
    if not options.port:
        raise Misconfigured("the exchange endpoint has no port", field="port", cure="Set port, user and password.")
    return options


if __name__ == "__main__":
    main()
