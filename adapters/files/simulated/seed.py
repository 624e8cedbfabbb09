"""Which contractors does a demonstration start with? The same for the same seed, and some are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any, Final

import msgspec
from stdnum import luhn
from stdnum.iso7064 import mod_11_10

from syncd.domain.contractor import Address, AddressKind, Contractor, Kind

__all__ = ["contractors", "edited"]

_GROUPS: Final = ("Återförsäljare", "Butikskedja", "VIP", "Stamkund", "Norden")
_FIRST: Final = ("Åsa", "Göran", "Märta", "Björn", "Örjan", "Siv", "Håkan", "Ulla")
_LAST: Final = ("Åkesson", "Björklund", "Sjöström", "Öberg", "Hägg", "Nyström", "Wallén")
_FIRMS: Final = ("Ängens Bageri", "Norrköpings Järn", "Fjäll & Hav", "Sjöbloms Trä", "Östra Rör", "Lövåsens Mejeri")
_FORMS: Final = ("AB", "HB", "Ekonomisk förening")
_STREETS: Final = ("Storgatan", "Kungsgatan", "Björkvägen", "Ågatan", "Östra Hamngatan")
_CITIES: Final = (("111 22", "Stockholm"), ("411 05", "Göteborg"), ("211 34", "Malmö"), ("903 26", "Umeå"))


def contractors(count: int, seed: int) -> list[Contractor]:
    """That many contractors."""
    random = Random(seed)  # noqa: S311 - the same contractors each time
    made = [_contractor(random, number) for number in range(1, count + 1)]
    return [_DAMAGES.get(number % 40, _sound)(contractor) for number, contractor in enumerate(made, 1)]


def edited(contractor: Contractor, random: Random) -> Contractor:
    """What a clerk makes of a contractor: another phone, mostly, or it is put away or taken up again."""
    if random.random() < 0.25:
        return msgspec.structs.replace(contractor, active=not contractor.active)
    return msgspec.structs.replace(
        contractor, phones=(f"+46 8 {random.randint(100, 999)} {random.randint(10, 99)} 00",)
    )


def _contractor(random: Random, number: int) -> Contractor:
    common = _german(random) if number % 12 == 5 else _swedish(random, number)
    return msgspec.structs.replace(
        common,
        name=common.name.replace("|", f" {number} "),
        number=f"SE-{1000 + number}",
        email=f"order{number}@kund{number}.example",
        groups=tuple(sorted(random.sample(_GROUPS, random.choice((0, 1, 1, 2))))),
        payment_days=random.choice((10, 20, 30)),
        credit_limit=random.choice((None, Decimal(50_000))),
        active=random.random() >= 0.08,
    )


def _swedish(random: Random, number: int) -> Contractor:
    postal_code, city = random.choice(_CITIES)
    street = f"{random.choice(_STREETS)} {random.randint(1, 90)}"
    common: dict[str, Any] = {
        "country": "SE",
        "phones": (f"+46 8 {random.randint(100, 999)} {random.randint(10, 99)} {random.randint(10, 99)}",),
        "addresses": (Address(kind=AddressKind.MAIN, street=street, postal_code=postal_code, city=city, country="SE"),),
    }
    if number % 7 == 3:
        first, last = random.choice(_FIRST), random.choice(_LAST)
        return Contractor(name=f"{first} {last}", kind=Kind.PERSON, first_name=first, last_name=last, **common)
    body = f"556{random.randint(100, 999)}{random.randint(0, 999):03}"
    tax_id = f"{body}{luhn.calc_check_digit(body)}01"
    return Contractor(name=f"{random.choice(_FIRMS)}|{random.choice(_FORMS)}", tax_prefix="SE", tax_id=tax_id, **common)


def _german(random: Random) -> Contractor:
    digits = f"{random.randint(10_000_000, 99_999_999)}"
    return Contractor(
        name="Bäckerei Weiß|GmbH",
        tax_prefix="DE",
        tax_id=digits + mod_11_10.calc_check_digit(digits),
        country="DE",
        addresses=(Address(street="Königsallee 3", postal_code="40212", city="Düsseldorf", country="DE"),),
    )


def _sound(contractor: Contractor) -> Contractor:
    return contractor


def _nameless(contractor: Contractor) -> Contractor:
    return msgspec.structs.replace(contractor, name="")


def _miscounted(contractor: Contractor) -> Contractor:
    digit = str((int(contractor.tax_id[9]) + 1) % 10)
    return msgspec.structs.replace(contractor, tax_id=f"{contractor.tax_id[:9]}{digit}{contractor.tax_id[10:]}")


def _nowhere(contractor: Contractor) -> Contractor:
    return msgspec.structs.replace(contractor, country="Ruritanien", addresses=())


def _without_mail(contractor: Contractor) -> Contractor:
    return msgspec.structs.replace(contractor, email="ingen")


_DAMAGES: Final[Mapping[int, Callable[[Contractor], Contractor]]] = {
    8: _nameless,
    16: _miscounted,
    25: _nowhere,
    33: _without_mail,
}
"""What is wrong with every fortieth contractor, by its number's rest."""
