"""Which files come out of the console, and how are files put in?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.exchange import cards, exports, imports
from syncd.console.routing import FORM_BYTES, Route
from syncd.sync.imports.rows import BYTES

__all__ = ["ROUTES"]

# Before routes that take any customer's code for a part of their path: "import" is none.
ROUTES: Final = (
    Route("GET", "/customers.{suffix}", Role.OPERATOR, exports.send_customers),
    Route("GET", "/groups.{suffix}", Role.OPERATOR, exports.send_groups),
    Route("GET", "/customers/import", Role.OPERATOR, imports.show_imports),
    Route("POST", "/customers/import", Role.OPERATOR, imports.upload, BYTES + FORM_BYTES),
    Route("GET", "/customers/import/{import_id}", Role.OPERATOR, imports.show_import),
    Route("POST", "/customers/import/{import_id}/apply", Role.ADMIN, imports.apply),
    Route("POST", "/customers/import/{import_id}/discard", Role.OPERATOR, imports.discard),
    Route("GET", "/customers/{code}/card.pdf", Role.VIEWER, cards.send_card),
    Route("GET", "/customers/{code}/access-report.pdf", Role.OPERATOR, cards.send_access_report),
    Route("GET", "/customers/{code}/personal-data.json", Role.OPERATOR, cards.send_personal_data),
)
