"""How does the console listen, say that it lives, and stop?"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Final

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from syncd.access.setup import make_link
from syncd.bootstrap import renewed
from syncd.checks.doorbell import check_redis
from syncd.console.application import make_console
from syncd.console.origin import address_of
from syncd.errors import Unavailable
from syncd.registry.presence import say_alive, say_gone
from syncd.settings import ConsoleSettings
from syncd.sync.app import App

__all__ = ["ROLE", "serve", "setup_url"]

ROLE: Final = "console"
_BEAT_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 10
_AT_ONCE: Final = 200
"""Requests at the same time; further ones are told to come again."""

_log = logging.getLogger(__name__)


def setup_url(app: App) -> str | None:
    """The link for the first admin, which works once; ``None`` when there is a user."""
    key = make_link(app.engine, app.now())
    return None if key is None else f"{address_of(app.settings.console)}/set-up/{key}"


def serve(app: App, listening: Callable[[], None]) -> None:
    """Listen until a signal ends it.

    Args:
        app: What is served.
        listening: Called when the port is ours and a signal is heeded.

    Raises:
        Unavailable: If the port is taken.
    """
    own = app.settings.console
    console = make_console(app)
    server = uvicorn.Server(
        uvicorn.Config(
            console,
            host=own.host,
            port=own.port,
            access_log=False,  # addresses of webhooks and links are secret
            server_header=False,
            proxy_headers=own.behind_tls_proxy,
            forwarded_allow_ips=list(own.proxies),
            limit_concurrency=_AT_ONCE,
            timeout_graceful_shutdown=_STOP_SECONDS,
            log_level="warning",
            ws="none",
            lifespan="off",
        )
    )
    console.state.closing = lambda: server.should_exit

    def end(*_: object) -> None:
        server.should_exit = True

    # Before the server listens for signals itself, and after it, when it gives the signal on to whoever heard it
    # before: the default would end us without a farewell.
    signal.signal(signal.SIGTERM, end)
    with _listening(own) as listener:
        listening()
        heart = _Heart(console, f"{address_of(own)} {socket.gethostname()}:{os.getpid()}")
        try:
            server.run(sockets=[listener])
        finally:
            heart.stop()


def _listening(own: ConsoleSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in own.host else socket.AF_INET
    try:
        listener = socket.create_server((own.host, own.port), family=family, backlog=2048)
    except OSError as error:
        raise Unavailable(
            f"the console cannot listen at {own.host} port {own.port}: {error.strerror}",
            cure="Stop what listens there, or choose another one: console.port.",
        ) from None
    # A page leaves in two pieces. The second would wait until the first is acknowledged, which takes 40 ms, and asyncio
    # sees to that for listeners of its own only.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Heart:
    """A thread that says that the console is there, for `syncd status`, and notices when the configuration changed.

    It also asks for Redis, so that no page waits for an answer that does not come.
    """

    def __init__(self, console: FastAPI, name: str) -> None:
        self._console = console
        self._name = name
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, name="heart", daemon=True)
        self._thread.start()

    @property
    def _app(self) -> App:
        app: App = self._console.state.syncd
        return app

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=_BEAT_SECONDS)
        try:
            say_gone(self._app.engine, self._name)
        except SQLAlchemyError as error:  # a row that stays is pruned
            _log.warning("the sign of life could not be taken back: %s", type(error).__name__)

    def _live(self) -> None:
        while True:
            try:
                say_alive(self._app.engine, self._name, ROLE, now=self._app.now())
                self._console.state.syncd = renewed(self._app)
            except SQLAlchemyError as error:
                _log.warning("no sign of life could be given: %s", type(error).__name__)
            self._console.state.redis_is_away = _is_away(self._app.settings.redis)
            if self._ended.wait(_BEAT_SECONDS):
                return


def _is_away(redis: str | None) -> bool:
    return redis is not None and any(check.cause == "reach" for check in check_redis(redis))
