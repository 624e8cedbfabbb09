"""What is set to what, what does it mean, and where is it changed?

What stands in files that people write and in variables is locked here, and says where and how it is changed. What the
registry keeps, and connections in files that syncd writes, have forms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.checks.everything import check_everything
from syncd.console.problems import problem
from syncd.console.rendering import page
from syncd.domain.country.membership import GOODS_ONLY_SINCE, MEMBERS, is_member
from syncd.domain.news import News
from syncd.domain.side import Side
from syncd.registry.country_names import list_names
from syncd.registry.engine import reading
from syncd.registry.served import list_served
from syncd.sentence import Sentence
from syncd.settings.dropin import is_open
from syncd.settings.explain import Explained, flatten, limits
from syncd.sync.app import App
from syncd.sync.connecting.credentials import whole
from syncd.sync.news import TO, channels

__all__ = ["SECTIONS", "first", "show_settings"]

SECTIONS: Final = ("general", "schedules", "limits", "retention", "countries", "fields", "notifications", "health")

_SCHEDULE: Final = frozenset({"every", "full_every", "paused", "fresh_within", "canary"})
_RETENTION: Final = frozenset({"history_days", "plan_hours", "plan_days", "replay_days", "replay_records"})
_COUNTRIES: Final = frozenset({"home", "hold_unresolved", "hold_unapproved"})


class Group(msgspec.Struct, frozen=True):
    """Settings under one heading; without a heading they are syncd's own."""

    title: str
    settings: Sequence[Explained]


def first(request: Request) -> Response:
    """The first section."""
    del request
    return RedirectResponse(f"/settings/{SECTIONS[0]}", 303)


def show_settings(request: Request, section: str) -> Response:
    """One section."""
    app: App = request.app.state.syncd
    if section not in SECTIONS:
        return problem(request, 404, "Not found", Sentence("There are: %(names)s.", names=", ".join(SECTIONS)))
    loaded = whole(app.loaded, app.settings)
    explained = flatten(loaded)
    groups = _GROUPS[section](explained, app) if section in _GROUPS else []
    return page(
        request,
        f"settings/{section}.html" if section in _MORE else "settings/section.html",
        section_name=section,
        sections=SECTIONS,
        groups=groups,
        files=loaded.files,
        folder=loaded.folder,
        main_file=loaded.file or "syncd.toml",
        open=is_open(loaded.folder),
        **(_MORE[section](app) if section in _MORE else {}),
    )


def _general(explained: Sequence[Explained], app: App) -> list[Group]:
    del app
    plain = [one for one in explained if "." not in one.key and "[" not in one.key]
    apart = _RETENTION | (_COUNTRIES - {"home"})
    return [
        Group("", [one for one in plain if one.key not in apart]),
        Group("console", _below(explained, "console.")),
    ]


def _schedules(explained: Sequence[Explained], app: App) -> list[Group]:
    return [
        Group(name, [one for one in _below(explained, f"connections.{name}.") if _last(one) in _SCHEDULE])
        for name in app.connections
    ]


def _limits(explained: Sequence[Explained], app: App) -> list[Group]:
    del explained
    loaded = whole(app.loaded, app.settings)
    return [Group(name, limits(loaded, name)) for name in app.connections]


def _retention(explained: Sequence[Explained], app: App) -> list[Group]:
    del app
    return [
        Group("", [one for one in explained if one.key in _RETENTION]),
        Group("erasure", _below(explained, "erasure.")),
    ]


def _country_settings(explained: Sequence[Explained], app: App) -> list[Group]:
    del app
    return [
        Group("", [one for one in explained if one.key in _COUNTRIES]),
        Group("vies", _below(explained, "vies.")),
    ]


def _notifications(explained: Sequence[Explained], app: App) -> list[Group]:
    del app
    return [Group("", _below(explained, "alerts."))]


def _below(explained: Sequence[Explained], prefix: str) -> list[Explained]:
    return [one for one in explained if one.key.startswith(prefix)]


def _last(one: Explained) -> str:
    return one.key.rpartition(".")[2]


def _countries(app: App) -> dict[str, Any]:
    today = app.now().date()
    with reading(app.engine) as connection:
        names, served = list_names(connection), list_served(connection)
    shops = [(name, one.settings.served) for name, one in app.connections.items() if one.settings.side is Side.SHOP]
    members = [(code, joined, left) for code, (joined, left) in sorted(MEMBERS.items())]
    return {
        "members": [(code, joined, None if is_member(code, today) else left) for code, joined, left in members],
        "number": sum(is_member(code, today) for code in MEMBERS),
        "goods_only_since": GOODS_ONLY_SINCE,
        "names": names,
        "shops": shops,
        "served": served,
    }


def _alerts(app: App) -> dict[str, Any]:
    watching = [name for name in channels(app, News.LATE) if not name.startswith(TO)]
    return {"channels": watching, "webhooks": app.settings.webhooks, "mail_to": app.settings.alerts.mail_to}


def _health(app: App) -> dict[str, Any]:
    return {"checks": list(check_everything(app))}


_GROUPS: Final[dict[str, Callable[[Sequence[Explained], App], list[Group]]]] = {
    "general": _general,
    "schedules": _schedules,
    "limits": _limits,
    "retention": _retention,
    "countries": _country_settings,
    "notifications": _notifications,
}

_MORE: Final[dict[str, Callable[[App], dict[str, Any]]]] = {
    "countries": _countries,
    "notifications": _alerts,
    "health": _health,
}
