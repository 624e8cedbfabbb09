"""Which contractors does a demonstration start with? The same for the same seed, and some are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

import msgspec
from stdnum.ru import inn

from adapters.commerceml.simulated.book import Book, Card
from adapters.commerceml.simulated.operator import card_of
from syncd.domain.contractor import Account, Address, AddressKind, Contractor, Kind

__all__ = ["busy", "fill"]

_FIRMS: Final = (
    "Ромашка",
    "Северный ветер",
    "Уралтехсервис",
    "Ёлки & Палки",
    "Щит и Меч",
    "Волга-Продукт",
    "Сибирский лён",
    "Чайная «Самовар»",
)
_FORMS: Final = ("ООО", "АО", "ПАО", "ЗАО")
_LAST: Final = ("Иванов", "Петрова", "Сидоров", "Ёлкина", "Щербаков", "Кузнецова")
_FIRST: Final = ("Анна", "Пётр", "Мария", "Юрий", "Ольга", "Семён")
_CITIES: Final = (
    ("101000", "Москва", "7707"),
    ("190000", "Санкт-Петербург", "7801"),
    ("620014", "Екатеринбург", "6671"),
    ("630099", "Новосибирск", "5406"),
)
_STREETS: Final = ("ул. Ленина", "пр-т Мира", "ул. 8 Марта", "наб. реки Фонтанки", "Красный проспект")
_GROUPS: Final = ("Розница", "Опт", "Крупный опт", "VIP", "Дилеры / Урал")


def _company_inn(random: Random, office: str) -> str:
    number = f"{office}{random.randint(0, 99_999):05}"
    return number + inn.calc_company_check_digit(number)


def _person_inn(random: Random, office: str) -> str:
    number = f"{office}{random.randint(0, 999_999):06}"
    return number + inn.calc_personal_check_digits(number)


def _bin(random: Random) -> str:
    """A Kazakh BIN with its check digit: weights 1 to 11, and 3 to 11, 1, 2 if that leaves 10."""
    while True:
        figures = f"{random.randint(5, 24):02}{random.randint(1, 12):02}4{random.randint(0, 999_999):06}"
        for weights in ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
            check = sum(weight * int(figure) for weight, figure in zip(weights, figures, strict=True)) % 11
            if check < 10:
                return f"{figures}{check}"


def fill(book: Book, contractors: int, seed: int) -> None:
    """Put that many contractors into the catalogue."""
    random = Random(seed)  # noqa: S311 - the same contractors each time
    for number in range(1, contractors + 1):
        card = book.add(card_of(_contractor(random, number)))
        damage = DAMAGES.get(number % 40)
        if damage is not None:
            book.cards[card.code] = damage(card, book)


def busy(book: Book, random: Random) -> str:
    """Let an operator edit one card; answer which."""
    code = random.choice(list(book.cards))
    card = book.cards[code]
    if random.random() < 0.3:
        card = msgspec.structs.replace(card, deleted=not card.deleted)
    else:
        phone = f"+7 495 555-{random.randint(10, 99)}-{random.randint(10, 99)}"
        others = tuple(contact for contact in card.contacts if contact[0] != "Телефон рабочий")
        card = msgspec.structs.replace(card, contacts=(*others, ("Телефон рабочий", phone)))
    book.cards[code] = msgspec.structs.replace(card, version=card.version + 1)
    return code


def _contractor(random: Random, number: int) -> Contractor:
    postal, city, office = random.choice(_CITIES)
    street = f"{random.choice(_STREETS)}, д. {random.randint(1, 150)}"
    main = Address(street=street, postal_code=postal, city=city, country="RU")
    more: dict[str, Any] = {
        "number": f"{number:09}",
        "country": "RU",
        "email": f"zakupki{number}@firma{number}.example",
        "phones": (f"+7 495 555-{random.randint(10, 99)}-{random.randint(10, 99)}",),
        "groups": tuple(sorted(random.sample(_GROUPS, random.choice((0, 1, 1, 2))))),
        "active": random.random() >= 0.08,
        "addresses": (main,),
    }
    if number % 5 == 0:
        last, first = random.choice(_LAST), random.choice(_FIRST)
        return Contractor(
            name=f"{last} {first}",
            kind=Kind.PERSON,
            last_name=last,
            first_name=first,
            tax_id=_person_inn(random, office),
            **more,
        )
    if number % 17 == 0:
        return Contractor(name=f"ТОО «Алматы Трейд {number}»", tax_id=_bin(random), **more | _abroad("KZ", "Алматы"))
    if number % 23 == 0:
        return Contractor(
            name=f"Müller & Söhne {number} GmbH", tax_id="136695976", tax_prefix="DE", **more | _abroad("DE", "Berlin")
        )
    if random.random() < 0.2:
        more["addresses"] = (main, msgspec.structs.replace(main, kind=AddressKind.POSTAL, street="а/я 7"))
    return Contractor(
        name=f"{random.choice(_FORMS)} «{random.choice(_FIRMS)} {number}»",
        tax_id=_company_inn(random, office),
        registrations={"kpp": f"{office}01001"},
        accounts=(
            Account(
                bank="ПАО СБЕРБАНК",
                bik="044525225",
                settlement=f"407028109{random.randint(0, 10**11 - 1):011}",
                correspondent="30101810400000000225",
            ),
        ),
        contact_person=f"{random.choice(_LAST)} {random.choice(_FIRST)}",
        **more,
    )


def _abroad(country: str, city: str) -> dict[str, Any]:
    return {"country": country, "addresses": (Address(street="Main 1", city=city, country=country),)}


def _no_name(card: Card, _book: Book) -> Card:
    named = ("Наименование", "ОфициальноеНаименование", "ПолноеНаименование", "Фамилия", "Имя")
    return msgspec.structs.replace(card, texts={tag: text for tag, text in card.texts.items() if tag not in named})


def _wrong_digit(card: Card, _book: Book) -> Card:
    tax_id = card.texts.get("ИНН", "7707083893")
    wrong = tax_id[:-1] + str((int(tax_id[-1]) + 1) % 10)
    return msgspec.structs.replace(card, texts={**card.texts, "ИНН": wrong})


def _unknown_country(card: Card, _book: Book) -> Card:
    return msgspec.structs.replace(card, properties={**card.properties, "СтранаРегистрации": ("Тридевятое царство",)})


def _bad_email(card: Card, _book: Book) -> Card:
    return msgspec.structs.replace(card, contacts=(("Почта", "нет"),))


def _shared_number(card: Card, book: Book) -> Card:
    first = next(iter(book.cards.values()))
    same = {tag: first.texts[tag] for tag in ("ИНН", "КПП") if tag in first.texts}
    return msgspec.structs.replace(card, texts={**card.texts, **same})


DAMAGES: Final[Mapping[int, Callable[[Card, Book], Card]]] = {
    7: _no_name,
    13: _wrong_digit,
    19: _unknown_country,
    26: _bad_email,
    31: _shared_number,
}
"""What is wrong with every fortieth contractor, by its number's rest."""
