"""Which pages and actions has the list of customers?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.customers import columns, keep, labels, show, tags
from syncd.console.routing import Route

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/customers", Role.VIEWER, show.list_customers),
    Route("POST", "/customers/columns", Role.VIEWER, columns.choose_columns),
    Route("POST", "/views", Role.VIEWER, keep.keep_view),
    Route("GET", "/views/{view_id}", Role.VIEWER, keep.open_view),
    Route("POST", "/views/{view_id}", Role.VIEWER, keep.change_view),
    Route("GET", "/static-dyn/tags.css", Role.VIEWER, tags.send_tags),
    Route("GET", "/static-dyn/labels.css", Role.VIEWER, labels.send_labels),
)
