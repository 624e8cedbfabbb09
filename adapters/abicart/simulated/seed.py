"""Which customers does a demonstration start with? The same for the same seed, and some are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

import msgspec
from stdnum import luhn
from stdnum.iso7064 import mod_11_10
from stdnum.no import orgnr

from adapters.abicart.simulated.operator import Operator
from adapters.abicart.simulated.shop import Shop
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind

__all__ = ["fill"]

GROUPS: Final = ("Återförsäljare", "Butikskedja", "VIP", "Norden", "Stamkund")

_FIRST: Final = ("Eva", "Lars", "Åsa", "Göran", "Märta", "Björn", "Ingrid", "Örjan", "Siv", "Håkan")
_LAST: Final = ("Lind", "Åkesson", "Björklund", "Sjöström", "Öberg", "Hägg", "Nyström", "Ek", "Wallén", "Dahl")
_NAMES: Final = ("Björk", "Ängens Bageri", "Norrköpings Järn", "Fjäll & Hav", "Sjöbloms Trä", "Östra Rör", "Lövåsen")
_FORMS: Final = ("AB", "HB", "Handelsbolag", "Ekonomisk förening", "i Skåne AB")
_STREETS: Final = ("Storgatan", "Kungsgatan", "Björkvägen", "Ågatan", "Östra Hamngatan", "Lilla Torg")
_CITIES: Final = (("111 22", "Stockholm"), ("411 05", "Göteborg"), ("211 34", "Malmö"), ("903 26", "Umeå"))


class Land(msgspec.Struct, frozen=True):
    """How foreign companies are called; ``number`` makes a tax number with its prefix."""

    code: str
    names: tuple[str, ...]
    places: tuple[tuple[str, str, str], ...]
    number: Callable[[Random], str]


def _swedish(random: Random) -> str:
    body = f"556{random.randint(100, 999)}{random.randint(0, 999):03}"
    return f"{body[:6]}-{body[6:]}{luhn.calc_check_digit(body)}"


def _norwegian(random: Random) -> str:
    while not orgnr.is_valid(number := f"9{random.randint(0, 99_999_999):08}"):
        pass
    return f"{number}MVA"


def _german(random: Random) -> str:
    digits = f"{random.randint(10_000_000, 99_999_999)}"
    return f"DE{digits}{mod_11_10.calc_check_digit(digits)}"


_LANDS: Final = (
    Land("NO", ("Blåbær Sjømat AS", "Fjord & Fjell AS"), (("Storgata 8", "0155", "Oslo"),), _norwegian),
    Land("DE", ("Müller & Söhne GmbH", "Bäckerei Weiß e.K."), (("Königsallee 3", "40212", "Düsseldorf"),), _german),
)


def fill(shop: Shop, customers: int, seed: int) -> None:
    """Add that many customers to a shop, the oldest first, none from the last hour."""
    random = Random(seed)  # noqa: S311 - the same customers each time
    operator = Operator(shop)
    clock = shop.now
    begin = clock() - 3600 - 60 * customers
    with shop.lock:
        for number in range(1, customers + 1):
            moment = begin + 60 * number
            shop.now = lambda moment=moment: moment  # type: ignore[misc]
            uid = operator.add(_contractor(random, number))
            damage = _DAMAGES.get(number % 50)
            if damage:
                damage(shop, int(uid))
        shop.now = clock


def _contractor(random: Random, number: int) -> Contractor:
    draw = random.random()
    person = f"{random.choice(_FIRST)} {random.choice(_LAST)}"
    if draw < 0.08:
        return _foreign(random, number)
    street = f"{random.choice(_STREETS)} {random.randint(1, 90)}"
    postal_code, city = random.choice(_CITIES)
    main = Address(street=street, postal_code=postal_code, city=city, country="SE")
    delivery = Address(
        kind=AddressKind.DELIVERY, name=person, street="Lagergatan 4", postal_code=postal_code, city=city
    )
    first, _, last = person.partition(" ")
    common: dict[str, Any] = {
        "number": f"{10_000 + number}",
        "first_name": first,
        "last_name": last,
        "country": "SE",
        "phones": (f"08-{random.randint(100, 999)} {random.randint(10, 99)} {random.randint(10, 99)}",),
        "newsletter": random.random() < 0.4,
        "approved": random.random() < 0.9,
        "active": random.random() >= 0.05,
    }
    if draw < 0.25:
        email = f"kund{number}@post.example"
        return Contractor(name=person, kind=Kind.PERSON, email=email, username=email, addresses=(main,), **common)
    email = f"inkop{number}@foretag{number}.example"
    return Contractor(
        name=f"{random.choice(_NAMES)} {number} {random.choice(_FORMS)}",
        tax_id_stated=_swedish(random),
        email=email,
        username=email,
        addresses=(main, delivery) if random.random() < 0.2 else (main,),
        groups=tuple(sorted(random.sample(GROUPS, random.choice((0, 1, 1, 1, 2))))),
        **common,
    )


def _foreign(random: Random, number: int) -> Contractor:
    land = random.choice(_LANDS)
    street, postal_code, city = random.choice(land.places)
    email = f"order{number}@firma{number}.example"
    return Contractor(
        name=f"{random.choice(land.names)} {number}",
        number=f"{10_000 + number}",
        tax_id_stated=land.number(random),
        country=land.code,
        email=email,
        username=email,
        addresses=(Address(street=street, postal_code=postal_code, city=city, country=land.code),),
        groups=("Norden",) if land.code == "NO" else (),
        approved=True,
    )


def _damage(shop: Shop, uid: int, inside: str, **values: str) -> None:
    customer = dict(shop.customer(uid))
    customer[inside] = {**customer[inside], **values}
    shop.put(uid, customer)


def _no_name(shop: Shop, uid: int) -> None:
    _damage(shop, uid, "address", company="", firstName="", lastName="")


def _no_country(shop: Shop, uid: int) -> None:
    _damage(shop, uid, "address", country="")


def _wrong_digit(shop: Shop, uid: int) -> None:
    _damage(shop, uid, "info", orgNumber="556000-4616")


def _other_country(shop: Shop, uid: int) -> None:
    _damage(shop, uid, "info", orgNumber="DE136695976")


_DAMAGES: Final = {7: _no_name, 19: _no_country, 31: _wrong_digit, 43: _other_country}
"""What is wrong with every fiftieth customer, by its number's rest."""
