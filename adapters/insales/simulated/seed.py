"""Which clients does a demonstration start with? The same for the same seed, and some are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

import msgspec
from stdnum.ru import inn, ogrn

from adapters.insales.simulated.operator import Operator
from adapters.insales.simulated.shop import Shop
from syncd.domain.contractor import Account, Address, Consent, Contractor, Kind

__all__ = ["fill"]

GROUPS: Final = ("Розница", "Опт", "Крупный опт", "Дилеры", "VIP")
FORMS: Final = ("ООО", "АО", "ООО ТД", "ООО «СК»", "ПКФ")
FIRMS: Final = (
    "Берёза", "Ромашка", "Щит и меч", "Жёлтый цвет", "Северный ветер", "Электроцех", "Ёлочка", "Подъём", "Юг-Агро",
    "Чайка & К°",
)  # fmt: skip
SURNAMES: Final = ("Соловьёв", "Щербаков", "Жуков", "Ильин", "Йовович", "Цой", "Фёдоров", "Эйхе")
NAMES: Final = ("Иван Петрович", "Семён Ильич", "Артём Юрьевич", "Пётр", "Фёдор Кузьмич")
STREETS: Final = ("ул. Лесная", "Невский пр.", "ул. Щорса", "пр. Мира", "ш. Энтузиастов", "Большая Садовая ул.")
CITIES: Final = (("125", "Москва", "77"), ("191", "Санкт-Петербург", "78"), ("630", "Новосибирск", "54"),
                 ("420", "Казань", "16"), ("620", "Екатеринбург", "66"))  # fmt: skip
BANKS: Final = (
    ("ПАО Сбербанк", "044525225", "30101810400000000225"),
    ("АО «Альфа-Банк»", "044525593", "30101810200000000593"),
    ("АО «ТБанк»", "044525974", "30101810145250000974"),
)


def fill(shop: Shop, clients: int, seed: int) -> None:
    """Add that many clients to the shop."""
    random = Random(seed)  # noqa: S311 - the same clients each time
    operator = Operator(shop)
    for number in range(1, clients + 1):
        made = operator.add(_contractor(random, number))
        if number % 4:  # the others bought as guests
            client = shop.state.clients[int(made)]
            client.password = f"hash of client {number}'s own"
            client.values["registered"] = True
        damage = DAMAGES.get(number % 40)
        if damage:
            damage(operator, made)


def _contractor(random: Random, number: int) -> Contractor:
    group = random.choice((*GROUPS, ""))
    contractor = _person(random, number) if random.random() < 0.25 else _firm(random, number)
    more = sorted({group, random.choice(GROUPS)} - {""}) if random.random() < 0.2 else []
    return msgspec.structs.replace(
        contractor,
        number=f"К-{number:05}" if random.random() < 0.9 else "",
        email=f"zakaz{number}@client{number}.example",
        phones=(f"+7 9{random.randint(10, 99)} {random.randint(100, 999)}-{random.randint(10, 99)}-{number % 100:02}",),
        groups=(group,) if group else (),
        custom={"erp_groups": "; ".join(more)} if more else {},
        newsletter=random.random() < 0.3 or None,
        consents=(Consent(kind="personal_data", given=True),) if random.random() < 0.6 else (),
        active=random.random() >= 0.08,
    )


def _firm(random: Random, number: int) -> Contractor:
    if number % 25 == 0:
        return Contractor(
            name=f"ТОО «Алтын Дала {number}»",
            tax_id=_bin(random),
            country="KZ",
            addresses=(Address(street="пр. Абая, 10", postal_code="050000", city="Алматы"),),
        )
    post, city, region = random.choice(CITIES)
    bank, bik, correspondent = random.choice(BANKS)
    street = f"{random.choice(STREETS)}, {random.randint(1, 120)}"
    return Contractor(
        name=f"{random.choice(FORMS)} «{random.choice(FIRMS)} {number}»",
        tax_id=_inn(random, region),
        registrations={"kpp": f"{region}0101001", "ogrn": _ogrn(random, region)},
        country="RU",
        accounts=(
            Account(bank=bank, bik=bik, correspondent=correspondent,
                    settlement=f"407028101{random.randint(0, 10**11 - 1):011}"),
        ),
        addresses=(Address(street=street, postal_code=f"{post}{random.randint(0, 999):03}", city=city),),
    )  # fmt: skip


def _person(random: Random, number: int) -> Contractor:
    first, last = random.choice(NAMES), random.choice(SURNAMES)
    return Contractor(
        name=f"{first} {last} {number}", kind=Kind.PERSON, first_name=first, last_name=f"{last} {number}", country="RU"
    )


def _inn(random: Random, region: str) -> str:
    body = f"{region}{random.randint(0, 10**7 - 1):07}"
    return body + inn.calc_company_check_digit(body)


def _ogrn(random: Random, region: str) -> str:
    body = f"1{random.randint(2, 25):02}{region}{random.randint(0, 10**7 - 1):07}"
    return body + ogrn.calc_check_digit(f"{body}0")  # it wants a whole number, and looks at all but the last digit


def _bin(random: Random) -> str:
    """Number of a Kazakh organisation: year, month, kind, count, and a digit that fits."""
    while True:
        body = f"{random.randint(5, 24):02}{random.randint(1, 12):02}4{random.randint(0, 10**6 - 1):06}"
        check = sum(weight * int(digit) for weight, digit in zip(range(1, 12), body, strict=True)) % 11
        if check < 10:
            return f"{body}{check}"


def _spoilt(operator: Operator, client: str) -> None:
    operator.type_in(client, "erp_details", "{позвонить в понедельник")


def _no_country(operator: Operator, client: str) -> None:
    operator.edit(client, {"country": ""})


def _odd_country(operator: Operator, client: str) -> None:
    operator.edit(client, {"country": "Рассия"})


def _wrong_inn(operator: Operator, client: str) -> None:
    operator.edit(client, {"tax_id": "7701234568"})


def _shared_number(operator: Operator, client: str) -> None:
    operator.edit(client, {"number": "К-00001"})


DAMAGES: Final[Mapping[int, Callable[[Operator, str], None]]] = {
    7: _spoilt,
    13: _no_country,
    19: _odd_country,
    29: _wrong_inn,
    37: _shared_number,
}
"""What is wrong with every fortieth client, by its number's rest."""
