"""What does a customer of an export say about a contractor? Pure: texts by meaning in, a contractor out.

XML and CSV differ in where a text stands and in nothing else, so both are read through one look-up. ``raw`` of a record
is the element's bytes, or its line as a JSON object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from adapters.esklep.accounts import told
from adapters.esklep.words import Words
from syncd import xml
from syncd.domain.compact import split, stated_form
from syncd.domain.contractor import Activity, Address, AddressKind, Contractor, Employee, Kind
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = ["Texts", "contractor_of", "employees_of", "external_id_of", "status_of", "texts_of"]

Texts = Callable[[str], Sequence[str]]
"""Texts of a customer by meaning (`adapters.esklep.words`); none for what is not there."""

_BLANKS: Final = re.compile(r"[\s\u00a0]+")


def texts_of(raw: bytes, words: Words, separator: str) -> tuple[Texts, xml.Element | None]:
    """Texts of a stored record, and its element if it is one.

    Raises:
        InvalidRecord: If the bytes are no record.
    """
    if raw.startswith(b"<"):
        element = xml.parse(raw)
        return lambda meaning: xml.texts(element, words.names[meaning]), element
    try:
        cells = msgspec.json.decode(raw, type=dict[str, str])
    except msgspec.DecodeError:
        raise InvalidRecord("the stored record cannot be read", cure="Export again.") from None

    def cell(meaning: str) -> Sequence[str]:
        text = cells.get(words.names[meaning])
        if text is None:
            return ()
        return text.split(separator) if meaning in {"groups", "phones"} else (text,)

    return cell, None


def external_id_of(texts: Texts) -> str:
    """What syncd calls a customer: the id that the ERP gave, else the shop's own number behind a ``#``."""
    erp_id = _one(texts, "erp_id")
    number = _one(texts, "id")
    return erp_id or (f"#{number}" if number else "")


def status_of(texts: Texts, words: Words) -> str:
    """What the account's status means (``active``, ``blocked_by_erp``, …); ``""`` if there is none.

    Raises:
        InvalidRecord: For a word that the options do not know.
    """
    said = _one(texts, "status")
    meaning = words.means("status", said)
    if said and not meaning:
        raise InvalidRecord(
            "the shop has a word for the account's status that syncd does not know",
            field="active",
            cure="Add it to the option words, as status.active or status.blocked.",
        )
    return meaning


def contractor_of(texts: Texts, element: xml.Element | None, words: Words) -> Contractor:
    """Understand one customer.

    Raises:
        InvalidRecord: Naming the field.
    """
    name = _one(texts, "name")
    if not name:
        raise InvalidRecord("the name is empty", field="name", cure="Fill it in, in the shop's panel.")
    typed, prefix = _one(texts, "tax_id"), _one(texts, "tax_prefix").upper()
    tax = split(typed)
    status = status_of(texts, words)
    return told(
        Contractor(
            name=name,
            kind=Kind(words.means("kind", _one(texts, "kind")) or Kind.ORGANISATION),
            number=_one(texts, "number"),
            tax_id=tax.number,
            tax_prefix=prefix or tax.prefix,
            tax_id_stated=stated_form(typed, tax),
            country=_one(texts, "country").upper() if len(_one(texts, "country")) == 2 else _one(texts, "country"),
            tax_class=_one(texts, "residency"),
            email=_one(texts, "email"),
            phones=tuple(text for text in _all(texts, "phones") if text),
            groups=tuple(sorted({text for text in _all(texts, "groups") if text})),
            caretaker=_one(texts, "caretaker"),
            price_list=_one(texts, "price_list"),
            payment_form=_one(texts, "payment_form"),
            payment_days=_whole(texts, "payment_days"),
            credit_limit=_decimal(texts, "credit_limit"),
            discount=_decimal(texts, "discount"),
            newsletter=_said(texts, "newsletter", words),
            approved=None if not status else status not in {"pending", "rejected"},
            origin=_one(texts, "origin"),
            activity=_activity(texts),
            active=status in {"active", ""},
            **_people_and_places(texts, element, words),
        )
    )


def employees_of(element: xml.Element, words: Words) -> tuple[Employee, ...]:
    """All accounts, the one included that the shop made by itself."""
    return tuple(_employee(one, words) for one in xml.children(element, words.names["employees"]))


def _people_and_places(texts: Texts, element: xml.Element | None, words: Words) -> dict[str, Any]:
    if element is None:
        login = _one(texts, "login")
        # A CSV names the log-in only: as the shop's own account, which is told as that and no more.
        return {"employees": (Employee(email=login, default_login=True),) if login else ()}
    return {
        "employees": employees_of(element, words),
        "addresses": tuple(_address(one, words) for one in xml.children(element, words.names["addresses"])),
    }


def _employee(element: xml.Element, words: Words) -> Employee:
    def text(meaning: str) -> str:
        return xml.text(element, words.names[f"employee.{meaning}"])

    return Employee(
        name=text("name"),
        email=text("email"),
        phone=text("phone"),
        default_login=text("default") == words.words["yes"],
        active=text("active") != words.words["no"],
    )


def _address(element: xml.Element, words: Words) -> Address:
    def text(meaning: str) -> str:
        return xml.text(element, words.names[f"address.{meaning}"])

    return Address(
        kind=AddressKind(words.means("address", text("kind")) or AddressKind.OTHER),
        name=text("name"),
        street=text("street"),
        postal_code=text("postal_code"),
        city=text("city"),
        region=text("region"),
        country=text("country"),
        phone=text("phone"),
    )


def _activity(texts: Texts) -> Activity | None:
    points, orders, last = _whole(texts, "points"), _whole(texts, "orders"), _one(texts, "last_order")
    if points is None and orders is None and not last:
        return None
    try:
        day = date.fromisoformat(last[:10]) if last else None
    except ValueError:
        raise _wrong("activity", Sentence("a date like 2026-01-31")) from None
    return Activity(points=points or 0, orders=orders or 0, last_order=day)


def _all(texts: Texts, meaning: str) -> list[str]:
    return [text.strip() for text in texts(meaning)]


def _one(texts: Texts, meaning: str) -> str:
    found = texts(meaning)
    return found[0].strip() if found else ""


def _whole(texts: Texts, meaning: str) -> int | None:
    text = _BLANKS.sub("", _one(texts, meaning))
    if not text:
        return None
    if not text.isdecimal():
        raise _wrong(meaning if meaning == "payment_days" else "activity", Sentence("a whole number"))
    return int(text)


def _decimal(texts: Texts, meaning: str) -> Decimal | None:
    text = _BLANKS.sub("", _one(texts, meaning)).replace(",", ".")
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        value = Decimal("NaN")
    if value is not None and not value.is_finite():
        raise _wrong(meaning, Sentence("a number"))
    return value


def _said(texts: Texts, meaning: str, words: Words) -> bool | None:
    text = _one(texts, meaning)
    return {words.words["yes"]: True, words.words["no"]: False}.get(text)


def _wrong(field: str, form: Sentence) -> InvalidRecord:
    return InvalidRecord(
        Sentence("it is not %(form)s", form=form), field=field, cure="Correct it in the shop, or the option names."
    )
