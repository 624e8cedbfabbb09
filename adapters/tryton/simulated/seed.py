"""Which contractors does a demonstration start with? The same for the same seed, and some are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

import msgspec
from stdnum.iso7064 import mod_11_10
from stdnum.no import orgnr
from stdnum.pl import nip

from adapters.tryton.simulated.desk import TablesDesk
from adapters.tryton.simulated.operator import Operator
from adapters.tryton.simulated.tables import Tables
from syncd.domain.contractor import Address, Contractor

__all__ = ["COUNTRIES", "countries", "fill"]

COUNTRIES: Final = tuple(
    "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MT NL NO PL PT RO RU SE SI SK UA"
    " US".split()
)
GROUPS: Final = ("Retail", "Wholesale", "VIP", "Eksport", "Stały klient", "Dealer / Gold", "Dealer / Silver")


class Land(msgspec.Struct, frozen=True):
    """How companies of one country are called and reached; ``#`` is a digit."""

    code: str
    names: tuple[str, ...]
    forms: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    phone: str
    tax: Callable[[Random], str]


def _polish(random: Random) -> str:
    while not nip.is_valid(number := f"{random.randint(1_000_000_000, 9_999_999_999)}"):
        pass
    return number


def _german(random: Random) -> str:
    digits = f"{random.randint(10_000_000, 99_999_999)}"
    return digits + mod_11_10.calc_check_digit(digits)


def _norwegian(random: Random) -> str:
    while not orgnr.is_valid(number := f"9{random.randint(0, 99_999_999):08}"):
        pass
    return f"{number}MVA"


LANDS: Final = (
    Land(
        "PL",
        ("Żółta Łódź", "Hydro-Źródło", "Świętokrzyskie Młyny", "Bracia Wójcik", "Pączek i Spółka", "Kuźnia Smaków"),
        ("Sp. z o.o.", "S.A.", "PPHU", "s.c."),
        ("ul. Długa", "al. Niepodległości", "pl. Żołnierza Polskiego", "ul. Łąkowa"),
        (("00-###", "Warszawa"), ("30-###", "Kraków"), ("90-###", "Łódź"), ("81-###", "Gdynia")),
        "+48 22 4## ## ##",
        _polish,
    ),
    Land(
        "DE",
        ("Müller & Söhne", "Größe Straßenbau", "Bäckerei Weiß", "Jäger Maschinenbau", "Überland"),
        ("GmbH", "AG", "e.K."),
        ("Schloßstraße", "Königsallee", "Am Bärenplatz"),
        (("101##", "Berlin"), ("806##", "München"), ("506##", "Köln")),
        "+49 30 901 ####",
        _german,
    ),
    Land(
        "NO",
        ("Blåbær Sjømat", "Ålesund Båt", "Fjord & Fjell", "Nordlys Handel"),
        ("AS", "ANS"),
        ("Storgata", "Kirkegata", "Bjørnsons vei"),
        (("01##", "Oslo"), ("50##", "Bergen"), ("60##", "Ålesund")),
        "+47 22 ## ## ##",
        _norwegian,
    ),
)
WEIGHTS: Final = (70, 20, 10)


def countries(tables: Tables) -> None:
    """Load the countries, as every server has them before it has parties."""
    operator = Operator(TablesDesk(tables))
    for code in COUNTRIES:
        operator.make("country.country", {"name": code, "code": code})


def fill(tables: Tables, parties: int, seed: int) -> None:
    """Add that many parties to the tables."""
    random = Random(seed)  # noqa: S311 - the same contractors each time
    operator = Operator(TablesDesk(tables))
    for number in range(1, parties + 1):
        party = operator.add(_contractor(random, number))
        damage = DAMAGES.get(number % 40)
        if damage:
            operator.edit(party, {"active": True})
            damage(operator, tables, party)


def _contractor(random: Random, number: int) -> Contractor:
    (land,) = random.choices(LANDS, WEIGHTS)
    name = " ".join((random.choice(land.names), f"{number:03}", random.choice(land.forms)))
    postal_code, city = random.choice(land.cities)
    street = f"{random.choice(land.streets)} {random.randint(1, 120)}"
    main = Address(street=street, postal_code=_digits(random, postal_code), city=city, country=land.code)
    groups = tuple(sorted(random.sample(GROUPS, random.choice((0, 1, 1, 1, 2)))))
    prefix = land.code if land.code == "DE" or (land.code == "PL" and random.random() < 0.2) else ""
    return Contractor(
        name=name,
        number=f"K{number:05}",
        tax_id=land.tax(random),
        tax_prefix=prefix,
        country=land.code,
        email=f"biuro{number}@firma{number}.example",
        phones=(_digits(random, land.phone),),
        addresses=(main, msgspec.structs.replace(main, street="Magazyn 2")) if random.random() < 0.15 else (main,),
        groups=groups,
        active=random.random() >= 0.08,
    )


def _digits(random: Random, pattern: str) -> str:
    return "".join(str(random.randint(0, 9)) if sign == "#" else sign for sign in pattern)


def _no_name(operator: Operator, _tables: Tables, party: int) -> None:
    operator.write("party.party", party, {"name": None})


def _no_country(operator: Operator, _tables: Tables, party: int) -> None:
    operator.edit(party, {"country": ""})


def _bad_email(operator: Operator, _tables: Tables, party: int) -> None:
    operator.edit(party, {"email": "nie ma"})


def _untyped_number(operator: Operator, _tables: Tables, party: int) -> None:
    operator.edit(party, {"tax_id": "", "registrations": {"other": "111-111-11-11"}})


def _shared_number(operator: Operator, tables: Tables, party: int) -> None:
    other: Mapping[str, Any] = tables.rows["party.identifier"][tables.children("party.identifier", 1)[0]]
    own = tables.children("party.identifier", party)[0]
    operator.write("party.identifier", own, {"type": other["type"], "code": other["code"]})


DAMAGES: Final[Mapping[int, Callable[[Operator, Tables, int], None]]] = {
    7: _no_name,
    13: _no_country,
    19: _bad_email,
    25: _untyped_number,
    31: _shared_number,
}
"""What is wrong with every fortieth party, by its number's rest."""
