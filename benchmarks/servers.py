"""Which PostgreSQL is measured? One of the machine's own, with its default settings: fsync is on."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real.postgres import Postgres, accepts_queries, binaries, initialize, server_user
from tests.real.processes import Server, free_port

__all__ = ["running_postgres", "scratch"]


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder on disk that another user may enter: PostgreSQL refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix=f"syncd-bench-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A new cluster as `initdb` leaves it."""
    with scratch("postgres") as folder:
        data = folder / "data"
        data.mkdir()
        initialize(data)
        data.chmod(0o700)
        port = free_port()
        command = [str(binaries() / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port)]
        server = Server(
            "PostgreSQL",
            [*command, "-c", "unix_socket_directories="],
            folder / "postgres.log",
            is_ready=lambda: accepts_queries(port),
            user=server_user(),
            cwd=Path("/"),
            stop_signal=signal.SIGINT,
        )
        started = Postgres(port, server)
        started.server.start()
        try:
            yield started
        finally:
            started.server.stop()
