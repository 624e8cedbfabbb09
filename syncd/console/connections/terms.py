"""When, how far and with whom is a new connection to work? What the last page of the four asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
from starlette.requests import Request

from syncd import plugins
from syncd.domain.side import Side
from syncd.settings import ConnectionSettings, GuardSettings
from syncd.settings.explain import describe
from syncd.sync.connecting.drafts import Draft
from syncd.sync.connecting.wish import Wish, WishedRoute

__all__ = ["Answers", "Terms", "read_form", "terms_of", "wish_of"]

Answers: TypeAlias = dict[str, list[str]]

_GUARD = GuardSettings()
_DEFAULTS = {one.name: one.default for one in describe(ConnectionSettings)}


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The answers, as texts: what is wrong in them is told by whoever reads the file."""

    every: str
    full_every: str
    blocks_percent: str
    blocks_most: str
    first_run: str
    served: str
    acceptance: bool
    routes: list[str]

    @property
    def query(self) -> dict[str, Any]:
        """The same for an address; what is empty is dropped."""
        given = msgspec.structs.asdict(self) | {"acceptance": "yes" if self.acceptance else ""}
        return {name: value for name, value in given.items() if value}


async def read_form(request: Request) -> Answers:
    """A form whose fields are not known beforehand."""
    form = await request.form()
    return {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}


def terms_of(answers: Mapping[str, list[str]], draft: Draft) -> Terms:
    """Answers, with what is usual for the platform where nothing was answered."""

    def one(name: str, usual: str) -> str:
        return (answers.get(name) or [usual])[-1].strip() or usual

    seconds = plugins.load(draft.kind).poll_seconds
    return Terms(
        every=one("every", f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"),
        full_every=one("full_every", str(_DEFAULTS["full_every"])),
        blocks_percent=one("blocks_percent", f"{_GUARD.blocks_percent:g}"),
        blocks_most=one("blocks_most", str(_GUARD.blocks_most)),
        first_run=one("first_run", _GUARD.first_run),
        served=one("served", ""),
        acceptance=bool(one("acceptance", "")),
        routes=[name for name in answers.get("routes", []) if name],
    )


def wish_of(draft: Draft, terms: Terms) -> Wish:
    """The connection that this would be."""
    guard: dict[str, Any] = {
        "blocks_percent": _number(terms.blocks_percent),
        "blocks_most": _number(terms.blocks_most),
        "first_run": terms.first_run,
    }
    usual = msgspec.structs.asdict(_GUARD)
    more: dict[str, Any] = {}
    if draft.side is Side.SHOP:
        served = terms.served.upper().replace(",", " ").split()
        more = ({"served": served} if served else {}) | ({"acceptance": True} if terms.acceptance else {})
    erp = draft.side is Side.ERP
    return Wish(
        name=draft.name,
        kind=draft.kind,
        side=draft.side,
        options=draft.options,
        every=terms.every,
        full_every=terms.full_every,
        guard={name: value for name, value in guard.items() if value != usual[name]},
        more=more,
        routes=tuple(
            WishedRoute(erp=draft.name if erp else other, shop=other if erp else draft.name) for other in terms.routes
        ),
    )


def _number(text: str) -> int | float | str:
    """What is no number stays a text, and is refused where the file is read."""
    for kind in (int, float):
        try:
            return kind(text.replace(",", "."))
        except ValueError:
            continue
    return text
