"""What is said of an operation that was done?"""

from __future__ import annotations

from starlette.requests import Request

from syncd.console.words import WORDS
from syncd.sync.bulk import KINDS, Result

__all__ = ["kind_of", "of_many", "of_one", "taken_back"]


def of_one(request: Request, done: Result) -> str:
    """One sentence about one customer."""
    _ = request.state.text.gettext
    what = _(WORDS["operation"][done.operation])
    for reason in (*done.left_out, *done.failed):
        nothing = _("nothing was changed")
        return _named(request, what, f"{nothing}. {_reason(request, reason)}.")
    return _named(request, what, f"{_after(request, done)}.")


def of_many(request: Request, done: Result) -> str:
    """All the numbers."""
    text = request.state.text
    _ = text.gettext
    asks = KINDS[done.operation].asks
    changed = (
        text.ngettext("%(num)s customer is asked about", "%(num)s customers are asked about", done.changed)
        if asks
        else text.ngettext("%(num)s customer changed", "%(num)s customers changed", done.changed)
    )
    parts = [changed % {"num": request.state.reader.number(done.changed)}]
    if done.waiting:
        waits = text.ngettext("%(num)s customer waits", "%(num)s customers wait", done.waiting)
        parts.append(waits % {"num": request.state.reader.number(done.waiting)})
    for reason, number in (*done.left_out.items(), *done.failed.items()):
        parts.append(f"{request.state.reader.number(number)} × {_reason(request, reason)}")
    after = _after(request, done)
    told = f"{', '.join(parts)}. {after[:1].upper()}{after[1:]}."
    return _named(request, _(WORDS["operation"][done.operation]), told)


def kind_of(done: Result) -> str:
    """How it is coloured."""
    return "success" if done.changed and not (done.failed or done.waiting) else "warning"


def taken_back(done: Result) -> bool:
    """Whether an undo of its runs takes it back now."""
    return KINDS[done.operation].reversible and bool(done.changed) and not done.waiting


def _named(request: Request, name: str, what: str) -> str:
    return str(request.state.text.gettext("%(name)s: %(what)s") % {"name": name, "what": what})


def _reason(request: Request, reason: str) -> str:
    word = WORDS["left_out"].get(reason)
    return reason if word is None else str(request.state.text.gettext(word))


def _after(request: Request, done: Result) -> str:
    _ = request.state.text.gettext
    runs = ", ".join(map(str, done.runs))
    if done.held:
        return str(_("a limit holds it until an admin approves run %(runs)s") % {"runs": runs})
    if not runs:
        return str(_("no run was needed"))
    return str(_("run %(runs)s") % {"runs": runs})
