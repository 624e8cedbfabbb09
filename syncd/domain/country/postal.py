"""Where is a postal code?"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import msgspec

from syncd.domain.country.territories import (
    MAINLAND,
    Territory,
    by_code,
    by_place,
    by_postal_code,
    is_mainland,
    shared_with,
)
from syncd.sentence import Sentence, joined

__all__ = ["Located", "fits", "locate"]

# Forms as UPU's addressing guides give them, without blanks and dashes. Only what is sure: a code of another form is a
# hint for a person and never decides.
_DIGITS: Final = {
    **dict.fromkeys("AT BE BG CH CY DK HU LI LU LV NO SI AU NZ ZA GE AM AL GL MD MK SJ".split(), (4,)),
    **dict.fromkeys("CZ DE EE ES FI FR GR HR IT LT ME MC MX MY SE SK SM TH TR UA US VA XK BA AX KR".split(), (5,)),
    **dict.fromkeys("GP MQ GF RE YT BL MF PM TF WF PF NC".split(), (5,)),
    **dict.fromkeys("BY CN IN KZ KG RO RU SG TJ TM UZ VN".split(), (6,)),
    "PL": (5,),
    "PT": (4, 7),
    "RS": (5, 6),
    "US": (5, 9),
    "JP": (7,),
    "IL": (5, 7),
    "IS": (3,),
    "FO": (3,),
}
_LETTERED: Final = {
    **dict.fromkeys("GB IM JE GG GI".split(), re.compile(r"[A-Z]{1,2}\d[A-Z\d]?(\d[A-Z]{2})?|FIQQ1ZZ")),
    "IE": re.compile(r"[A-Z]\d[\dW][A-Z\d]{4}"),
    "NL": re.compile(r"\d{4}[A-Z]{2}|\d{4}"),
    "MT": re.compile(r"[A-Z]{3}\d{2,4}"),
    "AD": re.compile(r"AD\d{3}"),
    "CA": re.compile(r"[A-Z]\d[A-Z]\d[A-Z]\d"),
}
# Signs for vehicles and ISO codes that people write before a code: L-1009, D-10115, AX-22100.
_TAG: Final = re.compile(r"([A-Z]{1,3})[\s–-]+(?=\d)")
_TAG_OF_DIGITS: Final = re.compile(r"([A-Z]{1,3})[\s–-]*(?=\d)")
# A town, or CEDEX, behind the code in its field: 97490 Sainte-Clotilde. Dutch codes end with letters themselves.
_BEHIND: Final = re.compile(r"(\d[\d\s–-]*\d)\s+([^\W\d]{2}.*)")
_NOISE: Final = re.compile(r"[\s.–-]+")
_NORTH_OF_CYPRUS: Final = re.compile(r"99\d{3}")
_CYPRUS: Final = Sentence("the postal code is one of northern Cyprus, which the Republic of Cyprus does not control")
_SUSPENDED: Final = Sentence("the postal code is one of northern Cyprus: it is in CY, but EU law is suspended there")


def fits(country: str, code: str) -> bool | None:
    """Whether a postal code of `country` can look like this; ``None`` where no form is known."""
    if country in _DIGITS:
        return code.isascii() and code.isdigit() and len(code) in _DIGITS[country]
    form = _LETTERED.get(country)
    return None if form is None else form.fullmatch(code) is not None


class Located(msgspec.Struct, frozen=True):
    """What postal code and town say of an address.

    Attributes:
        territory: The special territory; `MAINLAND` where the code is known to be in none; ``None`` where nothing
            tells.
        hint: What is odd about the code, for a person. Codes are not repeated in it: few people share one.
        torn: Why no place can be told: code, town and country do not fit each other.
    """

    territory: Territory | None = None
    hint: str = ""
    torn: Sentence | None = None


@lru_cache(maxsize=16384)
def locate(country: str, postal_code: str, city: str) -> Located:
    """Find the special territory in which an address of `country` (ISO 3166-1 alpha-2) is."""
    own = by_code(country)
    state = own.state if own else country
    tag, code, behind = _take_apart(postal_code, _LETTERED.get(country))
    town = by_place(state, city or behind)
    tagged = by_code(tag)
    if tagged is not None and tagged.state == state:
        return _agree(own, tagged, town)
    if not code:
        return _agree(own, None, town)
    if _NORTH_OF_CYPRUS.fullmatch(code):
        if country == "CY":
            return Located(town, torn=_SUSPENDED)
        if country == "TR":
            return Located(town, _CYPRUS)
    if not fits(country, code) and not (own and fits(state, code)):
        unknown = fits(country, code) is None
        hint = "" if unknown else Sentence("the postal code is not of a form that %(country)s uses", country=country)
        return msgspec.structs.replace(_agree(own, None, town), hint=hint)
    neighbour = shared_with(state, code)
    if neighbour is not None and not city:
        shared = "the postal code is shared with %(place)s, outside the EU's VAT area"
        return Located(own, Sentence(shared, place=Sentence(neighbour)))
    found = MAINLAND if is_mainland(state, code) and _is_of(state, code) else by_postal_code(state, code)
    return _agree(own, found, town)


def _is_of(state: str, code: str) -> bool:
    """Whether the form is the state's own: the Faroes have left the Danish one."""
    return fits(state, code) is True


def _agree(own: Territory | None, by_code_of_post: Territory | None, town: Territory | None) -> Located:
    """One territory for an address, unless its parts name two."""
    named = [one for one in (own, by_code_of_post, town) if one is not None]
    if not named:
        return Located()
    if len(set(named)) == 1:
        return Located(named[0])
    places = joined(dict.fromkeys(one.name for one in named), " / ")
    return Located(
        named[-1],
        torn=Sentence("%(places)s, both named by the main address, contradict each other", places=places),
    )


def _take_apart(postal_code: str, lettered: re.Pattern[str] | None) -> tuple[str, str, str]:
    """Country's tag, compact code, and the town behind it; all upper case.

    Args:
        lettered: The form of codes that have letters themselves: only what stands well apart and is not of the code
            (``BT 1 5GS`` is Belfast's) is a tag, and no town is behind it.
    """
    text = unicodedata.normalize("NFKC", postal_code).strip().upper()
    if lettered is not None and lettered.fullmatch(whole := _NOISE.sub("", text)):
        return "", whole, ""
    tag = (_TAG if lettered else _TAG_OF_DIGITS).match(text)
    rest = text[tag.end() :] if tag else text
    behind = None if lettered else _BEHIND.fullmatch(rest)
    code, town = behind.groups() if behind else (rest, "")
    return tag[1] if tag else "", _NOISE.sub("", code), town
