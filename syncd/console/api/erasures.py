"""What can a program ask about erasures?

One begins by ``POST /customers/{code}/erase``. Batches, which two persons have to want, are not for programs: a token
does not tell who holds it.
"""

from __future__ import annotations

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Endpoint, Few, Place, number_of
from syncd.registry import erasures
from syncd.registry.engine import reading
from syncd.registry.erasures import State
from syncd.sync import erase as erasing
from syncd.sync.erasure_report import Report, report_of

__all__ = ["ENDPOINTS"]


class ErasureQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which erasures, the latest first.

    Attributes:
        after: The ``next`` of the page before.
    """

    state: State | None = None
    after: Place | None = None
    limit: Few = 50


class Erasures(msgspec.Struct, frozen=True):
    """A page of erasures."""

    items: list[Report]
    next: int | None


def _list(call: Call) -> Erasures:
    asked: ErasureQuery = call.query
    states = [asked.state] if asked.state else []
    with reading(call.app.engine) as connection:
        cases = erasures.listed(connection, states, before=asked.after, limit=asked.limit)
        reports = [report_of(connection, call.app, case) for case in cases]
    return Erasures(reports, cases[-1].id if len(cases) == asked.limit else None)


def _show(call: Call) -> Report:
    with reading(call.app.engine) as connection:
        (case,) = erasing.load_cases(connection, [number_of(call, "erasure_id")])
        return report_of(connection, call.app, case)


_ONE = "/erasures/{erasure_id}"
ENDPOINTS = (
    Endpoint("GET", "/erasures", Role.ADMIN, "List erasures with what was proven.", _list, Erasures, ErasureQuery),
    Endpoint("GET", _ONE, Role.ADMIN, "Tell how far an erasure is, and what a person has to do.", _show, Report),
)
