"""Does every language have all that is said of where somebody is?"""

from __future__ import annotations

from typing import Final

import msgspec
import pytest

from syncd.console.saying import show
from syncd.domain.country import Evidence, Verdict, verdict
from syncd.languages import LANGUAGES
from tests.unit.domain.test_country_table import cases

OTHERS: Final = [language for language in LANGUAGES if language != "en"]
ODD: Final[tuple[dict[str, str], ...]] = (
    {"home": "QQ"},
    {"declared": "GB", "address_country": "GB", "postal_code": "GX11 1AA", "city": "Jersey"},
    {"declared": "IT", "address_country": "IT", "postal_code": "00100", "city": "Livigno"},
    {"declared": "IT", "address_country": "IT", "postal_code": "23030"},
    {"declared": "CY", "decided": "CY"},
)
"""What the table has no line for."""


def rulings() -> list[Verdict]:
    stated = [*({name: text for name, text in case.items() if text} for case in cases()), *ODD]
    fixed = {"home": "PL", "on": "2026-05-04", "served": ["PL"]}
    return [verdict(msgspec.convert(fixed | one, Evidence)) for one in stated]


@pytest.mark.parametrize("language", OTHERS)
def test_no_reason_for_a_zone_stays_english(language: str) -> None:
    shown = (show(reason, language) for ruling in rulings() for reason in ruling.reasons)
    assert {text for text in shown if 'lang="en"' in text} == set()
