"""Which places are not treated for VAT as the state they belong to, and what shows that an address is there?

Most of them show in the postal code only. Sources, which the letters in the table name:

- D: Directive 2006/112/EC, art. 5 to 7, as amended by Directive (EU) 2019/475 (Campione d'Italia), and the
  Commission's table https://taxation-customs.ec.europa.eu/territorial-status-eu-countries-and-certain-territories_en
- H: HMRC, https://www.gov.uk/hmrc-internal-manuals/vat-single-market/vatsm2200
- P: Protocol on Ireland/Northern Ireland, art. 8
- S: Swiss VAT Act (SR 641.20), art. 3 letter a, with the Customs Act (SR 631.0), art. 3, and the treaty with
  Liechtenstein of 1994-10-28 (SR 0.641.295.142)
- U: UPU addressing guides; for Livigno and Campione https://github.com/laravel/vat-calculator/pull/137
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Final

import msgspec

from syncd.domain.country.folding import fold

__all__ = [
    "MAINLAND",
    "TERRITORIES",
    "Territory",
    "by_code",
    "by_name",
    "by_place",
    "by_postal_code",
    "is_mainland",
    "shared_with",
]


class Territory(msgspec.Struct, frozen=True, kw_only=True):
    """A place with a VAT treatment, or a code, of its own.

    Attributes:
        state: The state whose country code and postal codes stand in addresses there.
        code: Its own ISO 3166-1 code; ``""`` where it has none.
        other_codes: Codes reserved for it that ISO assigns to no country.
        postal: Postal codes of the state that are there: beginnings, upper case, without blanks.
        shared: Postal codes that it shares with neighbours: they decide with the place name only.
        places: Its names, and names of its towns, that can be no other place of that state.
        treated_as: State as whose transactions its own count; ``""``: it is outside the EU's VAT area.
        prefixes: VAT prefixes, besides its own code, that a taxable person there can have.
        apart: No part of the state: the code of the state and its own contradict each other.
    """

    name: str
    state: str
    code: str = ""
    other_codes: tuple[str, ...] = ()
    postal: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    treated_as: str = ""
    prefixes: tuple[str, ...] = ()
    apart: bool = False

    @property
    def country(self) -> str:
        """The ISO code of an address there."""
        return self.code or self.state


def _range(first: int, last: int) -> tuple[str, ...]:
    return tuple(map(str, range(first, last + 1)))


_FRENCH: Final = ("FR",)

TERRITORIES: Final = (
    # Spain, D, U: provinces 35 and 38 are the Canaries; IC and EA are reserved for customs statistics.
    Territory(name="the Canary Islands", state="ES", other_codes=("IC",), postal=("35", "38"), prefixes=("ES",),
              places=("Wyspy Kanaryjskie", "Kanary", "Canary Islands", "Canaries", "Islas Canarias", "Canarias",
                      "Canarie", "Kanaren", "Канары", "Las Palmas de Gran Canaria", "Santa Cruz de Tenerife",
                      "Gran Canaria", "Tenerife", "Teneryfa", "Teneriffa", "Ténérife", "Тенерифе", "Lanzarote",
                      "Fuerteventura", "ES-CN")),
    Territory(name="Ceuta or Melilla", state="ES", other_codes=("EA",), postal=("51", "52"), prefixes=("ES",),
              places=("Ceuta", "Melilla", "Ceuta y Melilla")),
    # Finland: D, U.
    Territory(name="the Åland Islands", state="FI", code="AX", postal=("22",), prefixes=("FI",),
              places=("Åland", "Ahvenanmaa", "Wyspy Alandzkie", "Mariehamn", "Maarianhamina")),
    # Germany, D, U: no other place has these codes. Büsingen is inland for Swiss VAT (S).
    Territory(name="Büsingen", state="DE", postal=("78266",), prefixes=("DE",), treated_as="CH",
              places=("Büsingen", "Büsingen am Hochrhein", "Buesingen")),
    Territory(name="Heligoland", state="DE", postal=("27498",), prefixes=("DE",),
              places=("Helgoland", "Heligoland", "Insel Helgoland")),
    # Italy, D, U: until 2018 both had a code of the neighbourhood. Campione is in the customs union since 2020 and
    # outside VAT as before. San Marino and the Vatican are states within the Italian postal system.
    Territory(name="Livigno", state="IT", postal=("23041",), shared=("23030",), places=("Livigno",), prefixes=("IT",)),
    Territory(name="Campione d'Italia", state="IT", postal=("22061",), shared=("22060",), prefixes=("IT",),
              places=("Campione d'Italia", "Campione")),
    Territory(name="San Marino", state="IT", code="SM", postal=_range(47890, 47899), apart=True,
              places=("San Marino", "Repubblica di San Marino", "Città di San Marino")),
    Territory(name="Vatican City", state="IT", code="VA", postal=("00120",), apart=True,
              places=("Città del Vaticano", "Vatican City", "Watykan", "Ватикан")),
    # Greece, D, U: Karyes and Dafni.
    Territory(name="Mount Athos", state="GR", postal=("63086", "63087"), prefixes=("EL", "GR"),
              places=("Mount Athos", "Agion Oros", "Άγιον Όρος", "Góra Athos")),
    # France, D, U: the departments of art. 349 TFEU, then the countries and territories overseas.
    Territory(name="Guadeloupe", state="FR", code="GP", postal=("971",), prefixes=_FRENCH, places=("Guadeloupe",)),
    # 977 and 978 are their numbers as departments, which registers write as postal codes.
    Territory(name="Saint-Barthélemy", state="FR", code="BL", postal=("97133", "977"), prefixes=_FRENCH,
              places=("Saint-Barth", "St Barts", "Gustavia")),
    Territory(name="Saint-Martin", state="FR", code="MF", postal=("97150", "978"), prefixes=_FRENCH),
    Territory(name="Martinique", state="FR", code="MQ", postal=("972",), prefixes=_FRENCH, places=("Martinique",)),
    Territory(name="French Guiana", state="FR", code="GF", postal=("973",), prefixes=_FRENCH,
              places=("Guyane", "Guyane française")),
    Territory(name="Réunion", state="FR", code="RE", postal=("974",), prefixes=_FRENCH, places=("La Réunion",)),
    Territory(name="Mayotte", state="FR", code="YT", postal=("976",), prefixes=_FRENCH, places=("Mayotte",)),
    Territory(name="Saint-Pierre and Miquelon", state="FR", code="PM", postal=("975",)),
    Territory(name="the French Southern Territories", state="FR", code="TF", postal=("984",)),
    Territory(name="Wallis and Futuna", state="FR", code="WF", postal=("986",)),
    Territory(name="French Polynesia", state="FR", code="PF", postal=("987",), places=("Tahiti", "Papeete")),
    Territory(name="New Caledonia", state="FR", code="NC", postal=("988",)),
    Territory(name="Monaco", state="FR", code="MC", postal=("980",), treated_as="FR", prefixes=_FRENCH,
              places=("Monaco", "Monte-Carlo", "Monte Carlo")),
    # The United Kingdom: D, H, P, U.
    Territory(name="Northern Ireland", state="GB", postal=("BT",), treated_as="GB", prefixes=("GB", "XI"),
              places=("Northern Ireland", "Irlandia Północna", "Северная Ирландия", "Nordirland", "Irlande du Nord",
                      "Irlanda del Nord", "Północna Irlandia", "Irlandia Płn.", "N. Ireland", "Ulster", "GB-NIR")),
    Territory(name="the Isle of Man", state="GB", code="IM", postal=("IM",), treated_as="GB", prefixes=("GB",),
              places=("Isle of Man", "о. Мэн")),
    Territory(name="Jersey", state="GB", code="JE", postal=("JE",), apart=True,
              places=("Jersey", "Saint Helier", "Jersey, Channel Islands")),
    Territory(name="Guernsey", state="GB", code="GG", postal=("GY",), other_codes=("CQ",), apart=True,
              places=("Guernsey", "Saint Peter Port", "Alderney", "Sark", "Guernsey, Channel Islands")),
    Territory(name="Gibraltar", state="GB", code="GI", postal=("GX111AA",), apart=True, places=("Gibraltar",)),
    Territory(name="the Falkland Islands", state="GB", code="FK", postal=("FIQQ1ZZ",), apart=True),
    # Denmark: D, U. 2412 is the post office of Father Christmas.
    Territory(name="Greenland", state="DK", code="GL", postal=("39", "2412"),
              places=("Grønland", "Kalaallit Nunaat", "Nuuk")),
    Territory(name="the Faroe Islands", state="DK", code="FO", postal=("38",), places=("Føroyar", "Færøerne",
              "Tórshavn")),
    # The Netherlands, D: the former Antilles have no Dutch postal codes.
    Territory(name="Aruba", state="NL", code="AW"),
    Territory(name="Curaçao", state="NL", code="CW"),
    Territory(name="Sint Maarten", state="NL", code="SX"),
    Territory(name="the Caribbean Netherlands", state="NL", code="BQ"),
    # Norway: outside anyway; the code is the only thing that sets it apart.
    Territory(name="Svalbard and Jan Mayen", state="NO", code="SJ", postal=("917", "8099"), prefixes=("NO",),
              places=("Svalbard", "Longyearbyen", "Spitsbergen", "Spitzbergen", "Spetsbergen", "Spitzberg",
                      "Шпицберген")),
    # Switzerland, S: one area of VAT, one postal system; a state of its own.
    Territory(name="Liechtenstein", state="CH", code="LI", postal=_range(9485, 9498), treated_as="CH", apart=True,
              prefixes=("CH", "CHE"), places=("Vaduz", "Schaan")),
)  # fmt: skip

MAINLAND: Final = Territory(name="a place in no special territory", state="", treated_as="itself")
"""Stands for: the postal code is known to be in no special territory."""

_BY_CODE: Final = {code: one for one in TERRITORIES for code in (one.code, *one.other_codes) if code}
_BY_PLACE: Final = {(one.state, fold(place)): one for one in TERRITORIES for place in one.places}
_BY_NAME: Final = {place: one for (_, place), one in _BY_PLACE.items()}
_BY_STATE: Final[dict[str, list[Territory]]] = defaultdict(list)
for _territory in TERRITORIES:
    _BY_STATE[_territory.state].append(_territory)


def by_code(code: str) -> Territory | None:
    """The territory with this code of its own."""
    return _BY_CODE.get(code)


def by_name(name: str) -> Territory | None:
    """The territory that this name stands for where a country is expected."""
    return _BY_NAME.get(fold(name)) if name else None


def by_place(state: str, city: str) -> Territory | None:
    """The territory of `state` that this place name stands for."""
    return _BY_PLACE.get((state, fold(city))) if city and state in _BY_STATE else None


@lru_cache(maxsize=8192)
def by_postal_code(state: str, code: str) -> Territory | None:
    """The territory of `state` in which `code` (upper case, no blanks) is; ``None`` where it decides nothing."""
    longest, found = 0, None
    for one in _BY_STATE.get(state, ()):
        for beginning in one.postal:
            if code.startswith(beginning) and len(beginning) > longest:
                longest, found = len(beginning), one
    return found


def shared_with(state: str, code: str) -> str | None:
    """The special territory that shares this postal code with its neighbours."""
    return next((one.name for one in _BY_STATE.get(state, ()) if code in one.shared), None)


def is_mainland(state: str, code: str) -> bool:
    """Whether a postal code of `state`, of a form that it uses, is known to be in no special territory."""
    here = _BY_STATE.get(state, ())
    if not any(one.postal for one in here) or shared_with(state, code):
        return False
    return by_postal_code(state, code) is None
