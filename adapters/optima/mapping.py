"""How does a card of Optima read as a contractor? Pure.

- **Name.** Three lines, joined by blanks; `adapters.optima.saying` parts a name at blanks only, so nothing is lost.
- **Class.** ``Knt_Export=3``, as `syncd.domain.country` reads it against the country.
- **Status.** Knt_Nieaktywny alone: a blocked document or a protected card is no blocked customer.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from adapters.optima.card import Card, groups_of
from adapters.optima.words import export_code, is_yes
from syncd.domain import groups, tax
from syncd.domain.addresses import Street, join_street
from syncd.domain.contractor import Account, Address, AddressKind, Contractor, Employee, Kind
from syncd.domain.country import alpha2
from syncd.domain.country.normal import as_code
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = ["REGISTRATIONS", "contractor_of", "emails_of", "main_address", "phones_of", "postal_address"]

REGISTRATIONS: Final = {"regon": "REGON", "gln": "GLN", "ean": "EAN"}
"""Element by kind of registration. A PESEL is a person's own number and is not passed on."""

_BETWEEN_EMAILS: Final = re.compile(r"[;,\s]+")


def contractor_of(card: Card) -> Contractor:
    """What a card states.

    Raises:
        InvalidRecord: Naming the field and the cure; the record is the caller's to name.
    """
    name = " ".join(line for line in map(card.get, ("NAZWA1", "NAZWA2", "NAZWA3")) if line)
    if not name:
        raise InvalidRecord(
            "the contractor has no name", code="name-missing", field="name", cure="Give it a name in Optima."
        )
    typed = card.get("NIP")
    parts = tax.split(typed)
    main, postal = main_address(card), postal_address(card)
    person = is_yes(card.get("FINALNY"), "FINALNY", "kind")
    return Contractor(
        name=name,
        kind=Kind.PERSON if person else Kind.ORGANISATION,
        number=card.code,
        tax_id=parts.number,
        tax_id_stated=tax.stated_form(typed, parts),
        tax_prefix=card.get("NIP_KRAJ").upper() or parts.prefix,
        country=alpha2(card.get("KRAJ_ISO")) or as_code(card.get("KRAJ")) or card.get("KRAJ_ISO"),
        tax_class=_tax_class(card.get("EKSPORT") or card.get("@EKSPORT")),
        registrations={kind: card.get(element) for kind, element in REGISTRATIONS.items() if card.get(element)},
        accounts=tuple(_account(number) for number in card.accounts),
        contact_person=card.get("@OSOBA"),
        email=next(iter(emails_of(card)), ""),
        phones=phones_of(card),
        website=card.get("URL"),
        addresses=tuple(address for address in (main, postal) if address is not None),
        employees=_employees(card),
        groups=groups.normalise(groups_of(card)),
        price_list=card.get("@CENY") if card.get("@CENY") != "0" else "",
        payment_form=card.get("FORMA_PLATNOSCI") or card.get("@FORMA_PLATNOSCI"),
        payment_days=_days(card),
        credit_limit=_limit(card),
        notes=card.get("OPIS"),
        custom=dict(card.attributes),
        active=not is_yes(card.get("NIEAKTYWNY"), "NIEAKTYWNY", "active"),
    )


def emails_of(card: Card) -> tuple[str, ...]:
    """E-mail addresses of the one field that holds them; people type a dash where they know none."""
    return tuple(text for text in _BETWEEN_EMAILS.split(card.get("EMAIL")) if text.strip("-"))


def phones_of(card: Card) -> tuple[str, ...]:
    """Telephone numbers, each once."""
    stated = map(card.get, ("TELEFON1", "TELEFON2", "@TELEFON_SMS"))
    return tuple(dict.fromkeys(phone for phone in stated if phone.strip("-")))


def main_address(card: Card) -> Address | None:
    """The registered office; ``None`` where nothing but a country is stated."""
    country = as_code(card.get("KRAJ"))
    address = Address(
        kind=AddressKind.MAIN,
        street=_street(card, "", country),
        postal_code=card.get("KOD_POCZTOWY"),
        city=card.get("MIASTO"),
        region=card.get("WOJEWODZTWO"),
        country=country,
    )
    return address if address != Address(country=country) else None


def postal_address(card: Card) -> Address | None:
    """The address for letters; ``None`` where there is none."""
    country = as_code(card.get("KORESP_KRAJ"))
    address = Address(
        kind=AddressKind.POSTAL,
        street=_street(card, "KORESP_", country),
        postal_code=card.get("KORESP_KOD_POCZTOWY"),
        city=card.get("KORESP_MIASTO"),
        country=country,
    )
    return address if address != Address(kind=AddressKind.POSTAL, country=country) else None


def _street(card: Card, prefix: str, country: str) -> str:
    street, house, flat = (card.get(f"{prefix}{name}") for name in ("ULICA", "NR_DOMU", "NR_LOKALU"))
    line = f"{street} lok. {flat}" if flat and not house else join_street(Street(street, house, flat), country)
    more = card.get("DODATKOWE") if not prefix else ""
    return "\n".join(text for text in (line.strip(), more) if text)


def _tax_class(word: str) -> str:
    code = export_code(word)
    return word if code is None else f"Knt_Export={code}"


def _account(number: str) -> Account:
    bare = "".join(number.split()).upper()
    return Account(iban=f"PL{bare}" if len(bare) == 26 and bare.isdigit() else bare)


def _employees(card: Card) -> tuple[Employee, ...]:
    """Contact persons with an e-mail, who are those that can log in; the first is the default."""
    reachable = [person for person in card.people if person.email]
    return tuple(
        Employee(name=person.name, email=person.email, phone=person.phone, default_login=index == 0)
        for index, person in enumerate(reachable)
    )


def _days(card: Card) -> int | None:
    text = card.get("TERMIN")
    stated = card.get("INDYWIDUALNY_TERMIN")
    if not text or (stated and not is_yes(stated, "INDYWIDUALNY_TERMIN", "payment_days")):
        return None
    try:
        days = msgspec.convert(text, int, strict=False)
    except msgspec.ValidationError:
        raise _no_number("TERMIN", "payment_days") from None
    return days if stated or days else None


def _limit(card: Card) -> Decimal | None:
    text = card.get("LIMIT_KREDYTU")
    stated = card.get("JEST_LIMIT_KREDYTU")
    if not text or (stated and not is_yes(stated, "JEST_LIMIT_KREDYTU", "credit_limit")):
        return None
    try:
        limit = Decimal(text)
    except InvalidOperation:
        raise _no_number("LIMIT_KREDYTU", "credit_limit") from None
    return limit if stated or limit else None


def _no_number(element: str, field: str) -> InvalidRecord:
    return InvalidRecord(
        Sentence("%(element)s is no number", element=element), field=field, cure="Correct the record in Optima."
    )
