"""What does an operator do at a form of Optima, and what does the form show?"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale

from adapters.optima.simulated.tables import COLUMNS, kept
from syncd.domain.contractor import Account, Address, AddressKind, Contractor, Employee, Kind

__all__ = ["FIELDS", "ZONE", "forget", "seen", "seen_all", "stamp", "store"]

ZONE: Final = ZoneInfo("Europe/Warsaw")

FIELDS: Final = frozenset(
    "name kind number tax_id tax_id_stated tax_prefix country tax_class registrations accounts contact_person email"
    " phones website addresses employees groups price_list payment_form payment_days credit_limit notes custom"
    " active".split()
)
"""Fields that a form has room for."""

_POLISH: Final = {str(code): str(name) for code, name in Locale("pl").territories.items() if len(code) == 2}
_CODES: Final = {name: code for code, name in _POLISH.items()}
_PAYMENT: Final = {"gotówka": 1, "przelew": 3}
_HOUSE: Final = re.compile(r"(.*\D) (\d+[A-Za-z]?)(?:/(\d+[A-Za-z]?))?")
_REGISTRATIONS: Final = {"regon": "Knt_Regon", "gln": "Knt_GLN", "ean": "Knt_EAN"}


def stamp(now: datetime) -> str:
    """A moment as a datetime column keeps it: wall clock, in steps of 1/300 s."""
    wall = now.astimezone(ZONE).replace(tzinfo=None)
    milliseconds = round(round(wall.microsecond * 3 / 10_000) * 10 / 3)
    return f"{wall:%Y-%m-%d %H:%M:%S}.{min(milliseconds, 997):03d}"


def store(db: sqlite3.Connection, key: int | None, held: Contractor, now: datetime) -> int:
    """Save a form; answer Knt_KntId. Saving lists alone does not move the contractor's time."""
    row = {name: kept(name, value) for name, value in _row(held).items()}
    before = _stored(db, key)
    if before is None:
        row |= {"Knt_TS_Zal": stamp(now), "Knt_TS_Mod": stamp(now)}
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        sql = f"INSERT INTO Kontrahenci ({names}) VALUES ({marks})"  # noqa: S608 - names of columns
        key = db.execute(sql, list(row.values())).lastrowid
    else:
        if any(before[name] != value for name, value in row.items()):
            row["Knt_TS_Mod"] = stamp(now)
        names = ", ".join(f"{name} = ?" for name in row)
        db.execute(f"UPDATE Kontrahenci SET {names} WHERE Knt_KntId = ?", [*row.values(), key])  # noqa: S608
    _store_lists(db, int(key or 0), held)
    return int(key or 0)


def forget(db: sqlite3.Connection, key: int) -> None:
    """Delete a contractor that is on no document; nothing tells of it afterwards."""
    db.execute("DELETE FROM Kontrahenci WHERE Knt_KntId = ?", (key,))
    _forget_lists(db, key)


def seen(db: sqlite3.Connection, key: int) -> Contractor | None:
    """A contractor as the form shows it."""
    row = _stored(db, key)
    return None if row is None else _form(db, row)


def seen_all(db: sqlite3.Connection) -> Mapping[str, Contractor]:
    """Everybody in the list of contractors, by acronym."""
    query = "SELECT * FROM Kontrahenci WHERE Knt_PodmiotTyp = 1 AND Knt_KntId <> 1"
    return {row["Knt_Kod"]: _form(db, row) for row in db.execute(query).fetchall()}


def _stored(db: sqlite3.Connection, key: int | None) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute("SELECT * FROM Kontrahenci WHERE Knt_KntId = ?", (key,)).fetchone()
    return found


def _row(held: Contractor) -> dict[str, Any]:
    first, second, third = _name_lines(held.name)
    main = next((a for a in held.addresses if a.kind is not AddressKind.POSTAL), Address())
    letters = next((a for a in held.addresses if a.kind is AddressKind.POSTAL), None)
    typed = held.tax_id_stated if _bare(held.tax_id_stated) == held.tax_id else held.tax_id
    phones = [*held.phones, "", "", ""]
    export = held.tax_class.partition("=")[2]
    return {
        "Knt_Kod": held.number,
        "Knt_Grupa": (held.groups[0] if held.groups else "").ljust(20),
        "Knt_Nazwa1": first,
        "Knt_Nazwa2": second,
        "Knt_Nazwa3": third,
        "Knt_KrajISO": "" if held.country == main.country else held.country,
        "Knt_NipKraj": held.tax_prefix,
        "Knt_NipE": typed,
        "Knt_Nip": held.tax_id,
        "Knt_Email": held.email or "-",
        "Knt_URL": held.website,
        "Knt_Telefon1": phones[0],
        "Knt_Telefon2": phones[1],
        "Knt_TelefonSms": phones[2],
        "Knt_OsNazwisko": held.contact_person,
        "Knt_Finalny": int(held.kind is Kind.PERSON),
        "Knt_Export": int(export) if export.isdigit() else 0,
        "Knt_Nieaktywny": int(not held.active),
        "Knt_Opis": held.notes,
        "Knt_FplID": _PAYMENT.get(held.payment_form, 0),
        "Knt_Termin": held.payment_days or 0,
        "Knt_TerminPlat": int(held.payment_days is not None),
        "Knt_Ceny": int(held.price_list or 0),
        "Knt_LimitFlag": int(held.credit_limit is not None),
        "Knt_LimitKredytu": float(held.credit_limit or 0),
        **{column: held.registrations.get(kind, "") for kind, column in _REGISTRATIONS.items()},
        **_address_row("Knt_", main),
        **(_address_row("Knt_Kor", letters) if letters else dict.fromkeys(_address_row("Knt_Kor", Address()))),
    }


def _address_row(prefix: str, address: Address) -> dict[str, Any]:
    line, _, more = address.street.partition("\n")
    found = _HOUSE.fullmatch(line)
    street, house, flat = found.groups() if found else (line, "", "")
    row = {
        "Ulica": street,
        "NrDomu": house,
        "NrLokalu": flat or "",
        "KodPocztowy": address.postal_code,
        "Miasto": address.city,
        "Kraj": _POLISH.get(address.country, address.country),
        "Wojewodztwo": address.region,
        "Adres2": more,
    }
    return {f"{prefix}{name}": value for name, value in row.items() if f"{prefix}{name}" in COLUMNS}


def _name_lines(name: str) -> tuple[str, str, str]:
    """A name as people type it into three lines: word after word, as long as it fits."""
    lines, index = ["", "", ""], 0
    for word in name.split(" "):
        line = f"{lines[index]} {word}".strip() if lines[index] else word
        if len(line) > 50 and index < 2:
            index += 1
            line = word
        lines[index] = line
    return lines[0], lines[1], lines[2]


def _store_lists(db: sqlite3.Connection, key: int, held: Contractor) -> None:
    _forget_lists(db, key)
    for group in held.groups[1:]:
        db.execute("INSERT INTO KntGrupy (KnG_KntId, KnG_Nazwa) VALUES (?, ?)", (key, group))
    for code, value in held.custom.items():
        known = db.execute("SELECT DeA_DeAId FROM DefAtrybuty WHERE DeA_Kod = ? AND DeA_Typ = 2", (code,)).fetchone()
        row = (
            known
            or db.execute(
                "INSERT INTO DefAtrybuty (DeA_Kod, DeA_Typ) VALUES (?, 2) RETURNING DeA_DeAId", (code,)
            ).fetchone()
        )
        sql = "INSERT INTO KntAtrybuty (KnA_DeAId, KnA_PodmiotTyp, KnA_PodmiotId, KnA_WartoscTxt) VALUES (?, 1, ?, ?)"
        db.execute(sql, (row[0], key, value))
    for person in held.employees:
        db.execute(
            "INSERT INTO KntOsoby (KntO_KntId, KntO_Nazwisko, KntO_Email, KntO_Telefon) VALUES (?, ?, ?, ?)",
            (key, person.name, person.email, person.phone),
        )
    for account in held.accounts:
        sql = "INSERT INTO SchematPlatnosci (SPL_PodmiotTyp, SPL_PodmiotId, SPL_Rachunek) VALUES (1, ?, ?)"
        db.execute(sql, (key, account.iban.removeprefix("PL")))


def _forget_lists(db: sqlite3.Connection, key: int) -> None:
    db.execute("DELETE FROM KntGrupy WHERE KnG_KntId = ?", (key,))
    db.execute("DELETE FROM KntAtrybuty WHERE KnA_PodmiotTyp = 1 AND KnA_PodmiotId = ?", (key,))
    db.execute("DELETE FROM KntOsoby WHERE KntO_KntId = ?", (key,))
    db.execute("DELETE FROM SchematPlatnosci WHERE SPL_PodmiotTyp = 1 AND SPL_PodmiotId = ?", (key,))


def _form(db: sqlite3.Connection, row: sqlite3.Row) -> Contractor:
    key = row["Knt_KntId"]
    groups = {row["Knt_Grupa"].rstrip()} - {""}
    groups |= {name for (name,) in db.execute("SELECT KnG_Nazwa FROM KntGrupy WHERE KnG_KntId = ?", (key,))}
    attributes = db.execute(
        "SELECT DeA_Kod, KnA_WartoscTxt FROM KntAtrybuty JOIN DefAtrybuty ON DeA_DeAId = KnA_DeAId"
        " WHERE DeA_Typ = 2 AND KnA_PodmiotTyp = 1 AND KnA_PodmiotId = ?",
        (key,),
    ).fetchall()
    people = db.execute("SELECT * FROM KntOsoby WHERE KntO_KntId = ? ORDER BY KntO_Nazwisko", (key,)).fetchall()
    accounts = db.execute(
        "SELECT SPL_Rachunek FROM SchematPlatnosci WHERE SPL_PodmiotTyp = 1 AND SPL_PodmiotId = ?", (key,)
    ).fetchall()
    typed = row["Knt_NipE"]
    bare = _bare(typed)
    prefix = row["Knt_NipKraj"]
    main = _address(row, "Knt_", AddressKind.MAIN)
    letters = _address(row, "Knt_Kor", AddressKind.POSTAL)
    return Contractor(
        name=" ".join(filter(None, (row["Knt_Nazwa1"], row["Knt_Nazwa2"], row["Knt_Nazwa3"]))),
        kind=Kind.PERSON if row["Knt_Finalny"] else Kind.ORGANISATION,
        number=row["Knt_Kod"],
        tax_id=bare,
        tax_id_stated="" if typed == bare else typed,
        tax_prefix=prefix,
        country=row["Knt_KrajISO"] or _CODES.get(row["Knt_Kraj"], row["Knt_Kraj"]),
        tax_class=f"Knt_Export={row['Knt_Export']}",
        registrations={kind: row[column] for kind, column in _REGISTRATIONS.items() if row[column]},
        accounts=tuple(Account(iban=f"PL{number}") for (number,) in accounts),
        contact_person=row["Knt_OsNazwisko"],
        email=row["Knt_Email"].strip("-"),
        phones=tuple(filter(None, (row["Knt_Telefon1"], row["Knt_Telefon2"], row["Knt_TelefonSms"]))),
        website=row["Knt_URL"],
        addresses=tuple(address for address in (main, letters) if address is not None),
        employees=tuple(
            Employee(name=person["KntO_Nazwisko"], email=person["KntO_Email"], phone=person["KntO_Telefon"],
                     default_login=index == 0)
            for index, person in enumerate(people)
        ),
        groups=tuple(sorted(groups)),
        price_list=str(row["Knt_Ceny"] or ""),
        payment_form={number: word for word, number in _PAYMENT.items()}.get(row["Knt_FplID"], ""),
        payment_days=row["Knt_Termin"] if row["Knt_TerminPlat"] else None,
        credit_limit=Decimal(f"{row['Knt_LimitKredytu']:.2f}") if row["Knt_LimitFlag"] else None,
        notes=row["Knt_Opis"],
        custom=dict(sorted((code, value) for code, value in attributes)),
        active=not row["Knt_Nieaktywny"],
    )  # fmt: skip


def _address(row: sqlite3.Row, prefix: str, kind: AddressKind) -> Address | None:
    part = {name: row[f"{prefix}{name}"] or "" for name in ("Ulica", "NrDomu", "NrLokalu", "KodPocztowy", "Miasto")}
    if not any(part.values()):
        return None
    line = " ".join(filter(None, (part["Ulica"], part["NrDomu"]))) + (
        f"/{part['NrLokalu']}" if part["NrLokalu"] else ""
    )
    main = kind is AddressKind.MAIN
    country = row[f"{prefix}Kraj"] or ""
    return Address(
        kind=kind,
        street="\n".join(filter(None, (line, row["Knt_Adres2"] if main else ""))),
        postal_code=part["KodPocztowy"],
        city=part["Miasto"],
        region=row["Knt_Wojewodztwo"] if main else "",
        country=_CODES.get(country, country),
    )


def _bare(typed: str) -> str:
    return typed.replace("-", "").replace(" ", "").upper()
