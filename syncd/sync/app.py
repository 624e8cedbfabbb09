"""What does every part of the pipeline need? One value, made by `syncd.bootstrap` and passed along."""

from __future__ import annotations

import dataclasses
import difflib
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from syncd.errors import Misconfigured, RetryableError
from syncd.ports import Adapter, Context, Endpoint, Throttle, parse_options
from syncd.registry.engine import reading
from syncd.registry.moment import once
from syncd.sentence import Sentence
from syncd.settings import ConnectionSettings, Loaded, Settings
from syncd.sync.doorbell import Doorbell
from syncd.sync.routes import Network
from syncd.sync.rules import Rules, load_rules, version
from syncd.vies import Vies

__all__ = ["App", "Connected", "Stopping", "open_endpoint"]


class Stopping(RetryableError):
    """The process was asked to end, between two pieces of work; another one goes on."""

    code = "stopping"


@dataclass(frozen=True)
class Connected:
    """One configured connection with its row's id and its adapter."""

    id: int
    name: str
    settings: ConnectionSettings
    adapter: Adapter

    @property
    def fields(self) -> frozenset[str] | None:
        """What the configuration narrows the contractor's fields to; no side does without a name and a switch."""
        chosen = self.settings.fields
        return None if chosen is None else frozenset({*chosen, "name", "active"})


def open_endpoint(
    settings: Settings, connected: Connected, throttle: Throttle, now: Callable[[], datetime]
) -> Endpoint:
    """Make a connection's endpoint from its options; nothing is called.

    Raises:
        Misconfigured: When an option is missing or wrong.
    """
    own = connected.settings
    return connected.adapter.open(
        parse_options(connected.adapter.options, own.options, connection=connected.name),
        Context(
            connection=connected.name,
            home=settings.home,
            folder=settings.folder,
            throttle=throttle,
            now=now,
            fields=connected.fields,
        ),
    )


@dataclass(frozen=True)
class App:
    """Everything that is configured or comes from outside: settings, database, clock, chance, doorbell.

    Attributes:
        owner: Names this process in leases.
        stopping: Whether the process was asked to end; long work looks at it between pages and batches, by `go_on`.
        throttle: Makes the rate limit of a connection.
        loaded: What files and environment say, and where they are; `settings` is what is made of it.
        secrets: Version of the secrets in the registry.
        rules: Rules of the admins when last looked at.
        vies: Opens VIES; whoever does closes it. ``None`` where it is not to be asked.
    """

    settings: Settings
    engine: Engine
    connections: Mapping[str, Connected]
    network: Network
    owner: str
    doorbell: Doorbell
    throttle: Callable[[Connected], Throttle]
    now: Callable[[], datetime]
    loaded: Loaded
    secrets: int = 0
    rules: Rules = field(default_factory=Rules)
    stopping: Callable[[], bool] = lambda: False
    random: random.Random = field(default_factory=random.Random)
    vies: Callable[[], Vies] | None = None

    @property
    def lease(self) -> timedelta:
        """How long work may go without a sign of life before another process takes it over."""
        return timedelta(seconds=self.settings.lease_seconds)

    def up_to_date(self) -> App:
        """The same app under the rules that are in force now."""
        with reading(self.engine) as connection:
            return self.as_seen_by(connection)

    def as_seen_by(self, connection: Connection) -> App:
        """The same app under the rules that a transaction sees, be they its own."""
        if once(connection, "version of the rules", lambda: version(connection)) == self.rules.version:
            return self
        rules = load_rules(connection)
        return dataclasses.replace(self, rules=rules, network=self.network.under(rules))

    def go_on(self) -> None:
        """Called where long work can be left and taken up again.

        Raises:
            Stopping: When the process is to end.
        """
        if self.stopping():
            raise Stopping("the process was asked to end; the work goes on elsewhere")

    def connection(self, name: str) -> Connected:
        """Find a connection by name.

        Raises:
            Misconfigured: With the nearest names.
        """
        if name in self.connections:
            return self.connections[name]
        near = difflib.get_close_matches(name, self.connections, n=3)
        known = (
            Sentence("Did you mean %(names)s?", names=" or ".join(near))
            if near
            else Sentence("Configured: %(names)s.", names=", ".join(self.connections) or Sentence("none"))
        )
        raise Misconfigured(Sentence("there is no connection %(name)s", name=repr(name)), cure=known)

    def connection_by_id(self, connection_id: int) -> Connected:
        """Find a connection by its row's id.

        Raises:
            Misconfigured: When it is no longer configured.
        """
        for connected in self.connections.values():
            if connected.id == connection_id:
                return connected
        raise Misconfigured(
            Sentence("connection number %(connection_id)s is no longer configured", connection_id=connection_id)
        )

    def name_of(self, connection_id: int) -> str:
        """What a connection is called; one that is no longer configured has a number only."""
        names = (connected.name for connected in self.connections.values() if connected.id == connection_id)
        return next(names, f"connection {connection_id}")

    def writable(self, connection_ids: Iterable[int]) -> list[int]:
        """Those of these connections to which anything is written."""
        stations = self.network.stations
        return [id_ for id_ in connection_ids if id_ in stations and stations[id_].created]

    def open(self, connected: Connected) -> Endpoint:
        """Open a connection's endpoint; the caller closes it.

        Raises:
            Misconfigured: When an option is missing or wrong.
        """
        return open_endpoint(self.settings, connected, self.throttle(connected), self.now)

    def close(self) -> None:
        """Give back the database's connections."""
        self.engine.dispose()
