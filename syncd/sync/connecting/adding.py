"""How is a connection made, and taken away, while everything goes on?

Its file goes into the configuration's folder. Before that it is tried: the whole configuration is read as it would then
be, so that a mistake is told to who makes it and never stops what works.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from syncd import plugins
from syncd.errors import InvalidRecord, Misconfigured
from syncd.ports import parse_options
from syncd.registry import secrets as kept
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.sentence import Sentence
from syncd.settings import Loaded, Settings, load_settings
from syncd.settings.dropin import file_of, is_open, put_in, take_out
from syncd.sync.app import App
from syncd.sync.connecting.credentials import completed, keep_secrets
from syncd.sync.connecting.wish import Wish, as_toml

__all__ = ["add", "check", "check_options", "remove"]


def check(app: App, wish: Wish, secrets: Mapping[str, str]) -> Loaded:
    """What the configuration would be with this connection in it; nothing is written.

    Raises:
        Misconfigured: Naming what would be wrong.
        InvalidRecord: If there is such a connection already.
    """
    if wish.name in app.connections:
        raise InvalidRecord(
            Sentence("there is a connection %(wish)s already", wish=wish.name),
            code="connection-name",
            field="name",
            cure="Choose another name.",
        )
    folder = app.loaded.folder or Path()
    loaded = load_settings(app.loaded.file, os.environ, wish={file_of(folder, wish.name): as_toml(wish)})
    with reading(app.engine) as connection:
        settings = completed(connection, loaded.settings)
    check_options(settings, wish.name, secrets)
    return loaded


def check_options(settings: Settings, name: str, secrets: Mapping[str, str] = {}) -> None:
    """Whether a connection has what its platform needs.

    Args:
        secrets: Given beside those of the settings.

    Raises:
        Misconfigured: Naming the option.
    """
    own = settings.connections[name]
    parse_options(plugins.load(own.kind).options, {**own.options, **secrets}, connection=name)


def add(app: App, wish: Wish, secrets: Mapping[str, str], *, by: str) -> Path | None:
    """Make a connection; processes at work take it up before their next task.

    Its secrets are kept in the registry in any case. Where the configuration has no folder to write into, the file is
    left to a person: `as_toml` is what belongs into it.

    Returns:
        The file that was written, if one was.

    Raises:
        Misconfigured: Naming what would be wrong, or why the file cannot be written.
        InvalidRecord: If there is such a connection already, or a secret is none.
    """
    check(app, wish, secrets)
    keep_secrets(app, wish.name, plugins.load(wish.kind).options, secrets, by=by)
    folder = app.loaded.folder
    if folder is None or not is_open(folder):
        return None
    file = file_of(folder, wish.name)
    put_in(file, as_toml(wish))
    with writing(app.engine) as connection:
        details = {"kind": wish.kind, "file": file.name}
        write_down(connection, app.now(), by, "add-connection", f"connection {wish.name}", **details)
    return file


def remove(app: App, name: str, *, by: str) -> Path:
    """Take a connection away that has a file of its own; what the registry knows of its customers stays.

    Returns:
        The file that was deleted.

    Raises:
        Misconfigured: If it stands in another file, or something else needs it.
    """
    connected = app.connection(name)
    folder = app.loaded.folder
    origin = app.loaded.origins.get(f"connections.{connected.name}.kind", "")
    if folder is None or origin != str(file_of(folder, name)):
        raise Misconfigured(
            Sentence("%(name)s has no file of its own: it stands in %(value)s", name=name, value=origin or "no file"),
            cure="Take it out there.",
        )
    file = file_of(folder, name)
    load_settings(app.loaded.file, os.environ, wish={file: None})
    take_out(file)
    with writing(app.engine) as connection:
        kept.forget(connection, name)
        write_down(connection, app.now(), by, "remove-connection", f"connection {name}", file=file.name)
    return file
