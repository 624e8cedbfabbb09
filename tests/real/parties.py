"""Which contractors fill the ERP? The same ones each time, as odd as those of a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from tests.real import tax_ids

CATEGORIES = (
    ("Retail", None),
    ("Wholesale", None),
    ("VIP", None),
    ("Eksport", None),
    ("Stały klient", None),
    ("Dealer", None),
    ("Gold", "Dealer"),
    ("Silver", "Dealer"),
)
CATEGORY_NAMES = tuple(f"{parent} / {name}" if parent else name for name, parent in CATEGORIES)


@dataclass(frozen=True)
class SeedAddress:
    street: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True)
class SeedParty:
    """`tax`: type and number as typed in; type None is an identifier of no type, which the ERP does not check."""

    code: str
    name: str
    active: bool
    country: str  # of the first address
    tax: tuple[str | None, str] | None
    email: str | None
    phone: str
    addresses: tuple[SeedAddress, ...]
    categories: tuple[str, ...]  # full names, e.g. "Dealer / Gold"


@dataclass(frozen=True)
class Land:
    """How companies of one country are called, where they sit, how they are reached. `#` in a pattern is a digit."""

    share: int  # of 100 parties
    names: tuple[str, ...]
    forms: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]  # postal code pattern, city
    phone: str
    tax: Callable[[Random], str]
    tax_types: tuple[str | None, ...]  # one is drawn; "none" is no identifier at all


LANDS = {
    "PL": Land(
        62,
        (
            *("Żółta Łódź", "Hydro-Źródło", "Świętokrzyskie Młyny", "Bracia Wójcik", "Pączek i Spółka", "Dźwig-Śląsk"),
            *("Zakład Ślusarski Gżegżółka", "Kuźnia Smaków", "Instal-Ćwik", "«Ромашка» Варшава", "Торговий дім Київ"),
        ),
        ("Sp. z o.o.", "S.A.", "PPHU", "s.c.", "Sp. k.", ""),
        ("ul. Długa", "al. Niepodległości", "ul. Świętego Józefa", "pl. Żołnierza Polskiego", "ul. Łąkowa"),
        (("00-###", "Warszawa"), ("30-###", "Kraków"), ("90-###", "Łódź"), ("50-###", "Wrocław"), ("61-###", "Poznań")),
        "+48 22 4## ## ##",
        tax_ids.polish,
        ("pl_vat",) * 13 + ("eu_vat",) * 3 + (None,) * 3 + ("none",),
    ),
    "DE": Land(
        12,
        ("Müller & Söhne", "Größe Straßenbau", "Köln Süd Handel", "Bäckerei Weiß", "Jäger Maschinenbau", "Überland"),
        ("GmbH", "GmbH & Co. KG", "AG", "e.K.", "OHG"),
        ("Schloßstraße", "Königsallee", "Große Gasse", "Am Bärenplatz"),
        (("101##", "Berlin"), ("806##", "München"), ("506##", "Köln"), ("904##", "Nürnberg")),
        "+49 30 901####",
        tax_ids.german,
        ("eu_vat",) * 8 + (None, "none"),
    ),
    "FR": Land(
        8,
        ("Société Générale du Béarn", "Françoise Lefèvre", "Pâtisserie Noël", "Hôtelière de l'Île", "Garçon & Frères"),
        ("SARL", "SAS", "SA", "EURL"),
        ("rue de l'Église", "avenue des Champs-Élysées", "place du Marché"),
        (("750##", "Paris"), ("690##", "Lyon"), ("420##", "Saint-Étienne")),
        "+33 1 42 68 ## ##",
        tax_ids.french,
        ("eu_vat",) * 8 + (None, "none"),
    ),
    "GB": Land(
        7,
        ("Harrison & Daughters", "O'Brien Fittings", "Thames Valley Tools", "St. John's Supplies"),
        ("Ltd", "plc", "LLP"),
        ("High Street", "King's Road", "Station Approach"),
        (("EC1A #BB", "London"), ("M# 4AA", "Manchester"), ("B# 6HJ", "Birmingham")),
        "+44 20 7946 0###",
        tax_ids.british,
        (None,) * 8 + ("none",) * 2,
    ),
    "NO": Land(
        6,
        ("Ødegård Sjømat", "Bjørnøya Båt", "Ålesund Fiskemottak", "Blåbær og Rømme"),
        ("AS", "ASA", "ANS"),
        ("Storgata", "Øvre Slottsgate", "Åsveien"),
        (("01##", "Oslo"), ("50##", "Bergen"), ("60##", "Ålesund"), ("90##", "Tromsø")),
        "+47 22 ## ## ##",
        tax_ids.norwegian,
        ("no_vat",) * 8 + (None, "none"),
    ),
    "US": Land(
        5,
        ("Acme Hardware", "Smith & Sons", "Lone Star Supply"),
        ("Inc.", "LLC", "Corp."),
        ("Main Street", "5th Avenue", "Elm Street"),
        (("100##", "New York"), ("606##", "Chicago"), ("787##", "Austin")),
        "+1 212-555-####",
        tax_ids.american,
        (None,) * 5 + ("none",) * 5,
    ),
}


def make_parties(count: int, seed: int = 20_261_122) -> Iterator[SeedParty]:
    random = Random(seed)
    countries = [code for code, land in LANDS.items() for _ in range(land.share)]
    taken: set[str] = set()
    for number in range(1, count + 1):
        country = random.choice(countries)
        yield SeedParty(
            code=code_of(number),
            name=name_of(random, LANDS[country], number),
            active=random.random() >= 0.03,
            country=country,
            tax=tax_of(random, country, taken),
            email=email_of(random, number),
            phone=filled(random, LANDS[country].phone),
            addresses=tuple(addresses_of(random, country)),
            categories=tuple(sorted(random.sample(CATEGORY_NAMES, random.choice((0, 1, 1, 1, 2, 2, 3, 4))))),
        )


def code_of(number: int) -> str:
    """One in seven is of the kind that breaks URLs, filters and patterns."""
    match number % 20:
        case 1:
            return f"K/{number:04}/ł"
        case 12:
            return f"Ż {number}%"
        case 7:
            return f"Кл-{number}"
        case _:
            return f"K{number:05}"


def name_of(random: Random, land: Land, number: int) -> str:
    return f"{random.choice(land.names)} {number:04} {random.choice(land.forms)}".strip()


def tax_of(random: Random, country: str, taken: set[str]) -> tuple[str | None, str] | None:
    """A number that no earlier party has."""
    kind = random.choice(LANDS[country].tax_types)
    number = LANDS[country].tax(random)
    while number in taken:
        number = LANDS[country].tax(random)
    taken.add(number)
    if kind == "none":
        return None
    if country == "GB":
        return ("eu_vat", f"XI{number}") if random.random() < 0.1 else (None, f"GB{number}")
    if country == "PL" and kind == "eu_vat":
        return kind, f"PL{number}"
    if country == "PL" and kind is None:
        return None, random.choice((f"PL {number}", f"{number[:3]}-{number[3:6]}-{number[6:8]}-{number[8:]}", number))
    return kind, number


def email_of(random: Random, number: int) -> str | None:
    roll = random.random()
    if roll < 0.04:
        return None
    return f"Biuro.{number}@Firma{number}.Example" if roll < 0.09 else f"biuro{number:04}@firma{number:04}.example"


def addresses_of(random: Random, country: str) -> Iterator[SeedAddress]:
    """The first in the party's country; a later one may be a warehouse abroad."""
    for position in range(random.choice((1, 1, 1, 2, 2, 3))):
        code = random.choice(tuple(LANDS)) if position and random.random() < 0.1 else country
        land = LANDS[code]
        postal_code, city = random.choice(land.cities)
        street = f"{random.choice(land.streets)} {random.randint(1, 199)}"
        yield SeedAddress(street, filled(random, postal_code), city, code)


def filled(random: Random, pattern: str) -> str:
    return "".join(str(random.randint(0, 9)) if letter == "#" else letter for letter in pattern)
