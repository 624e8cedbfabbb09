"""Who plays? PostgreSQL, Redis, two workers, beat and both sides as processes, and a bad network between them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from tests.faults.constellation.evidence import SIDES, Limits, Stop
from tests.faults.constellation.links import Network
from tests.faults.constellation.operators import Operator
from tests.faults.constellation.schedule import CLIENTS, SERVERS
from tests.fixtures.daemon import Process, make_tables
from tests.fixtures.servers import roomy_folder
from tests.real.postgres import Postgres, initialize, postgres
from tests.real.processes import Server, free_port
from tests.real.redis import Redis, redis

__all__ = ["ROOT", "TOKEN", "Crew", "Scene", "on_stage"]

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "t0ken-kanarek-4711"  # a canary as well

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "worker-1": ("workers", "worker", "--without-gossip", "--without-mingle", "--hostname=one@%h", "--loglevel=INFO"),
    "worker-2": ("workers", "worker", "--without-gossip", "--without-mingle", "--hostname=two@%h", "--loglevel=INFO"),
    "beat": ("workers", "beat", "--loglevel=INFO"),
    "console": ("syncd", "console", "--no-link"),
}
"""How each process of syncd is started."""


class Crew:
    """Processes that are started again when they die, as systemd and `syncd up` do it."""

    def __init__(self, folder: Path, environs: Mapping[str, Mapping[str, str]]) -> None:
        self.restarts = 0
        self.stops: list[Stop] = []
        self._folder = folder
        self._environs = environs
        self._lock = threading.RLock()
        self._running: dict[str, Process] = {}
        self._spare: list[Process] = []
        self._ended = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        for role in COMMANDS:
            self._running[role] = self._launch(role)
        self._keeper.start()

    def process(self, role: str) -> Process:
        return self._running[role]

    def everybody(self) -> list[Process]:
        with self._lock:
            return [*self._running.values(), *self._spare]

    def second(self, role: str) -> Process:
        """One more of it, which nobody starts again."""
        spare = self._launch(role)
        self._spare.append(spare)
        return spare

    def stop(self, role: str, kill_after: float | None = None, process: Process | None = None) -> None:
        """Ask it to end, and measure; with `kill_after` it is not given the time.

        One that somebody kills meanwhile had not the time either.
        """
        process, began = process or self._running[role], time.monotonic()
        had_begun = process.log.stat().st_size > 0
        process.popen.terminate()
        try:
            code = process.popen.wait(kill_after or 60)
            cut_short = process.was_killed
        except subprocess.TimeoutExpired:
            cut_short = False
            process.kill()
            code = -9
        if kill_after is None and not cut_short:
            self.stops.append(Stop(role=role, seconds=time.monotonic() - began, exit_code=code, had_begun=had_begun))

    def end(self) -> None:
        """Stop everybody, in order, and measure."""
        self._ended.set()
        self._keeper.join()
        for role, process in self._running.items():
            if process.is_running:
                self.stop(role)
        self.kill_all()

    def kill_all(self) -> None:
        self._ended.set()
        for process in self.everybody():
            if process.is_running:
                process.kill()

    def logs(self) -> list[Path]:
        return sorted(self._folder.glob("*.log"))

    def _launch(self, role: str) -> Process:
        log = self._folder / f"{role}-{time.time():.2f}.log"
        command = [sys.executable, "-m", *COMMANDS[role]]
        with log.open("wb") as out:
            popen = subprocess.Popen(
                command,
                stdout=out,
                stderr=out,
                env={**os.environ, **self._environs[role]},
                cwd=self._folder,
                start_new_session=True,
            )
        return Process(popen, log)

    def _keep(self) -> None:
        while not self._ended.wait(0.5):
            for role, process in self._running.items():
                if not process.is_running and not self._ended.is_set():
                    with self._lock:
                        self._running[role] = self._launch(role)
                    self.restarts += 1


class Scene:
    """Everything that runs.

    Attributes:
        console: Port at which the console is.
    """

    def __init__(
        self,
        folder: Path,
        servers: tuple[Postgres, Redis],
        sides: Mapping[str, Server],
        operators: Mapping[str, Operator],
        network: Network,
        crew: Crew,
        database: str,
        console: int,
    ) -> None:
        self.folder = folder
        self.postgres, self.redis = servers
        self.sides = sides
        self.operators = operators
        self.network = network
        self.crew = crew
        self.database = database
        self.console = console

    def journal(self, side: str) -> Path:
        return self.folder / f"{side}.journal"

    def rows(self, question: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the registry past the bad network."""
        with psycopg.connect(self.database, autocommit=True, connect_timeout=5) as connection:
            return list(connection.execute(question, values or None).fetchall())


@contextmanager
def on_stage(limits: Limits) -> Iterator[Scene]:
    """Start everything but syncd itself; all of it ends with the block."""
    with ExitStack() as ends:
        folder = ends.enter_context(roomy_folder("constellation"))
        (folder / "data").mkdir()
        initialize(folder / "data")
        servers = (postgres(folder, free_port()), redis(folder, free_port()))
        ports = {side: free_port() for side in SIDES}
        sides = {side: _side(folder, side, port) for side, port in ports.items()}
        for server in (servers[0].server, servers[1].server, *sides.values()):
            server.start()
            ends.callback(server.stop)
        network = ends.enter_context(Network())
        targets = {"postgres": servers[0].port, "redis": servers[1].port, **ports}
        for client in CLIENTS:
            for name in SERVERS:
                network.link(f"{client}>{name}", targets[name])
        database = servers[0].create_database("registry")
        make_tables(database)
        console = free_port()
        environs = {client: _environ(folder, client, database, network, limits, console) for client in CLIENTS}
        operators = {side: Operator(port) for side, port in ports.items()}
        for operator in operators.values():
            ends.callback(operator.close)
        crew = Crew(folder, environs)
        ends.callback(crew.kill_all)
        yield Scene(folder, servers, sides, operators, network, crew, database, console)


def _side(folder: Path, side: str, port: int) -> Server:
    operator = Operator(port)
    command = [sys.executable, "-m", "tests.faults.constellation.side"]
    return Server(
        side,
        [*command, "--port", str(port), "--journal", str(folder / f"{side}.journal")],
        folder / f"{side}.out",
        is_ready=operator.answers,
        env={"SIDE_TOKEN": TOKEN},
        cwd=ROOT,
    )


def _environ(
    folder: Path, client: str, database: str, network: Network, limits: Limits, console: int
) -> dict[str, str]:
    """Each process sees the world through links of its own, so each has a configuration of its own."""

    def port(server: str) -> int:
        return network.links[f"{client}>{server}"].port

    lines = [f"lease_seconds = {limits.lease:.0f}", "retry_base_seconds = 0.5", "retry_cap_seconds = 5"]
    for side in SIDES:
        lines += [f"[connections.{side}]", 'kind = "bridge"', f'side = "{side}"', f'every = "{limits.every:.0f}s"']
        # Half of all are switched off and on within minutes, which would be held in a real shop.
        lines += ['full_every = "10s"', 'guard.first_run = "apply"', "guard.blocks_hours = 0"]
        lines += [f"rate = {{ calls = {limits.calls}, seconds = {limits.seconds} }}"]
        lines += [
            f"[connections.{side}.options]",
            f"url = {json.dumps(f'http://127.0.0.1:{port(side)}')}",
            "page = 100",
        ]
    # Somebody who was added and switched off before anybody looked is otherwise at one side only, rightly.
    route = ["[[routes]]", 'erp = "erp"', 'shop = "shop"', "create_inactive = true"]
    lines += [*route, "[console]", f"port = {console}"]
    file = folder / f"{client}.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    head, _, name = database.rpartition("/")
    return {
        "SYNCD_CONFIG": str(file),
        "DATABASE_URL": f"{head.rpartition(':')[0]}:{port('postgres')}/{name}",
        "REDIS_URL": f"redis://127.0.0.1:{port('redis')}/0",
        "PYTHONPATH": str(ROOT),
        **{f"SYNCD_{side.upper()}_TOKEN": TOKEN for side in SIDES},
    }
