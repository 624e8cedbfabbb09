"""Which value won, where does it come from, and what does it mean? Secrets are masked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from syncd import plugins
from syncd.ports import Secret
from syncd.sentence import Sentence
from syncd.settings.connection import BY_ENVIRONMENT
from syncd.settings.environment import variable
from syncd.settings.load import ALERTS, CONSOLE, OIDC, SIMPLE, VIES, Loaded
from syncd.settings.mask import MASK, mask_url
from syncd.settings.options import secret_options
from syncd.settings.shape import (
    AlertSettings,
    ConnectionSettings,
    ConsoleSettings,
    ErasureSettings,
    GuardSettings,
    OidcSettings,
    RouteSettings,
    Settings,
    ViesSettings,
    WebhookSettings,
)

__all__ = ["Described", "Explained", "describe", "explain", "flatten", "limits"]

_URLS: Final = frozenset({"database", "redis"})
_TABLES: Final = frozenset({"alerts", "connections", "console", "routes", "vies", "erasure", "folder", "webhooks"})


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One key.

    Attributes:
        variable: The variable that sets it; ``None`` where only the file can.
    """

    key: str
    value: Any
    origin: str
    default: Any = None
    variable: str | None = None
    meaning: str = ""


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a key without any configuration."""

    name: str
    required: bool
    default: Any
    meaning: str


def describe(struct: type[msgspec.Struct]) -> list[Described]:
    """Keys of a table, in the order of declaration."""
    shape = msgspec.inspect.type_info(struct)
    assert isinstance(shape, msgspec.inspect.StructType)  # noqa: S101 - a struct was given
    return [
        Described(
            name=field.encode_name,
            required=field.required,
            default=None if field.required else msgspec.to_builtins(_default(field), enc_hook=_plain),
            meaning=_meaning(field.type),
        )
        for field in shape.fields
    ]


def _default(field: msgspec.inspect.Field) -> Any:
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default


def _plain(value: object) -> str | None:
    """Nobody's secret has a default that says anything."""
    return None if isinstance(value, Secret) else str(value)


def _meaning(kind: msgspec.inspect.Type) -> str:
    """Its description; a `Sentence` where there are values in it, which msgspec's own place for it does not keep."""
    if not isinstance(kind, msgspec.inspect.Metadata):
        return ""
    made = (kind.extra or {}).get("meaning")
    return made if isinstance(made, Sentence) else str((kind.extra_json_schema or {}).get("description", ""))


def explain(loaded: Loaded, key: str) -> Explained | None:
    """Everything about one key; ``None`` if there is none of that name."""
    of_guards = (limit for name in loaded.settings.connections for limit in limits(loaded, name))
    return next((one for one in (*flatten(loaded), *_oidc(loaded), *of_guards) if one.key == key), None)


def flatten(loaded: Loaded) -> list[Explained]:
    """Every key with its value, those at their default included."""
    return [
        *_top(loaded),
        *_vies(loaded),
        *_alerts(loaded),
        *_console(loaded),
        *_erasure(loaded),
        *_connections(loaded),
        *_webhooks(loaded),
        *_routes(loaded),
    ]


def limits(loaded: Loaded, name: str) -> list[Explained]:
    """The guard of one connection, limit by limit."""
    guard = loaded.settings.connections[name].guard
    return [
        Explained(
            key=f"connections.{name}.guard.{one.name}",
            value=getattr(guard, one.name),
            origin=loaded.origins.get(f"connections.{name}.guard.{one.name}", "default"),
            default=one.default,
            meaning=one.meaning,
        )
        for one in describe(GuardSettings)
    ]


def _top(loaded: Loaded) -> Iterator[Explained]:
    for one in describe(Settings):
        if one.name in _TABLES:
            continue
        value = getattr(loaded.settings, one.name)
        yield Explained(
            key=one.name,
            value=_masked(one.name, value),
            origin=loaded.origins.get(one.name, "default"),
            default=one.default,
            variable=" or ".join(SIMPLE[one.name]),
            meaning=one.meaning,
        )


def _vies(loaded: Loaded) -> Iterator[Explained]:
    for one in describe(ViesSettings):
        yield Explained(
            key=f"vies.{one.name}",
            value=getattr(loaded.settings.vies, one.name),
            origin=loaded.origins.get(f"vies.{one.name}", "default"),
            default=one.default,
            variable=" or ".join(VIES[one.name]),
            meaning=one.meaning,
        )


def _alerts(loaded: Loaded) -> Iterator[Explained]:
    for one in describe(AlertSettings):
        value = getattr(loaded.settings.alerts, one.name)
        yield Explained(
            key=f"alerts.{one.name}",
            value=_masked(one.name, value),
            origin=loaded.origins.get(f"alerts.{one.name}", "default"),
            default=one.default,
            variable=ALERTS[one.name][0] if one.name in ALERTS else None,
            meaning=one.meaning,
        )


def _console(loaded: Loaded) -> Iterator[Explained]:
    for one in describe(ConsoleSettings):
        if one.name == "oidc":
            yield from _oidc(loaded) if loaded.settings.console.oidc else ()
            continue
        yield Explained(
            key=f"console.{one.name}",
            value=msgspec.to_builtins(getattr(loaded.settings.console, one.name)),
            origin=loaded.origins.get(f"console.{one.name}", "default"),
            default=one.default,
            variable=CONSOLE[one.name][0] if one.name in CONSOLE else None,
            meaning=one.meaning,
        )


def _oidc(loaded: Loaded) -> Iterator[Explained]:
    provider = loaded.settings.console.oidc
    for one in describe(OidcSettings):
        key, value = f"console.oidc.{one.name}", getattr(provider, one.name, one.default)
        yield Explained(
            key=key,
            value=MASK if isinstance(value, Secret) else msgspec.to_builtins(value),
            origin=loaded.origins.get(key, "not set" if one.required and provider is None else "default"),
            default=one.default,
            variable=OIDC[one.name][0] if one.name in OIDC else None,
            meaning=one.meaning,
        )


def _webhooks(loaded: Loaded) -> Iterator[Explained]:
    for number, webhook in enumerate(loaded.settings.webhooks):
        for one in describe(WebhookSettings):
            key, value = f"webhooks[{number}].{one.name}", getattr(webhook, one.name)
            yield Explained(
                key=key,
                value=_masked(one.name, value) if isinstance(value, Secret) else msgspec.to_builtins(value),
                origin=loaded.origins.get(key, "default"),
                default=one.default,
                variable=variable("webhooks", webhook.name, one.name) if one.name in {"url", "secret"} else None,
                meaning=one.meaning,
            )


def _masked(name: str, value: Any) -> Any:
    if isinstance(value, Secret):
        return MASK
    return mask_url(value) if name in _URLS and value else value


def _erasure(loaded: Loaded) -> Iterator[Explained]:
    for one in describe(ErasureSettings):
        key = f"erasure.{one.name}"
        yield Explained(
            key=key,
            value=msgspec.to_builtins(getattr(loaded.settings.erasure, one.name)),
            origin=loaded.origins.get(key, "default"),
            default=one.default,
            meaning=one.meaning,
        )


def _connections(loaded: Loaded) -> Iterator[Explained]:
    for name, connection in loaded.settings.connections.items():
        for one in describe(ConnectionSettings):
            if one.name == "options":
                continue
            key = f"connections.{name}.{one.name}"
            yield Explained(
                key=key,
                value=msgspec.to_builtins(getattr(connection, one.name)),
                origin=loaded.origins.get(key, "default"),
                default=one.default,
                variable=variable(name, one.name) if one.name in BY_ENVIRONMENT else None,
                meaning=one.meaning,
            )
        yield from _options(loaded, name, connection)


def _options(loaded: Loaded, name: str, connection: ConnectionSettings) -> Iterator[Explained]:
    struct = plugins.load(connection.kind).options
    secret = secret_options(struct)
    described = {one.name: one for one in describe(struct)}
    for option in [*described, *(option for option in connection.options if option not in described)]:
        key = f"connections.{name}.options.{option}"
        one = described.get(option)
        value = connection.options.get(option, one.default if one else None)
        yield Explained(
            key=key,
            value=MASK if option in secret and value else value,
            origin=loaded.origins.get(key, "default" if one and not one.required else "not set"),
            default=one.default if one else None,
            variable=variable(name, option),
            meaning=one.meaning if one else "Not an option of this platform.",
        )


def _routes(loaded: Loaded) -> Iterator[Explained]:
    for number, route in enumerate(loaded.settings.routes):
        for one in describe(RouteSettings):
            key = f"routes[{number}].{one.name}"
            yield Explained(
                key=key,
                value=msgspec.to_builtins(getattr(route, one.name)),
                origin=loaded.origins.get(key, "default"),
                default=one.default,
                meaning=one.meaning,
            )
