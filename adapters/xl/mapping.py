"""How does a contractor of XL read as a contractor of syncd? Pure: bytes in, contractor out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from adapters.xl.options import Options
from adapters.xl.records import NUMBER
from syncd.domain import groups, tax
from syncd.domain.contractor import Address, AddressKind, Contractor, Employee, Kind
from syncd.domain.country.normal import as_code
from syncd.errors import InvalidRecord

__all__ = ["PAYMENT_FORMS", "READS", "REGISTRATIONS", "addresses_of", "contractor_of", "employees_of"]

READS: Final = frozenset(
    "name kind number tax_id tax_id_stated tax_prefix country tax_class registrations email phones website addresses"
    " employees groups price_list payment_form currency discount custom active".split()
)
"""Fields that XL's tables state. Which table holds bank accounts, terms, limits or the caretaker is not known."""

PAYMENT_FORMS: Final[Mapping[str, str]] = {"10": "transfer", "20": "cash", "50": "card", "100": "compensation"}
"""``Knt_FormaPl``; another number stays as it is."""

REGISTRATIONS: Final[Mapping[str, str]] = {"regon": "Knt_Regon", "gln": "Knt_GLN"}
"""Kind of registration by column. ``Knt_Pesel`` is a person's own number, and stays in the ERP."""

_CLASSES: Final = frozenset({"1", "2", "3"})
"""``Knt_ExpoKraj``: domestic, EU, outside the EU. 0 says nothing."""

Texts = Mapping[str, str]


def contractor_of(values: Mapping[str, Any], external_id: str, options: Options) -> Contractor:
    """Read one record.

    Raises:
        InvalidRecord: Naming the field and the cure.
    """
    card: Texts = values["card"]
    if _is_set(card, "Knt_Anonim"):
        # Whatever the ERP left in the other columns is no longer meant for anybody.
        return Contractor(name=f"anonymised {external_id}", active=False)
    name = _lines(card, "Knt_Nazwa")
    if not name:
        raise InvalidRecord(
            "the name is empty", record=external_id, field="name", cure="Give the contractor a name in the ERP."
        )
    stated = card.get("Knt_NipE") or card.get("Knt_Nip", "")
    parts = tax.split(stated)
    return Contractor(
        name=name,
        kind=Kind.PERSON if _is_set(card, "Knt_Osoba") else Kind.ORGANISATION,
        number=card.get("Knt_Akronim", ""),
        tax_id=parts.number,
        tax_id_stated=tax.stated_form(stated, parts),
        tax_prefix=card.get("Knt_NipPrefiks", "").upper() or parts.prefix,
        country=as_code(card.get("Knt_Kraj", "")),
        tax_class=f"Knt_ExpoKraj={card['Knt_ExpoKraj']}" if card.get("Knt_ExpoKraj") in _CLASSES else "",
        registrations={kind: card[column] for kind, column in REGISTRATIONS.items() if column in card},
        email=card.get("Knt_EMail", ""),
        phones=tuple(card[column] for column in ("Knt_Telefon1", "Knt_Telefon2") if column in card),
        website=card.get("Knt_URL", ""),
        addresses=tuple(address for address, _ in addresses_of(values)),
        employees=employees_of(values["persons"], options),
        groups=groups.normalise(values["groups"]),
        price_list=card["Knt_Cena"] if _is_set(card, "Knt_Cena") else "",
        payment_form=_payment_form(card),
        currency=card.get("Knt_Symbol", "").upper(),
        discount=_discount(card, external_id),
        custom=_custom(card, values["home"], options),
        active=not (_is_set(card, "Knt_Archiwalny") or values["outside"] or _is_blocked(card, options)),
    )


def addresses_of(values: Mapping[str, Any]) -> list[tuple[Address, str]]:
    """Current addresses with their own numbers, the main one first.

    Where the card points at none of them, the card's own copy is the main one; it has no number.
    """
    card, rows = values["card"], values["addresses"]
    name = _lines(card, "Knt_Nazwa")
    shown = [row for row in rows if not _is_set(row, "KnA_NiePublikuj")]
    keys = Counter(row.get("KnA_KnaPierwotny", row[NUMBER]) for row in shown)
    main = next((row for row in rows if row[NUMBER] == card.get("Knt_KnANumer")), None)
    found = [(_address(row, name, keys, card if row is main else None), row[NUMBER]) for row in shown]
    if main is None:
        copy = Address(
            **_place(card, "Knt_"),
            kind=AddressKind.MAIN,
            country=as_code(card.get("Knt_Kraj", "")),
            region=_region(card),
        )
        found.append((copy, ""))
    kept = [(one, number) for one, number in found if one.street or one.city or one.postal_code]
    return sorted(kept, key=lambda pair: pair[0].kind is not AddressKind.MAIN)


def _address(row: Texts, name: str, keys: Counter[str], card: Texts | None) -> Address:
    """One address.

    Args:
        card: The card, if this is its main address: the region stands there alone.
    """
    origin = row.get("KnA_KnaPierwotny", "")
    kind = AddressKind.DELIVERY if _is_set(row, "KnA_Wysylkowy") else AddressKind.OTHER
    called = _lines(row, "KnA_Nazwa")
    return Address(
        # A version keeps the number of the first one, unless two that are current claim the same.
        key=origin if origin not in ("", "0") and keys[origin] == 1 else row[NUMBER],
        kind=kind if card is None else AddressKind.MAIN,
        name="" if called == name else called,
        **_place(row, "KnA_"),
        region="" if card is None else _region(card),
        country=as_code(row.get("KnA_Kraj", "")),
        phone=row.get("KnA_Telefon1", ""),
    )


def _place(row: Texts, prefix: str) -> dict[str, str]:
    """Street (two columns of 30), postal code and city."""
    street = " ".join(row[column] for column in (f"{prefix}Ulica", f"{prefix}Adres") if column in row)
    return {"street": street, "postal_code": row.get(f"{prefix}KodP", ""), "city": row.get(f"{prefix}Miasto", "")}


def _region(card: Texts) -> str:
    return card.get("Knt_Wojewodztwo", "")


def employees_of(rows: Sequence[Texts], options: Options) -> tuple[Employee, ...]:
    """Persons who log in; a person's key is its number there.

    The default log-in is a shop's notion: it is who administers the shop's account, else the first who can log in.
    """
    named = [row for row in rows if "KnS_Nazwa" in row or "KnS_EMail" in row]
    shown = [row for row in named if not _is_set(row, "KnS_Anonim")]
    if options.persons == "esklep":
        shown = [row for row in shown if _is_set(row, "KnS_ESklep")]
    able = [row for row in shown if row.get("KnS_EMail") and not _is_set(row, "KnS_Archiwalny")]
    default = next((row for row in able if _is_set(row, "KnS_AdminESklep")), next(iter(able), None))
    return tuple(
        Employee(
            key=row[NUMBER],
            name=row.get("KnS_Nazwa", ""),
            email=row.get("KnS_EMail", ""),
            phone=row.get("KnS_Telefon", row.get("KnS_TelefonK", "")),
            default_login=row is default,
            active=not _is_set(row, "KnS_Archiwalny"),
        )
        for row in shown
    )


def _custom(card: Texts, home: str, options: Options) -> dict[str, str]:
    """The three attributes of the card, each by its name there, and the home group where it is asked for."""
    own = {
        card[f"Knt_Atrybut{slot}"]: card[f"Knt_Wartosc{slot}"]
        for slot in (1, 2, 3)
        if f"Knt_Atrybut{slot}" in card and f"Knt_Wartosc{slot}" in card
    }
    return own | ({options.home_group_field: home} if options.home_group_field and home else {})


def _payment_form(card: Texts) -> str:
    return PAYMENT_FORMS.get(card["Knt_FormaPl"], card["Knt_FormaPl"]) if _is_set(card, "Knt_FormaPl") else ""


def _discount(card: Texts, external_id: str) -> Decimal | None:
    """The discount in percent; 0 is none."""
    try:
        value = Decimal(card.get("Knt_Rabat", "0"))
    except InvalidOperation:
        raise InvalidRecord(
            "it is no number", record=external_id, field="discount", cure="Correct the discount in the ERP."
        ) from None
    return value.quantize(Decimal("0.01")) if value else None


def _is_blocked(card: Texts, options: Options) -> bool:
    return options.blocks_count and (_is_set(card, "Knt_BlokadaTransakcji") or _is_set(card, "Knt_BlokadaZam"))


def _lines(row: Texts, stem: str) -> str:
    """A name that stands in three lines of 50, 50 and 250 characters."""
    return " ".join(row[f"{stem}{line}"] for line in (1, 2, 3) if f"{stem}{line}" in row)


def _is_set(row: Texts, column: str) -> bool:
    """Whether a flag or a number is there and not 0."""
    return row.get(column, "0") != "0"
