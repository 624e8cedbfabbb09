"""Which contractors does a demonstration start with? The same for the same seed, and some are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any, Final

import msgspec
from stdnum.iso7064 import mod_11_10
from stdnum.pl import nip, regon

from syncd.domain.contractor import Address, AddressKind, Contractor, Employee, Kind

__all__ = ["DAMAGES", "GROUPS", "contractors"]

GROUPS: Final = ("DETAL", "HURT", "VIP", "EKSPORT", "STALI KLIENCI", "DEALER ŁÓDŹ")

_NAMES: Final = (
    "Żółta Łódź", "Hydro-Źródło", "Świętokrzyskie Młyny", "Bracia Wójcik", "Pączek i Spółka", "Kuźnia Smaków",
    "Przedsiębiorstwo Wielobranżowe Ćma", "Zakład Usługowo-Handlowy Gęś", "Dąb & Syn",
)  # fmt: skip
_FORMS: Final = ("sp. z o.o.", "S.A.", "PPHU", "s.c.", "spółka z ograniczoną odpowiedzialnością spółka komandytowa")
_STREETS: Final = ("ul. Długa", "al. Niepodległości", "pl. Żołnierza Polskiego", "ul. Łąkowa", "ul. 3 Maja")
_CITIES: Final = (("00-2##", "Warszawa"), ("30-0##", "Kraków"), ("90-4##", "Łódź"), ("81-3##", "Gdynia"))
_PEOPLE: Final = ("Anna Lis", "Michał Żak", "Łucja Świder", "Jan Kos", "Ewa Gęś")
_FOREIGN: Final = (
    ("DE", "Müller & Söhne GmbH", "Schloßstraße", "10115", "Berlin", 3),
    ("CZ", "Žižkov Obchod s.r.o.", "Dlouhá", "11000", "Praha", 3),
    ("UA", "ТОВ Ромашка", "вул. Хрещатик", "01001", "Київ", 1),
)


def contractors(count: int, seed: int) -> list[Contractor]:
    """That many contractors."""
    random = Random(seed)  # noqa: S311 - the same contractors each time
    return [_contractor(random, number) for number in range(1, count + 1)]


def _contractor(random: Random, number: int) -> Contractor:
    contractor = _foreign(random) if number % 9 == 0 else _polish(random)
    email = f"biuro{number}@firma{number}.example"
    person = random.choice(_PEOPLE)
    return msgspec.structs.replace(
        contractor,
        name=f"{contractor.name.partition('|')[0]} {number:03} {contractor.name.partition('|')[2]}".strip(),
        number=f"{'ODB' if number % 5 else 'K/'}{number:05}",
        email=email,
        contact_person=person,
        employees=(Employee(name=person, email=f"zakupy{number}@firma{number}.example", default_login=True),),
        groups=tuple(sorted(random.sample(GROUPS, random.choice((0, 1, 1, 1, 2))))),
        payment_form=random.choice(("przelew", "gotówka")),
        payment_days=random.choice((None, 7, 14, 30)),
        credit_limit=random.choice((None, None, Decimal(5000))),
        price_list=str(random.randint(1, 4)),
        active=random.random() >= 0.08,
    )


def _polish(random: Random) -> Contractor:
    postal_code, city = random.choice(_CITIES)
    house = f"{random.randint(1, 120)}{random.choice(('', '', 'A', '/7'))}"
    main = Address(street=f"{random.choice(_STREETS)} {house}", postal_code=_digits(random, postal_code), city=city,
                   country="PL")  # fmt: skip
    letters = msgspec.structs.replace(main, kind=AddressKind.POSTAL, street="Skrytka pocztowa 12")
    person = random.random() < 0.1
    number = _valid(random, 10, nip.is_valid)
    return Contractor(
        name=f"{random.choice(_PEOPLE)}|" if person else f"{random.choice(_NAMES)}|{random.choice(_FORMS)}",
        kind=Kind.PERSON if person else Kind.ORGANISATION,
        tax_id="" if person else number,
        tax_id_stated="" if person or random.random() < 0.5 else nip.format(number),
        tax_class="Knt_Export=0",
        country="PL",
        registrations={} if person else {"regon": _valid(random, 9, regon.is_valid)},
        phones=(_digits(random, "22 5## ## ##"), _digits(random, "60# ### ###"))[: random.randint(1, 2)],
        addresses=(main, letters) if random.random() < 0.15 else (main,),
    )


def _foreign(random: Random) -> Contractor:
    country, name, street, postal_code, city, export = random.choice(_FOREIGN)
    digits = f"{random.randint(10_000_000, 99_999_999)}"
    number = digits + mod_11_10.calc_check_digit(digits) if country == "DE" else ""
    return Contractor(
        name=f"{name}|",
        tax_id=number,
        tax_prefix="DE" if number else "",
        tax_class=f"Knt_Export={export}",
        country=country,
        addresses=(Address(street=f"{street} {random.randint(1, 99)}", postal_code=postal_code, city=city,
                           country=country),),
    )  # fmt: skip


def _valid(random: Random, length: int, is_valid: Callable[[str], bool]) -> str:
    while not is_valid(number := str(random.randint(10 ** (length - 1), 10**length - 1))):
        pass
    return number


def _digits(random: Random, pattern: str) -> str:
    return "".join(str(random.randint(0, 9)) if sign == "#" else sign for sign in pattern)


DAMAGES: Final[Mapping[int, Mapping[str, Any]]] = {
    7: {"Knt_Nazwa1": "", "Knt_Nazwa2": "", "Knt_Nazwa3": ""},
    13: {"Knt_Kraj": "", "Knt_KrajISO": ""},
    19: {"Knt_Email": "nie ma"},
    25: {"Knt_Export": 3},
    31: {"Knt_NipE": "12.03.1975", "Knt_Nip": "12031975"},
    37: {"Knt_TS_Mod": None},
}
"""What is wrong with every fortieth row, by its number's rest; the last is how bulk tools leave one."""
