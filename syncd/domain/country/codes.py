"""Is this the code of a country?"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel.core import get_global

__all__ = ["COUNTRIES", "alpha2", "alpha3", "other_code"]

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


# Signs of vehicles, codes of the Olympic committee, and Romania's code until 2002. They are asked about and never
# believed: a D may be anything.
_SIGNS: Final = dict(
    pair.split(":")
    for pair in (
        "A:AT B:BE D:DE E:ES F:FR FIN:FI FL:LI H:HU I:IT IRL:IE L:LU M:MT N:NO P:PT S:SE SLO:SI V:VA BUL:BG CRO:HR"
        " DEN:DK GER:DE GRE:GR HOL:NL LAT:LV NED:NL POR:PT ROM:RO SUI:CH"
    ).split()
)


def other_code(stated: str) -> str | None:
    """What a code of another kind stands for: ISO 3166-1 numeric, or a sign that people use."""
    code = stated.upper()
    if len(code) == 3 and code.isascii() and code.isdigit():
        targets: list[str] = get_global("territory_aliases").get(code, [])
        return targets[0] if len(targets) == 1 and targets[0] in COUNTRIES else None
    return _SIGNS.get(code)
