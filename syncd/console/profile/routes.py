"""What may everybody change about themselves?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.profile import acts, show
from syncd.console.routing import Route

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/profile", Role.VIEWER, show.profile),
    Route("POST", "/profile/preferences", Role.VIEWER, acts.choose),
    Route("POST", "/profile/password", Role.VIEWER, acts.change_password),
    Route("POST", "/profile/sessions/end", Role.VIEWER, acts.end_sessions),
    Route("POST", "/profile/tokens", Role.VIEWER, acts.create_token),
    Route("POST", "/profile/tokens/revoke", Role.VIEWER, acts.revoke_token),
    Route("POST", "/profile/second-factor", Role.VIEWER, acts.begin_second_factor),
    Route("POST", "/profile/second-factor/confirm", Role.VIEWER, acts.confirm_second_factor),
    Route("POST", "/profile/second-factor/codes", Role.VIEWER, acts.new_codes),
    Route("POST", "/profile/second-factor/remove", Role.VIEWER, acts.remove_second_factor),
)
