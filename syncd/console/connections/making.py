"""How does an admin make a connection? Four pages: what it is, its options and a test, twenty records, and the rest."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd import plugins
from syncd.bootstrap import renewed
from syncd.checks.check import Check
from syncd.checks.connections import check_connections
from syncd.checks.trying import read_checks, written
from syncd.console.asking import Number, Text
from syncd.console.connections.terms import Answers, Terms, read_form, terms_of, wish_of
from syncd.console.flash import flash
from syncd.console.rendering import page
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, Misconfigured, SyncError
from syncd.ports import Adapter
from syncd.registry.engine import reading
from syncd.registry.secrets import all_sealed
from syncd.settings.dropin import is_open
from syncd.settings.form import Asked, ask, shown
from syncd.sync.app import App
from syncd.sync.connecting import adding, drafts
from syncd.sync.connecting.drafts import Draft
from syncd.sync.connecting.samples import read_samples
from syncd.sync.connecting.wish import as_toml
from syncd.sync.request import request_run

__all__ = ["FormAnswers", "begin", "choose", "create", "discard", "fill", "show_options", "show_preview", "show_sample"]

FormAnswers = Annotated[Answers, Depends(read_form)]
"""All fields of a form whose names the settings tell."""


def choose(request: Request, kind: str = "") -> Response:
    """First: which platform, which side, and what it is called."""
    return _choice(request, {"kind": kind, "side": "", "name": ""}, None)


def begin(request: Request, kind: Text = "", side: Text = "", name: Text = "") -> Response:
    """Take that down."""
    app: App = request.app.state.syncd
    name = name.strip()
    try:
        sides = plugins.load(kind).sides if kind in plugins.kinds() else frozenset()
        side = side if len(sides) != 1 else next(iter(sides)).value
        draft_id = drafts.begin(app, name=name, kind=kind, side=side, by=request.state.visitor.by)
    except InvalidRecord as error:
        return _choice(request, {"kind": kind, "side": side, "name": name}, error)
    return RedirectResponse(f"/connections/new/{draft_id}", 303)


def show_options(request: Request, draft_id: Number) -> Response:
    """Second: its options, its secrets, and whether it lets us in."""
    draft = drafts.find(request.app.state.syncd, draft_id)
    return _options(request, draft, {}, None)


def fill(request: Request, draft_id: Number, answers: FormAnswers) -> Response:
    """Take them down and try them."""
    app: App = request.app.state.syncd
    draft = drafts.find(app, draft_id)
    given = {name.removeprefix("option."): values[-1] for name, values in answers.items()}
    try:
        draft = drafts.fill(app, draft, given)
    except (InvalidRecord, Misconfigured) as error:
        return _options(request, draft, given, error)
    drafts.note_test(app, draft, written(check_connections(app, [draft.connected])))
    return RedirectResponse(f"/connections/new/{draft_id}", 303)


def show_sample(request: Request, draft_id: Number) -> Response:
    """Third: twenty records as they are there, and as syncd understands them."""
    app: App = request.app.state.syncd
    draft = drafts.find(app, draft_id)
    problem: SyncError | None = None
    samples = []
    try:
        samples = read_samples(app, draft.connected)
    except SyncError as error:
        problem = error
    return page(
        request,
        "connections/new_sample.html",
        draft=draft,
        samples=samples,
        problem=problem,
        warned=sum(bool(sample.warnings) for sample in samples),
    )


def show_preview(request: Request, draft_id: Number) -> Response:
    """Fourth: when, how far, and with whom; and what will be written where."""
    draft = drafts.find(request.app.state.syncd, draft_id)
    query = request.query_params
    terms = terms_of({name: query.getlist(name) for name in query}, draft)
    return _preview(request, draft, terms, None)


def create(request: Request, draft_id: Number, answers: FormAnswers) -> Response:
    """Make it, and ask for the first plan."""
    app: App = request.app.state.syncd
    draft = drafts.find(app, draft_id)
    terms = terms_of(answers, draft)
    by = request.state.visitor.by
    _ = request.state.text.gettext
    try:
        file = adding.add(app, wish_of(draft, terms), draft.secrets, by=by)
    except (InvalidRecord, Misconfigured) as error:
        return _preview(request, draft, terms, error)
    if file is None:
        told = _("The secrets of %(name)s are kept. Now put the file below where the configuration is.")
        back = RedirectResponse(f"/connections/new/{draft_id}/preview?{urlencode(terms.query, doseq=True)}", 303)
        return flash(back, request, told % {"name": draft.name}, kind="warning")
    drafts.discard(app, draft)
    app = request.app.state.syncd = renewed(app)
    run_id = request_run(app, app.connection(draft.name), mode="full", asked_by=by, dry_run=True)
    told = _("%(name)s is connected. Its first plan is being made: nothing is changed before you have seen it.")
    return flash(RedirectResponse(f"/runs/{run_id}", 303), request, told % {"name": draft.name})


def discard(request: Request, draft_id: Number) -> Response:
    """Forget what was filled in."""
    app: App = request.app.state.syncd
    draft = drafts.find(app, draft_id)
    drafts.discard(app, draft)
    told = request.state.text.gettext("%(name)s was not made; what was filled in is forgotten.") % {"name": draft.name}
    return flash(RedirectResponse("/connections", 303), request, told)


def _choice(request: Request, given: dict[str, str], wrong: SyncError | None) -> Response:
    adapters = [adapter for kind in plugins.kinds() if (adapter := _load(kind)) is not None]
    return page(
        request,
        "connections/new.html",
        status=422 if wrong else 200,
        adapters=adapters,
        given=given,
        wrong=wrong,
        both={adapter.kind for adapter in adapters if len(adapter.sides) > 1},
    )


def _load(kind: str) -> Adapter | None:
    """An adapter whose library is not installed is left out."""
    try:
        return plugins.load(kind)
    except Misconfigured:
        return None


def _options(request: Request, draft: Draft, given: dict[str, str], wrong: SyncError | None) -> Response:
    asked = ask(plugins.load(draft.kind).options)
    checks: list[Check] = read_checks(draft.tested)
    return page(
        request,
        "connections/new_options.html",
        status=422 if wrong else 200,
        draft=draft,
        adapter=plugins.load(draft.kind),
        required=[one for one in asked if _is_first(one)],
        optional=[one for one in asked if not _is_first(one)],
        values={one.name: _value(one, draft, given) for one in asked if one.shape != "secret"},
        kept=set(draft.secrets),
        checks=checks,
        passed=bool(checks) and all(check.state != "fail" for check in checks),
        wrong=wrong,
    )


def _value(one: Asked, draft: Draft, given: dict[str, str]) -> str:
    if one.name in given:
        return given[one.name]
    return shown(one.shape, draft.options[one.name]) if one.name in draft.options else one.default


def _preview(request: Request, draft: Draft, terms: Terms, wrong: SyncError | None) -> Response:
    app: App = request.app.state.syncd
    wish = wish_of(draft, terms)
    if wrong is None:
        wrong = _doubt(app, draft, terms)
    others = [one for one in app.connections.values() if one.settings.side is not draft.side]
    with reading(app.engine) as connection:
        kept = {one.option for one in all_sealed(connection, draft.name)}
    values: dict[str, Any] = msgspec.structs.asdict(terms)
    return page(
        request,
        "connections/new_preview.html",
        status=422 if wrong and request.method == "POST" else 200,
        draft=draft,
        terms=values,
        others=others,
        is_shop=draft.side is Side.SHOP,
        toml=as_toml(wish),
        open=is_open(app.loaded.folder),
        folder=app.loaded.folder,
        file=app.loaded.file,
        kept=kept,
        wrong=wrong,
    )


def _doubt(app: App, draft: Draft, terms: Terms) -> SyncError | None:
    """What would be refused."""
    try:
        adding.check(app, wish_of(draft, terms), draft.secrets)
    except (InvalidRecord, Misconfigured) as error:
        return error
    return None


def _is_first(one: Asked) -> bool:
    """Whether an option is shown at once: who logs in stands beside the password."""
    return one.required or one.shape == "secret" or one.name == "username"
