"""Which tax id does an Abicart customer have, and which organisation number? Pure.

A shop has one property for "person or organisation number", where people type either of two: ``556000-4615``, or the
VAT number ``SE556000461501``, which is the same with SE before it and 01 behind. A shop may have a second property for
the VAT number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from adapters.abicart.options import Options
from syncd.domain import tax
from syncd.domain.compact import squeeze
from syncd.domain.contractor import Contractor, Kind

__all__ = ["read_numbers", "say_numbers"]

_ORGNO: Final = "orgno"
_BEHIND: Final = "01"


def read_numbers(text: Callable[[str], str], kind: Kind, country: str, options: Options) -> dict[str, Any]:
    """Fields of a contractor. With one property for both, the tax id is whatever somebody typed there.

    Args:
        text: What stands in a property.
    """
    if _has_both(options):
        return {**_tax_id(text("vat_number")), "registrations": _registered(squeeze(text("org_number")))}
    typed = text("vat_number") or text("org_number")
    number = squeeze(typed)
    if options.swedish_numbers == "vat" and kind is Kind.ORGANISATION and _is_swedish(number, country):
        return {"tax_prefix": "SE", "tax_id": f"{number}{_BEHIND}", "tax_id_stated": typed}
    return _tax_id(typed)


def say_numbers(contractor: Contractor, options: Options) -> dict[str, str]:
    """Values by property."""
    number = f"{contractor.tax_prefix}{contractor.tax_id}" if contractor.tax_id else ""
    if _has_both(options):
        return {"vat_number": number, "org_number": contractor.registrations.get(_ORGNO, "")}
    bare = contractor.tax_id.removesuffix(_BEHIND)
    if (
        options.swedish_numbers == "vat"
        and contractor.kind is Kind.ORGANISATION
        and number == f"SE{bare}{_BEHIND}"
        and _is_swedish(bare, "SE")
    ):
        number = f"{bare[:6]}-{bare[6:]}"
    return {"vat_number": number, "org_number": number}


def _has_both(options: Options) -> bool:
    return {"org_number", "vat_number"} <= options.pointers.keys()


def _tax_id(typed: str) -> dict[str, str]:
    parts = tax.split(typed)
    return {"tax_prefix": parts.prefix, "tax_id": parts.number, "tax_id_stated": tax.stated_form(typed, parts)}


def _registered(number: str) -> dict[str, str]:
    return {_ORGNO: number} if number else {}


def _is_swedish(number: str, country: str) -> bool:
    """Whether this is a Swedish organisation number, with its right check digit."""
    if country not in {"", "SE"} or len(number) != 10:
        return False
    return tax.registration_fault(_ORGNO, number, "SE") is None
