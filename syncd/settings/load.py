"""Where does each setting come from, and what is its value?"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from syncd import plugins
from syncd.errors import Misconfigured
from syncd.ports import Adapter, Secret
from syncd.settings.check import check_settings
from syncd.settings.connection import Sources, build_connection, take_simple
from syncd.settings.convert import check_keys, convert, subtable
from syncd.settings.environment import PREFIX, variable
from syncd.settings.shape import (
    AlertSettings,
    ConsoleSettings,
    ErasureSettings,
    RouteSettings,
    Settings,
    ViesSettings,
)

__all__ = ["ALERTS", "CONFIG_VARIABLE", "CONSOLE", "SIMPLE", "VIES", "Loaded", "find_file", "load_settings"]

CONFIG_VARIABLE: Final = "SYNCD_CONFIG"

_PLACES: Final = (Path("syncd.toml"), Path("/etc/syncd/syncd.toml"))
_KEYS: Final = tuple(name for name in Settings.__struct_fields__ if name != "folder")
SIMPLE: Final = {
    name: (variable(name),)
    for name in _KEYS
    if name not in {"alerts", "connections", "console", "routes", "vies", "erasure"}
} | {
    "database": (variable("database"), "DATABASE_URL"),
    "redis": (variable("redis"), "REDIS_URL"),
}
VIES: Final = {name: (variable("vies", name),) for name in ViesSettings.__struct_fields__}
CONSOLE: Final = {name: (variable("console", name),) for name in ConsoleSettings.__struct_fields__ if name != "proxies"}

ALERTS: Final = {name: (variable("alerts", name),) for name in ("webhook", "signing_key")}
"""Secrets, which the environment alone can give."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """Settings with their story.

    Attributes:
        origins: Where each value comes from, by key (``redis``, ``connections.optima.options.token``); what is not
            in it is at its default.
        file: The configuration file that was read, if there is one.
        warnings: Sentences about what has no effect.
    """

    settings: Settings
    origins: dict[str, str]
    file: Path | None = None
    warnings: tuple[str, ...] = ()


def find_file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Which configuration file counts: the one that is named, else the nearest.

    Raises:
        Misconfigured: If one was named and is not there.
    """
    named = path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if named is not None and not named.is_file():
        raise Misconfigured(f"there is no configuration file {named}", cure="`syncd init` writes one.")
    return named or next((place for place in _PLACES if place.is_file()), None)


def load_settings(
    path: Path | None, environ: Mapping[str, str], *, load_adapter: Callable[[str], Adapter] = plugins.load
) -> Loaded:
    """Read the configuration file and the environment.

    Options are put together but not checked against the platform's needs: a connection that lacks one must not stop
    the others.

    Args:
        path: The file, if the caller names one.
        load_adapter: Knows which options of a platform are secret.

    Raises:
        Misconfigured: Naming the key, the file and the cure.
    """
    file = find_file(path, environ)
    document = _read(file) if file else {}
    sources = Sources(
        environ=environ,
        file=str(file) if file else "environment",
        folder=file.resolve().parent if file else Path.cwd(),
        load_adapter=load_adapter,
    )
    check_keys(document, _KEYS, sources.file)
    values = take_simple(sources, document, SIMPLE)
    tombstone_key = _secret("tombstone_key", values, document, sources)
    secrets_key = _secret("secrets_key", values, document, sources)
    connections = subtable(document, "connections", sources.file)
    settings = msgspec.structs.replace(
        convert(values, Settings, "", sources.file),
        connections={name: build_connection(name, table, sources) for name, table in connections.items()},
        vies=_vies(document, sources),
        alerts=_alerts(subtable(document, "alerts", sources.file), sources),
        routes=_routes(document.get("routes", []), sources),
        erasure=_erasure(subtable(document, "erasure", sources.file), sources),
        console=_console(document, sources),
        tombstone_key=tombstone_key,
        secrets_key=secrets_key,
        folder=sources.folder,
    )
    if not sources.origins.get("database", "").startswith("environment"):
        settings = msgspec.structs.replace(settings, database=_anchored(settings.database, sources.folder))
    check_settings(settings, sources.file)
    return Loaded(settings=settings, origins=sources.origins, file=file, warnings=_without_effect(sources))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{file} is not TOML: {error}", cure="Correct that line.") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{file} is not UTF-8 text", cure="Save it as UTF-8.") from None
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read: {error.strerror}", cure="Let this user read it.") from None


def _vies(document: Mapping[str, Any], sources: Sources) -> ViesSettings:
    table = subtable(document, "vies", sources.file)
    check_keys(table, ViesSettings.__struct_fields__, f"{sources.file}: vies")
    return convert(take_simple(sources, table, VIES, "vies."), ViesSettings, "vies", sources.file)


def _alerts(table: dict[str, Any], sources: Sources) -> AlertSettings:
    check_keys(table, AlertSettings.__struct_fields__, f"{sources.file}: alerts")
    for name, (by_environment,) in ALERTS.items():
        if name in table:
            raise Misconfigured(
                f"{sources.file}: alerts.{name} is a secret written in plain text",
                cure=f"Take it out and set {by_environment} or {by_environment}_FILE.",
                field=f"alerts.{name}",
            )
    sources.origins.update({f"alerts.{key}": sources.file for key in table})
    secrets = take_simple(sources, {}, ALERTS, "alerts.")
    own = convert(table, AlertSettings, "alerts", sources.file)
    return msgspec.structs.replace(own, **{name: Secret(value) for name, value in secrets.items()})


def _routes(tables: object, sources: Sources) -> list[RouteSettings]:
    if not isinstance(tables, list):
        raise Misconfigured(f"{sources.file}: routes is not a list", cure="Head each route with [[routes]].")
    routes = []
    for number, table in enumerate(tables):
        at = f"routes[{number}]"
        check_keys(table, RouteSettings.__struct_fields__, f"{sources.file}: {at}")
        sources.origins.update({f"{at}.{key}": sources.file for key in table})
        routes.append(convert(table, RouteSettings, at, sources.file))
    return routes


def _erasure(table: dict[str, Any], sources: Sources) -> ErasureSettings:
    check_keys(table, ErasureSettings.__struct_fields__, f"{sources.file}: erasure")
    sources.origins.update({f"erasure.{key}": sources.file for key in table})
    return convert(table, ErasureSettings, "erasure", sources.file)


def _console(document: Mapping[str, Any], sources: Sources) -> ConsoleSettings:
    table = subtable(document, "console", sources.file)
    check_keys(table, ConsoleSettings.__struct_fields__, f"{sources.file}: console")
    values = take_simple(sources, table, CONSOLE, "console.")
    if "proxies" in table:
        values["proxies"], sources.origins["console.proxies"] = table["proxies"], sources.file
    return convert(values, ConsoleSettings, "console", sources.file)


def _secret(key: str, values: dict[str, Any], document: Mapping[str, Any], sources: Sources) -> Secret | None:
    value = values.pop(key, None)
    if key in document:
        raise Misconfigured(
            f"{sources.file}: {key} is a secret written in plain text",
            cure=f"Take it out and set {variable(key)} or {variable(key)}_FILE.",
            field=key,
        )
    return None if value is None else Secret(value)


def _anchored(url: str, folder: Path) -> str:
    """Make the path of a SQLite file absolute: the registry is the same one wherever a command is called."""
    prefix = "sqlite:///"
    path, mark, parameters = url.removeprefix(prefix).partition("?")
    if not url.startswith(prefix) or not path or path.startswith((":memory:", "file:")):
        return url
    return f"{prefix}{folder / path}{mark}{parameters}"


def _without_effect(sources: Sources) -> tuple[str, ...]:
    """Look for misspelt variables; those that resemble none may belong to something else."""
    warnings = []
    for name in sorted(sources.environ):
        plain = name.removesuffix("_FILE")
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE or {name, plain} & sources.variables.keys():
            continue
        near = difflib.get_close_matches(plain, sources.variables, n=1, cutoff=0.8)
        if near:
            warnings.append(f"{name} has no effect: did you mean {near[0]}?")
    return tuple(warnings)
