"""How does a person change what a customer is: a field, its country, or that it is anybody at all?"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from syncd.console.asking import Text
from syncd.console.customer.find import back_to, known_id
from syncd.console.rendering import page
from syncd.console.saying import refusal
from syncd.domain.code import code_of
from syncd.domain.contractor import load
from syncd.domain.values import SETTABLE
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import lookups
from syncd.registry.engine import reading
from syncd.sentence import Sentence
from syncd.sync import logins
from syncd.sync.app import App
from syncd.sync.country_names import settle_country, unsettle_country
from syncd.sync.edit import edit_customer, keeps_its_own
from syncd.sync.pursue import erase_now

__all__ = ["EDITABLE", "edit", "erase", "let_log_in", "settle", "show_edit", "unsettle"]

_COLLECTIONS: Final = frozenset(
    {"accounts", "addresses", "consents", "custom", "employees", "groups", "newsletter", "registrations"}
)
EDITABLE: Final = tuple(name for name in SETTABLE if name not in _COLLECTIONS)
"""Fields of one plain value, and phones; what else has parts changes where it comes from, and consents by words."""


def show_edit(request: Request, code: str, field: str = "") -> Response:
    """The form for one field."""
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    return _form(request, app, id_, _checked(field), _as_text(_value(app, id_, field)))


def edit(request: Request, code: str, field: Text = "", value: Text = "") -> Response:
    """Set the field; it goes to every side."""
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    try:
        runs = edit_customer(app, id_, _checked(field), _typed(field, value), by=request.state.visitor.by)
    except InvalidRecord as error:
        wrong = refusal(error, request.state.reader.language)
        return _form(request, app, id_, field, value, wrong=wrong, status=422)
    _ = request.state.text.gettext
    said = _("Saved by run %(run)s.") % {"run": runs[0]} if runs else _("It was this value already.")
    return back_to(request, id_, said, runs=runs, reversible=True)


def _checked(field: str) -> str:
    if field not in EDITABLE:
        raise NotFound(
            Sentence("no field %(field)s is edited here", field=repr(field[:40])),
            cure="Open it from the customer's overview.",
        )
    return field


def _form(
    request: Request, app: App, id_: int, field: str, value: str, *, wrong: str = "", status: int = 200
) -> Response:
    rule = app.up_to_date().rules.fields.everywhere.get(field)
    return page(
        request,
        "customer/edit.html",
        status=status,
        code=code_of(id_),
        name=_value(app, id_, "name"),
        field=field,
        value=value,
        wrong=wrong,
        owner=rule.owner.value if rule else "",
        kept=keeps_its_own(app, id_, field),
        kinds=("organisation", "person") if field == "kind" else (),
        yes_or_no=field in {"approved", "registered"},
    )


def _value(app: App, id_: int, field: str) -> Any:
    with reading(app.engine) as connection:
        return getattr(load(lookups.known(connection, [id_])[id_].doc), field)


def _typed(field: str, text: str) -> str:
    """What was typed, in the form in which fields are read; phones are typed with commas between."""
    if field != "phones":
        return text.strip()
    return msgspec.json.encode([one.strip() for one in text.split(",") if one.strip()]).decode()


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def settle(request: Request, code: str, country: Text = "") -> Response:
    """Say where the customer is, whatever its statements say, until one of them changes."""
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    chosen = settle_country(app, id_, country, by=request.state.visitor.by)
    _ = request.state.text.gettext
    return back_to(request, id_, _("The country is %(country)s by your word.") % {"country": chosen}, tab="explain")


def unsettle(request: Request, code: str) -> Response:
    """Let the customer's own statements say it again."""
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    unsettle_country(app, id_, by=request.state.visitor.by)
    _ = request.state.text.gettext
    return back_to(request, id_, _("The customer's own statements count again."), tab="explain")


def let_log_in(request: Request, code: str, email: Text = "") -> Response:
    """Make one employee the default log-in, and no other."""
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    runs = logins.let_log_in(app, id_, email, by=request.state.visitor.by)
    _ = request.state.text.gettext
    said = _("The default log-in was set by run %(run)s.") % {"run": runs[0]} if runs else _("Nothing was changed.")
    kind = "success" if runs else "warning"
    return back_to(request, id_, said, kind=kind, runs=runs, reversible=True, tab="accounts")


def erase(request: Request, code: str, meant: Text = "", person: Text = "") -> Response:
    """Begin the erasure of this one customer, whose code is said twice: one slip must not erase somebody else."""
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    erase_now(app, id_, meant=meant, by=request.state.visitor.by, as_person=bool(person))
    _ = request.state.text.gettext
    return back_to(request, id_, _("The registry forgot the customer. The sides follow."), tab="privacy")
