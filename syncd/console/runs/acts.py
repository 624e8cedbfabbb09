"""What can be done about a run? The same functions as on the command line."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.flash import flash
from syncd.console.runs.find import Number
from syncd.sync.retry import retry_failed, retry_record
from syncd.sync.review import cancel
from syncd.sync.undo import Undone, plan_undo, take_back_rest

__all__ = ["cancel_run", "retry", "retry_one", "undo", "undo_rest"]


def retry(request: Request, run_id: Number) -> Response:
    """Try again what failed of it, and nothing else."""
    text = request.state.text
    done = retry_failed(request.app.state.syncd, run_id, by=request.state.visitor.by)
    answer = RedirectResponse(f"/runs/{run_id}", 303)
    if not done.pushes and not done.records:
        return flash(answer, request, text.gettext("Nothing of this run is left to be tried again."), kind="warning")
    pushed = text.ngettext("%(num)s record is sent again.", "%(num)s records are sent again.", done.pushes)
    read = text.ngettext("%(num)s record is read again.", "%(num)s records are read again.", done.records)
    said = [
        line % {"num": request.state.reader.number(number)}
        for line, number in ((pushed, done.pushes), (read, done.records))
        if number
    ]
    if done.run is not None:
        said.append(text.gettext("Run %(run)s reads them.") % {"run": done.run})
    return flash(answer, request, " ".join(said), runs=[] if done.run is None else [done.run])


def retry_one(request: Request, run_id: Number, seq: Number) -> Response:
    """Try one record again."""
    sent = retry_record(request.app.state.syncd, run_id, seq, by=request.state.visitor.by)
    text = request.state.text
    answer = RedirectResponse(f"/runs/{run_id}/records/{seq}", 303)
    if not sent:
        return flash(answer, request, text.gettext("Nothing of this record is left to be tried again."), kind="warning")
    return flash(answer, request, text.gettext("It is sent again now."))


def cancel_run(request: Request, run_id: Number) -> Response:
    """Stop it, unless it applies its plan already."""
    cancel(request.app.state.syncd, run_id, by=request.state.visitor.by)
    said = request.state.text.gettext("Run %(run)s was cancelled. Nothing of it was applied.") % {"run": run_id}
    return flash(RedirectResponse(f"/runs/{run_id}", 303), request, said)


def undo(request: Request, run_id: Number) -> Response:
    """Make the plan that takes it back; whoever may decide on plans applies it."""
    return _planned(
        request, run_id, plan_undo(request.app.state.syncd, run_id, by=request.state.visitor.by, dry_run=True)
    )


def undo_rest(request: Request, run_id: Number) -> Response:
    """Go on for those whom an undo left out: read the sides first, then plan what is left of it."""
    rest = take_back_rest(request.app.state.syncd, run_id, by=request.state.visitor.by)
    if rest.plan is not None:
        return _planned(request, run_id, rest.plan)
    _ = request.state.text.gettext
    said = (
        _("The sides are read for what is new there. When that is done, go on here.")
        if rest.reads
        else _("No side can be read now: all are paused.")
    )
    answer = RedirectResponse(f"/runs/{run_id}", 303)
    return flash(answer, request, said, kind="success" if rest.reads else "warning", runs=rest.reads)


def _planned(request: Request, run_id: int, done: Undone) -> Response:
    text = request.state.text
    if done.run is None:
        said = text.gettext("There is nothing to take back: %(kept)s changed since, %(impossible)s impossible.")
        written = request.state.reader.number
        numbers = {"kept": written(len(done.kept)), "impossible": written(len(done.impossible))}
        told = f"{said % numbers} {_as_before(request, done)}".strip()
        return flash(RedirectResponse(f"/runs/{run_id}", 303), request, told, kind="warning")
    said = text.ngettext(
        "This plan takes back %(reversed)s; %(kept)s changed since and stays; %(impossible)s impossible.",
        "This plan takes back %(reversed)s; %(kept)s changed since and stay; %(impossible)s impossible.",
        len(done.kept),
    )
    counts = {"reversed": done.reversed, "kept": len(done.kept), "impossible": len(done.impossible)}
    numbers = {name: request.state.reader.number(number) for name, number in counts.items()}
    told = f"{said % numbers} {_as_before(request, done)}".strip()
    return flash(RedirectResponse(f"/plans/{done.run}", 303), request, told)


def _as_before(request: Request, done: Undone) -> str:
    """Of whom the registry has nothing to take back: what rules made of them at the sides, other rules make."""
    told = request.state.text.ngettext(
        "%(num)s is as before in the registry; what sides hold of it follows the rules in force.",
        "%(num)s are as before in the registry; what sides hold of them follows the rules in force.",
        done.nothing,
    )
    return str(told % {"num": request.state.reader.number(done.nothing)}) if done.nothing else ""
