"""Which customers does a demonstration start with? The same for the same seed, and some are broken on purpose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Final

import msgspec
from stdnum.iso7064 import mod_11_10
from stdnum.no import orgnr
from stdnum.pl import nip

from adapters.esklep.simulated.customer import Status
from adapters.esklep.simulated.shop import Shop
from syncd.domain.contractor import Activity, Address, AddressKind, Contractor, Employee, Kind

__all__ = ["edit_somebody", "fill"]

_GROUPS: Final = ("Detal", "Hurt", "VIP", "Dealerzy Złoci", "Stały klient")
_NAMES: Final = ("Hurtownia Brzoza", "Zakład Źródło", "Bracia Wójcik", "Piekarnia Gęś", "Żółw & Synowie", "Młyn Łąkowy")
_FORMS: Final = ("Sp. z o.o.", "S.A.", "s.c.", "PPHU")
_PEOPLE: Final = ("Anna Kowal", "Łukasz Żak", "Świętosława Dąb", "Ewa Kos", "Jan Gęsior", "Zofia Ćwik")
_STREETS: Final = ("ul. Lipowa", "ul. Długa", "al. Niepodległości", "pl. Wolności", "ul. Źródlana")
_TOWNS: Final = (("30-702", "Kraków"), ("90-001", "Łódź"), ("00-238", "Warszawa"), ("61-131", "Poznań"))
_CARETAKERS: Final = ("Maria Lis", "Piotr Żuk", "")


def fill(shop: Shop, customers: int, seed: int) -> None:
    """Add that many customers to the shop."""
    random = Random(seed)  # noqa: S311 - the same customers each time
    for number in range(1, customers + 1):
        if number % 10 == 3:
            shop.register(_foreigner(random, number))  # domestic for the shop until somebody says otherwise
        elif number % 10 == 7:
            shop.register(_person(random, number))
        else:
            _stale(shop, shop.add(_company(random, number)).external_id, number)


def edit_somebody(shop: Shop, random: Random) -> None:
    """Let an admin change one customer."""
    there = [customer for customer in shop.customers() if customer.status is not Status.ANONYMISED]
    if there:
        one = random.choice(there)
        shop.edit(one.external_id, phones=(f"+48 22 555 {random.randint(10, 99)} {random.randint(10, 99)}",))


def _stale(shop: Shop, external_id: str, number: int) -> None:
    """What years of work leave behind: blocked, anonymised, without a log-in, without a country, a wrong number."""
    customer = shop.get(external_id)
    people = tuple(msgspec.structs.replace(one, default_login=False) for one in customer.data.employees)
    match number % 40:
        case 8:
            shop.set_status(external_id, Status.BLOCKED)
        case 16:
            shop.anonymise(external_id)
        case 21:
            shop.edit(external_id, employees=people)
        case 29:
            shop.edit(external_id, country="", addresses=())
        case 35:
            shop.edit(external_id, tax_id="1234567890")
        case _:
            pass


def _company(random: Random, number: int) -> Contractor:
    mail = f"biuro{number}@hurt{number}.example"
    main, login = _address(random), Employee(name=random.choice(_PEOPLE), email=mail, default_login=True)
    buyer = Employee(name=random.choice(_PEOPLE), email=f"zakupy{number}@hurt{number}.example")
    store = msgspec.structs.replace(_address(random), kind=AddressKind.DELIVERY, name="Magazyn")
    return Contractor(
        name=f"{random.choice(_NAMES)} {number:03} {random.choice(_FORMS)}",
        number=f"K/{number:06}",
        tax_id=_nip(random),
        country="PL",
        email=mail,
        phones=(f"+48 22 4{random.randint(10, 99)} {random.randint(10, 99)} {random.randint(10, 99)}",),
        addresses=(main, store) if random.random() < 0.2 else (main,),
        employees=(login, buyer) if random.random() < 0.3 else (login,),
        groups=tuple(sorted(random.sample(_GROUPS, random.choice((0, 1, 1, 2))))),
        caretaker=random.choice(_CARETAKERS),
        price_list=random.choice(("hurtowa", "detaliczna")),
        payment_form=random.choice(("przelew", "gotówka")),
        payment_days=random.choice((0, 7, 14, 30)),
        discount=random.choice((None, Decimal("2.50"), Decimal(5))),
        newsletter=random.choice((True, False, None)),
        activity=Activity(orders=random.randint(0, 40), points=random.randint(0, 900), last_order=date(2026, 3, 2)),
    )


def _person(random: Random, number: int) -> Contractor:
    return Contractor(
        name=random.choice(_PEOPLE),
        kind=Kind.PERSON,
        country="PL",
        email=f"klient{number}@poczta.example",
        addresses=(_address(random),),
        newsletter=True,
    )


def _foreigner(random: Random, number: int) -> Contractor:
    mail = f"info{number}@firm{number}.example"
    if random.random() < 0.5:
        digits = f"{random.randint(10_000_000, 99_999_999)}"
        tax_id, prefix, name = digits + mod_11_10.calc_check_digit(digits), "DE", f"Müller & Söhne {number} GmbH"
        place = Address(street="Schloßstraße 5", postal_code="10117", city="Berlin", country="DE")
    else:
        while not orgnr.is_valid(tax_id := f"9{random.randint(0, 99_999_999):08}"):
            pass
        prefix, name = "", f"Blåbær Sjømat {number} AS"
        place = Address(street="Storgata 1", postal_code="0155", city="Oslo", country="NO")
    return Contractor(
        name=name, tax_id=tax_id, tax_prefix=prefix, country=place.country, email=mail, addresses=(place,)
    )


def _address(random: Random) -> Address:
    postal_code, city = random.choice(_TOWNS)
    street = f"{random.choice(_STREETS)} {random.randint(1, 120)}"
    return Address(street=street, postal_code=postal_code, city=city, country="PL")


def _nip(random: Random) -> str:
    while not nip.is_valid(number := f"{random.randint(1_000_000_000, 9_999_999_999)}"):
        pass
    return number
