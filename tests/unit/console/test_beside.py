"""Can programs do what people can, or is it said why not? Both tables side by side."""

from __future__ import annotations

import re

import pytest

from syncd.console.api.beside import ALONE, endpoint_beside, reason_of
from syncd.console.api.endpoint import PREFIX
from syncd.console.api.routes import ENDPOINTS
from syncd.console.routes import ROUTES
from syncd.console.routing import Open, Route

PART = re.compile(r"{\w+[^}]*}")
ACTIONS = [
    route
    for route in ROUTES
    if route.method == "POST" and not route.path.startswith(PREFIX) and route.need is not Open.PLATFORM
]
"""What people do; what platforms call is nobody's to do."""

BY_PATH = {PART.sub("{}", one.path): one for one in ENDPOINTS if one.method == "POST"}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.path)
def test_an_action_of_the_console_has_an_endpoint_or_a_reason_why_not(action: Route) -> None:
    there, reason = BY_PATH.get(endpoint_beside(action.path)), reason_of(action.path)
    assert (there is None) is (reason is not None), (
        f"{action.path}: give it an endpoint of the same path, or name it in syncd/console/api/beside.py"
    )


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.path)
def test_nobody_may_do_more_or_less_by_a_program_than_in_the_console(action: Route) -> None:
    there = BY_PATH.get(endpoint_beside(action.path))
    assert there is None or there.need is action.need


def test_reasons_are_given_only_for_what_there_is() -> None:
    named = [path for one in ALONE for path in one.paths]
    assert set(named) <= {action.path for action in ACTIONS}
    assert len(named) == len(set(named))
