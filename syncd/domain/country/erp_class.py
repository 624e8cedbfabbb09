"""Which zone does an ERP's own class of a contractor claim?

Systems keep such a class in words or numbers of their own. The claim is seen from the ERP's country, which is the
shop's unless the word names another. Sources: Comarch Optima `Knt_Export` and XL `Knt_ExpoKraj` as reports of both
read them; e-Sklep's `StatusUE`; Fortnox `VATType`, https://apps.fortnox.se/apidocs#tag/CustomersResource.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from syncd.domain.country.folding import fold
from syncd.domain.country.zone import Zone

__all__ = ["Claim", "claim"]

_D, _I, _E = Zone.DOMESTIC, Zone.INTRA_EU, Zone.EXTRA_EU


class Claim(msgspec.Struct, frozen=True):
    """What a class says.

    Attributes:
        zones: Zones that it allows: a number that two systems use for different things allows both.
        seat: Country from which it is seen; ``""``: the shop's home.
    """

    zones: frozenset[Zone]
    seat: str = ""


def _claim(*zones: Zone, seat: str = "") -> Claim:
    return Claim(frozenset(zones), seat)


# "poza terytorium kraju" is about single transactions, of whomever: it tells nothing of the contractor's place.
_OPTIMA: Final = {
    "0": _D, "1": _E, "2": _E, "3": _I, "4": _I, "5": _D, "8": _I, "9": _E,
}  # fmt: skip
_XL: Final = {"1": _D, "2": _I, "3": _E}

_WORDS: Final = {
    **dict.fromkeys(
        "krajowy|krajowa|kraj|podatnikiem jest nabywca|domestic|national|home|local|внутренний|отечественный|inrikes|"
        "inland|inländisch|nationale|nazionale|krajowy - podatnikiem jest nabywca|domestic reverse charge|"
        "podatnikiem jest odbiorca|rezydent|резидент|resident".split("|"),
        _claim(_D),
    ),
    **dict.fromkeys(
        "wewnątrzunijny|wewnątrzunijna|wewnątrzunijny trójstronny|wewnątrzunijny - podatnikiem jest nabywca|unijny|"
        "wewnątrzwspólnotowy|wspólnotowy|UE|EU|intra-EU|intra_eu|intra|EU VAT|intra-community|intracommunity|"
        "внутри ЕС|ЕС|inom EU|intracommunautaire|intra-UE|intracomunitario|innergemeinschaftlich|within EU".split("|"),
        _claim(_I),
    ),
    **dict.fromkeys(
        "pozaunijny|pozaunijna|pozaunijny (zwrot VAT)|pozaunijny - podatnikiem jest nabywca|poza UE|eksport|eksportowy|"
        "extra-EU|extra_eu|extra|non-EU|non EU|outside EU|export|экспорт|вне ЕС|utanför EU|hors UE|extra-UE|"
        "extracomunitario|Drittland|Ausfuhr|rest of world|third country".split("|"),
        _claim(_E),
    ),
    **dict.fromkeys(
        "zagraniczny|foreign|иностранный|utländsk|étranger|estero|Ausland|"
        "nierezydent|нерезидент|non-resident".split("|"),
        _claim(_I, _E),
    ),
    **dict.fromkeys(("SEVAT", "SEREVERSEDVAT"), _claim(_D, seat="SE")),
    **dict.fromkeys(("EUVAT", "EUREVERSEDVAT"), _claim(_I, seat="SE")),
}  # fmt: skip

_BY_WORD: Final = {fold(word): meant for word, meant in _WORDS.items()}
_NUMBERED: Final = re.compile(r"(?:(?P<system>.*?)[\s:=]+)?0*(?P<number>\d)")
# The field in which a word stands: VATType=EUVAT, StatusUE: krajowy.
_AFTER_FIELD: Final = re.compile(r"^\s*[\w.]+\s*[=:]\s*")
_SYSTEMS: Final = {
    **dict.fromkeys(("knt export", "knt_export", "optima", "export"), (_OPTIMA,)),
    **dict.fromkeys(("knt expokraj", "knt_expokraj", "expokraj", "xl"), (_XL,)),
    "": (_OPTIMA, _XL),
}


@lru_cache(maxsize=1024)
def claim(stated: str) -> Claim | None:
    """Zones that a class allows; ``None`` where it says nothing.

    A number names its system (``Knt_Export=3``, ``XL:2``). A bare one may be of either. A word may name its field.
    """
    for word in (stated, _AFTER_FIELD.sub("", stated)):
        if fold(word) in _BY_WORD:
            return _BY_WORD[fold(word)]
    numbered = _NUMBERED.fullmatch(stated.strip())
    if numbered is None:
        return None
    systems = _SYSTEMS.get(fold(numbered["system"] or ""), ())
    meant = [system.get(numbered["number"]) for system in systems]
    if not meant or (None in meant and numbered["number"] == "0") or set(meant) == {None}:
        return None
    return Claim(frozenset(zone for zone in meant if zone is not None))
