"""Which countries are no more, and what came after them?

A former country is recognised and never mapped: which successor a firm is in cannot be read from the old name.
Codes: ISO 3166-3.
"""

from __future__ import annotations

from typing import Final

import msgspec

from syncd.domain.country.folding import fold

__all__ = ["Former", "former"]


class Former(msgspec.Struct, frozen=True):
    """A country of the past.

    Attributes:
        successors: ISO 3166-1 alpha-2 codes.
    """

    name: str
    successors: tuple[str, ...]


_YUGOSLAVIA: Final = ("BA", "HR", "ME", "MK", "RS", "SI", "XK")
_SOVIET: Final = tuple("AM AZ BY EE GE KG KZ LT LV MD RU TJ TM UA UZ".split())

_TABLE: Final = (
    (Former("Yugoslavia", _YUGOSLAVIA), "YU YUG",
     ("Jugosławia|Югославия|СФРЮ|Jugoslavien|Yougoslavie|Jugoslavia|Iugoslavia|Jugoslawien|Yugoslavia|Jugoslavija|SFRJ|"
     "Socjalistyczna Federacyjna Republika Jugosławii|Federal Republic of Yugoslavia|Federalna Republika Jugosławii")),
    (Former("the Soviet Union", _SOVIET), "SU SUN",
     ("ZSRR|Związek Radziecki|Związek Socjalistycznych Republik Radzieckich|СССР|Советский Союз|Sovjetunionen|URSS|"
     "Union soviétique|Unione Sovietica|Sowjetunion|UdSSR|USSR|U.S.S.R.|Soviet Union")),
    (Former("Czechoslovakia", ("CZ", "SK")), "CSK",
     ("Czechosłowacja|CSRS|ČSSR|ČSFR|Чехословакия|ЧССР|Tjeckoslovakien|Tchécoslovaquie|Cecoslovacchia|"
     "Tschechoslowakei|Czechoslovakia|Československo")),
    (Former("Serbia and Montenegro, or Czechoslovakia", ("CZ", "SK", "RS", "ME")), "CS", ""),
    (Former("Serbia and Montenegro", ("RS", "ME")), "SCG",
     ("Serbia i Czarnogóra|Сербия и Черногория|Serbien och Montenegro|Serbie-et-Monténégro|Serbia e Montenegro|"
     "Serbien und Montenegro|Serbia and Montenegro")),
    (Former("the German Democratic Republic", ("DE",)), "DD DDR",
     ("NRD|Niemiecka Republika Demokratyczna|ГДР|Германская Демократическая Республика|Östtyskland|Tyska demokratiska"
     " republiken|RDA|République démocratique allemande|Repubblica Democratica Tedesca|Germania Est|GDR|"
     "German Democratic Republic|East Germany|Deutsche Demokratische Republik")),
    (Former("the Netherlands Antilles", ("BQ", "CW", "SX")), "AN ANT",
     ("Antyle Holenderskie|Нидерландские Антильские острова|Nederländska Antillerna|Antilles néerlandaises|"
     "Antille Olandesi|Niederländische Antillen|Netherlands Antilles")),
    (Former("Burma", ("MM",)), "BU BUR", ""),
    (Former("East Timor under Portugal", ("TL",)), "TP TMP", ""),
    (Former("Zaire", ("CD",)), "ZR ZAR", "Zair|Заир|Zaïre|Zaire"),
    (Former("Metropolitan France", ("FR",)), "FX FXX", ""),
    (Former("Upper Volta", ("BF",)), "HV", "Górna Wolta|Haute-Volta|Upper Volta"),
    (Former("South Yemen", ("YE",)), "YD YMD", ""),
    (Former("the Saudi–Iraqi neutral zone", ("SA", "IQ")), "NT NTZ", ""),
    (Former("Southern Rhodesia", ("ZW",)), "RH", "Rodezja|Родезия|Rhodesia"),
)  # fmt: skip

_BY_SPELLING: Final = {
    spelling: one
    for one, codes, names in _TABLE
    for spelling in (*map(fold, codes.split()), *(fold(name) for name in names.split("|") if name))
}


def former(stated: str) -> Former | None:
    """The former country that this code or name means."""
    return _BY_SPELLING.get(fold(stated))
