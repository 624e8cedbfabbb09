"""How is a connection changed that is there: what would change, would it be right, and then at once?

The file is written anew, whole, by the same writer as for a new connection. Processes at work take it up before their
next task.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import msgspec

from syncd.errors import Misconfigured
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.sentence import Sentence
from syncd.settings import load_settings
from syncd.settings.dropin import replace_in
from syncd.settings.own import lines_to_write, text_of
from syncd.sync.app import App, Connected
from syncd.sync.connecting.adding import check_options
from syncd.sync.connecting.boxes import after, parts_of
from syncd.sync.connecting.credentials import completed
from syncd.sync.connecting.place import Place

__all__ = ["Change", "Edit", "change", "check_open", "look", "note_trial"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One key that becomes another one; values are texts, as in the form."""

    key: str
    before: str
    after: str


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What a form that was filled in would do.

    Attributes:
        text: The file as it would be; for a locked one the lines that a person writes.
        elsewhere: Hosts that would get the secrets, and did not get them before.
        calls: Whether it changes how the platform is called, so that somebody should try it first.
        connected: The connection as it would be, to try it.
    """

    changes: tuple[Change, ...]
    text: str
    elsewhere: tuple[str, ...]
    calls: bool
    connected: Connected


def look(app: App, connected: Connected, place: Place, answers: Mapping[str, str]) -> Edit:
    """What would change, after the same checks as `syncd config check`; nothing is written.

    Args:
        answers: By the names of `syncd.sync.connecting.boxes.Box`; what is missing stays.

    Raises:
        InvalidRecord: Naming the key that cannot be read.
        Misconfigured: Naming what would be wrong.
    """
    name = connected.name
    table, routes, changes = after(place, parts_of(app, connected, place), answers)
    if place.locked in {"", "closed"}:
        text = text_of(name, table, routes)
        loaded = load_settings(app.loaded.file, os.environ, wish={place.path: text})
    else:
        text = lines_to_write(name, place.table, table)
        loaded = load_settings(app.loaded.file, os.environ, tables={name: table})
    with reading(app.engine) as connection:
        settings = completed(connection, loaded.settings)
    check_options(settings, name)
    options = settings.connections[name].options
    return Edit(
        changes=tuple(Change(key=box.name, before=box.value, after=told) for box, told in changes),
        text=text,
        elsewhere=tuple(sorted(_hosts(options) - _hosts(connected.settings.options))),
        calls=any(box.name.startswith("options.") for box, _ in changes),
        connected=replace(connected, settings=settings.connections[name]),
    )


def check_open(connected: Connected, place: Place) -> None:
    """Refuse what syncd does not write, before a platform is tried for it.

    Raises:
        Misconfigured: If syncd does not write where the connection stands.
    """
    if place.locked:
        raise Misconfigured(
            Sentence(
                "%(connection)s stands in %(file)s, which syncd does not write",
                connection=connected.name,
                file=place.file,
            ),
            cure="Change it there; the preview has the lines.",
        )


def note_trial(app: App, edit: Edit, *, by: str) -> None:
    """Write down that secrets go to a host that did not get them, whatever comes of it: nothing else might tell."""
    if edit.elsewhere:
        with writing(app.engine) as connection:
            subject = f"connection {edit.connected.name}"
            write_down(connection, app.now(), by, "try-elsewhere", subject, hosts=list(edit.elsewhere))


def change(app: App, connected: Connected, place: Place, edit: Edit, *, seen: str, by: str) -> None:
    """Write what `look` found.

    Args:
        seen: `Place.seen` of what somebody saw who filled the form in.

    Raises:
        InvalidRecord: If the file was changed since.
        Misconfigured: If syncd does not write where the connection stands.
    """
    check_open(connected, place)
    details: dict[str, Any] = {
        "file": place.path.name,
        "before": {one.key: one.before for one in edit.changes},
        "after": {one.key: one.after for one in edit.changes},
    }
    with writing(app.engine) as connection:
        write_down(connection, app.now(), by, "edit-connection", f"connection {connected.name}", **details)
        replace_in(place.path, edit.text, seen=seen)


def _hosts(options: Mapping[str, Any]) -> set[str]:
    """Hosts of all addresses among options."""
    texts = [value for value in options.values() if isinstance(value, str) and "://" in value]
    return {host for text in texts if (host := _host(text))}


def _host(text: str) -> str:
    try:
        return urlsplit(text).hostname or ""
    except ValueError:
        return ""
