"""Where does each setting come from, and what is its value?"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from syncd import plugins
from syncd.errors import Misconfigured
from syncd.ports import Adapter, Secret
from syncd.sentence import Sentence
from syncd.settings.check import check_settings
from syncd.settings.connection import Sources, build_connection, take_simple
from syncd.settings.convert import check_keys, convert, subtable
from syncd.settings.environment import PREFIX, variable
from syncd.settings.files import (
    CONFIG_DIR_VARIABLE,
    CONFIG_VARIABLE,
    find_file,
    find_folder,
    read_configuration,
    stamp_of,
)
from syncd.settings.shape import (
    AlertSettings,
    ConsoleSettings,
    ErasureSettings,
    OidcSettings,
    RouteSettings,
    Settings,
    ViesSettings,
    WebhookSettings,
)
from syncd.settings.stamp import Stamp, stamps

__all__ = ["ALERTS", "CONSOLE", "OIDC", "SIMPLE", "VIES", "Loaded", "load_settings"]

_KEYS: Final = tuple(name for name in Settings.__struct_fields__ if name != "folder")
SIMPLE: Final = {
    name: (variable(name),)
    for name in _KEYS
    if name not in {"alerts", "connections", "console", "routes", "vies", "erasure", "webhooks"}
} | {
    "database": (variable("database"), "DATABASE_URL"),
    "redis": (variable("redis"), "REDIS_URL"),
}
VIES: Final = {name: (variable("vies", name),) for name in ViesSettings.__struct_fields__}
CONSOLE: Final = {
    name: (variable("console", name),) for name in ConsoleSettings.__struct_fields__ if name not in {"proxies", "oidc"}
}
OIDC: Final = {
    name: (variable("console", "oidc", name),)
    for name in OidcSettings.__struct_fields__
    if name not in {"scopes", "roles"}
}

ALERTS: Final = {name: (variable("alerts", name),) for name in ("webhook", "signing_key", "smtp_password")}
"""Secrets, which the environment alone can give."""


_WHERE: Final = frozenset({CONFIG_VARIABLE, CONFIG_DIR_VARIABLE})


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """Settings with their story.

    Attributes:
        origins: Where each value comes from, by key (``redis``, ``connections.optima.options.token``); what is not
            in it is at its default.
        file: The configuration file that was read, if there is one.
        folder: Where further files are looked for, whether it is there or not; ``None``: nowhere.
        files: All files that were read.
        stamp: What `stamp_now` answered before they were read.
        secrets: Files that hold one value each, which the environment or another file names.
        warnings: Sentences about what has no effect.
    """

    settings: Settings
    origins: dict[str, str]
    file: Path | None = None
    folder: Path | None = None
    files: tuple[Path, ...] = ()
    stamp: frozenset[Stamp] = frozenset()
    secrets: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()

    def stamp_now(self) -> frozenset[Stamp]:
        """Another one than `stamp` as soon as any of the files is another one."""
        return frozenset((*stamp_of(self.file, self.folder), *stamps(self.secrets)))

    def overlooking(self, seen: Collection[Stamp], secrets: Collection[Stamp]) -> Loaded:
        """These settings, as if what is in the files now had been read: until one of them is another one again.

        Args:
            seen: What `stamp_now` answered.
            secrets: Files that the configuration of now names, as `load_settings` found them.
        """
        known = {one[0]: one for one in (*secrets, *seen)}
        named = {*self.secrets, *(Path(one[0]) for one in secrets)}
        return msgspec.structs.replace(self, stamp=frozenset(known.values()), secrets=tuple(named))


def load_settings(
    path: Path | None,
    environ: Mapping[str, str],
    *,
    load_adapter: Callable[[str], Adapter] = plugins.load,
    wish: Mapping[Path, str | None] | None = None,
    tables: Mapping[str, dict[str, Any]] | None = None,
    secrets: list[Stamp] | None = None,
) -> Loaded:
    """Read the configuration's files and the environment.

    Options are put together but not checked against the platform's needs: a connection that lacks one must not stop
    the others.

    Args:
        path: The file, if the caller names one.
        load_adapter: Knows which options of a platform are secret.
        wish: Texts that files of the folder are to have, to see whether all would be well; ``None``: it is to go.
        tables: The same for connections by name, wherever they stand.
        secrets: Filled with files that are to hold one value each, also where loading fails because of one.

    Raises:
        Misconfigured: Naming the key, the file and the cure.
    """
    file = find_file(path, environ)
    folder = find_folder(file, environ)
    stamp = stamp_of(file, folder)  # before they are read: who changes one meanwhile is noticed
    written = read_configuration(file, folder, wish, tables)
    document = written.document
    sources = Sources(
        environ=environ,
        file=str(file) if file else "environment",
        folder=file.resolve().parent if file else Path.cwd(),
        load_adapter=load_adapter,
        secrets=[] if secrets is None else secrets,
    )
    check_keys(document, _KEYS, sources.file)
    values = take_simple(sources, document, SIMPLE)
    tombstone_key = _secret("tombstone_key", values, document, sources)
    secrets_key = _secret("secrets_key", values, document, sources)
    settings = msgspec.structs.replace(
        convert(values, Settings, "", sources.file, sources.origins),
        connections={
            name: build_connection(name, table, dataclasses.replace(sources, file=where))
            for name, (where, table) in written.connections.items()
        },
        vies=_vies(document, sources),
        alerts=_alerts(subtable(document, "alerts", sources.file), sources),
        webhooks=_webhooks(document.get("webhooks", []), sources),
        routes=_routes(written.routes, sources),
        erasure=_erasure(subtable(document, "erasure", sources.file), sources),
        console=_console(document, sources),
        tombstone_key=tombstone_key,
        secrets_key=secrets_key,
        folder=sources.folder,
    )
    if not sources.origins.get("database", "").startswith("environment"):
        settings = msgspec.structs.replace(settings, database=_anchored(settings.database, sources.folder))
    places = {f"connections.{name}": where for name, (where, _) in written.connections.items()}
    places |= {f"routes[{number}]": where for number, (where, _) in enumerate(written.routes)}
    places |= {key: origin for key, origin in sources.origins.items() if origin.startswith("environment ")}
    check_settings(settings, sources.file, places)
    return Loaded(
        settings=settings,
        origins=sources.origins,
        file=file,
        folder=folder,
        files=written.files,
        stamp=frozenset((*stamp, *sources.secrets)),
        secrets=tuple({Path(one[0]) for one in sources.secrets}),
        warnings=_without_effect(sources),
    )


def _vies(document: Mapping[str, Any], sources: Sources) -> ViesSettings:
    table = subtable(document, "vies", sources.file)
    check_keys(table, ViesSettings.__struct_fields__, f"{sources.file}: vies")
    return convert(take_simple(sources, table, VIES, "vies."), ViesSettings, "vies", sources.file, sources.origins)


def _alerts(table: dict[str, Any], sources: Sources) -> AlertSettings:
    check_keys(table, AlertSettings.__struct_fields__, f"{sources.file}: alerts")
    for name, (by_environment,) in ALERTS.items():
        if name in table:
            raise Misconfigured(
                Sentence("%(file)s: alerts.%(name)s is a secret written in plain text", file=sources.file, name=name),
                cure=Sentence("Take it out and set %(variable)s or %(variable)s_FILE.", variable=by_environment),
                field=f"alerts.{name}",
            )
    sources.origins.update({f"alerts.{key}": sources.file for key in table})
    secrets = take_simple(sources, {}, ALERTS, "alerts.")
    own = convert(table, AlertSettings, "alerts", sources.file)
    return msgspec.structs.replace(own, **{name: Secret(value) for name, value in secrets.items()})


def _webhooks(tables: object, sources: Sources) -> list[WebhookSettings]:
    if not isinstance(tables, list):
        raise Misconfigured(
            Sentence("%(file)s: webhooks is not a list", file=sources.file), cure="Head each one with [[webhooks]]."
        )
    webhooks = []
    for number, table in enumerate(tables):
        at = f"webhooks[{number}]"
        check_keys(table, WebhookSettings.__struct_fields__, f"{sources.file}: {at}")
        sources.origins.update({f"{at}.{key}": sources.file for key in table})
        named = variable("webhooks", str(table.get("name", number)), "secret")
        if "secret" in table:
            raise Misconfigured(
                Sentence("%(file)s: %(at)s.secret is a secret written in plain text", file=sources.file, at=at),
                cure=Sentence("Take it out and set %(variable)s or %(variable)s_FILE.", variable=named),
                field=f"{at}.secret",
            )
        by_environment = {
            key: (variable("webhooks", str(table.get("name", number)), key),) for key in ("url", "secret")
        }
        values = {**table, **take_simple(sources, table, by_environment, f"{at}.")}
        if not values.get("secret"):
            raise Misconfigured(
                Sentence("%(file)s: %(at)s has no secret to sign with", file=sources.file, at=at),
                cure=Sentence("Set %(named)s or %(named)s_FILE to what `syncd webhooks key` prints.", named=named),
                field=f"{at}.secret",
            )
        secret = {key: Secret(str(values.pop(key))) for key in ("url", "secret") if key in values}
        webhooks.append(convert({**values, **secret}, WebhookSettings, at, sources.file))
    return webhooks


def _routes(tables: Sequence[tuple[str, Any]], sources: Sources) -> list[RouteSettings]:
    routes = []
    for number, (where, table) in enumerate(tables):
        at = f"routes[{number}]"
        check_keys(table, RouteSettings.__struct_fields__, f"{where}: {at}")
        sources.origins.update({f"{at}.{key}": where for key in table})
        routes.append(convert(table, RouteSettings, at, where))
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
    own = convert(values, ConsoleSettings, "console", sources.file, sources.origins)
    return msgspec.structs.replace(own, oidc=_oidc(subtable(table, "oidc", f"{sources.file}: console"), sources))


def _oidc(table: dict[str, Any], sources: Sources) -> OidcSettings | None:
    """The identity provider; ``None`` where neither the file nor the environment speaks of one."""
    at = "console.oidc"
    check_keys(table, OidcSettings.__struct_fields__, f"{sources.file}: {at}")
    (named,) = OIDC["client_secret"]
    if "client_secret" in table:
        raise Misconfigured(
            Sentence("%(file)s: %(at)s.client_secret is a secret written in plain text", file=sources.file, at=at),
            cure=Sentence("Take it out and set %(variable)s or %(variable)s_FILE.", variable=named),
            field=f"{at}.client_secret",
        )
    values = take_simple(sources, table, OIDC, f"{at}.")
    for key in {"scopes", "roles"} & table.keys():
        values[key], sources.origins[f"{at}.{key}"] = table[key], sources.file
    if not values:
        return None
    secret = values.pop("client_secret", "")
    if not secret:
        raise Misconfigured(
            Sentence("%(file)s: %(at)s has no secret by which the provider knows syncd", file=sources.file, at=at),
            cure=Sentence("Set %(named)s or %(named)s_FILE to what the provider shows for this client.", named=named),
            field=f"{at}.client_secret",
        )
    return convert({**values, "client_secret": Secret(str(secret))}, OidcSettings, at, sources.file, sources.origins)


def _secret(key: str, values: dict[str, Any], document: Mapping[str, Any], sources: Sources) -> Secret | None:
    value = values.pop(key, None)
    if key in document:
        raise Misconfigured(
            Sentence("%(file)s: %(key)s is a secret written in plain text", file=sources.file, key=key),
            cure=Sentence("Take it out and set %(variable)s or %(variable)s_FILE.", variable=variable(key)),
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
        if not name.startswith(PREFIX) or name in _WHERE or {name, plain} & sources.variables.keys():
            continue
        near = difflib.get_close_matches(plain, sources.variables, n=1, cutoff=0.8)
        if near:
            warnings.append(Sentence("%(name)s has no effect: did you mean %(near)s?", name=name, near=near[0]))
    return tuple(warnings)
