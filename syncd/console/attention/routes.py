"""Which pages and actions has what needs a person's attention?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.attention import act, lists, one
from syncd.console.routing import Route

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/attention", Role.VIEWER, lists.show_list),
    Route("POST", "/attention/bulk", Role.OPERATOR, act.bulk),
    Route("GET", "/attention/{issue_id}", Role.VIEWER, one.show_one),
    Route("GET", "/attention/{issue_id}/others", Role.OPERATOR, one.show_others),
    Route("POST", "/attention/{issue_id}/others", Role.OPERATOR, act.answer_others),
    Route("POST", "/attention/{issue_id}/answer", Role.OPERATOR, act.answer),
    Route("POST", "/attention/{issue_id}/retry", Role.OPERATOR, act.retry),
    Route("POST", "/attention/{issue_id}/assign", Role.OPERATOR, act.assign),
    Route("POST", "/attention/{issue_id}/snooze", Role.OPERATOR, act.snooze),
    Route("POST", "/attention/{issue_id}/drop", Role.OPERATOR, act.drop),
    Route("POST", "/attention/{issue_id}/comment", Role.OPERATOR, act.comment),
)
