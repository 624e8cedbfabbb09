"""How is HTTP answered so fast that the server is never what is measured?

The least of HTTP/1.1: requests with Content-Length on connections that stay, answers made by one function.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import Final

__all__ = ["Answer", "json_answer", "run_server"]

Answer = Callable[[str, str, bytes], bytes]
"""Method, target and body of a request; gives the whole answer, head included."""

_REASONS: Final = {200: "OK", 201: "Created", 404: "Not Found"}


def json_answer(body: bytes, status: int = 200) -> bytes:
    """A whole answer with JSON in it."""
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, answer: Answer, seconds: Callable[[], float]) -> None:
        self._answer = answer
        self._seconds = seconds
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].decode("latin-1").split("\r\n")
            length = 0
            for line in head[1:]:
                name, _, value = line.partition(":")
                if name.lower() == "content-length":
                    length = int(value)
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            method, target, _version = head[0].split(" ")
            answer = self._answer(method, target, body)
            seconds = self._seconds() if method in {"PUT", "POST"} else 0.0
            if seconds:
                asyncio.get_running_loop().call_later(seconds, self._transport.write, answer)
            else:
                self._transport.write(answer)


def run_server(answer: Answer, seconds: Callable[[], float] = lambda: 0.0) -> None:
    """Serve on a free port, which is printed, until asked to end.

    Args:
        seconds: How long a write takes.
    """

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(answer, seconds), "127.0.0.1", 0)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await stop.wait()
        server.close()

    asyncio.run(serve())
