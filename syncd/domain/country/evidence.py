"""What does a verdict rest on, and what does it say?"""

from __future__ import annotations

import hashlib
from datetime import date
from enum import StrEnum

import msgspec

from syncd.domain.country.names import NOTHING_MAPPED, Names
from syncd.domain.country.zone import Zone

__all__ = ["Evidence", "Said", "VatAnswer", "Verdict"]


class VatAnswer(StrEnum):
    """What the EU's VAT register said of a number. It is often out of service: that is ``unknown``, and no answer."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


class Evidence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that is known about where a contractor is.

    Attributes:
        home: The shop's country.
        on: Day for which the law is asked.
        declared: Country that the contractor's record states, in any form.
        tax_prefix: Prefix of the tax id; where it is ``""``, one may stand in `tax_id`.
        tax_id: Tax id. Without a prefix it says nothing of the country.
        address_country: Country of the main address, in any form.
        erp_class: The ERP's own class of the contractor, in its own words.
        vat: Answer of the VAT register; ``None`` when it was not asked.
        served: Countries that the shop serves; empty: all.
        names: The admin's own mapping of stated names.
        decided: Country that a person decided on, having seen just these `facts`; ``""`` where nobody did.
    """

    home: str
    on: date
    declared: str = ""
    tax_prefix: str = ""
    tax_id: str = ""
    address_country: str = ""
    postal_code: str = ""
    city: str = ""
    erp_class: str = ""
    vat: VatAnswer | None = None
    served: frozenset[str] = frozenset()
    names: Names = NOTHING_MAPPED
    decided: str = ""

    @property
    def facts(self) -> bytes:
        """16 bytes that stand for what the contractor's record states. When any of it changes, so do they."""
        stated = (
            self.declared, self.tax_prefix, self.tax_id, self.address_country, self.postal_code, self.city,
            self.erp_class,
        )  # fmt: skip
        return hashlib.blake2b(repr(stated).encode(), digest_size=16).digest()


class Said(StrEnum):
    """What a reason is about: stable names, for programs."""

    DECLARED = "declared"
    ADDRESS = "address"
    MAPPED = "mapped"
    POSTAL_CODE = "postal-code"
    TERRITORY = "territory"
    TAX_PREFIX = "tax-prefix"
    VAT_VALID = "vat-valid"
    VAT_INVALID = "vat-invalid"
    ERP_CLASS = "erp-class"
    HINT = "hint"
    UNKNOWN = "unknown-country"
    FORMER = "former-country"
    CONTESTED = "contested-country"
    CONTRADICTION = "contradiction"
    NOTHING = "no-evidence"
    HOME_UNKNOWN = "home-unknown"
    HOME = "home"
    MEMBER = "member"
    GOODS_ONLY = "goods-only"
    OUTSIDE = "outside"
    UNSERVED = "unserved"
    DECIDED = "decided"


class Verdict(msgspec.Struct, frozen=True):
    """A zone with what it rests on.

    Attributes:
        country: ISO 3166-1 alpha-2, or ``""`` where none could be established.
        reasons: Sentences for an admin, in the order of the reasoning.
        evidence: For each reason, what it is about.
        unread: Where a stated country could not be read as one: the text.
        candidates: Countries that it may stand for, or that contradict each other.
        spoken_for: Where statements contradict each other: what says which country.
    """

    zone: Zone
    country: str
    reasons: tuple[str, ...]
    evidence: tuple[Said, ...] = ()
    unread: str = ""
    candidates: tuple[str, ...] = ()
    spoken_for: tuple[tuple[Said, str], ...] = ()
