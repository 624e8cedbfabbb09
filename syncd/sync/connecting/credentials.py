"""Where does each secret of a connection come from, and how is one given that is kept in the registry?

The environment and the files win: a secret in the registry is for whoever can reach neither, such as an admin in the
console. It can be replaced and forgotten, and is never shown again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, Engine

from syncd.errors import InvalidRecord, Misconfigured, NotFound
from syncd.registry import secrets
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.secrets import Sealed
from syncd.secrets import Vault, new_key, open_vault
from syncd.sentence import Counted, Sentence
from syncd.settings import Loaded, Settings
from syncd.settings.environment import variable
from syncd.settings.explain import describe
from syncd.settings.options import secret_options
from syncd.sync.app import App, Connected

__all__ = [
    "Credential",
    "completed",
    "credentials",
    "forget_secret",
    "keep_secrets",
    "reseal",
    "set_secret",
    "unreadable",
    "whole",
    "with_secret",
]

LONGEST = 10_000
"""Characters; a private key has fewer."""

_TOLD: Final = 4
_LONG: Final = 16
"""Four of so many characters say nothing of the others."""

_log = logging.getLogger(__name__)


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """One secret option of a connection; never its value.

    Attributes:
        held: Where it is: in the environment, in a file that is named, in the registry, or nowhere.
        origin: The same in words: the name of the variable or of the file.
        readable: Whether the key opens it, for one in the registry.
        hidden: Whether there is one in the registry that has no effect, because another place wins.
        variable: The variable that would set it.
        ending: The last four characters of one in the registry, by which people tell it from others; empty for one so
            short that these would say much of it.
    """

    option: str
    meaning: str
    held: Literal["environment", "file", "registry", "nowhere"]
    origin: str
    readable: bool
    hidden: bool
    required: bool
    variable: str
    set_at: datetime | None = None
    set_by: str | None = None
    ending: str = ""


def completed(connection: Connection, settings: Settings) -> Settings:
    """The settings with what only the registry has. A secret that no key opens is left out, and the log says so."""
    sealed = secrets.all_sealed(connection)
    if not sealed:
        return settings
    connections = dict(settings.connections)
    for name, values in _opened(settings, sealed).items():
        if name in connections:
            own = connections[name]
            connections[name] = msgspec.structs.replace(own, options={**values, **own.options})
    return msgspec.structs.replace(settings, connections=connections)


def whole(loaded: Loaded, settings: Settings) -> Loaded:
    """What is in force with where each value comes from; files and environment know nothing of the registry.

    Args:
        settings: What `completed` made of those that were loaded.
    """
    origins = dict(loaded.origins)
    for name, own in settings.connections.items():
        written = loaded.settings.connections.get(name, own).options
        only_here = own.options.keys() - written.keys()
        origins |= {f"connections.{name}.options.{option}": "registry" for option in only_here}
    return msgspec.structs.replace(loaded, settings=settings, origins=origins)


def credentials(app: App, connected: Connected) -> list[Credential]:
    """The secret options of a connection, in the order of its adapter."""
    origins = app.loaded.origins
    with reading(app.engine) as connection:
        sealed = {one.option: one for one in secrets.all_sealed(connection, connected.name)}
    opened = _opened(app.settings, sealed.values()).get(connected.name, {})
    struct = connected.adapter.options
    found = []
    for one in describe(struct):
        if one.name not in secret_options(struct):
            continue
        origin = origins.get(f"connections.{connected.name}.options.{one.name}", "")
        mine = sealed.get(one.name)
        given = bool(origin)
        held: Any = _place(origin) if given else "registry" if mine else "nowhere"
        found.append(
            Credential(
                option=one.name,
                meaning=one.meaning,
                held=held,
                origin=origin,
                readable=mine is None or one.name in opened,
                hidden=given and mine is not None,
                required=one.required,
                variable=variable(connected.name, one.name),
                set_at=mine.set_at if mine else None,
                set_by=mine.set_by if mine else None,
                ending=_ending(opened.get(one.name, "")),
            )
        )
    return found


def with_secret(connected: Connected, option: str, value: str) -> Connected:
    """The connection as it would be with another secret, to try it before it is kept."""
    own = connected.settings
    return replace(connected, settings=msgspec.structs.replace(own, options={**own.options, option: value}))


def set_secret(app: App, connected: Connected, option: str, value: str, *, by: str) -> None:
    """Keep a secret in the registry, in place of the one before.

    Raises:
        InvalidRecord: If it is no secret option, empty, or too long.
        Misconfigured: If the key of the secrets cannot be had.
    """
    keep_secrets(app, connected.name, connected.adapter.options, {option: value}, by=by)


def keep_secrets(app: App, name: str, struct: type[msgspec.Struct], values: Mapping[str, str], *, by: str) -> None:
    """Keep secrets of a connection that may not be configured yet; see `set_secret`."""
    known = secret_options(struct)
    for option, value in values.items():
        if option not in known:
            raise InvalidRecord(
                Sentence("%(option)s is no secret option of this platform", option=repr(option)),
                code="option-wrong",
                field=option,
                cure=Sentence("Secret options: %(value)s.", value=", ".join(sorted(known)) or "none"),
            )
        if not value or len(value) > LONGEST:
            raise InvalidRecord(
                Sentence(
                    Counted(
                        "the secret %(option)s is empty, or longer than %(count)s character",
                        "the secret %(option)s is empty, or longer than %(count)s characters",
                    ),
                    option=option,
                    count=LONGEST,
                ),
                code="option-wrong",
                field=option,
                cure="Give its value.",
            )
    if not values:
        return
    vault = open_vault(app.settings, make=new_key)
    with writing(app.engine) as connection:
        for option, value in values.items():
            secrets.put(connection, Sealed(name, option, vault.seal(value), app.now(), by))
        write_down(connection, app.now(), by, "set-secret", f"connection {name}", options=sorted(values))


def forget_secret(app: App, connected: Connected, option: str, *, by: str) -> None:
    """Take a secret out of the registry.

    Raises:
        NotFound: If it has none of this name.
    """
    with writing(app.engine) as connection:
        if not secrets.forget(connection, connected.name, option):
            raise NotFound(
                Sentence(
                    "the registry has no secret %(option)s of %(connection)s",
                    option=repr(option),
                    connection=connected.name,
                ),
                cure="`syncd connections secrets` lists what is where.",
            )
        write_down(connection, app.now(), by, "forget-secret", f"connection {connected.name}", options=[option])


def reseal(connection: Connection, vault: Vault) -> int:
    """Encrypt everything under the vault's first key; answer how many secrets that were.

    Raises:
        Misconfigured: When none of its keys opens one of them.
    """
    sealed = secrets.all_sealed(connection)
    secrets.replace_seals(connection, {(one.connection, one.option): vault.reseal(one.sealed) for one in sealed})
    return len(sealed)


def unreadable(engine: Engine, settings: Settings) -> list[str]:
    """Secrets in the registry that no key opens, as ``connection.option``."""
    with reading(engine) as connection:
        sealed = secrets.all_sealed(connection)
    opened = _opened(settings, sealed) if sealed else {}
    return [f"{one.connection}.{one.option}" for one in sealed if one.option not in opened.get(one.connection, {})]


def _opened(settings: Settings, sealed: Iterable[Sealed]) -> dict[str, dict[str, str]]:
    """Values by connection and option; without those that cannot be opened."""
    found: dict[str, dict[str, str]] = {}
    vault: Vault | None = None
    for one in sealed:
        try:
            vault = vault or open_vault(settings)
            found.setdefault(one.connection, {})[one.option] = vault.open(one.sealed)
        except Misconfigured as error:
            _log.warning("secret %s of connection %s: %s", one.option, one.connection, error.message)
    return found


def _ending(value: str) -> str:
    return value[-_TOLD:] if len(value) >= _LONG else ""


def _place(origin: str) -> Literal["environment", "file"]:
    return "environment" if origin.startswith("environment") else "file"
