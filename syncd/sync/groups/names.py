"""Which groups are there, and how are they shown?"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from syncd.domain.groups import plain
from syncd.domain.groups.palette import is_color
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import tables as t
from syncd.registry.engine import reading, writing
from syncd.registry.groups import ADMIN, groups_by_connection
from syncd.sentence import Counted, Sentence
from syncd.sync.app import App

__all__ = ["GroupRow", "list_groups", "set_color", "set_label"]

LABEL: Final = 40


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """One group of the registry.

    Attributes:
        id: Its number, for the name of its colour in a style sheet.
        origin: ``erp``, or ``admin`` for one that an admin made.
        sources: ERPs whose customers are in it; of an admin's group none.
        targets: What it is called at each shop; ``""`` where it is left out.
    """

    id: int
    name: str
    origin: str
    sources: list[str]
    members: int
    label: str | None
    color: str | None
    targets: dict[str, str]


def list_groups(app: App) -> list[GroupRow]:
    """All groups by name."""
    stations = app.up_to_date().network.stations.values()
    shops = {station.name: station for station in stations if station.side is Side.SHOP and station.routes}
    with reading(app.engine) as connection:
        number = func.count(t.Membership.contractor_id)
        rows = connection.execute(
            select(t.Group.id, t.Group.name, t.Group.origin, t.Group.label, t.Group.color, number.label("members"))
            .outerjoin(t.Membership, t.Membership.group_id == t.Group.id)
            .group_by(t.Group.id, t.Group.name, t.Group.origin, t.Group.label, t.Group.color)
        ).mappings()
        found = [dict(row) for row in rows]
        sources = _sources(app, connection)
    return sorted(
        (
            GroupRow(
                **row,
                sources=sources.get(row["id"], []) if row["origin"] != ADMIN else [],
                targets={name: station.group_map.target(row["name"]) for name, station in shops.items()},
            )
            for row in found
        ),
        key=lambda one: one.name,
    )


def _sources(app: App, connection: Connection) -> dict[int, list[str]]:
    """ERPs of each group's members."""
    erps = {one.id: one.name for one in app.connections.values() if one.settings.side is Side.ERP}
    found = groups_by_connection(connection, erps)
    return {group_id: sorted(erps[id_] for id_ in ids) for group_id, ids in found.items()}


def set_label(app: App, name: str, text: str, *, by: str) -> None:
    """Say what is shown beside customers of a group; ``""`` shows its name.

    Raises:
        NotFound: When there is no such group.
        InvalidRecord: When the text is too long.
    """
    label = plain(text)
    if len(label) > LABEL or not label.isprintable():
        raise InvalidRecord(
            Sentence(
                Counted(
                    "a label is one line of at most %(count)s character",
                    "a label is one line of at most %(count)s characters",
                ),
                count=LABEL,
            ),
            code="group-label-wrong",
            field="label",
            cure="Shorten it.",
        )
    _set(app, name, {"label": label or None}, by=by, action="label-group")


def set_color(app: App, name: str, color: str, *, by: str) -> None:
    """Say in which colour a group is shown; ``""`` in none.

    Raises:
        NotFound: When there is no such group.
        InvalidRecord: When it is no colour.
    """
    if color and not is_color(color.lower()):
        raise InvalidRecord(
            Sentence("%(color)s is no colour", color=repr(color)),
            code="group-label-wrong",
            field="color",
            cure="Write it like #206bc4.",
        )
    _set(app, name, {"color": color.lower() or None}, by=by, action="color-group")


def _set(app: App, name: str, values: dict[str, str | None], *, by: str, action: str) -> None:
    with writing(app.engine) as connection:
        changed = connection.execute(update(t.Group).where(t.Group.name == plain(name)).values(**values))
        if changed.rowcount == 0:
            raise NotFound(
                Sentence("there is no group %(name)s", name=repr(name)),
                code="no-such-group",
                cure="`syncd groups list` shows them all.",
            )
        connection.execute(
            insert(t.Audit).values(at=app.now(), actor=by, action=action, subject=plain(name), details=values)
        )
