"""How do the settings become a working program? The one place where everything is put together."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from random import Random

import msgspec
from sqlalchemy import Engine, inspect

from syncd import plugins
from syncd.errors import Misconfigured
from syncd.ports import Capabilities, NoThrottle
from syncd.registry import connections
from syncd.registry.engine import open_engine, reading, writing
from syncd.registry.secrets import version as secrets_version
from syncd.sentence import Sentence
from syncd.settings import Loaded, Settings, load_settings
from syncd.settings.stamp import Stamp
from syncd.sync.app import App, Connected, open_endpoint
from syncd.sync.connecting.credentials import completed
from syncd.sync.doorbell import Doorbell, Silent
from syncd.sync.groups.seed import seed_rules
from syncd.sync.routes import Network, Station
from syncd.sync.rules import load_rules
from syncd.throttle import Bucket, SharedThrottle, open_throttle
from syncd.vies import Vies

__all__ = ["inherited", "open_app", "reconfigured", "renewed"]

_log = logging.getLogger(__name__)


def open_app(
    settings: Settings,
    *,
    loaded: Loaded | None = None,
    doorbell: Doorbell | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    stopping: Callable[[], bool] = lambda: False,
) -> App:
    """Open the registry and give every configured connection its row and its adapter.

    Args:
        loaded: Where the settings were read; without it `renewed` looks at no file.

    Raises:
        Misconfigured: When a kind is unknown, a route names a connection that is not there, or the database has no
            schema yet.
    """
    _check(settings)
    engine = open_engine(_database_url(settings))
    if not inspect(engine).has_table("connections"):
        raise Misconfigured("the registry's database has no tables yet", code="no-schema", cure="Run `syncd init`.")
    app = App(
        settings=settings,
        engine=engine,
        connections={},
        network=Network({}),
        owner=_owner(),
        doorbell=doorbell or Silent(),
        throttle=partial(_throttle, settings, engine),
        now=now,
        loaded=loaded or Loaded(settings=settings, origins={}),
        stopping=stopping,
        vies=partial(_vies, settings, engine) if settings.vies.enabled else None,
    )
    return _furnished(app, settings)


def inherited(app: App, *, doorbell: Doorbell, stopping: Callable[[], bool]) -> App:
    """The app of a parent as that of its child, under a name and with a chance of its own.

    What both read stays shared memory, compiled statements above all. The parent has closed its app before: a database
    connection must not be carried into a child.
    """
    chance = Random()  # noqa: S311 - spreads tries, keeps no secret
    return renewed(replace(app, owner=_owner(), random=chance, doorbell=doorbell, stopping=stopping))


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def renewed(app: App) -> App:
    """The same program under the configuration and the secrets of this moment; `app` itself where nothing changed.

    What a process holds open stays as it was: database, Redis, and where the console listens. While the files are
    wrong, everything stays.
    """
    loaded = app.loaded
    stamp = loaded.stamp_now()
    with reading(app.engine) as connection:
        version = secrets_version(connection)
    if (stamp, version) == (loaded.stamp, app.secrets):
        return app
    named: list[Stamp] = []
    try:
        if stamp != loaded.stamp:
            loaded = load_settings(loaded.file, os.environ, secrets=named)
        own = app.settings
        settings = msgspec.structs.replace(
            loaded.settings, database=own.database, redis=own.redis, console=own.console, folder=own.folder
        )
        _check(settings)
        vies = partial(_vies, settings, app.engine) if settings.vies.enabled else None
        throttle = partial(_throttle, settings, app.engine)
        return _furnished(replace(app, loaded=loaded, throttle=throttle, vies=vies), settings)
    except Misconfigured as error:
        _log.warning("the configuration was changed and cannot be used; the one before stays in force: %s", error)
        # Told once, and looked at again when it changes again.
        return replace(app, loaded=app.loaded.overlooking(stamp, named), secrets=version)


def _furnished(app: App, settings: Settings) -> App:
    """With the connections that the settings name, and what the registry knows of them."""
    with writing(app.engine) as connection:
        version = secrets_version(connection)
        settings = completed(connection, settings)
        ids = connections.ensure(connection, {name: (c.kind, c.side) for name, c in settings.connections.items()})
        seed_rules(connection, settings.routes, ids, app.now())
        rules = load_rules(connection)
    connected = {
        name: Connected(ids[name], name, configured, plugins.load(configured.kind))
        for name, configured in settings.connections.items()
    }
    network = _network(settings, connected).under(rules)
    return replace(app, settings=settings, connections=connected, network=network, rules=rules, secrets=version)


def reconfigured(app: App, settings: Settings) -> App:
    """The same program over the same registry under other settings, to look at what they would mean.

    Raises:
        Misconfigured: When a connection is not one that is there already, or a route names none.
    """
    _check_routes(settings)
    with reading(app.engine) as connection:
        settings = completed(connection, settings)
    connected = {}
    for name, configured in settings.connections.items():
        there = app.connection(name)
        connected[name] = replace(there, settings=configured, adapter=plugins.load(configured.kind))
    network = _network(settings, connected).under(app.rules)
    settings = msgspec.structs.replace(settings, database=app.settings.database)
    return replace(app, settings=settings, connections=connected, network=network)


def _throttle(settings: Settings, engine: Engine, connected: Connected) -> SharedThrottle:
    rate = connected.settings.rate or connected.adapter.rate
    bucket = Bucket.of(rate.calls, rate.seconds) if rate else None
    name = f"connection {connected.name}"
    return open_throttle(settings.redis, engine, key=f"connection:{connected.id}", name=name, bucket=bucket)


def _vies(settings: Settings, engine: Engine) -> Vies:
    own = settings.vies
    bucket = Bucket.of(own.calls, own.seconds)
    throttle = open_throttle(settings.redis, engine, key="vies", name="VIES", bucket=bucket)
    return Vies(own.url, requester=own.requester, throttle=throttle)


def _database_url(settings: Settings) -> str:
    """A relative SQLite path starts at the configuration file, wherever the program is started."""
    prefix = "sqlite:///"
    path = settings.database.removeprefix(prefix)
    if settings.database.startswith(prefix) and path and path != ":memory:" and not path.startswith("/"):
        return f"{prefix}{(settings.folder / path).resolve()}"
    return settings.database


def _declared(settings: Settings, connected: Connected) -> Capabilities:
    """What an endpoint with the connection's options can express; making one calls nobody."""
    with closing(open_endpoint(settings, connected, NoThrottle(), lambda: datetime.now(UTC))) as endpoint:
        return endpoint.capabilities


def _check(settings: Settings) -> None:
    for name, configured in settings.connections.items():
        adapter = plugins.load(configured.kind)
        if configured.side not in adapter.sides:
            sides = " or ".join(sorted(adapter.sides))
            raise Misconfigured(
                Sentence(
                    "connections.%(name)s.side: %(kind)s can be %(sides)s only",
                    name=name,
                    kind=configured.kind,
                    sides=sides,
                ),
                field="side",
            )
    _check_routes(settings)


def _check_routes(settings: Settings) -> None:
    for route in settings.routes:
        for end in (route.erp, route.shop):
            if end not in settings.connections:
                raise Misconfigured(
                    Sentence("a route names connection %(end)s, which is not configured", end=repr(end)),
                    cure=Sentence("Configured: %(names)s.", names=", ".join(settings.connections) or Sentence("none")),
                    field="routes",
                )


def _network(settings: Settings, connected: dict[str, Connected]) -> Network:
    stations = [
        Station(
            id=one.id,
            name=name,
            side=one.settings.side,
            declare=partial(_declared, settings, one),
            fields=one.fields,
            routes=tuple(route for route in settings.routes if name in {route.erp, route.shop}),
            acceptance=one.settings.acceptance,
            served=frozenset(one.settings.served),
            groups_field=one.settings.groups_field,
        )
        for name, one in connected.items()
    ]
    return Network({station.id: station for station in stations})
