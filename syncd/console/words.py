"""What are statuses, states and kinds called? Each word once, for every page and every language.

Codes are those of the command line and the API; a code without a word is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from syncd.console.catalogs import mark as _

__all__ = ["WORDS", "colour_of"]


WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "status": {
        "active": _("Active"),
        "pending": _("Pending"),
        "blocked": _("Blocked"),
        "blocked_by_erp": _("Blocked by ERP"),
        "anonymised": _("Anonymised"),
    },
    "zone": {
        "domestic": _("Domestic"),
        "intra_eu": _("Intra-EU"),
        "extra_eu": _("Non-EU"),
        "unresolved": _("Unverified"),
    },
    "run": {
        "queued": _("Queued"),
        "running": _("Running"),
        "applying": _("Applying"),
        "held": _("Held"),
        "planned": _("Waits for approval"),
        "succeeded": _("Succeeded"),
        "partial": _("Finished with errors"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
        "interrupted": _("Interrupted"),
    },
    "mode": {
        "incremental": _("Changes"),
        "full": _("Everything"),
        "only": _("Chosen records"),
        "edit": _("A person's change"),
        "reverify": _("Known records by new rules"),
        "undo": _("Undo"),
        "replay": _("Replay"),
    },
    "connection": {
        "ok": _("Healthy"),
        "partial": _("Some records failed"),
        "failing": _("Failing"),
        "held": _("Held"),
        "paused": _("Paused"),
        "never": _("No success yet"),
    },
    "outcome": {
        "planned": _("Planned"),
        "applied": _("Applied"),
        "stale": _("Moved since the plan"),
        "left_out": _("Left out"),
        "kept": _("Kept"),
        "impossible": _("Impossible"),
        "issue": _("Needs attention"),
        "failed": _("Failed"),
        "retrying": _("Retrying"),
        "question": _("Needs an answer"),
        "queued": _("On its way"),
        "settled": _("Settled since"),
    },
    "trigger": {
        "schedule": _("Schedule"),
        "person": _("Console"),
        "cli": _("Command line"),
        "api": _("API"),
        "webhook": _("Webhook"),
        "undo": _("Undo"),
        "syncd": _("Other work"),
    },
    "stage": {"read": _("Read"), "decide": _("Decide"), "apply": _("Apply"), "push": _("Push")},
    "stage_state": {
        "waits": _("not begun"),
        "now": _("going on"),
        "done": _("done"),
        "stopped": _("stopped"),
    },
    "count": {
        "read": _("Read"),
        "created": _("Created"),
        "linked": _("Linked"),
        "updated": _("Updated"),
        "blocked": _("Blocked"),
        "unblocked": _("Unblocked"),
        "set_back": _("Set back"),
        "released": _("Released"),
        "unchanged": _("Unchanged"),
        "conflict": _("In conflict"),
        "skipped": _("Skipped"),
        "failed": _("Failed"),
        "pushes": _("Pushes"),
        "missing": _("Missing twice"),
        "stale": _("Moved since the plan"),
    },
    "action": {
        "create": _("Create"),
        "link": _("Link"),
        "update": _("Update"),
        "block": _("Block"),
        "unblock": _("Unblock"),
        "set_back": _("Set back"),
        "release": _("Release"),
        "unlink": _("Unlink"),
        "merge": _("Merge"),
        "restore": _("Restore"),
    },
    "hold": {
        "erased": _("Erased"),
        "erp_inactive": _("Switched off in the ERP"),
        "missing_in_erp": _("Missing in the ERP"),
        "admin_block": _("Blocked by a person"),
        "rejected": _("Rejected"),
        "country_unresolved": _("Country not verified"),
        "pending_acceptance": _("Waits for acceptance"),
        "not_approved_buyer": _("Not an approved buyer"),
    },
    "risk": {
        "block": _("Blocks"),
        "unblock": _("Unblocks"),
        "tax_id": _("Tax number"),
        "login": _("Log-in"),
        "email": _("E-mail"),
        "zone": _("Zone"),
        "leaves_group": _("Leaves a group"),
        "identity": _("Identity"),
    },
    "side": {"erp": _("ERP"), "shop": _("Shop")},
    "role": {"viewer": _("Viewer"), "operator": _("Operator"), "admin": _("Admin")},
    "kind": {"organisation": _("Organisation"), "person": _("Person")},
    "field": {
        "name": _("Name"),
        "kind": _("Kind"),
        "number": _("Customer number"),
        "tax_id": _("Tax number"),
        "tax_prefix": _("VAT prefix"),
        "country": _("Country"),
        "zone": _("Zone"),
        "status": _("Status"),
        "registrations": _("Registration numbers"),
        "accounts": _("Bank accounts"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "contact_person": _("Contact person"),
        "email": _("E-mail"),
        "login_email": _("Log-in e-mail"),
        "username": _("User name"),
        "phones": _("Phones"),
        "website": _("Website"),
        "addresses": _("Addresses"),
        "employees": _("Employees"),
        "groups": _("Groups"),
        "caretaker": _("Caretaker"),
        "price_list": _("Price list"),
        "payment_form": _("Payment form"),
        "payment_days": _("Payment days"),
        "credit_limit": _("Credit limit"),
        "currency": _("Currency"),
        "newsletter": _("Newsletter"),
        "consents": _("Consents"),
        "notes": _("Notes"),
        "custom": _("Own fields"),
        "active": _("Active"),
    },
}

_COLOURS: Final = {
    "green": {"active", "ok", "succeeded", "applied", "domestic"},
    "red": {"blocked", "blocked_by_erp", "failing", "failed", "interrupted", "impossible"},
    "orange": {
        "held",
        "partial",
        "planned",
        "paused",
        "pending",
        "stale",
        "unresolved",
        "issue",
        "retrying",
        "question",
    },
    "blue": {"running", "applying", "queued", "intra_eu"},
}


def colour_of(code: str) -> str:
    """Tabler's name of the colour that goes with a word; colour never stands alone."""
    return next((colour for colour, codes in _COLOURS.items() if code in codes), "secondary")
