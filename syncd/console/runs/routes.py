"""Which pages and actions are there about runs?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.routing import Route
from syncd.console.runs import acts, downloads, listing, record, show

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/runs", Role.VIEWER, listing.show_list),
    Route("GET", "/runs/{run_id}", Role.VIEWER, show.show_run),
    Route("GET", "/runs/{run_id}/events", Role.VIEWER, show.events),
    Route("GET", "/runs/{run_id}/records.csv", Role.VIEWER, downloads.as_csv),
    Route("GET", "/runs/{run_id}/records.json", Role.VIEWER, downloads.as_json),
    Route("GET", "/runs/{run_id}/records/{seq}", Role.VIEWER, record.show_record),
    Route("POST", "/runs/{run_id}/records/{seq}/retry", Role.OPERATOR, acts.retry_one),
    Route("POST", "/runs/{run_id}/retry", Role.OPERATOR, acts.retry),
    Route("POST", "/runs/{run_id}/cancel", Role.OPERATOR, acts.cancel_run),
    Route("POST", "/runs/{run_id}/undo", Role.OPERATOR, acts.undo),
    Route("POST", "/runs/{run_id}/undo/rest", Role.OPERATOR, acts.undo_rest),
)
