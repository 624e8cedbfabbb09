"""Who decides on who gets in?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.routing import Route
from syncd.console.users import acts, show

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/users", Role.ADMIN, show.list_people),
    Route("POST", "/users", Role.ADMIN, acts.invite),
    Route("GET", "/users/{name}", Role.ADMIN, show.show_person),
    Route("POST", "/users/{name}/role", Role.ADMIN, acts.change_role),
    Route("POST", "/users/{name}/disable", Role.ADMIN, acts.disable),
    Route("POST", "/users/{name}/enable", Role.ADMIN, acts.enable),
    Route("POST", "/users/{name}/link", Role.ADMIN, acts.make_link),
    Route("POST", "/users/{name}/sessions/end", Role.ADMIN, acts.end_sessions),
    Route("POST", "/users/{name}/second-factor/remove", Role.ADMIN, acts.remove_second_factor),
    Route("POST", "/users/{name}/email", Role.ADMIN, acts.set_email),
    Route("POST", "/users/{name}/unlink", Role.ADMIN, acts.unlink),
    Route("POST", "/users/{name}/tokens", Role.ADMIN, acts.create_token),
    Route("POST", "/users/{name}/tokens/revoke", Role.ADMIN, acts.revoke_token),
)
