"""Where does a contractor belong: domestic, inside the EU, outside, or is the evidence in conflict?"""

from __future__ import annotations

from syncd.domain.country.codes import alpha2
from syncd.domain.country.evidence import Evidence, Said, VatAnswer, Verdict
from syncd.domain.country.folding import fold
from syncd.domain.country.membership import is_member
from syncd.domain.country.names import NOTHING_MAPPED, Names, Stated, recognise
from syncd.domain.country.prefixes import prefix_country
from syncd.domain.country.verdict import verdict
from syncd.domain.country.zone import Zone

__all__ = [
    "NOTHING_MAPPED",
    "Evidence",
    "Names",
    "Said",
    "Stated",
    "VatAnswer",
    "Verdict",
    "Zone",
    "alpha2",
    "fold",
    "is_member",
    "prefix_country",
    "recognise",
    "verdict",
]
