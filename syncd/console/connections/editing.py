"""How does an admin change a connection that is there? A form, what would change, and then at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.checks.check import Check
from syncd.checks.connections import check_connections
from syncd.console.asking import app_of, by_of
from syncd.console.connections.acts import renew
from syncd.console.connections.finding import find
from syncd.console.connections.making import FormAnswers
from syncd.console.flash import flash
from syncd.console.rendering import page
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, Misconfigured, SyncError
from syncd.sentence import Sentence
from syncd.sync.app import Connected
from syncd.sync.connecting.boxes import after, parts_of
from syncd.sync.connecting.editing import Edit, change, check_open, look, note_trial
from syncd.sync.connecting.place import Place, find_place
from syncd.sync.fields import list_rules

__all__ = ["save", "show_form", "show_preview"]

_APART = frozenset({"seen", "untested"})


def show_form(request: Request, name: str) -> Response:
    """What is written of it, to be changed; and what cannot be, with the reason."""
    connected, place = _open(request, name)
    return _form(request, connected, place, dict(request.query_params), None)


def show_preview(request: Request, name: str) -> Response:
    """What would change, and how the file would look; the address has only what differs."""
    app = app_of(request)
    connected, place = _open(request, name)
    query = dict(request.query_params)
    answers = {key: value for key, value in query.items() if key not in _APART}
    if not place.locked and query.get("seen") != place.seen:
        return _stale(request, connected, place)
    try:
        _, _, changes = after(place, parts_of(app, connected, place), answers)
        kept = {box.name: answers[box.name] for box, _ in changes}
        if kept.keys() != answers.keys():
            seen = {} if place.locked else {"seen": place.seen}
            return RedirectResponse(f"{request.url.path}?{urlencode({**kept, **seen})}", 303)
        edit = look(app, connected, place, answers)
    except (InvalidRecord, Misconfigured) as error:
        return _form(request, connected, place, answers, error)
    return _preview(request, connected, place, answers, edit)


def save(request: Request, name: str, answers: FormAnswers) -> Response:
    """Write it, once the platform let us in where that changes."""
    app = app_of(request)
    connected, place = _open(request, name)
    given = {key: values[-1] for key, values in answers.items()}
    wished = {key: value for key, value in given.items() if key not in _APART}
    texts = request.state.text
    if not place.locked and given.get("seen") != place.seen:
        return _stale(request, connected, place)
    try:
        check_open(connected, place)
        edit = look(app, connected, place, wished)
        if edit.calls and not given.get("untested"):
            note_trial(app, edit, by=by_of(request))
            checks = check_connections(app, [edit.connected])
            if any(check.state == "fail" for check in checks):
                return _preview(request, connected, place, wished, edit, checks)
        if edit.changes:
            change(app, connected, place, edit, seen=given.get("seen", ""), by=by_of(request))
    except (InvalidRecord, Misconfigured) as error:
        return _form(request, connected, place, wished, error)
    renew(request)
    number = len(edit.changes)
    told = texts.ngettext(
        "%(num)s setting of %(name)s is changed. It counts from the next task on; nothing has to be restarted.",
        "%(num)s settings of %(name)s are changed. They count from the next task on; nothing has to be restarted.",
        number,
    )
    return flash(RedirectResponse(f"/connections/{name}", 303), request, told % {"num": number, "name": name})


def _form(
    request: Request, connected: Connected, place: Place, given: Mapping[str, str], wrong: SyncError | None
) -> Response:
    app = app_of(request)
    parts = parts_of(app, connected, place)
    values = {box.name: given.get(box.name, box.value) for part in parts for box in part.boxes}
    return page(
        request,
        "connections/edit.html",
        status=_status(wrong),
        name=connected.name,
        adapter=connected.adapter,
        is_shop=connected.settings.side is Side.SHOP,
        place=place,
        parts=parts,
        values=values,
        wrong=wrong,
        home=app.settings.home,
        home_origin=app.loaded.origins.get("home", ""),
        main_file=app.loaded.file or "syncd.toml",
        folder=app.loaded.folder,
        rights=_rights(request, connected),
    )


def _rights(request: Request, connected: Connected) -> list[tuple[str, int]]:
    """How many fields a shop's edit counts in, by the zones where it does."""
    if connected.settings.side is not Side.SHOP:
        return []
    rows = list_rules(app_of(request))
    own = {row.field: row for row in rows if row.shop is None} | {
        row.field: row for row in rows if row.shop == connected.name
    }
    return sorted(Counter(row.edit for row in own.values()).items())


def _preview(
    request: Request,
    connected: Connected,
    place: Place,
    answers: Mapping[str, str],
    edit: Edit,
    checks: list[Check] | None = None,
) -> Response:
    values: dict[str, Any] = {
        "place": place,
        "answers": answers,
        "edit": edit,
        "checks": checks or [],
        "back": f"/connections/{connected.name}/edit?{urlencode(answers)}",
        "companion": connected.adapter.companion is not None,
    }
    status = 422 if checks else 200
    return page(request, "connections/edit_preview.html", status=status, name=connected.name, **values)


def _stale(request: Request, connected: Connected, place: Place) -> Response:
    wrong = InvalidRecord(
        Sentence("%(file)s was changed since you opened it; nothing was written", file=place.path.name),
        code="file-changed",
        cure="Below is what is there now: fill it in again.",
    )
    return _form(request, connected, place, {}, wrong)


def _status(wrong: SyncError | None) -> int:
    return 200 if wrong is None else 409 if wrong.code == "file-changed" else 422


def _open(request: Request, name: str) -> tuple[Connected, Place]:
    """The connection and where it stands.

    Raises:
        InvalidRecord: While the files cannot be read; what was in force before is.
    """
    connected = find(request, name)
    try:
        return connected, find_place(app_of(request), name)
    except Misconfigured as error:
        raise InvalidRecord(error.message, code=error.code, cure=error.cure, field=error.field) from None
