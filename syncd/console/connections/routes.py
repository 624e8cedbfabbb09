"""Which pages and actions have connections?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.connections import acts, detail, editing, listing, making
from syncd.console.routing import Route

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/connections", Role.VIEWER, listing.list_connections),
    # Before the page of a single connection, none of which is called "new".
    Route("GET", "/connections/new", Role.ADMIN, making.choose),
    Route("POST", "/connections/new", Role.ADMIN, making.begin),
    Route("GET", "/connections/new/{draft_id:int}", Role.ADMIN, making.show_options),
    Route("POST", "/connections/new/{draft_id:int}", Role.ADMIN, making.fill),
    Route("GET", "/connections/new/{draft_id:int}/sample", Role.ADMIN, making.show_sample),
    Route("GET", "/connections/new/{draft_id:int}/preview", Role.ADMIN, making.show_preview),
    Route("POST", "/connections/new/{draft_id:int}/create", Role.ADMIN, making.create),
    Route("POST", "/connections/new/{draft_id:int}/discard", Role.ADMIN, making.discard),
    Route("GET", "/connections/{name}", Role.VIEWER, detail.show_connection),
    Route("GET", "/connections/{name}/edit", Role.ADMIN, editing.show_form),
    Route("GET", "/connections/{name}/edit/preview", Role.ADMIN, editing.show_preview),
    Route("POST", "/connections/{name}/edit", Role.ADMIN, editing.save),
    Route("POST", "/connections/{name}/pause", Role.OPERATOR, acts.pause),
    Route("POST", "/connections/{name}/resume", Role.OPERATOR, acts.resume),
    Route("POST", "/connections/{name}/test", Role.OPERATOR, acts.test),
    Route("POST", "/connections/{name}/secret", Role.ADMIN, acts.replace_secret),
    Route("POST", "/connections/{name}/secret/forget", Role.ADMIN, acts.forget_secret),
    Route("POST", "/connections/{name}/remove", Role.ADMIN, acts.remove),
)
