"""Which pages and actions have groups and their mapping?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.groups import change, lists, mapping
from syncd.console.routing import Route

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/groups", Role.VIEWER, lists.show_list),
    Route("POST", "/groups", Role.OPERATOR, change.create),
    Route("POST", "/groups/show-as", Role.OPERATOR, change.show_as),
    Route("POST", "/groups/rename", Role.ADMIN, change.rename),
    Route("POST", "/groups/delete", Role.ADMIN, change.delete),
    Route("GET", "/groups/mapping", Role.VIEWER, mapping.show_rules),
    Route("POST", "/groups/mapping", Role.ADMIN, mapping.change_rules),
    Route("GET", "/groups/{name:path}", Role.VIEWER, lists.show_one),
)
"""A group's own page comes last: its name may be anything."""
