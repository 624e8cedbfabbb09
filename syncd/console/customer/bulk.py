"""How is one thing done to many customers? Shown first, with numbers and samples; done when that is confirmed."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access.roles import Role
from syncd.console.asking import Text, Texts
from syncd.console.customer.told import kind_of, of_many, taken_back
from syncd.console.exchange.exports import send_chosen
from syncd.console.flash import flash
from syncd.console.origin import safe_path
from syncd.console.rendering import page
from syncd.console.saying import refusal
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.customer_groups import joinable
from syncd.sync.app import App
from syncd.sync.bulk import KINDS, MANY, carry_out, ids_matching, ids_of, mark_of, open_operation, preview

__all__ = ["Asked", "act_on_many"]

_LIST: Final = "/customers"
_EXPORT: Final = "export-"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the form says.

    Attributes:
        code: Customers that were ticked.
        everybody: All that the list shows are meant, by `filter` and `q`, and not only those that were ticked.
        seen: Stands for the customers of whom the preview told.
        number: What was typed to repeat it.
        confirmed: It was looked at.
        back: The address of the list, with its filter and order.
    """

    action: str
    value: str
    note: str
    code: tuple[str, ...]
    everybody: bool
    filter: str
    q: str
    seen: str
    number: str
    confirmed: bool
    back: str

    @property
    def typed(self) -> int | None:
        """The number that was typed, also where it is written as the page writes it: 1,264 or 1 264."""
        digits = re.sub(r"[\s.,’']", "", self.number)
        return int(digits) if digits.isascii() and digits.isdigit() else None


def act_on_many(
    request: Request,
    *,
    action: Text = "",
    value: Text = "",
    note: Text = "",
    code: Texts = [],  # noqa: B006 - the framework copies it
    all: Text = "",  # noqa: A002 - what the list calls it
    filter: Text = "",  # noqa: A002 - the same
    q: Text = "",
    seen: Text = "",
    number: Text = "",
    confirmed: Text = "",
    back: Text = _LIST,
) -> Response:
    """Ask for what the operation needs, show what it would do, or do it."""
    app: App = request.app.state.syncd
    asked = Asked(
        action=action, value=value, note=note, code=tuple(code), everybody=bool(all), filter=filter, q=q, seen=seen,
        number=number, confirmed=bool(confirmed), back=_of_list(back),
    )  # fmt: skip
    ids = _selected(request, app, asked)
    _ = request.state.text.gettext
    if not ids:
        response = RedirectResponse(asked.back, 303)
        return flash(response, request, _("No customer was selected."), kind="warning")
    if action.startswith(_EXPORT):
        return send_chosen(request, action.removeprefix(_EXPORT), ids, urlsplit(asked.back).query)
    visitor = request.state.visitor
    try:
        operation = open_operation(app, action, value, note=note, by=visitor.by)
    except (InvalidRecord, NotFound) as error:
        if action not in KINDS:
            raise
        wrong = refusal(error, request.state.reader.language) if asked.confirmed or value or note else ""
        return _value(request, app, asked, len(ids), wrong)
    if KINDS[action].takes and not (value or note or asked.confirmed):
        return _value(request, app, asked, len(ids), "")
    wrong = _not_meant(request, asked, ids) if asked.confirmed else ""
    if not asked.confirmed or wrong:
        shown = preview(app, operation, ids)
        values = {"asked": asked, "shown": shown, "wrong": wrong, "seen": mark_of(ids)}
        return page(request, "customer/bulk.html", status=409 if wrong else 200, **values)
    done = carry_out(
        app,
        operation,
        ids,
        by=visitor.by,
        number=len(ids) if asked.typed == len(ids) else None,
        approved=visitor.role >= Role.ADMIN,
    )
    at_work = [run for run in done.runs if run not in done.held] if done.waiting else []
    # A worker is still about it: the page of its run shows how far it is.
    response = RedirectResponse(f"/runs/{at_work[0]}" if at_work else asked.back, 303)
    told = of_many(request, done)
    return flash(response, request, told, kind=kind_of(done), runs=done.runs, reversible=taken_back(done))


def _of_list(back: str) -> str:
    """The list as it was; never another page, and never another site."""
    path = safe_path(back)
    return path if path == _LIST or path.startswith((f"{_LIST}?", f"{_LIST}/")) else _LIST


def _selected(request: Request, app: App, asked: Asked) -> list[int]:
    """Days of a filter begin where the reader is, as on the list."""
    if not asked.everybody:
        return ids_of(asked.code)
    return ids_matching(app, asked.filter, asked.q, at=app.now().astimezone(request.state.reader.zone))


def _not_meant(request: Request, asked: Asked, ids: list[int]) -> str:
    """Why a confirmation is not for what is selected now; empty when it is."""
    _ = request.state.text.gettext
    if asked.seen != mark_of(ids):
        return str(_("The selection is another one by now. Look at it again."))
    if len(ids) > MANY and asked.typed != len(ids):
        return str(_("Type the number %(num)s, if they are all meant.") % {"num": len(ids)})
    return ""


def _value(request: Request, app: App, asked: Asked, selected: int, wrong: str) -> Response:
    """The form for what the operation needs besides the customers."""
    values: dict[str, Any] = {"asked": asked, "selected": selected, "takes": KINDS[asked.action].takes, "wrong": wrong}
    with reading(app.engine) as connection:
        groups = joinable(connection)
    pairs = [(name, name) for name in groups]
    return page(request, "customer/bulk_value.html", status=422 if wrong else 200, groups=groups, pairs=pairs, **values)
