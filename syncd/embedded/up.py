"""In which order does everything start, what is shown, and how does it end?"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final, Self

import msgspec
from rich.console import Console
from rich.panel import Panel
from rich.text import Text
from sqlalchemy import func, select

from syncd.access.setup import make_link
from syncd.bootstrap import open_app
from syncd.embedded.companions import companions
from syncd.embedded.demo import Demo, demo_environ, prepare_demo
from syncd.embedded.lock import AlreadyUp, state_folder
from syncd.embedded.once import Cycle
from syncd.embedded.redis import find_server, redis_program, socket_url
from syncd.embedded.summary import Summary, print_summary
from syncd.embedded.supervisor import Program, Supervisor
from syncd.registry.engine import open_engine, reading
from syncd.registry.schema import upgrade
from syncd.registry.tables import Worker
from syncd.settings import Settings, load_settings, mask_url
from syncd.sync.app import App
from syncd.sync.connecting.credentials import completed

__all__ = ["run_up"]

_DONE: Final = 0
_DISAGREE: Final = 1
_BUSY: Final = 6
_INTERRUPTED: Final = 130


def run_up(settings: Settings, *, demo: bool, once: bool, json: bool, config: Path | None = None) -> int:
    """Start everything and stay until Ctrl+C, or for one cycle.

    Args:
        settings: Not used by the demo, which has its own.
        json: Print the summary of the one cycle as JSON; talk goes to standard error either way.
        config: The configuration file that `settings` came from, for the programs that are started.

    Returns:
        The exit code: 0 after a clean stop, or when all sides agree after one cycle; 1 when they do not; 6 when
        another ``syncd up`` is at work here; 130 when one cycle was interrupted.

    Raises:
        SyncError: If something cannot be started.
    """
    home = Path.cwd() / ".syncd" / "demo" if demo else settings.folder / ".syncd"
    try:
        with state_folder(home) as folder, _Stop() as stop:
            return _Up(settings, folder, stop, demo=demo, once=once, json=json, config=config).run()
    except AlreadyUp as error:
        Console(stderr=True).print(Text(f"{error}"))
        return _BUSY


class _Stop:
    """Ctrl+C and its like: once to stop in good order, twice to stop at once."""

    def __init__(self) -> None:
        self._asked = 0
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _ask(self, *_: object) -> None:
        self._asked += 1

    def asked(self) -> bool:
        return self._asked > 0

    def at_once(self) -> bool:
        return self._asked > 1


class _Up:
    def __init__(
        self,
        settings: Settings,
        folder: Path,
        stop: _Stop,
        *,
        demo: bool,
        once: bool,
        json: bool,
        config: Path | None,
    ) -> None:
        self._folder = folder
        self._stop = stop
        self._once = once
        self._json = json
        self._console = Console(stderr=True, highlight=False)
        self._began = time.monotonic()
        self._environ = dict(os.environ)
        self._demo: Demo | None = None
        if demo:
            self._environ = demo_environ(os.environ)
            self._demo = prepare_demo(folder, self._environ, busy=not once)
            config = self._demo.config
            settings = load_settings(config, self._environ).settings
        if config is not None:
            self._environ["SYNCD_CONFIG"] = str(config.resolve())
        self._settings = settings
        self._shown: list[tuple[str, str]] = []
        self._link: str | None = None
        self._supervisor = Supervisor(folder, self._say, stop.asked)

    def run(self) -> int:
        try:
            self._start_servers()
            if self._stop.asked():
                return _INTERRUPTED
            with closing(open_app(self._settings)) as app:
                return self._run_once(app) if self._once else self._stay(app)
        finally:
            if self._stop.asked():
                self._say("Stopping; Ctrl+C once more stops at once.")
            self._supervisor.stop(at_once=self._stop.at_once)

    def _start_servers(self) -> None:
        """What worker and beat need: Redis, the registry's tables, companions, and the demo's sides."""
        engine = open_engine(self._settings.database)
        upgrade(engine)
        with reading(engine) as connection:
            programs = list(companions(completed(connection, self._settings), self._environ))
        engine.dispose()
        if self._settings.redis is None:
            binary, bundled = find_server(self._environ)
            url, path = socket_url(self._folder)
            programs.append(redis_program(binary, self._folder, path, self._environ))
            self._environ["REDIS_URL"] = url
            self._settings = msgspec.structs.replace(self._settings, redis=url)
            old = ", an old release from the Python package: for this machine only" if bundled else ""
            self._shown.append(("Redis", f"{path}{old}"))
        else:
            self._shown.append(("Redis", mask_url(self._settings.redis)))
        self._shown.append(("Registry", mask_url(self._settings.database)))
        self._supervisor.start(*programs, *(self._demo.sides if self._demo else ()))

    def _run_once(self, app: App) -> int:
        self._say(f"Synchronizing {', '.join(app.connections) or 'nothing: no connection is configured'}.")
        cycle = Cycle(app)
        cycle.ask()
        self._start_celery(app)
        cycle.wait(self._supervisor.watch)
        if self._stop.asked():
            return _INTERRUPTED
        summary = msgspec.structs.replace(cycle.summary(), seconds=round(time.monotonic() - self._began, 1))
        self._tell(summary)
        return _DONE if summary.agree else _DISAGREE

    def _stay(self, app: App) -> int:
        flower = self._flower()
        self._start_celery(app, flower, self._pages(app))
        if self._demo and not self._stop.asked():
            self._supervisor.start(self._demo.life)
        if not self._stop.asked():
            self._show_box(app)
        self._supervisor.watch()
        return _DONE

    def _start_celery(self, app: App, *more: Program) -> None:
        worker = ["worker", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]
        programs = [self._celery(app, "worker", worker), self._celery(app, "beat", ["beat", "--loglevel=WARNING"])]
        self._supervisor.start(*programs, *more)

    def _celery(self, app: App, role: str, arguments: list[str]) -> Program:
        started = app.now()
        command = [sys.executable, "-m", "workers", "--no-color", *arguments]
        return Program(role, command, self._environ, is_ready=lambda: _was_seen(app, role, started), stage=1)

    def _flower(self) -> Program:
        """Celery's own view, behind a password that only this run knows. It shows, and changes nothing."""
        port = 5555 if _is_free(5555) else _any_port()
        password = secrets.token_urlsafe(9)
        self._shown.append(("Flower", f"http://127.0.0.1:{port}  (user syncd, password {password})"))
        self._environ.setdefault("SYNCD_CONSOLE_FLOWER_URL", f"http://127.0.0.1:{port}")
        command = [sys.executable, "-m", "celery", "--app=workers.app", "--no-color", "flower"]
        options = ["--address=127.0.0.1", f"--port={port}", "--max-tasks=2000", "--logging=warning", "--read_only"]
        environ = {**self._environ, "FLOWER_BASIC_AUTH": f"syncd:{password}"}
        return Program("flower", [*command, *options], environ, is_ready=lambda: not _is_free(port), stage=1)

    def _pages(self, app: App) -> Program:
        """The console. The link for the first admin is shown here: what the console says itself goes into a log."""
        own = app.settings.console
        port = own.port if _is_free(own.port) else _any_port()
        url = own.public_url.rstrip("/") or f"http://127.0.0.1:{port}"
        self._shown.append(("Console", url))
        key = make_link(app.engine, app.now())
        self._link = None if key is None else f"{url}/set-up/{key}"
        command = [sys.executable, "-m", "syncd", "console", "--quiet", "--no-link", f"--port={port}"]
        return Program("console", command, self._environ, is_ready=lambda: not _is_free(port), stage=1)

    def _show_box(self, app: App) -> None:
        rows = [
            *self._shown,
            *((f"Demo {name}", address) for name, address in (self._demo.addresses if self._demo else {}).items()),
            (
                "Connections",
                ", ".join(f"{name} ({one.settings.kind})" for name, one in app.connections.items()) or "none",
            ),
            ("Logs", str(self._folder)),
        ]
        config = f" --config {_shorter(self._demo.config)}" if self._demo else ""
        text, wide = Text(), max(len(name) for name, _ in rows) + 2
        for name, value in rows:
            text.append(f"{name:<{wide}}", style="bold").append(f"{value}\n")
        text.append(f"\nLook:  syncd status{config}\nStop:  Ctrl+C")
        self._console.print(Panel(text, title="syncd is up", expand=False))
        if self._link is not None:  # outside of the box, where no border breaks it
            self._say("Make the first admin of the console here, within an hour:")
            self._console.print(Text(self._link), soft_wrap=True)

    def _tell(self, summary: Summary) -> None:
        if self._json:
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(summary, enc_hook=str), indent=2).decode() + "\n")
            sys.stdout.flush()
        else:
            routes = [(route.erp, route.shop) for route in self._settings.routes]
            print_summary(summary, Console(highlight=False), routes)

    def _say(self, text: str) -> None:
        self._console.print(Text(text))


def _was_seen(app: App, role: str, since: datetime) -> bool:
    with reading(app.engine) as connection:
        return bool(connection.scalar(select(func.count()).where(Worker.role == role, Worker.started_at >= since)))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _shorter(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
