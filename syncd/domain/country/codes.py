"""Is this the code of a country?"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel.core import get_global

__all__ = ["COUNTRIES", "alpha2", "alpha3"]

# CLDR lists groupings and placeholders beside the countries, and parts of countries that have a code reserved for
# the post or for customs statistics (ISO 3166/MA, "exceptionally reserved"). XK, Kosovo, is kept: systems use it.
_NOT_COUNTRIES: Final = frozenset("EU EZ UN QO XA XB ZZ AC CP CQ DG EA IC TA".split())
COUNTRIES: Final = frozenset(
    code
    for code in map(str, get_global("territory_languages"))
    if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
)
"""All ISO 3166-1 alpha-2 codes, and XK."""

_ALIASES: Final = {"UK": "GB", "EL": "GR"}


def alpha2(stated: str) -> str | None:
    """Normalise a stated country code; ``None`` where it is no country that we know."""
    code = stated.strip().upper()
    code = _ALIASES.get(code, code)
    return code if code in COUNTRIES else None


@lru_cache(maxsize=1)
def alpha3() -> dict[str, str]:
    """Countries by ISO 3166-1 alpha-3 code; CLDR knows those of former countries, too, which are left out."""
    table: dict[str, list[str]] = get_global("territory_aliases")  # type: ignore[assignment] # typed for all its tables
    former = frozenset("ANT BUR DDR FXX NTZ SCG SUN TMP YMD YUG ZAR".split())
    found = {
        code: targets[0]
        for code, targets in table.items()
        if len(code) == 3 and code.isalpha() and code not in former and targets[0] in COUNTRIES
    }
    return found | {"XKX": "XK"}
