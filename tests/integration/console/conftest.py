"""The console over a house, spoken to by real HTTP."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import select

from syncd.access import passwords, sessions, tokens, users
from syncd.access.passwords import hash_password
from syncd.access.roles import Role
from syncd.console import make_console
from syncd.console.cookie import cookie_name
from syncd.registry.engine import writing
from syncd.registry.tables import User
from tests.fixtures.registries import bare, fresh
from tests.fixtures.trusted import TRUSTED
from tests.integration.pipeline.house import House, open_house
from tests.real.processes import free_port

__all__ = ["PASSWORD", "Site", "listening", "serving"]

PASSWORD = "correct horse battery staple"
OWN_PAGE = {"sec-fetch-site": "same-origin"}


class Server(uvicorn.Server):
    """One that ends at once: uvicorn looks ten times a second whether it should, and a thousand tests wait for that."""

    async def main_loop(self) -> None:
        """Until `end`."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        await self.on_tick(0)
        await self._ended.wait()

    def end(self) -> None:
        """To be called in any thread."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._ended.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what was asked, and close."""
        for listener in self.servers:
            listener.close()
        for door in sockets or []:
            door.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - sets of uvicorn's
            await asyncio.sleep(0.002)


@contextmanager
def listening(console: FastAPI, port: int, door: socket.socket | None = None) -> Iterator[None]:
    """An application on loopback.

    Args:
        door: Listens already, and goes on afterwards.
    """
    config = uvicorn.Config(console, port=port, log_config=None, lifespan="off", ws="none", access_log=False)
    server = Server(config)
    sockets = [door.dup()] if door else None
    thread = threading.Thread(target=server.run, args=(sockets,), daemon=True)
    thread.start()
    end = time.monotonic() + 30
    while not server.started and time.monotonic() < end:
        time.sleep(0.002)
    yield
    server.end()
    thread.join(30)


class Site:
    """A console with a user of each role, whose name is the role's."""

    def __init__(self, house: House, console: FastAPI, url: str) -> None:
        self.house = house
        self.console = console
        self.url = url
        self._open: list[httpx.Client] = []

    def browser(self, role: Role | None = None, **headers: str) -> httpx.Client:
        """A browser, logged in; it sends what browsers send with their own forms."""
        client = httpx.Client(base_url=self.url, headers=OWN_PAGE | headers, timeout=30, verify=TRUSTED)
        self._open.append(client)
        if role is not None:
            client.cookies.set(*self.cookie(role.word), domain="127.0.0.1")
        return client

    def cookie(self, name: str) -> tuple[str, str]:
        """Name and value of what a browser holds once this user has logged in.

        How one logs in is a matter of the tests of the door: the password is hashed slowly on purpose, and every
        other test would wait for it.
        """
        app = self.house.app
        with writing(app.engine) as connection:
            user_id = connection.scalars(select(User.id).where(User.name == name)).one()
            key = sessions.begin(connection, user_id, address="127.0.0.1", now=app.now())
        return cookie_name(app.settings.console), key

    def program(self, token: str) -> httpx.Client:
        """A program with a token, which sends nothing that browsers send."""
        headers = {"authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=self.url, headers=headers, timeout=30, verify=TRUSTED)
        self._open.append(client)
        return client

    def token(self, role: Role, scope: str) -> str:
        app = self.house.app
        name = f"{role.word}-{scope}"
        return tokens.create(
            app.engine, name, user=role.word, scopes=[scope], expires_at=None, by="test", now=app.now()
        )

    def close(self) -> None:
        for client in self._open:
            client.close()


@contextmanager
def serving(house: House, *, door: socket.socket | None = None, **settings: Any) -> Iterator[Site]:
    """A console over a house."""
    port = door.getsockname()[1] if door else free_port()
    own = msgspec.structs.replace(house.app.settings.console, port=port, **settings)
    house.change(settings=msgspec.structs.replace(house.app.settings, console=own))
    console = make_console(house.app)
    with listening(console, port, door):
        site = Site(house, console, f"http://127.0.0.1:{port}")
        yield site
        site.close()


@pytest.fixture(scope="module", autouse=True)
def passwords_hashed_less_slowly() -> Iterator[None]:
    """What is agreed on how slowly has a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
        yield


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(f"sqlite:///{fresh(bare())}", folder=tmp_path) as house:
        yield house


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def staff(house: House) -> None:
    """Let a viewer, an operator and an admin in."""
    with writing(house.app.engine) as connection:
        for role in Role:
            users.store(connection, role.word, role, _hashed(), by="test", now=house.app.now())


@pytest.fixture
def staffed(house: House) -> House:
    """A house with a viewer, an operator and an admin."""
    staff(house)
    return house


@pytest.fixture
def site(staffed: House) -> Iterator[Site]:
    with serving(staffed) as site:
        yield site


@pytest.fixture
def program(site: Site) -> httpx.Client:
    """A program of an admin's, which may do everything."""
    return site.program(site.token(Role.ADMIN, "admin"))


@pytest.fixture
def serve(staffed: House) -> Callable[..., Any]:
    def with_settings(**settings: Any) -> Any:
        return serving(staffed, **settings)

    return with_settings


def replace_adapter(house: House, name: str, **parts: Any) -> None:
    """Give a connection an adapter that can more."""
    connected = house.app.connection(name)
    changed = dataclasses.replace(connected, adapter=msgspec.structs.replace(connected.adapter, **parts))
    house.change(connections={**house.app.connections, name: changed})
