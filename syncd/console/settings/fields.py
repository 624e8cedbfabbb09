"""Whose is each field, and where may a shop's customers edit it? A table that an admin reads and changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.asking import Text, Texts, WrongAddress, address, app_of, by_of, known_filters, refuse, tidied
from syncd.console.flash import flash
from syncd.console.rendering import page
from syncd.console.saying import refusal
from syncd.console.settings.show import SECTIONS
from syncd.console.words import WORDS
from syncd.domain.policy import RULES, Empty, Forbidden
from syncd.domain.side import Side
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.fields import FieldRow, RuleChange, Wish, change_rules, compare_rules, list_rules
from syncd.sync.groups.rules import look_again
from syncd.sync.rehearse.fields import MOST, try_on_last_reads

__all__ = ["change", "show"]

_HERE: Final = "/settings/fields"
_PARTS: Final = ("owner", "edit", "empty", "forbidden")
_KNOWN: Final = ("shop", "field", "change", *_PARTS)
_PROFILE: Final = "profile"
"""Stands for all fields that by default are edited in shops, and not owned by them: what a direction is about."""


def show(request: Request) -> Response:
    """All rules; and, of a change that is only thought of, what it would change for whom."""
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    app = app_of(request)
    try:
        params = known_filters(request, _KNOWN)
        shop = _shop(app, params.get("shop", ""))
        fields = _fields(request.query_params.getlist("field"))
        wished, wish = _wish(params.get("change", ""), {part: params.get(part, "") for part in _PARTS})
    except WrongAddress as wrong:
        return refuse(request, wrong)
    changes: list[RuleChange] = []
    refused = ""
    try:
        if wished and fields:
            changes = compare_rules(app, fields, wish, shop=shop)
    except InvalidRecord as error:
        refused = refusal(error, request.state.reader.language)
    return page(
        request,
        "settings/fields.html",
        status=422 if refused else 200,
        section_name="fields",
        sections=SECTIONS,
        shops=_shops(app),
        shop=shop or "",
        rows=_in_force(app, shop),
        fields=fields,
        given=dict(params),
        wished=wished,
        changes=changes,
        tried=try_on_last_reads(app, changes) if changes else [],
        most=MOST,
        seen=_digest(changes),
        refused=refused,
        choices=_choices(),
        profile=_PROFILE,
        here=address(_HERE, shop=shop or ""),
        think_of=lambda **more: address(_HERE, shop=shop or "", **more),
    )


def change(
    request: Request,
    *,
    shop: Text = "",
    field: Texts = [],  # noqa: B006 - FastAPI copies it
    change: Text = "",
    owner: Text = "",
    edit: Text = "",
    empty: Text = "",
    forbidden: Text = "",
    seen: Text = "",
    follow: Text = "",
) -> Response:
    """Change them; runs that begin from now on follow the new rules."""
    app, texts = app_of(request), request.state.text
    try:
        name = _shop(app, shop)
        fields = _fields(field)
        wished, wish = _wish(change, {"owner": owner, "edit": edit, "empty": empty, "forbidden": forbidden})
    except WrongAddress as wrong:
        return refuse(request, wrong)
    back = RedirectResponse(address(_HERE, shop=name or ""), 303)
    if not wished or _digest(compare_rules(app, fields, wish, shop=name)) != seen:
        told = texts.gettext("Nothing was changed: the rules are others than those that you saw. Look again.")
        return flash(back, request, told, kind="warning")
    changes = change_rules(app, fields, wish, by=by_of(request), shop=name)
    told = texts.ngettext("%(num)s rule is changed.", "%(num)s rules are changed.", len(changes))
    told = told % {"num": len(changes)}
    if follow != "plan":
        return flash(back, request, told)
    runs = [
        run
        for one in ([name] if name else _shops(app))
        for run in look_again(app, one, asked_by=by_of(request), dry_run=True)
    ]
    more = texts.gettext("A plan is made of what follows for the customers who are there.")
    target = f"/plans/{min(runs)}" if len(runs) == 1 else "/plans"
    return flash(RedirectResponse(target, 303), request, f"{told} {more}")


def _shops(app: App) -> list[str]:
    return [name for name, one in app.connections.items() if one.settings.side is Side.SHOP]


def _shop(app: App, name: str) -> str | None:
    if name and name not in _shops(app):
        raise WrongAddress("shop", Sentence("it can be %(names)s.", names=", ".join(_shops(app)) or Sentence("none")))
    return name or None


def _fields(names: Sequence[str]) -> list[str]:
    """Those that were named, each once."""
    found = []
    for name in names:
        if name == _PROFILE:
            found += [field for field, rule in RULES.items() if rule.owner is Side.ERP and rule.shop_edit]
        elif name in RULES:
            found.append(name)
        else:
            raise WrongAddress("field", Sentence("there is no rule for %(name)s.", name=repr(name[:40])))
    return list(dict.fromkeys(found))


def _wish(kind: str, parts: dict[str, str]) -> tuple[bool, Wish | None]:
    """Whether something is thought of, and what; ``None``: back to the default."""
    if kind not in {"", "set", "reset"}:
        raise WrongAddress("change", "it can be set, reset.")
    if kind != "set":
        return kind == "reset", None
    given = {part: text for part, text in parts.items() if text}
    for part, text in given.items():
        if part != "edit" and text not in _choices()[part]:
            raise WrongAddress(part, Sentence("it can be %(names)s.", names=", ".join(_choices()[part])))
    return bool(given), msgspec.convert(given, Wish)


def _choices() -> dict[str, tuple[str, ...]]:
    return {"owner": tuple(Side), "edit": tuple(WORDS["edit"]), "empty": tuple(Empty), "forbidden": tuple(Forbidden)}


def _in_force(app: App, shop: str | None) -> list[FieldRow]:
    """One row for each field: what is in force for the shop, or for all."""
    rows = list_rules(app)
    if shop is None:
        return [row for row in rows if row.shop is None]
    own = {row.field: row for row in rows if row.shop == shop}
    return [own.get(row.field, row) for row in rows if row.shop is None]


def _digest(changes: Sequence[RuleChange]) -> str:
    """By what it is told that the rules are still those that somebody saw."""
    told: Any = [(one.field, one.before, one.after) for one in changes]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]
