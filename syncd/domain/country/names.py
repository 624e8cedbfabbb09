"""Which country does a text mean, in whatever form systems state one?"""

from __future__ import annotations

import difflib
import re
import string
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import msgspec
from babel import Locale

from syncd.domain.country.codes import COUNTRIES, alpha2, alpha3, other_code
from syncd.domain.country.folding import fold
from syncd.domain.country.former import Former, former
from syncd.domain.country.spellings import spellings
from syncd.domain.country.territories import Territory, by_code, by_name

__all__ = ["NOTHING_MAPPED", "Names", "Stated", "alpha2", "nearest", "recognise"]

LANGUAGES: Final = ("pl", "ru", "sv", "fr", "it", "de", "en")

_NO_COUNTRY: Final = frozenset(
    map(fold, ("EU", "UE", "EZ", "UN", "XX", "ZZ", "Unia Europejska", "European Union", "Европейский союз", "ЕС",
               "Europeiska unionen", "Union européenne", "Unione europea", "Europäische Union", "Europa", "Europe",
               "Европа", "Świat", "World", "Welt", "Мир", "Monde", "Mondo", "Världen", "Zagranica", "Ausland"))
)  # fmt: skip
_BLANK: Final = frozenset(map(fold, ("n/a", "none", "null", "brak", "nie dotyczy", "нет", "-")))

# The acquis is suspended there: Act of Accession 2003, Protocol 10, art. 1.
_CONTESTED: Final = frozenset(
    map(fold, ("Cypr Północny", "Северный Кипр", "Nordcypern", "Norra Cypern", "Chypre du Nord", "Cipro del Nord",
               "Nordzypern", "Northern Cyprus", "North Cyprus", "TRNC", "KKTC", "Kuzey Kıbrıs",
               "Turkish Republic of Northern Cyprus", "Cypr Płn", "Płn. Cypr", "N. Cyprus"))
)  # fmt: skip

# Each is several countries, of which a person says one.
_SEVERAL: Final = {
    fold(name): codes
    for codes, names in (
        (["JE", "GG"], ("Wyspy Normandzkie", "Нормандские острова", "Kanalöarna", "Îles Anglo-Normandes",
                        "Isole del Canale", "Kanalinseln", "Channel Islands")),
        (["KR", "KP"], ("Korea", "Корея", "Corée", "Corea")),
        (["CG", "CD"], ("Congo", "Конго")),
        (["VG", "VI"], ("Wyspy Dziewicze", "Виргинские острова", "Jungfruöarna", "Îles Vierges", "Isole Vergini",
                        "Jungferninseln", "Virgin Islands")),
    )
    for name in names
}  # fmt: skip

# As German and the Nordic languages are written where a keyboard has no such letters: Oesterreich, Aaland.
_SPELT_OUT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe"}
)
_PARTS: Final = re.compile(r"[/()\[\],;|]|\s[-–—]\s")
# What tells nothing beside a country: Germany (EU).
_IDLE: Final = frozenset(map(fold, ("", "the", "EU", "UE", "ЕС")))
_AROUND: Final = f"{string.whitespace}{string.punctuation}\N{NO-BREAK SPACE}"
_DASHES: Final = re.compile(r"[-–—]")


class Names:
    """An admin's own mapping of stated names, which comes before everything that syncd knows.

    Args:
        mapped: Country (ISO 3166-1 alpha-2) by stated name, in any spelling.
    """

    __slots__ = ("_by_name", "_hash")

    def __init__(self, mapped: Iterable[tuple[str, str]] = ()) -> None:
        self._by_name = {fold(stated): country for stated, country in mapped}
        # Taken once: a mapping is part of the evidence of every contractor.
        self._hash = hash(frozenset(self._by_name.items()))

    def get(self, folded: str) -> str | None:
        """Country for a folded name."""
        return self._by_name.get(folded)

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Names) and self._by_name == other._by_name)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Names({sorted(self._by_name.items())})"


NOTHING_MAPPED: Final = Names()


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What a stated country means.

    Attributes:
        country: ISO 3166-1 alpha-2; ``""`` where the text means none that exists.
        territory: Place with a VAT treatment or code of its own that the text means.
        former: The country was dissolved.
        contested: Northern Cyprus: no zone follows from it.
        blank: Nothing was stated.
        mapped: An admin's mapping said it.
    """

    country: str = ""
    territory: Territory | None = None
    former: Former | None = None
    contested: bool = False
    blank: bool = False
    mapped: bool = False


_STATED_NOTHING: Final = Stated(blank=True)
_UNKNOWN: Final = Stated()


@lru_cache(maxsize=4096)
def recognise(text: str, names: Names = NOTHING_MAPPED) -> Stated:
    """Read a stated country: a code of two or three letters, or a name in one of seven languages."""
    folded = fold(text)
    if not folded or folded in _BLANK:
        return _UNKNOWN if _was_something(text) else _STATED_NOTHING
    mapped = names.get(folded)
    if mapped:
        return Stated(country=mapped, territory=by_code(mapped), mapped=True)
    return _recognise_one(text, folded) or _recognise_parts(text) or _UNKNOWN


def _was_something(text: str) -> bool:
    """Whether a text without a letter is more than a dash: ``??????``, what a code page leaves of a name; a flag."""
    return "??" in text or any(unicodedata.category(character) == "So" for character in text)


def _recognise_one(text: str, folded: str) -> Stated | None:
    code = alpha2(text.strip(_AROUND))
    if code:
        return Stated(country=code, territory=by_code(code))
    gone = former(text)
    if gone:
        return Stated(former=gone)
    if folded in _CONTESTED:
        return Stated(contested=True)
    if folded in _NO_COUNTRY:
        return _UNKNOWN
    code = text.strip(_AROUND).upper()
    territory = by_code(code) or by_name(text)
    if territory:
        return Stated(country=territory.country, territory=territory)
    found = alpha3().get(code) or _names().get(folded)
    if not found:
        return None
    territory = by_code(found)
    return Stated(country=territory.country if territory else found, territory=territory)


def _recognise_parts(text: str) -> Stated | None:
    """Read ``Polska (PL)``, all parts of which have to mean the same place, and ``Moldova, Republic of``."""
    parts = [part for part in _PARTS.split(text) if fold(part) not in _IDLE]
    found = _agreed(parts)
    if found is None and len(parts) == 1:
        found = _agreed(_DASHES.split(parts[0]))  # Belgique-België
    if found is None and len(parts) == 2:
        turned = f"{parts[1]} {parts[0]}"
        found = _recognise_one(turned, fold(turned))
    return found


def _agreed(parts: list[str]) -> Stated | None:
    """What all parts mean; a place and its state mean the place: ``Canary Islands, Spain``."""
    found = {_recognise_one(part, fold(part)) for part in parts}
    if len(found) == 1:
        return found.pop()
    states = {one.country for one in found if one is not None and one.territory is None}
    places = [one for one in found if one is not None and one.territory is not None and one.territory.state in states]
    return places[0] if len(found) == 2 and len(places) == 1 else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Countries by folded name; a name that means several is left out.

    CLDR's names come first, then the parts of such as ``Myanmar (Burma)``, where they mean nothing else.
    """
    whole: dict[str, set[str]] = defaultdict(set)
    parts: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in COUNTRIES or by_code(code):
                whole[fold(name)].add(code)
                parts[fold(name.translate(_SPELT_OUT))].add(code)
                for part in re.split(r"\s*[()]", name)[: 2 if "(" in name else 0]:
                    parts[fold(part)].add(code)
    found = {name: next(iter(codes)) for name, codes in (parts | whole).items() if len(codes) == 1}
    spelt = [(fold(form), code) for code, name in spellings() for form in (name.translate(_SPELT_OUT), name)]
    return found | dict(spelt)


def nearest(text: str, most: int = 2) -> list[str]:
    """Countries that `text` may have meant: by a name of several, another standard's code, or with a typing error."""
    several = _SEVERAL.get(fold(text))
    if several:
        return several[:most]
    other = other_code(text.strip(_AROUND))
    if other:
        return [other]
    near = difflib.get_close_matches(fold(text), _names(), n=4, cutoff=0.75)
    return list(dict.fromkeys(_names()[name] for name in near))[:most]
