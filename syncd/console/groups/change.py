"""How are groups made, shown otherwise, renamed and deleted? The same as by `syncd groups`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.asking import Text, app_of, by_of
from syncd.console.flash import flash
from syncd.console.groups.lists import group_address
from syncd.domain.groups import plain
from syncd.domain.groups.palette import stands_out
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.queries.runs import find_run
from syncd.sync.app import App
from syncd.sync.groups.names import set_color, set_label
from syncd.sync.groups.own import create_group, delete_group, rename_group

__all__ = ["create", "delete", "rename", "show_as"]


def create(request: Request, name: Text = "", label: Text = "", color: Text = "", other: Text = "") -> Response:
    """Make a group of the admins' own."""
    app, _ = app_of(request), request.state.reader.text.gettext
    name = create_group(app, name, by=by_of(request), label=label, color=_color(color, other))
    told = _("The group %(name)s is made. Customers are put into it on their list.") % {"name": name}
    return flash(RedirectResponse(group_address(name), 303), request, told)


def show_as(request: Request, name: Text = "", label: Text = "", color: Text = "", other: Text = "") -> Response:
    """Say what is shown beside customers of a group, and in which colour."""
    app, by, _ = app_of(request), by_of(request), request.state.reader.text.gettext
    chosen = _color(color, other)
    set_label(app, name, label, by=by)
    set_color(app, name, chosen, by=by)
    faint = bool(chosen) and not stands_out(chosen)
    told = _("Kept.") + (" " + _("This colour is hard to see on a light or on a dark page.") if faint else "")
    response = RedirectResponse(group_address(plain(name)), 303)
    return flash(response, request, told, kind="warning" if faint else "success")


def rename(request: Request, name: Text = "", new: Text = "") -> Response:
    """Give a group another name; its members move by a run."""
    app, _ = app_of(request), request.state.reader.text.gettext
    runs = rename_group(app, name, new, by=by_of(request))
    held = _held(app, runs)
    if held is not None:
        told = _("A limit holds it: the plan waits for an admin. After that delete the old group.")
        return flash(RedirectResponse(f"/plans/{held}", 303), request, told, kind="warning")
    told = _("The group is called %(name)s now.") % {"name": plain(new)}
    return flash(RedirectResponse(group_address(plain(new)), 303), request, told)


def delete(request: Request, name: Text = "", sure: Text = "") -> Response:
    """Take everybody out of a group and forget it."""
    app, _ = app_of(request), request.state.reader.text.gettext
    if plain(sure) != plain(name):
        raise InvalidRecord(
            "the name that was typed is not the group's",
            code="group-name-wrong",
            field="sure",
            cure="Type its name as it is written on its page.",
        )
    runs = delete_group(app, name, by=by_of(request))
    held = _held(app, runs)
    if held is not None:
        told = _("A limit holds it: the plan waits for an admin. After that delete the group again.")
        return flash(RedirectResponse(f"/plans/{held}", 303), request, told, kind="warning")
    told = _("The group %(name)s is deleted; its members are out of it.") % {"name": plain(name)}
    return flash(RedirectResponse("/groups", 303), request, told)


def _held(app: App, runs: list[int]) -> int | None:
    """One of the runs that waits for approval."""
    with reading(app.engine) as connection:
        found = [find_run(connection, run_id) for run_id in runs]
    return next((run.id for run in found if run is not None and run.state == "held"), None)


def _color(color: str, other: str) -> str:
    """The colour that was chosen: one of those offered, or another that was typed."""
    return other.strip() if color == "other" else color
