"""What is one issue about, with both records side by side, and what was done about it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from syncd.access.roles import Role
from syncd.causes import cause_of
from syncd.console.asking import Number, WrongAddress, address, known_filters, refuse
from syncd.console.attention.act import LENGTHS
from syncd.console.attention.labels import label_of
from syncd.console.attention.lists import people, row_of
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.console.values import lines_of
from syncd.errors import NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.deeds import Deed, deeds
from syncd.registry.queries.issues import IssueRow, find_issue, names_of, raw_of
from syncd.sentence import Sentence
from syncd.sync import answers
from syncd.sync.answers import answers_of
from syncd.sync.app import App

__all__ = ["show_one", "show_others"]

_SAMPLE: Final = 5
_RAW: Final = 20_000
"""Bytes of a record that are shown."""

_SHOWN_ELSEWHERE: Final = frozenset(
    {"answers", "candidates", "record", "evidence", "base", "erp", "shop", "kept", "entries", "field", "raw_hash"}
)

Say = Callable[[str], str]


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a comparison.

    Attributes:
        code: Of a customer; ``""`` for what is none yet.
        about: What speaks for it or against it, in words.
    """

    title: str
    code: str = ""
    about: tuple[str, ...] = ()


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One field in all columns.

    Attributes:
        cells: Lines of each column's value.
        same: Whether all of them say the same.
    """

    field: str
    cells: list[list[str]]
    same: bool


@in_turn
def show_one(request: Request, issue_id: Number) -> Response:
    """All about one."""
    app: App = request.app.state.syncd
    _ = request.state.reader.text.gettext
    with reading(app.engine) as connection:
        issue = _found(find_issue(connection, issue_id), issue_id)
        names = names_of(connection, [issue.customer])
        raw = raw_of(connection, issue_id) if request.state.visitor.role >= Role.OPERATOR else None
        done = deeds(connection, f"issue {issue_id}")
    sides, compared = _beside(issue, _)
    return page(
        request,
        "attention/one.html",
        row=row_of(issue, names, _),
        issue=issue,
        manual=cause_of(issue.code),
        sides=sides,
        compared=compared,
        details=_other_details(issue, _),
        raw=_readable(raw),
        history=[(deed, _told(issue, deed, _)) for deed in done],
        people=people(app),
        lengths=list(LENGTHS),
        here=f"/attention/{issue_id}",
    )


def show_others(request: Request, issue_id: Number) -> Response:
    """To whom else the same would be said, before it is."""
    app: App = request.app.state.syncd
    _ = request.state.reader.text.gettext
    try:
        params = known_filters(request, ("answer", "value"))
    except WrongAddress as wrong:
        return refuse(request, wrong)
    key = params.get("answer", "")
    with reading(app.engine) as connection:
        issue = _found(find_issue(connection, issue_id), issue_id)
    others = answers.others(app, issue_id, key)
    chosen = answers.find_answer(issue, key)
    with reading(app.engine) as connection:
        names = names_of(connection, [issue.customer, *(one.customer for one in others.issues[:_SAMPLE])])
    return page(
        request,
        "attention/others.html",
        issue=issue,
        row=row_of(issue, names, _),
        label=label_of(chosen, _),
        key=key,
        asks=chosen.asks,
        value=params.get("value", ""),
        total=others.total,
        also=[one.id for one in others.issues],
        sample=[row_of(one, names, _) for one in others.issues[:_SAMPLE]],
        back=address("/attention", kind=issue.code),
    )


def _found(issue: IssueRow | None, issue_id: int) -> IssueRow:
    if issue is None:
        raise NotFound(
            Sentence("there is no issue %(issue)s", issue=issue_id),
            cure="It may have been of a customer who was erased.",
        )
    return issue


def _beside(issue: IssueRow, _: Say) -> tuple[list[Side], list[Compared]]:
    """Both records: of a conflict its values, of a match whom it may be."""
    details = issue.details
    if "candidates" in details and "record" in details:
        return _candidates(details, _)
    if "base" in details and "erp" in details:
        return _values(details, _)
    return [], []


def _values(details: Mapping[str, Any], _: Say) -> tuple[list[Side], list[Compared]]:
    parts = ("base", "erp", "shop", "kept")
    titles = (_("Last agreed"), _("ERP"), _("Shop"), _("Stands now"))
    entries = details.get("entries") or []
    rows = [(details["field"], details)] if not entries else [(str(one.get("name", "")), one) for one in entries]
    shown = parts if not entries else parts[:3]
    return [Side(title=title) for title in titles[: len(shown)]], [
        _compared(name, [lines_of(one.get(part), _) for part in shown], over=(1, 2)) for name, one in rows
    ]


def _candidates(details: Mapping[str, Any], _: Say) -> tuple[list[Side], list[Compared]]:
    record, candidates = details["record"], details["candidates"]
    sides = [Side(title=_("The record"))]
    for one in candidates:
        score = _("%(score)s of 100 alike") % {"score": round(one.get("score", 0))}
        sides.append(Side(title=one.get("name", one["code"]), code=one["code"], about=(score, *one.get("why", ()))))
    skipped = {"code", "same", "differs", "score", "why"}
    fields = dict.fromkeys(name for part in chain([record], candidates) for name in part if name not in skipped)
    whole = [record, *candidates]
    return sides, [_compared(name, [lines_of(part.get(name), _) for part in whole]) for name in fields]


def _compared(field: str, cells: list[list[str]], over: Sequence[int] | None = None) -> Compared:
    weighed = [cells[place] for place in over] if over is not None else cells
    return Compared(field=field, cells=cells, same=all(cell == weighed[0] for cell in weighed))


def _other_details(issue: IssueRow, _: Say) -> list[tuple[str, list[str]]]:
    """What else is known of it, where it is no comparison."""
    return [(name, lines_of(value, _)) for name, value in issue.details.items() if name not in _SHOWN_ELSEWHERE]


def _readable(raw: bytes | None) -> str:
    """A record as it was sent, set out for reading where it is JSON."""
    if raw is None:
        return ""
    try:
        text = msgspec.json.format(raw, indent=2).decode()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        text = raw.decode("utf-8", "replace")
    return text if len(text) <= _RAW else f"{text[:_RAW]}…"


def _told(issue: IssueRow, deed: Deed, _: Say) -> str:
    """What somebody did, in words."""
    details = deed.details
    if deed.action == "answer-issue":
        key = str(details.get("answer", ""))
        chosen = next((one for one in answers_of(issue) if one.key == key and _is(one.values, details)), None)
        return _("answered: %(answer)s") % {"answer": label_of(chosen, _) if chosen else key}
    if deed.action == "assign-issue":
        who = details.get("assignee")
        return _("gave it to %(who)s") % {"who": who} if who else _("gave it to nobody")
    if deed.action == "comment-issue":
        return str(details.get("text", ""))
    words = {
        "snooze-issue": _("put it off"),
        "drop-issue": _("let it be shown no more"),
        "retry-issue": _("tried it again"),
    }
    return words.get(deed.action, deed.action)


def _is(values: Mapping[str, str], details: Mapping[str, Any]) -> bool:
    return all(details.get(name) == value for name, value in values.items())
