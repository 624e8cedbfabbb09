"""How is a contractor said to Optima: which elements change, and does every value fit? Pure.

Nothing is cut and no letter is replaced: what has no room is `Unstorable`, and names the contractor's field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

import msgspec
from babel import Locale

from adapters.optima.card import Card, groups_of
from adapters.optima.elements import BY_NAME, GROUPS
from adapters.optima.mapping import REGISTRATIONS, emails_of, main_address, postal_address
from adapters.optima.options import Options
from adapters.optima.words import amount_text, flag_text
from syncd.domain.addresses import Street, join_street, split_street
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.domain.country.codes import COUNTRIES
from syncd.errors import Unstorable
from syncd.sentence import Counted, Sentence

__all__ = ["check", "say", "split_name"]

_LINE: Final = 50
_STREET: Final = 40
_HOUSE: Final = 10
_BARE_HOUSE: Final = re.compile(r"(?P<house>\d{1,4}[^\W\d_]?)(?:/(?P<flat>\d{1,4}[^\W\d_]?))?")
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_GROUP: Final = 20


def say(fields: Collection[str], wanted: Contractor, card: Card, options: Options) -> dict[str, str]:
    """Elements that bring a card to what `wanted` says in these fields; its acronym is what it is known by, and stays.

    Raises:
        Unstorable: If Optima has no room, or no letters, for a value.
    """
    values: dict[str, str] = {}
    for field in fields:
        if field in _SIMPLE:
            values.update(_SIMPLE[field](wanted))
    if {"tax_id", "tax_prefix"} & set(fields):
        values |= {"NIP": wanted.tax_id, "NIP_KRAJ": wanted.tax_prefix}
    if "email" in fields:
        values["EMAIL"] = "; ".join(filter(None, (wanted.email, *emails_of(card)[1:])))
    if "phones" in fields:
        values |= _phones(wanted.phones, card)
    if "addresses" in fields:
        values |= _addresses(wanted, card, postal=options.write_postal)
    if "payment_form" in fields:
        values["FORMA_PLATNOSCI"] = _payment_form(wanted.payment_form, options)
    if "groups" in fields:
        kept = [name for name in groups_of(card) if name in wanted.groups]
        values[GROUPS] = "\n".join([*kept, *(name for name in wanted.groups if name not in kept)])
    changed = {name: text for name, text in values.items() if text != card.get(name)}
    check(changed, options.code_page)
    return changed


def check(values: Mapping[str, str], code_page: str) -> None:
    """Refuse what would not come back as it is.

    Raises:
        Unstorable: Naming the contractor's field.
    """
    for name, text in values.items():
        if name == GROUPS:
            for group in text.split("\n"):
                _check(group, _GROUP, "groups", code_page)
            continue
        element = BY_NAME[name]
        _check(text, element.limit, element.field, code_page if element.narrow else "")


def split_name(name: str) -> tuple[str, str, str]:
    """Part a name over lines of 50, 50 and 250 characters, at single blanks, so that joining them restores it.

    Raises:
        Unstorable: If the first word alone is longer than a line.
    """
    first, rest = _first_line(name)
    second, third = _first_line(rest)
    if not first and rest:
        raise Unstorable(
            Sentence(
                Counted(
                    "the name begins with more than %(count)s character without a blank",
                    "the name begins with more than %(count)s characters without a blank",
                ),
                count=_LINE,
            ),
            field="name",
            cure="Optima's first line takes 50 characters: put a blank into the name.",
        )
    return first, second, third


def _first_line(text: str) -> tuple[str, str]:
    """As much of a text as fits into a line, and the rest; the blank between them is the one that joining gives."""
    if _units(text) <= _LINE:
        return text, ""
    for end in range(min(_LINE, len(text) - 1), 0, -1):
        head, tail = text[:end], text[end + 1 :]
        if text[end] == " " and head == head.strip() and tail == tail.strip() and _units(head) <= _LINE:
            return head, tail
    return "", text


def _units(text: str) -> int:
    """Length as SQL Server counts it in nvarchar: letters beyond the basic plane count twice."""
    return len(text.encode("utf-16-le")) // 2


def _check(text: str, limit: int, field: str, code_page: str) -> None:
    length = len(text) if code_page else _units(text)
    if limit and length > limit:
        raise Unstorable(
            Sentence(
                Counted(
                    "the text has %(count)s character, and Optima keeps %(limit)s",
                    "the text has %(count)s characters, and Optima keeps %(limit)s",
                ),
                count=length,
                limit=limit,
            ),
            code="text-too-long",
            field=field,
            cure="Shorten it where it comes from; nothing was cut.",
        )
    if _INVISIBLE.search(text):
        raise Unstorable(
            "a control character cannot be written as XML",
            field=field,
            cure="Remove the invisible character from the field.",
        )
    if code_page:
        try:
            text.encode(code_page)
        except UnicodeEncodeError:
            raise Unstorable(
                Sentence(
                    "Optima keeps this field in the code page %(code_page)s, which lacks a letter of it",
                    code_page=code_page,
                ),
                field=field,
                cure="Spell it with other letters where it comes from; nothing was replaced.",
            ) from None


def _name(wanted: Contractor) -> dict[str, str]:
    return dict(zip(("NAZWA1", "NAZWA2", "NAZWA3"), split_name(wanted.name), strict=True))


def _payment_days(wanted: Contractor) -> dict[str, str]:
    days = wanted.payment_days
    return {"INDYWIDUALNY_TERMIN": flag_text(days is not None), "TERMIN": str(days or 0)}


def _credit_limit(wanted: Contractor) -> dict[str, str]:
    limit = wanted.credit_limit
    if limit is not None and limit != round(limit, 2):
        raise Unstorable("Optima keeps two decimals", field="credit_limit", cure="Round the amount.")
    return {"JEST_LIMIT_KREDYTU": flag_text(limit is not None), "LIMIT_KREDYTU": amount_text(limit or 0)}


_SIMPLE: Final[Mapping[str, Callable[[Contractor], dict[str, str]]]] = {
    "name": _name,
    "kind": lambda wanted: {"FINALNY": flag_text(wanted.kind is Kind.PERSON)},
    "country": lambda wanted: {"KRAJ_ISO": wanted.country},
    "registrations": lambda wanted: {e: wanted.registrations.get(kind, "") for kind, e in REGISTRATIONS.items()},
    "website": lambda wanted: {"URL": wanted.website},
    "payment_days": _payment_days,
    "credit_limit": _credit_limit,
    "notes": lambda wanted: {"OPIS": wanted.notes},
    "active": lambda wanted: {"NIEAKTYWNY": flag_text(not wanted.active)},
}


def _phones(phones: tuple[str, ...], card: Card) -> dict[str, str]:
    """Two lines of the card; the third number, for text messages, is in the database only and stays as it is."""
    texts = card.get("@TELEFON_SMS")
    lines = [phone for phone in phones if phone != texts] if len(phones) > 2 else list(phones)
    if len(lines) > 2 or (texts and texts not in phones):
        raise Unstorable(
            "the file for Optima takes two telephone numbers, and not the one for text messages",
            field="phones",
            cure="Leave two numbers, or change the third one in Optima.",
        )
    first, second = [*lines, "", ""][:2]
    return {"TELEFON1": first, "TELEFON2": second}


def _payment_form(stated: str, options: Options) -> str:
    if stated and stated not in options.payment_forms.values():
        raise Unstorable(
            "the payment form is none that the configuration knows of this Optima",
            field="payment_form",
            cure="Add its name to the option payment_forms, as Optima calls it.",
        )
    return stated


def _addresses(wanted: Contractor, card: Card, *, postal: bool) -> dict[str, str]:
    """The registered office and, where that is written, the address for letters; there is room for no other."""
    letters = next((a for a in wanted.addresses if a.kind is AddressKind.POSTAL), None)
    others = [address for address in wanted.addresses if address is not letters]
    main = next((a for a in others if a.kind is AddressKind.MAIN), next(iter(others), None))
    values: dict[str, str] = {}
    if _told(main, AddressKind.MAIN) != main_address(card):
        values |= _address_values(main or Address())
    if postal and _told(letters, AddressKind.POSTAL) != postal_address(card):
        values |= {
            f"KORESP_{name}": text
            for name, text in _address_values(letters or Address()).items()
            if f"KORESP_{name}" in BY_NAME
        }
    return values


def _told(address: Address | None, kind: AddressKind) -> Address | None:
    """An address as Optima would state it."""
    return None if address is None else msgspec.structs.replace(address, key="", kind=kind, name="", phone="")


def _address_values(address: Address) -> dict[str, str]:
    line, _, more = address.street.partition("\n")
    if "\n" in more:
        raise Unstorable("the street has more than two lines", field="addresses", cure="Write it in two lines.")
    parts = _parts(line.strip(), address.country)
    return {
        "KRAJ": _country_name(address.country),
        "WOJEWODZTWO": address.region,
        "ULICA": parts.street,
        "NR_DOMU": parts.house,
        "NR_LOKALU": parts.flat,
        "MIASTO": address.city,
        "KOD_POCZTOWY": address.postal_code,
        "DODATKOWE": more.strip(),
    }


def _parts(line: str, country: str) -> Street:
    """A street line for three columns: apart where joining them gives the same line, else as long as it fits whole."""
    bare = _BARE_HOUSE.fullmatch(line)
    parts = Street("", bare["house"], bare["flat"] or "") if bare else split_street(line, country)
    fits = _units(parts.street) <= _STREET and max(_units(parts.house), _units(parts.flat)) <= _HOUSE
    exact = join_street(parts, country).strip() == line
    return parts if fits and (exact or _units(line) > _STREET) else Street(line)


def _country_name(country: str) -> str:
    """The Polish name of a country, as Optima's own list has it; what is no code stays as it is."""
    return str(Locale("pl").territories[country]) if country in COUNTRIES else country
