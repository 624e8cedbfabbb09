"""Which tax number is this, what is its comparable form, and can it be right?

A wrong check digit never loses a record: the number is kept as stated and a person is told. All of it is offline;
whether a number is registered is for `syncd.vies` to ask.
"""

from __future__ import annotations

from syncd.domain.compact import TaxId, split, stated_form
from syncd.domain.tax.number import TaxNumber, fault, identify, registration_fault, unread
from syncd.domain.tax.rules import KINDS
from syncd.domain.tax.taxpayer import taxpayer
from syncd.domain.tax.vat import VIES_PREFIXES, vies_prefix

__all__ = [
    "KINDS",
    "VIES_PREFIXES",
    "TaxId",
    "TaxNumber",
    "fault",
    "identify",
    "registration_fault",
    "split",
    "stated_form",
    "taxpayer",
    "unread",
    "vies_prefix",
]
