"""Which pages and actions has a customer?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.customer import act, bulk, change, show
from syncd.console.routing import Route

__all__ = ["ROUTES"]

_ONE: Final = "/customers/{code}"
_SELECTED_BYTES: Final = 256 * 1024
"""Codes of the rows that somebody ticked, page after page."""

ROUTES: Final = (
    Route("POST", "/customers/bulk", Role.OPERATOR, bulk.act_on_many, _SELECTED_BYTES),
    Route("GET", _ONE, Role.VIEWER, show.customer),
    *(Route("POST", f"{_ONE}/{name}", Role.OPERATOR, act.make_act(name)) for name in act.PLAIN),
    Route("POST", f"{_ONE}/preview", Role.OPERATOR, act.preview_sync),
    Route("POST", f"{_ONE}/retry", Role.OPERATOR, act.retry),
    Route("POST", f"{_ONE}/groups/add", Role.OPERATOR, act.join_group),
    Route("POST", f"{_ONE}/groups/remove", Role.OPERATOR, act.leave_group),
    Route("GET", f"{_ONE}/edit", Role.OPERATOR, change.show_edit),
    Route("POST", f"{_ONE}/edit", Role.OPERATOR, change.edit),
    Route("POST", f"{_ONE}/country", Role.OPERATOR, change.settle),
    Route("POST", f"{_ONE}/country/undo", Role.OPERATOR, change.unsettle),
    Route("POST", f"{_ONE}/default-login", Role.OPERATOR, change.let_log_in),
    Route("POST", f"{_ONE}/erase", Role.ADMIN, change.erase),
)
