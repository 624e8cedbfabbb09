"""What of a connection can be set, and to what is it set where it stands?

Everything is told by the types of the settings and of the platform's options, as for a new connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from syncd.domain.side import Side
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence
from syncd.settings import ConnectionSettings, GuardSettings, RouteSettings
from syncd.settings.convert import nearest
from syncd.settings.form import Asked, ask, read_answer, shown
from syncd.sync.app import App, Connected
from syncd.sync.connecting.place import Place

__all__ = ["Box", "Part", "after", "parts_of"]

_WHEN: Final = ("every", "full_every", "fresh_within", "parallel_calls", "fields", "groups_most")
_SHOP: Final = ("served", "acceptance", "groups_field", "admin_url", "canary")
_ROUTE: Final = ("registrations", "guests", "newsletter_only", "create_inactive", "unmapped", "zones", "only_groups")
_CODES: Final = frozenset({"served", "zones", "fields"})
"""Lists of words without blanks: commas and blanks part them as well."""


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """One key that can be set.

    Attributes:
        name: What it is called in forms and on the command line: ``every``, ``guard.blocks_most``, ``options.url``,
            ``routes.0.guests``.
        value: What is written, else the default, as text.
        lock: The variable that sets it, so that what is written has no effect.
    """

    name: str
    asked: Asked
    value: str
    lock: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Keys that belong together.

    Attributes:
        name: ``when``, ``guard``, ``shop``, ``options`` or ``routes``.
        other: For a route: the connection at its other end.
    """

    name: str
    boxes: tuple[Box, ...]
    other: str = ""


def parts_of(app: App, connected: Connected, place: Place) -> list[Part]:
    """All that can be set, with what is written."""
    shop = connected.settings.side is Side.SHOP
    own = {one.name: one for one in ask(ConnectionSettings)}
    table = place.table
    options = [one for one in ask(connected.adapter.options) if one.shape != "secret"]

    def boxes(prefix: str, asked: list[Asked], written: Mapping[str, Any]) -> tuple[Box, ...]:
        return tuple(_box(app, connected.name, prefix, one, written) for one in asked)

    parts = [
        Part(name="when", boxes=boxes("", [own[name] for name in _WHEN], table)),
        Part(name="guard", boxes=boxes("guard.", ask(GuardSettings), table.get("guard", {}))),
        *([Part(name="shop", boxes=boxes("", [own[name] for name in _SHOP], table))] if shop else []),
        *_routes(connected, place),
        Part(name="options", boxes=boxes("options.", options, table.get("options", {}))),
    ]
    return [part for part in parts if part.boxes]


def after(
    place: Place, parts: list[Part], answers: Mapping[str, str]
) -> tuple[dict[str, Any], list[dict[str, Any]], list[tuple[Box, str]]]:
    """What would be written, of the connection and of its routes; and each key that changes, with its new text.

    Args:
        answers: By the names of boxes; an answer that is missing changes nothing, an empty one means the default.

    Raises:
        InvalidRecord: Naming the key that cannot be read, or that is none.
    """
    table = {
        **place.table,
        "options": dict(place.table.get("options", {})),
        "guard": dict(place.table.get("guard", {})),
    }
    routes = [dict(route) for route in place.routes]
    boxes = {box.name: box for part in parts for box in part.boxes}
    changes = []
    for name, answer in answers.items():
        box = boxes.get(name)
        if box is None:
            raise InvalidRecord(
                Sentence("there is no setting %(name)s here", name=repr(name[:60])),
                code="option-wrong",
                field=name[:60],
                cure=nearest(name[:60], boxes, Sentence("There are: %(names)s.", names=", ".join(boxes))),
            )
        text = _tidied(box, answer)
        if box.lock or text == box.value:
            continue
        target = _target(name, table, routes)
        key = box.asked.name
        if text and (text != box.asked.default or key in target):
            target[key] = read_answer(box.asked, text)
            text = shown(box.asked.shape, target[key])
        else:
            target.pop(key, None)
        told = text or box.asked.default
        if told != box.value:
            changes.append((box, told))
    return table, routes, changes


def _target(name: str, table: dict[str, Any], routes: list[dict[str, Any]]) -> dict[str, Any]:
    head, _, rest = name.partition(".")
    if not rest:
        return table
    if head == "routes":
        return routes[int(rest.partition(".")[0])]
    target: dict[str, Any] = table[head]
    return target


def _tidied(box: Box, answer: str) -> str:
    text = answer.replace("\r\n", "\n")
    if box.asked.name in _CODES:
        text = "\n".join(re.split(r"[\s,]+", text.upper() if box.asked.name == "served" else text))
    return text if box.asked.shape == "text" and box.name.startswith("options.") else text.strip()


def _box(app: App, connection: str, prefix: str, one: Asked, written: Mapping[str, Any]) -> Box:
    origin = app.loaded.origins.get(f"connections.{connection}.{prefix}{one.name}", "")
    lock = origin.removeprefix("environment").strip() if origin.startswith("environment") else ""
    value = shown(one.shape, written[one.name]) if one.name in written else one.default
    return Box(name=f"{prefix}{one.name}", asked=one, value=value, lock=lock)


def _routes(connected: Connected, place: Place) -> Iterator[Part]:
    asked = {one.name: one for one in ask(RouteSettings)}
    for number, route in enumerate(place.routes):
        ends = [route.get("erp", ""), route.get("shop", "")]
        if connected.name not in ends:
            continue
        yield Part(
            name="routes",
            other=ends[ends[0] == connected.name],
            boxes=tuple(
                Box(
                    name=f"routes.{number}.{key}",
                    asked=asked[key],
                    value=shown(asked[key].shape, route[key]) if key in route else asked[key].default,
                )
                for key in _ROUTE
            ),
        )
