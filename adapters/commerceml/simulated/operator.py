"""What does an operator of 1C type in for a contractor, and what does one see there?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final

from babel import Locale

from adapters.commerceml.simulated.book import Card
from syncd.domain.addresses import Street, join_street
from syncd.domain.contractor import Account, Address, AddressKind, Consent, Contractor, Kind

__all__ = ["PROPERTIES", "card_of", "contractor_seen"]

PROPERTIES: Final = {
    "number": "Код",
    "country": "СтранаРегистрации",
    "tax_id": "НалоговыйНомер",
    "groups": "Сегмент",
    "caretaker": "Менеджер",
    "price_list": "ВидЦен",
    "payment_form": "ФормаОплаты",
    "payment_days": "СрокОплаты",
    "credit_limit": "КредитныйЛимит",
    "currency": "Валюта",
    "discount": "Скидка",
    "newsletter": "Рассылка",
    "consents.terms": "Соглашение",
    "approved": "Проверен",
    "registered": "ЛичныйКабинет",
    "origin": "Источник",
    "login_email": "ЛогинПочта",
    "username": "Логин",
    "custom.branch": "Филиал",
}
"""Property of each field that CommerceML has no element for."""

_REGISTRATIONS: Final = {"kpp": "КПП", "ogrn": "ОГРН", "okpo": "ОКПО", "okved": "ОКВЭД"}
_PHONE: Final = "Телефон рабочий"


@cache
def _countries() -> Mapping[str, str]:
    return {code: name for code, name in Locale.parse("ru").territories.items() if len(code) == 2}


@cache
def _codes() -> Mapping[str, str]:
    return {name: code for code, name in _countries().items()}


def card_of(contractor: Contractor, code: str = "", *, keep: Card | None = None) -> Card:
    """The card that an operator fills in.

    Args:
        keep: What was on it before: what syncd does not carry stays.
    """
    person = contractor.kind is Kind.PERSON
    domestic = not contractor.tax_prefix and contractor.country in ("", "RU", "KZ")
    tax_tag = ("ИИН" if person else "БИН") if contractor.country == "KZ" else "ИНН"
    texts = {
        "Наименование": contractor.name,
        "ПолноеНаименование" if person else "ОфициальноеНаименование": contractor.name,
        "Фамилия": contractor.last_name,
        "Имя": contractor.first_name,
        tax_tag: contractor.tax_id if domestic else "",
        **{tag: contractor.registrations.get(name, "") for name, tag in _REGISTRATIONS.items()},
        "Комментарий": contractor.notes,
    }
    contacts = (
        *([("Почта", contractor.email)] if contractor.email else []),
        *((_PHONE, phone) for phone in contractor.phones),
        *([("Сайт", contractor.website)] if contractor.website else []),
        *(one for one in (keep.contacts if keep else ()) if one[0] not in ("Почта", _PHONE, "Сайт")),
    )
    properties = {name: tuple(_texts(contractor, field)) for field, name in PROPERTIES.items()}
    properties["НалоговыйНомер"] = () if domestic or not contractor.tax_id else (_foreign(contractor),)
    return Card(
        code=code,
        site=keep.site if keep else "",
        deleted=not contractor.active,
        texts={tag: text for tag, text in texts.items() if text},
        addresses=_addresses(contractor),
        accounts=tuple(map(_account, contractor.accounts)),
        contacts=contacts,
        persons=(contractor.contact_person,) if contractor.contact_person else (),
        properties={name: values for name, values in properties.items() if values},
        version=(keep.version if keep else 0) + 1,
    )


def _foreign(contractor: Contractor) -> str:
    return contractor.tax_prefix + (contractor.tax_id_stated or contractor.tax_id)


def _addresses(contractor: Contractor) -> dict[str, dict[str, str]]:
    main = "АдресРегистрации" if contractor.kind is Kind.PERSON else "ЮридическийАдрес"
    tags = {AddressKind.MAIN: main, AddressKind.POSTAL: "Адрес"}
    found = {}
    for address in contractor.addresses:
        fields = {
            "Почтовый индекс": address.postal_code,
            "Страна": _countries().get(address.country, address.country),
            "Регион": address.region,
            "Город": address.city,
            "Улица": address.street,
        }
        if address.kind in tags:
            found[tags[address.kind]] = {name: value for name, value in fields.items() if value}
    return found


def _account(account: Account) -> dict[str, str]:
    fields = {
        "НомерСчета": account.iban or account.settlement,
        "Наименование": account.bank,
        "СчетКорреспондентский": account.correspondent,
        "БИК": account.bik,
    }
    return {name: value for name, value in fields.items() if value}


def _texts(contractor: Contractor, field: str) -> Sequence[str]:
    name, _, member = field.partition(".")
    value: Any = getattr(contractor, name)
    if name == "country":
        value = _countries().get(value, value)
    elif name == "consents":
        value = next((consent.given for consent in value if consent.kind == member), None)
    elif name == "custom":
        value = value.get(member, "")
    if value is None or value == "":
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return list(value) if isinstance(value, tuple) else [str(value)]


def contractor_seen(card: Card) -> Contractor:
    """What the card says, read by a person."""
    person = "ОфициальноеНаименование" not in card.texts and "ПолноеНаименование" in card.texts
    said = {field: card.properties.get(name, ()) for field, name in PROPERTIES.items()}
    foreign = next(iter(said["tax_id"]), "")
    prefix = foreign[:2] if foreign[:2].isalpha() else ""
    digits = "".join(sign for sign in foreign[len(prefix) :] if sign.isalnum())
    stated = foreign if foreign not in (prefix + digits, digits) else ""
    one = {field: next(iter(values), "") for field, values in said.items()}
    texts = card.texts
    own = texts.get("ИНН") or texts.get("БИН") or texts.get("ИИН") or ""
    return Contractor(
        name=texts.get("ПолноеНаименование" if person else "ОфициальноеНаименование", texts.get("Наименование", "")),
        kind=Kind.PERSON if person else Kind.ORGANISATION,
        number=one["number"],
        tax_id=own or digits,
        tax_id_stated="" if own else stated,
        tax_prefix="" if own else prefix,
        country=_codes().get(one["country"], one["country"]) or _country(card),
        registrations={name: texts[tag] for name, tag in _REGISTRATIONS.items() if tag in texts},
        accounts=tuple(_seen_account(account) for account in card.accounts),
        first_name=texts.get("Имя", ""),
        last_name=texts.get("Фамилия", ""),
        contact_person=next(iter(card.persons), ""),
        email=next((value for kind, value in card.contacts if kind == "Почта"), ""),
        phones=tuple(value for kind, value in card.contacts if kind == _PHONE),
        website=next((value for kind, value in card.contacts if kind == "Сайт"), ""),
        addresses=tuple(_seen_address(tag, fields) for tag, fields in card.addresses.items()),
        notes=texts.get("Комментарий", ""),
        active=not card.deleted,
        groups=tuple(sorted(said["groups"])),
        caretaker=one["caretaker"],
        price_list=one["price_list"],
        payment_form=one["payment_form"],
        payment_days=int(one["payment_days"]) if one["payment_days"] else None,
        credit_limit=Decimal(one["credit_limit"]) if one["credit_limit"] else None,
        discount=Decimal(one["discount"]) if one["discount"] else None,
        currency=one["currency"],
        newsletter=_yes(one["newsletter"]),
        consents=tuple(Consent(kind="terms", given=text == "true") for text in said["consents.terms"]),
        approved=_yes(one["approved"]),
        registered=_yes(one["registered"]),
        origin=one["origin"],
        login_email=one["login_email"],
        username=one["username"],
        custom={"branch": one["custom.branch"]} if one["custom.branch"] else {},
    )


def _yes(text: str) -> bool | None:
    return None if not text else text == "true"


def _country(card: Card) -> str:
    names = [fields["Страна"] for fields in card.addresses.values() if "Страна" in fields]
    return _codes().get(names[0], names[0]) if names else ""


def _seen_account(fields: Mapping[str, str]) -> Account:
    number = fields.get("НомерСчета", "")
    return Account(
        bank=fields.get("Наименование", ""),
        iban=number if number[:2].isalpha() else "",
        settlement="" if number[:2].isalpha() else number,
        bik=fields.get("БИК", ""),
        correspondent=fields.get("СчетКорреспондентский", ""),
    )


def _seen_address(tag: str, fields: Mapping[str, str]) -> Address:
    country = _codes().get(fields.get("Страна", ""), fields.get("Страна", ""))
    street = Street(fields.get("Улица", ""), fields.get("Дом", ""), fields.get("Квартира", ""))
    return Address(
        kind=AddressKind.POSTAL if tag == "Адрес" else AddressKind.MAIN,
        street=join_street(street, country) if street.house else street.street,
        postal_code=fields.get("Почтовый индекс", ""),
        city=fields.get("Город", ""),
        region=fields.get("Регион", ""),
        country=country,
    )
