"""How is the network between two processes made worse? A proxy for each pair, below any protocol.

All of them live in one thread of an event loop; what they do is changed from outside while bytes flow.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

__all__ = ["Link", "Network", "Weather"]

_PIECE = 16 * 1024
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Weather:
    """What a link does to what passes.

    Attributes:
        latency: Seconds by which each piece is late.
        bytes_per_second: How much passes; 0 for no limit.
        dark: Nothing passes and nobody is told: a black hole.
        cut_next: The next answer is cut in its middle, and the connection closed.
    """

    latency: float = 0.0
    bytes_per_second: int = 0
    dark: bool = False
    cut_next: bool = False


class Link:
    """A way to one server for one client. Use `Network.link` to make one."""

    def __init__(self, name: str, target: tuple[str, int]) -> None:
        self.name = name
        self.port = 0
        self.weather = Weather()
        self.cuts = 0
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self.reset()

    async def reset(self) -> None:
        """End every connection as a router does that lost its table."""
        for writer in list(self._open):
            _abort(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._daylight()
            there, back = await asyncio.open_connection(*self._target)
        except OSError:
            _abort(writer)
            self._open.discard(writer)
            return
        self._open.add(back)
        try:
            await asyncio.gather(self._pump(reader, back, answers=False), self._pump(there, writer, answers=True))
        finally:
            for one in (writer, back):
                self._open.discard(one)
                _abort(one)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE):
                weather = self.weather
                if weather.latency:
                    await asyncio.sleep(weather.latency)
                if weather.bytes_per_second:
                    await asyncio.sleep(len(piece) / weather.bytes_per_second)
                await self._daylight()
                if answers and weather.cut_next:
                    weather.cut_next = False
                    self.cuts += 1
                    writer.write(piece[: len(piece) // 2])
                    await writer.drain()
                    await self.reset()
                    return
                writer.write(piece)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            if writer.can_write_eof():
                writer.write_eof()

    async def _daylight(self) -> None:
        while self.weather.dark:  # noqa: ASYNC110 - set from another thread, and twenty looks a second cost nothing
            await asyncio.sleep(0.05)


def _abort(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    with suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


class Network:
    """All links, in a thread of their own; a context manager."""

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)

    def link(self, name: str, port: int) -> Link:
        """Make a way to a server on this machine."""
        link = Link(name, ("127.0.0.1", port))
        self._do(link.start())
        self.links[name] = link
        return link

    def reset(self, name: str) -> None:
        self._do(self.links[name].reset())

    def heal(self) -> None:
        """Fair weather everywhere."""
        for link in self.links.values():
            link.weather = Weather()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for link in self.links.values():
            self._do(link.stop())
        self._do(_end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _end_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
