"""What is decided about a plan? The same as by `syncd plan apply` and `discard`."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.asking import Number, Text, Texts, WrongAddress, app_of, back_to, by_of, refuse
from syncd.console.connections.finding import connection_of
from syncd.console.flash import flash
from syncd.console.plans.asked import narrow_of
from syncd.console.plans.one import find
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.queries.plans import chosen_lines
from syncd.sentence import Counted, Sentence
from syncd.sync.ask_read import ask_read
from syncd.sync.connecting.looks import paused_by
from syncd.sync.review import approve, discard, leave_out, take_in

__all__ = ["approve_plan", "choose_lines", "discard_plan", "make_plan"]


_REASON: Final = 500
_DIGITS: Final = 10
_OF_TICKED: Final = frozenset({"leave-out", "take-in"})
_OF_ALL: Final = frozenset({"leave-out-all", "take-in-all", "only"})


def approve_plan(request: Request, run_id: Number, reason: Text = "", lines: Text = "") -> Response:
    """Let a plan be applied, if it is still as it was shown.

    Args:
        lines: How many changes the page said that there are.
    """
    app, texts = app_of(request), request.state.reader.text
    run = find(app, run_id)
    shown = int(lines) if lines.isascii() and lines.isdecimal() and len(lines) < _DIGITS else None
    approve(app, run_id, by=by_of(request), reason=_because(reason), shown=shown)
    number = run.lines if shown is None else shown
    text = texts.ngettext("%(num)s change is being applied.", "%(num)s changes are being applied.", number)
    told = (
        text % {"num": request.state.reader.number(number)}
        + " "
        + texts.gettext("Each is checked once more; what moved is skipped and named.")
    )
    if run.reads and paused_by(app, run.connection) is not None:
        told = texts.gettext("The plan is approved. Its connection is paused: it is applied when that is resumed.")
    return flash(RedirectResponse(f"/plans/{run_id}", 303), request, told)


def discard_plan(request: Request, run_id: Number, reason: Text = "") -> Response:
    """Throw a plan away."""
    discard(app_of(request), run_id, by=by_of(request), reason=_because(reason))
    text = request.state.reader.text.gettext("Plan %(plan)s is discarded; nothing was changed.") % {"plan": run_id}
    return flash(RedirectResponse("/plans", 303), request, text)


def choose_lines(
    request: Request,
    run_id: Number,
    *,
    seq: Texts = [],  # noqa: B006 - FastAPI copies it
    act: Text = "",
    kind: Text = "",
    field: Text = "",
    group: Text = "",
    risk: Text = "",
    back: Text = "",
) -> Response:
    """Leave lines out of a plan, or put them back.

    Args:
        seq: Lines that are ticked.
        act: ``leave-out`` or ``take-in`` those; ``leave-out-all`` that fit the filter; ``only``: leave out all others;
            ``take-in-all`` that fit and were left out.
    """
    app, texts = app_of(request), request.state.reader.text
    if act not in _OF_TICKED | _OF_ALL:
        raise InvalidRecord(
            "the form does not say what is to become of the changes",
            code="value-unusable",
            field="act",
            cure="Press one of the buttons below them.",
        )
    try:
        chosen = narrow_of({"kind": kind, "field": field, "group": group, "risk": risk}).chosen
    except WrongAddress as wrong:
        return refuse(request, wrong)
    find(app, run_id)
    if act in _OF_TICKED:
        seqs = [int(one) for one in seq if one.isascii() and one.isdecimal() and len(one) < _DIGITS]
    else:
        with reading(app.engine) as connection:
            outcome = "left_out" if act == "take-in-all" else "planned"
            seqs = chosen_lines(connection, run_id, chosen, outcome=outcome, but=act == "only")
    leaves = not act.startswith("take-in")
    (leave_out if leaves else take_in)(app, run_id, seqs, by=by_of(request))
    number = len(seqs)
    text = (
        texts.ngettext("%(num)s change is left out.", "%(num)s changes are left out.", number)
        if leaves
        else texts.ngettext("%(num)s change is put back.", "%(num)s changes are put back.", number)
    )
    return flash(
        RedirectResponse(back_to(back or f"/plans/{run_id}"), 303),
        request,
        text % {"num": request.state.reader.number(number)},
    )


def make_plan(request: Request, name: str, mode: Text = "incremental") -> Response:
    """Preview first: read a connection and store what would change."""
    app = app_of(request)
    connected = connection_of(app, name)
    run_id = ask_read(app, connected, full=mode == "full", dry_run=True, by=by_of(request))
    text = request.state.reader.text.gettext("The plan is being made; nothing is changed by it.")
    return flash(RedirectResponse(f"/plans/{run_id}", 303), request, text)


def _because(text: str) -> str:
    text = text.strip()
    if not text or len(text) > _REASON:
        raise InvalidRecord(
            Sentence(
                Counted(
                    "a reason is missing, or longer than %(count)s character",
                    "a reason is missing, or longer than %(count)s characters",
                ),
                count=_REASON,
            ),
            code="reason-missing",
            field="reason",
            cure="Say in a few words why: the audit log keeps it.",
        )
    return text
