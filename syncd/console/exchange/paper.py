"""In which words do cards and reports speak? Those of the console, and those that only paper has."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypedDict

from syncd.console.catalogs import catalog
from syncd.console.catalogs import mark as _
from syncd.console.saying import say
from syncd.console.words import WORDS

__all__ = ["TEXTS", "Words", "words_of"]


TEXTS: Final = (
    _("never asked"), _("yes"), _("no"), _("as of"), _("since"), _("Identity"), _("Country"), _("Zone"),
    _("Tax number"), _("First name"), _("Last name"), _("Customer since"), _("Last change"), _("Contact"),
    _("Contact person"), _("E-mail"), _("Log-in e-mail"), _("User name"), _("Phones"), _("Website"), _("Newsletter"),
    _("Addresses"), _("Kind"), _("Address"), _("Phone"), _("Employees"), _("Name"), _("default log-in"),
    _("switched off"), _("Caretaker"), _("Price list"), _("Payment form"), _("Payment days"), _("Credit limit"),
    _("Discount"), _("Bank account"), _("Terms"), _("Consents"), _("Consent"), _("Said"), _("When"), _("Source"),
    _("Where this customer is"), _("Connection"), _("Side"), _("Number there"), _("State"), _("in sync"),
    _("differs"), _("waits for a person"), _("is tried again"), _("is being sent"), _("Notes"), _("Latest changes"),
    _("What"), _("Fields"), _("By"), _("Open issues"), _("Personal data of"), _("What for"), _("Values"), _("Status"),
    _("Field"), _("Value"), _("Owner"), _("Where it comes from"), _("from the beginning of what is kept"),
    _("Who gets it"), _("System"), _("is sent"), _("states"), _("How long it is kept"), _("How long"),
    _("Everything else that is stored"), _("kept"), _("Nothing."),
    _("Everything that this system stores about this customer, with where it comes from, what for, who gets it, and "
      "how long it is kept."),
    _("To keep the customer's record the same in the ERP and in the web shops"),
    _("To decide whether the account may work"),
    _("To know that records of several systems are one customer"),
    _("To know the tax zone"),
    _("To prove what the person agreed to"),
    _("To say who changed what, and to take it back"),
    _("the customer's row"), _("history, with values"), _("plans that were never applied"),
    _("statements kept for a replay"), _("after an erasure, of a person"), _("after an erasure, of an organisation"),
    _("What each connected system held when last seen"), _("Who changed what, when and why"), _("Groups"),
    _("What a search finds the customer by"), _("What a person had to look at"),
    _("What people did about the customer"), _("What VIES said of the VAT number"),
    _("What people decided about who it is"), _("Customers that became one"), _("Where a person said that it is"),
    _("Statements that changed nothing, kept for a replay"), _("Runs that were asked for by its number"),
    _("Tries to tell a side that failed, with what was sent"), _("Calls of platforms that named it"),
    _("Saved lists that look for the customer by name"),
    _("all"), _("history"), _("audit"),
    _("while it is connected"), _("while the customer is in them"), _("while the customer is there"),
    _("until somebody deletes them"), _("while a customer has the number"), _("while the record is there"),
    _("until they are worked off"),
    _("No font here has some of the letters: their Unicode numbers stand in brackets. A file as JSON has them as they "
      "are; with a font for them on this machine, they are drawn here too."),
)  # fmt: skip
"""Texts of the templates below `syncd/sync/card`, and of what stands in them."""

_KINDS: Final = {
    "address": {
        "main": _("main"),
        "delivery": _("delivery"),
        "invoice": _("invoice"),
        "postal": _("postal"),
        "other": _("other"),
    },
    "consent": WORDS["consent"],
    "kind": {**WORDS["kind"], "change": _("Changed here"), "delivery": _("Told to a side")},
    "action": {**WORDS["act"], **WORDS["action"]},
    "state": WORDS["run"],
}
_COLUMNS: Final = {
    "at": _("When"), "connection": _("Connection"), "side": _("Side"), "external_id": _("Number there"),
    "run": _("Run"), "run_id": _("Run"), "action": _("What"), "rule": _("Why"), "fields": _("Fields"),
    "field": _("Field"), "asked_by": _("Asked by"), "asked_at": _("Asked"), "actor": _("By"), "by": _("By"),
    "evidence": _("Found by"), "holds": _("Values"), "told": _("Said"), "known": _("Before"), "before": _("Before"),
    "after": _("After"), "given": _("Said"), "heard": _("When"), "source": _("Source"), "text": _("Search"),
    "search": _("Search"), "filter": _("Filter"), "changed_at": _("Changed"), "state": _("State"), "mode": _("Reads"),
    "tries": _("Tries"), "label": _("Label"), "subject": _("About"), "details": _("Details"), "id": _("Number"),
    "code": _("Cause"), "message": _("Message"), "raw": _("As stated"), "first_at": _("First seen"),
    "last_at": _("Last seen"), "assignee": _("Assigned to"), "closed_by": _("Settled by"), "verdict": _("Decision"),
    "vat_answers.number": _("Tax number"), "answer": _("Answer"), "answered_at": _("Answered"),
    "consultation": _("Number of the inquiry"), "cause": _("Cause"), "unknown_since": _("Without an answer since"),
    "gone_id": _("Became part of another"), "kept_id": _("Stayed"), "attempt": _("Attempt"),
    "exchange": _("Sent and answered"), "default_login": _("default log-in"), "phone": _("Phone"),
    "address": _("Address"), "orders": _("Orders"), "last_order": _("Last order"), "points": _("Points"),
    "region": _("Region"),
}  # fmt: skip
"""What people call the columns of places (`syncd.registry.queries.personal`) and the parts of values."""

_CODES: Final = ("status", "zone", "side", "field", "mode", "verdict", "origin")


class Words(TypedDict):
    """What the functions take that set a card or a report."""

    labels: dict[str, str]
    say: Callable[[str], str]


def words_of(language: str) -> Words:
    """Words of a language by text, and by kind and code; and how it says a sentence."""
    gettext = catalog(language).gettext
    coded = {**{kind: WORDS[kind] for kind in _CODES}, **_KINDS}
    words = {f"{kind}.{code}": gettext(text) for kind, texts in coded.items() for code, text in texts.items()}
    words |= {f"column.{name}": gettext(text) for name, text in _COLUMNS.items()}
    return Words(labels=words | {text: gettext(text) for text in TEXTS}, say=partial(say, language=language))
