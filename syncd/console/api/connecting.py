"""How does a program make a connection? All at once what the console asks on four pages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from syncd import plugins
from syncd.access.roles import Role
from syncd.checks.check import Check
from syncd.checks.connections import check_connections
from syncd.console.api.endpoint import Call, Endpoint
from syncd.console.connections.finding import connection_of
from syncd.console.connections.terms import terms_of, wish_of
from syncd.errors import Misconfigured
from syncd.sentence import Sentence
from syncd.settings.form import Asked, ask, shown
from syncd.sync.connecting import adding, editing
from syncd.sync.connecting.drafts import Draft, draft_of
from syncd.sync.connecting.place import find_place
from syncd.sync.connecting.samples import Sample, read_samples
from syncd.sync.connecting.wish import Wish, as_toml
from syncd.sync.request import request_run

__all__ = ["ENDPOINTS"]


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection can be made to.

    Attributes:
        sides: ``erp``, ``shop``, or both.
        options: What it needs to know; those of the shape ``secret`` go into ``secrets``.
    """

    kind: str
    title: str
    sides: list[str]
    options: list[Asked]


class Platforms(msgspec.Struct, frozen=True):
    """All platforms."""

    items: list[Platform]


class NewConnection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection to be.

    Attributes:
        kind: A platform; ``GET /platforms`` lists them with their options.
        side: Where the platform can be both.
        secrets: Secret options; they are kept encrypted and never shown.
        every: How often changes are pulled; without, what is usual for the platform.
        blocks_percent: A run that would block more of all customers is held; ``blocks_most`` the same as a number.
        first_run: What becomes of the first run's plan: ``hold`` or ``apply``.
        served: Countries that a shop delivers to.
        acceptance: Whether a shop's registrations wait for a yes.
        routes: Connections of the other side to exchange with.
        untested: Do not log in first.
    """

    name: Annotated[str, msgspec.Meta(min_length=1)]
    kind: str
    side: Literal["erp", "shop"] | None = None
    options: dict[str, str | int | float | bool | list[str] | dict[str, str | int | float | bool]] = {}
    secrets: dict[str, str] = {}
    every: str = ""
    full_every: str = ""
    blocks_percent: float | None = None
    blocks_most: int | None = None
    first_run: Literal["", "hold", "apply"] = ""
    served: list[str] = []
    acceptance: bool = False
    routes: list[str] = []
    untested: bool = False


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a try.

    Attributes:
        samples: The first records, as they are there and as they are understood; none where the log-in failed.
        toml: What the connection's file would say.
    """

    checks: list[Check]
    samples: list[Sample]
    toml: str


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was made.

    Attributes:
        made: Whether the connection is there. ``false`` where syncd has no folder to write into: its secrets are
            kept, and ``toml`` belongs into the configuration.
        plan: The run that makes its first plan.
    """

    made: bool
    toml: str
    plan: int | None


class ConnectionEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a connection should be otherwise.

    Attributes:
        set: Settings by their key in the configuration (``every``, ``guard.blocks_most``, ``options.url``), as a file
            or a form has them; an empty text is the default.
        dry_run: Only check, and show what would change.
        untested: Do not log in first where an option changes.
    """

    set: dict[str, str]
    dry_run: bool = False
    untested: bool = False


class SettingChange(msgspec.Struct, frozen=True, kw_only=True):
    """One setting, before and after."""

    key: str
    before: str
    after: str


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """What changed, or would.

    Attributes:
        written: Whether it is in the file now.
        file: Where the connection stands.
        locked: Why syncd does not write there; empty where it does.
        elsewhere: Hosts that get the secrets, and did not get them before.
        toml: The file as it would be; where it is locked, the lines that a person writes.
    """

    written: bool
    file: str
    locked: str
    changes: list[SettingChange]
    elsewhere: list[str]
    toml: str


def _platforms(_call: Call) -> Platforms:
    found = []
    for kind in plugins.kinds():
        try:
            adapter = plugins.load(kind)
        except Misconfigured:  # its library is not installed
            continue
        sides = sorted(side.value for side in adapter.sides)
        found.append(Platform(kind=kind, title=adapter.title, sides=sides, options=ask(adapter.options)))
    return Platforms(found)


def _try(call: Call) -> Tried:
    draft, wish = _wished(call)
    adding.check(call.app, wish, draft.secrets)
    checks = check_connections(call.app, [draft.connected])
    samples = read_samples(call.app, draft.connected) if _passed(checks) else []
    return Tried(checks=checks, samples=samples, toml=as_toml(wish))


def _make(call: Call) -> Made:
    draft, wish = _wished(call)
    adding.check(call.app, wish, draft.secrets)
    if not call.body.untested:
        _refuse_failed(draft.name, check_connections(call.app, [draft.connected]), "made")
    file = adding.add(call.app, wish, draft.secrets, by=call.by)
    if file is None:
        return Made(made=False, toml=as_toml(wish), plan=None)
    app = call.renew()
    plan = request_run(app, app.connection(draft.name), mode="full", asked_by=call.by, dry_run=True)
    return Made(made=True, toml=as_toml(wish), plan=plan)


def _edit(call: Call) -> Edited:
    asked: ConnectionEdit = call.body
    connected = connection_of(call.app, call.path["name"])
    place = find_place(call.app, connected.name)
    found = editing.look(call.app, connected, place, asked.set)
    writes = bool(found.changes) and not asked.dry_run
    if writes:
        editing.check_open(connected, place)
        if found.calls and not asked.untested:
            editing.note_trial(call.app, found, by=call.by)
            _refuse_failed(connected.name, check_connections(call.app, [found.connected]), "changed")
        editing.change(call.app, connected, place, found, seen=place.seen, by=call.by)
    return Edited(
        written=writes,
        file=str(place.file),
        locked=place.locked,
        changes=[SettingChange(key=one.key, before=one.before, after=one.after) for one in found.changes],
        elsewhere=list(found.elsewhere),
        toml=found.text,
    )


def _wished(call: Call) -> tuple[Draft, Wish]:
    asked: NewConnection = call.body
    sides = plugins.load(asked.kind).sides if asked.kind in plugins.kinds() else frozenset()
    side = asked.side or (next(iter(sides)).value if len(sides) == 1 else "")
    answers = _as_texts(asked.kind, asked.options) | asked.secrets
    draft = draft_of(call.app, name=asked.name, kind=asked.kind, side=side, answers=answers, by=call.by)
    given: dict[str, list[str]] = {
        "every": [asked.every],
        "full_every": [asked.full_every],
        "blocks_percent": ["" if asked.blocks_percent is None else f"{asked.blocks_percent:g}"],
        "blocks_most": ["" if asked.blocks_most is None else str(asked.blocks_most)],
        "first_run": [asked.first_run],
        "served": [" ".join(asked.served)],
        "acceptance": ["yes" if asked.acceptance else ""],
        "routes": asked.routes,
    }
    return draft, wish_of(draft, terms_of(given, draft))


def _as_texts(kind: str, options: dict[str, Any]) -> dict[str, str]:
    """Options as a form has them: both are read by the same function."""
    if kind not in plugins.kinds():
        return {}
    shapes = {one.name: one.shape for one in ask(plugins.load(kind).options)}
    return {name: shown(shapes.get(name, "text"), value) for name, value in options.items()}


def _passed(checks: list[Check]) -> bool:
    return all(check.state != "fail" for check in checks)


def _refuse_failed(name: str, checks: list[Check], what: str) -> None:
    for check in checks:
        if check.state == "fail":
            raise Misconfigured(
                Sentence("%(connection)s was not %(what)s: %(why)s", connection=name, what=what, why=check.detail),
                cure=check.cure or "Or ask for it with `untested`.",
            )


_EXAMPLE = {
    "name": "optima",
    "kind": "bridge",
    "side": "erp",
    "options": {"url": "https://bridge.example"},
    "secrets": {"token": "..."},
    "every": "5m",
    "routes": ["shop"],
}
ENDPOINTS = (
    Endpoint("GET", "/platforms", Role.VIEWER, "List what a connection can be made to.", _platforms, Platforms),
    Endpoint(
        "POST", "/connections/try", Role.ADMIN, "Log in with options that are kept nowhere, and show 20 records.", _try,
        Tried, body=NewConnection, example=_EXAMPLE, fleeting=True,
    ),
    Endpoint(
        "POST", "/connections", Role.ADMIN, "Make a connection, after it was tried, and ask for its first plan.", _make,
        Made, body=NewConnection, example=_EXAMPLE, fleeting=True,
    ),
    Endpoint(
        "POST", "/connections/{name}/edit", Role.ADMIN, "Change when, how far and how a connection is read.", _edit,
        Edited, body=ConnectionEdit, example={"set": {"every": "10m"}, "dry_run": True}, fleeting=True,
    ),
)  # fmt: skip
