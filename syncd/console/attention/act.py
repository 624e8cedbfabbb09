"""What is done with issues? The same as by `syncd attention`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.asking import Number, Text, address, app_of, back_to, by_of
from syncd.console.attention.labels import label_of
from syncd.console.attention.lists import check_person
from syncd.console.flash import flash
from syncd.console.saying import say
from syncd.errors import InvalidRecord, SyncError
from syncd.registry.engine import reading
from syncd.registry.queries.issues import issue_ids
from syncd.sentence import Sentence
from syncd.sync import answers, attention
from syncd.sync.app import App

__all__ = ["answer", "answer_others", "assign", "bulk", "comment", "drop", "retry", "snooze"]


LENGTHS: Final = {"1": timedelta(days=1), "3": timedelta(days=3), "7": timedelta(days=7), "30": timedelta(days=30)}
"""For how many days something can be put off."""

_HOME: Final = "/attention"


def answer(
    request: Request,
    issue_id: Number,
    answer: Text = "",
    value: Text = "",
    back: Text = _HOME,
    next: Text = "",  # noqa: A002 - what it is called in the form
) -> Response:
    """Settle one issue; the next page offers to say the same to others, if there are any."""
    app, _ = app_of(request), request.state.reader.text.gettext
    said = answers.answer_all(app, issue_id, answer, (), value=value.strip(), by=by_of(request))
    text = _("Answered: %(answer)s") % {"answer": label_of(said.answer, _)}
    target = back
    if _others(app, issue_id, answer) and urlsplit(back).path == _HOME:
        kept = dict(parse_qsl(urlsplit(back).query))
        target = address(_HOME, kept, same=issue_id, answer=answer, value=value.strip() if said.answer.asks else "")
    return flash(_back(target, next), request, text)


def answer_others(
    request: Request, issue_id: Number, answer: Text = "", value: Text = "", also: Text = "", back: Text = _HOME
) -> Response:
    """Say the same to all that were shown."""
    texts = request.state.reader.text
    ids = [int(one) for one in also.split(",") if one.isascii() and one.isdecimal()][: answers.AT_ONCE]
    said = answers.answer_all(app_of(request), issue_id, answer, ids, value=value.strip(), by=by_of(request))
    number = len(said.done)
    text = texts.ngettext("%(num)s issue was answered.", "%(num)s issues were answered.", number)
    text %= {"num": request.state.reader.number(number)}
    if said.refused:
        why = say(next(iter(said.refused.values())), request.state.reader.language)
        left = texts.ngettext("%(num)s was not: %(why)s", "%(num)s were not: %(why)s", len(said.refused))
        text += " " + left % {"num": request.state.reader.number(len(said.refused)), "why": why}
    return flash(_back(back), request, text, kind="warning" if said.refused else "success")


def retry(request: Request, issue_id: Number, back: Text = _HOME) -> Response:
    """Try one again; its place in the list stays."""
    run = attention.retry(app_of(request), issue_id, by=by_of(request))
    _ = request.state.reader.text.gettext
    text = _("It is tried again by run %(run)s.") % {"run": run} if run else _("It is tried again.")
    return flash(_back(back, f"i-{issue_id}"), request, text, runs=[run] if run else [])


def assign(request: Request, issue_id: Number, who: Text = "", back: Text = _HOME) -> Response:
    """Say who sees to it; nobody, where no name is given."""
    app, _ = app_of(request), request.state.reader.text.gettext
    check_person(app, who)
    attention.assign(app, issue_id, who or None, by=by_of(request))
    text = _("%(who)s sees to it.") % {"who": who} if who else _("Nobody sees to it any more.")
    return flash(_back(back, f"i-{issue_id}"), request, text)


def snooze(request: Request, issue_id: Number, days: Text = "1", back: Text = _HOME, next: Text = "") -> Response:  # noqa: A002 - the same
    """Put it off."""
    app = app_of(request)
    attention.snooze(app, issue_id, app.now() + _length(days), by=by_of(request))
    texts = request.state.reader.text
    text = texts.ngettext("Put off for %(num)s day.", "Put off for %(num)s days.", int(days)) % {"num": days}
    return flash(_back(back, next), request, text)


def drop(request: Request, issue_id: Number, back: Text = _HOME, next: Text = "") -> Response:  # noqa: A002 - the same
    """Show it no more while its cause stays."""
    attention.drop(app_of(request), issue_id, by=by_of(request))
    text = request.state.reader.text.gettext("It is shown no more while its cause stays.")
    return flash(_back(back, next), request, text)


def comment(request: Request, issue_id: Number, text: Text = "") -> Response:
    """Keep what somebody has to say about it."""
    attention.comment(app_of(request), issue_id, text, by=by_of(request))
    told = request.state.reader.text.gettext("The comment is kept.")
    return flash(RedirectResponse(f"{_HOME}/{issue_id}#history", 303), request, told)


def bulk(request: Request, act: Text = "", kind: Text = "", days: Text = "1", back: Text = _HOME) -> Response:
    """Do one thing to all open issues of a cause."""
    app, by, texts = app_of(request), by_of(request), request.state.reader.text
    with reading(app.engine) as connection:
        ids = issue_ids(connection, code=kind, now=app.now()) if kind else []
    number = len(ids)
    if act == "retry":
        attention.retry_all(app, ids, by=by)
        text = texts.ngettext("%(num)s issue is tried again.", "%(num)s issues are tried again.", number)
    elif act == "snooze":
        attention.snooze_all(app, ids, app.now() + _length(days), by=by)
        text = texts.ngettext("%(num)s issue is put off.", "%(num)s issues are put off.", number)
    else:
        raise InvalidRecord("this cannot be done to all", code="no-such-answer", cure="Try again or put off.")
    return flash(_back(back), request, text % {"num": request.state.reader.number(number)})


def _others(app: App, issue_id: int, key: str) -> int:
    try:
        return answers.others(app, issue_id, key).total
    except SyncError:
        return 0


def _length(days: str) -> timedelta:
    if days not in LENGTHS:
        raise InvalidRecord(
            Sentence("nothing is put off for %(days)s days", days=repr(days)),
            code="value-unusable",
            field="days",
            cure=Sentence("It can be %(names)s.", names=", ".join(LENGTHS)),
        )
    return LENGTHS[days]


def _back(path: str, place: str = "") -> Response:
    return RedirectResponse(back_to(path, place if place.replace("-", "").isalnum() else ""), 303)
