"""Which customers does a demonstration start with? The same for the same seed, and some are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

import msgspec
from stdnum.iso7064 import mod_11_10
from stdnum.pl import nip

from adapters.atomstore.simulated.shop import Shop
from adapters.atomstore.simulated.staff import Staff
from adapters.atomstore.simulated.state import User
from syncd.domain.contractor import Activity, Address, AddressKind, Contractor, Kind

__all__ = ["fill"]

GROUPS: Final = ("Detal", "Hurt", "VIP", "Eksport", "Stały klient")
COMPANIES: Final = (
    *("Hurtownia Brzoza", "Żółta Łódź", "Hydro-Źródło", "Bracia Wójcik", "Pączek & Spółka", "Kuźnia Smaków"),
    *("Świętokrzyskie Młyny", "„Jeż” Meble", "Ćma Barowa", "Śnieżka <Sport>"),
)
FORMS: Final = ("Sp. z o.o.", "S.A.", "PPHU", "s.c.", "Sp. k.")
FOREIGN: Final = ("Müller & Söhne GmbH", "Größe Straßenbau GmbH", "Bäckerei Weiß e.K.", "Überland AG")
FIRST_NAMES: Final = ("Anna", "Zbigniew", "Małgorzata", "Łukasz", "Żaneta", "Grzegorz")
LAST_NAMES: Final = ("Lis", "Wójcik", "Dąbrowska", "Gżegżółka", "Szczęsny", "Król")
STREETS: Final = ("ul. Długa", "al. Niepodległości", "pl. Żołnierza Polskiego", "ul. Łąkowa", "ul. 3 Maja")
CITIES: Final = (("00-238", "Warszawa"), ("30-001", "Kraków"), ("90-001", "Łódź"), ("81-300", "Gdynia"))


def fill(shop: Shop, contractors: int, seed: int) -> None:
    """Open that many accounts."""
    random = Random(seed)  # noqa: S311 - the same customers each time
    staff = Staff(shop)
    opened = datetime.fromisoformat("2024-01-02 08:00:00")
    for number in range(1, contractors + 1):
        user = shop.state.users[int(staff.add(_contractor(random, number)))]
        opened += timedelta(minutes=random.randint(1, 900))
        user.texts["created"] = f"{opened:%Y-%m-%d %H:%M:%S}"
        damage = DAMAGES.get(number % 40)
        if damage:
            damage(user)


def _contractor(random: Random, number: int) -> Contractor:
    kind = random.choices((Kind.ORGANISATION, Kind.PERSON), (85, 15))[0]
    foreign = kind is Kind.ORGANISATION and random.random() < 0.12
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    company = random.choice(FOREIGN) if foreign else f"{random.choice(COMPANIES)} {number:03} {random.choice(FORMS)}"
    postal_code, city = ("10115", "Berlin") if foreign else random.choice(CITIES)
    main = Address(
        street=f"{random.choice(STREETS)} {random.randint(1, 120)}",
        postal_code=postal_code,
        city=city,
        country="DE" if foreign else random.choice(("PL", "pl")),
    )
    store = msgspec.structs.replace(main, kind=AddressKind.DELIVERY, street="ul. Magazynowa 2/4")
    groups = sorted(random.sample(GROUPS, random.choice((0, 1, 1, 1, 2))))
    return Contractor(
        name=f"{first} {last}" if kind is Kind.PERSON else company,
        kind=kind,
        # A third of them registered in the shop, and no ERP knows them yet.
        number=f"kh_{number:05}" if random.random() < 0.66 else "",
        tax_prefix="DE" if foreign else "",
        tax_id="" if kind is Kind.PERSON else _german(random) if foreign else _polish(random),
        country=main.country,
        first_name=first,
        last_name=last,
        email=f"biuro{number}@klient{number}.example",
        phones=(f"+48 22 {random.randint(400, 999)} {random.randint(10, 99)} {random.randint(10, 99)}",),
        addresses=(main, store) if random.random() < 0.15 else (main,),
        groups=tuple(groups[:1]),
        payment_days=random.choice((None, 7, 14, 30)),
        credit_limit=Decimal(random.choice(("0.00", "5000.00", "12500.50"))),
        currency="EUR" if foreign else "PLN",
        custom={"erp_groups": "; ".join(groups)} if len(groups) > 1 else {},
        activity=Activity(points=random.choice((0, 0, 15, 240))),
        active=random.random() >= 0.08,
    )


def _polish(random: Random) -> str:
    while not nip.is_valid(number := f"{random.randint(1_000_000_000, 9_999_999_999)}"):
        pass
    return number


def _german(random: Random) -> str:
    digits = f"{random.randint(10_000_000, 99_999_999)}"
    return digits + mod_11_10.calc_check_digit(digits)


def _no_name(user: User) -> None:
    user.texts["name"] = ""
    for address in user.addresses:
        address.update(company="", firstname="", lastname="")


def _no_country(user: User) -> None:
    for address in user.addresses:
        address["country_code"] = ""


def _bad_email(user: User) -> None:
    user.texts["email"] = "nie ma"


def _wrong_number(user: User) -> None:
    user.addresses[0]["nip"] = "111-111-11-12"


def _wrong_term(user: User) -> None:
    user.texts["payment_term"] = "14 dni"


DAMAGES: Final[Mapping[int, Callable[[User], None]]] = {
    7: _no_name,
    13: _no_country,
    19: _bad_email,
    25: _wrong_number,
    31: _wrong_term,
}
"""What is wrong with every fortieth customer, by the number's rest."""
