"""How is syncd installed between the real ERP and the real shop? As an operator would: file, database, processes."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.real.processes import Server
from tests.real.servers import Servers
from tests.real.vendure import ADMIN as STAFF

SYNCD = Path(sys.executable).with_name("syncd")

CONFIGURATION = """
home = "PL"
lease_seconds = {lease}
retry_base_seconds = 1
retry_cap_seconds = 20

[connections.erp]
kind = "tryton"
guard.first_run = "apply"
side = "erp"
every = "1h"
full_every = "1d"
[connections.erp.options]
url = "{erp}"
database = "{database}"
username = "{user}"
overlap_seconds = 5

[connections.shop]
kind = "vendure"
guard.first_run = "apply"
side = "shop"
every = "1h"
full_every = "1d"
[connections.shop.options]
url = "{shop}/admin-api"
username = "{staff}"
status_blocks_login = true
placeholder_email_domain = "no-mail.example"
overlap_seconds = 5

[[routes]]
erp = "erp"
shop = "shop"
"""


@dataclass
class Site:
    """syncd as it runs: two workers and a beat over PostgreSQL and Redis."""

    folder: Path
    environment: Mapping[str, str]
    registry: Engine
    processes: dict[str, Server] = field(default_factory=dict)

    def syncd(self, *arguments: str, fails: tuple[int, ...] = (0,)) -> str:
        """Run a command line; answer what it printed."""
        done = subprocess.run(
            [str(SYNCD), *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode in fails, f"syncd {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def sync(self, connection: str, *arguments: str) -> dict[str, Any]:
        """Sync by command line and wait for it; exit code 3 says that some records have an issue."""
        answer: dict[str, Any] = json.loads(
            self.syncd("sync", connection, *arguments, "--wait", "--json", fails=(0, 3))
        )
        return answer

    def settle(self, seconds: float) -> None:
        """Wait until no run waits or works and every push is delivered or parked with an issue.

        Args:
            seconds: How long nothing at all may move; how fast it moves is the machine's affair.
        """
        end, last, quiet = time.monotonic() + seconds, self.left(), 0
        while quiet < 3:
            if self.left() != last:
                end, last = time.monotonic() + seconds, self.left()
            assert time.monotonic() < end, f"nothing moved in {seconds:g} s: {last}"
            time.sleep(1)
            quiet = quiet + 1 if not any(self.left().values()) else 0

    def has_work(self) -> bool:
        """Whether anything is left to do, as far as the database answers at all."""
        try:
            return any(self.left().values())
        except OperationalError:
            return True

    def first_run(self, connection: str) -> str:
        """Number of the first run that changed something at a connection."""
        with self.registry.connect() as database:
            statement = text(
                "SELECT min(r.id) FROM runs r JOIN connections c ON c.id = r.connection_id "
                "WHERE c.name = :name AND NOT r.dry_run AND r.applied_seq > 0"
            )
            return str(database.execute(statement, {"name": connection}).scalar_one())

    def left(self) -> dict[str, int]:
        with self.registry.connect() as connection:
            runs = connection.execute(
                text("SELECT count(*) FROM runs WHERE state IN ('queued', 'running', 'applying', 'interrupted')")
            ).scalar_one()
            pushes = connection.execute(text("SELECT count(*) FROM pushes WHERE due_at IS NOT NULL")).scalar_one()
        return {"runs": runs, "pushes": pushes}

    def restart_dead(self) -> None:
        """Start what does not run, the beat included."""
        for process in self.processes.values():
            if not process.is_running:
                process.stop()
                process.start()


@contextmanager
def installed(servers: Servers, *, lease: int = 30) -> Iterator[Site]:
    """Install syncd and start its workers, not its beat yet; everything ends with the block."""
    folder = servers.folder / "syncd"
    folder.mkdir()
    (folder / "syncd.toml").write_text(
        CONFIGURATION.format(
            lease=lease,
            erp=servers.erp_proxy.url,
            database=servers.erp.database,
            user=servers.erp.user,
            shop=servers.shop_proxy.url,
            staff=STAFF[0],
        )
    )
    url = servers.postgres.create_database("registry")
    environment = {
        "DATABASE_URL": url,
        "REDIS_URL": servers.redis.url,
        "SYNCD_ERP_PASSWORD": servers.erp.password,
        "SYNCD_SHOP_PASSWORD": STAFF[1],
        "SYNCD_CONFIG": str(folder / "syncd.toml"),
    }
    registry = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), pool_pre_ping=True)
    site = Site(folder, environment, registry)
    site.syncd("init", "--no-input")
    with ExitStack() as last_things:
        last_things.callback(registry.dispose)
        for name, role in (("worker-1", "worker"), ("worker-2", "worker"), ("beat", "beat")):
            line = [str(SYNCD), role, *(["--concurrency=3", "--", f"--hostname={name}@%h"] if role == "worker" else [])]
            log = folder / f"{name}.log"
            log.touch()
            process = Server(
                name=name,
                command=line,
                log=log,
                is_ready=lambda log=log: log.stat().st_size > 0,  # type: ignore[misc]
                env=environment,
                cwd=folder,
            )
            site.processes[name] = process
            last_things.callback(process.stop)
            if role == "worker":
                process.start()
        yield site


@contextmanager
def killing(site: Site, servers: Servers, *, every: tuple[float, float], seed: int) -> Iterator[list[str]]:
    """Until the end of the block, kill -9 one process after another and start it again; tells which."""
    victims: dict[str, Server] = {
        **site.processes,
        "postgres": servers.postgres.server,
        "redis": servers.redis.server,
        "erp": servers.erp.server,
        "shop": servers.shop.server,
    }
    killed: list[str] = []
    over = threading.Event()
    chance = random.Random(seed)

    def kill() -> None:
        order: list[str] = []
        while not over.wait(chance.uniform(*every)):
            order = order or chance.sample(sorted(victims), len(victims))
            name = order.pop()
            victims[name].kill()
            killed.append(name)
            over.wait(chance.uniform(0.2, 2.0))
            victims[name].start()
            site.restart_dead()

    thread = threading.Thread(target=kill, name="killer")
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()
        site.restart_dead()
