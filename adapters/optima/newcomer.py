"""How does a contractor begin that Optima does not have yet: under which acronym, and in which class?"""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from adapters.optima.card import Card
from adapters.optima.document import source_id
from adapters.optima.options import Options
from adapters.optima.saying import check
from adapters.optima.words import export_word, flag_text
from syncd.domain.contractor import Contractor, Kind, digest
from syncd.errors import Unstorable

__all__ = ["bare_card"]

_FIGURES: Final = 13
"""Figures of an acronym that is made up; with the base's identifier before them they fit into 20 characters."""


def bare_card(wanted: Contractor, options: Options, home: str, today: date) -> Card:
    """The card of a new contractor, with what no field of it says.

    Args:
        home: The country from which its class is seen.

    Raises:
        Unstorable: If Optima cannot have its number as acronym.
    """
    code = wanted.number or _made_up(wanted, options.source_base)
    values = {
        "AKRONIM": code,
        "RODZAJ": "odbiorca",
        "EKSPORT": export_word(wanted.country, home, today),
        "PLATNIK_VAT": flag_text(bool(wanted.tax_id) and wanted.kind is Kind.ORGANISATION),
    }
    check({"AKRONIM": code}, options.code_page)
    if code.casefold() in {name.casefold() for name in options.skip}:
        raise Unstorable("this acronym is nobody's", field="number", cure="Give the contractor another number.")
    return Card(values=values, source_id=source_id(code, options))


def _made_up(wanted: Contractor, base: str) -> str:
    """An acronym: the same for the same contractor, so that a second attempt is the same import."""
    keys = (wanted.tax_prefix, wanted.tax_id, wanted.email, wanted.name)
    return f"{base}-{digest(msgspec.json.encode(keys)).hex()[:_FIGURES]}".upper()
