"""Which contractors does a demonstration start with? The same for the same seed, and some are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

import msgspec
from stdnum.iso7064 import mod_11_10
from stdnum.pl import nip, regon

from adapters.xl.simulated.operator import Operator
from syncd.domain.contractor import Address, AddressKind, Contractor, Employee, Kind

__all__ = ["disturb", "fill"]

_GROUPS: Final = ("Hurt", "Hurt / VIP", "Hurt / Sieć", "Detal", "Serwis", "Eksport")
_FIRMS: Final = (
    "Hurtownia Łąkowa", "Świętokrzyskie Młyny", "Bracia Wójcik", "Pączek i Spółka", "Kuźnia Smaków", "Żółta Łódź",
    "Przedsiębiorstwo Usługowo-Handlowe Gęś", "Zakład Ślusarski Żuraw", "Drukarnia Źródło",
)  # fmt: skip
_FORMS: Final = ("Sp. z o.o.", "S.A.", "sp.j.", "PPHU", "s.c.", "Sp. z o.o. Sp. k.")
_STREETS: Final = ("ul. Długa", "al. Niepodległości", "pl. Żołnierza Polskiego", "ul. Łąkowa", "ul. Świętej Kingi")
_CITIES: Final = (("00", "Warszawa"), ("30", "Kraków"), ("90", "Łódź"), ("81", "Gdynia"), ("50", "Wrocław"))
_PEOPLE: Final = ("Anna Wiśniewska", "Łukasz Żak", "Małgorzata Dąbrowska", "Grzegorz Brzęczyszczykiewicz", "Ewa Śliwa")


def _nip(random: Random) -> str:
    while not nip.is_valid(number := f"{random.randint(1_000_000_000, 9_999_999_999)}"):
        pass
    return number


def _regon(random: Random) -> str:
    digits = f"{random.randint(10_000_000, 39_999_999)}"
    return digits + regon.calc_check_digit(digits)


def _ust(random: Random) -> str:
    digits = f"{random.randint(10_000_000, 99_999_999)}"
    return digits + mod_11_10.calc_check_digit(digits)


def fill(operator: Operator, contractors: int, seed: int) -> None:
    """Add that many contractors to an empty company."""
    random = Random(seed)  # noqa: S311 - the same contractors each time
    with operator.program.database() as db:
        for group in _GROUPS:
            operator.program.group(db, group.split(" / "))
        operator.program.new_card(db, {"Akronim": "!NIEOKREŚLONY!", "Nazwa1": "Kontrahent jednorazowy", "ESklep": 0})
    for number in range(1, contractors + 1):
        made = _foreign(random, number) if number % 9 == 4 else _domestic(random, number)
        card = operator.add(made)
        oddity = _ODDITIES.get(number % 50)
        if oddity:
            oddity(operator, card)


def disturb(operator: Operator, random: Random) -> None:
    """Let an operator change something of somebody."""
    everybody = sorted(operator.everybody().items())
    if not everybody:
        return
    number, held = everybody[random.randrange(len(everybody))]
    what = random.randrange(4)
    if what == 0:
        operator.edit(number, phones=(f"+48 22 {random.randint(100, 999)} {random.randint(10, 99)} 00",))
    elif what == 1:
        operator.edit(number, groups=tuple(sorted({*held.groups, random.choice(_GROUPS)})))
    elif what == 2 and held.addresses:
        first, *more = held.addresses
        street = f"{random.choice(_STREETS)} {random.randint(1, 99)}"
        operator.edit(number, addresses=(msgspec.structs.replace(first, street=street), *more))
    else:
        operator.edit(number, active=not held.active)


def _domestic(random: Random, number: int) -> Contractor:
    prefix, city = random.choice(_CITIES)
    main = Address(
        street=f"{random.choice(_STREETS)} {random.randint(1, 120)}",
        postal_code=f"{prefix}-{random.randint(0, 999):03}",
        city=city,
        country="PL",
    )
    store = msgspec.structs.replace(main, kind=AddressKind.DELIVERY, street=f"ul. Magazynowa {number % 40 + 1}")
    people = random.sample(_PEOPLE, random.choice((0, 1, 1, 2)))
    person = random.random() < 0.1
    firm = random.choice(_PEOPLE) if person else f"{random.choice(_FIRMS)} {number:03} {random.choice(_FORMS)}"
    return Contractor(
        name=firm,
        kind=Kind.PERSON if person else Kind.ORGANISATION,
        number=f"K{number:05}" if number % 7 else f"HURT/{number}",
        tax_id=_nip(random),
        tax_class="Knt_ExpoKraj=1",
        country="PL",
        registrations={} if person else {"regon": _regon(random)},
        email=f"biuro{number}@odbiorca{number}.example",
        phones=(f"+48 22 {random.randint(100, 999)} {random.randint(10, 99)} {random.randint(10, 99)}",),
        addresses=(main, store) if random.random() < 0.2 else (main,),
        employees=tuple(
            Employee(name=name, email=f"osoba{index}@odbiorca{number}.example", default_login=index == 0)
            for index, name in enumerate(people)
        ),
        groups=tuple(sorted(random.sample(_GROUPS[:5], random.choice((1, 1, 1, 2))))),
        price_list=str(random.randint(1, 4)),
        payment_form=random.choice(("transfer", "cash")),
        currency="PLN",
        active=random.random() >= 0.1,
    )


def _foreign(random: Random, number: int) -> Contractor:
    address = Address(street=f"Königsallee {number}", postal_code="40212", city="Düsseldorf", country="DE")
    return Contractor(
        name=f"Größe Straßenbau {number} GmbH",
        number=f"DE{number:05}",
        tax_id=_ust(random),
        tax_prefix="DE",
        tax_class="Knt_ExpoKraj=2",
        country="DE",
        email=f"info{number}@bau{number}.example",
        addresses=(address,),
        groups=("Eksport",),
        price_list="3",
        payment_form="transfer",
        currency="EUR",
    )


def _put(columns: Mapping[str, Any]) -> Callable[[Operator, int], None]:
    def act(operator: Operator, number: int) -> None:
        with operator.program.database() as db:
            operator.program.put(db, number, columns)

    return act


def _many_addresses(operator: Operator, number: int) -> None:
    """An address that was edited twice, with both past versions."""
    for house in (1, 2):
        held = operator.everybody()[number].addresses
        operator.edit(number, addresses=(msgspec.structs.replace(held[0], street=f"ul. Nowa {house}"), *held[1:]))


def _shared_nip(operator: Operator, number: int) -> None:
    everybody = operator.everybody()
    first = next(held for key, held in sorted(everybody.items()) if key != number and held.tax_id)
    operator.edit(number, tax_id=first.tax_id)


_ODDITIES: Final[Mapping[int, Callable[[Operator, int], None]]] = {
    5: _put({"Nazwa1": "", "Nazwa2": "", "Nazwa3": ""}),  # an issue: no name
    9: _put({"Typ": 8}),  # a supplier
    12: _put({"NipE": "111-111-11-11"}),  # an issue: the check digit is wrong
    16: _put({"LastModL": None}),
    18: _put({"ExpoKraj": 3, "Kraj": "PL"}),  # an issue: class and country contradict each other
    21: _put({"Anonim": 1, "Nazwa1": "Anonim", "NipE": "", "EMail": ""}),
    24: _many_addresses,
    27: _put({"ESklep": 0}),
    30: _shared_nip,  # an issue: two customers with one number
    33: _put({"BlokadaZam": 1}),
    36: _put({"Kraj": "", "ExpoKraj": 0}),  # an issue: no country
    39: _put({"Nazwa1": "  Dwie linie nazwy", "Nazwa2": "i druga  "}),
    44: _put({"Typ": 24}),
}
"""What is odd about every fiftieth contractor, by its number's rest."""
