"""What does an operator see and type in XL's forms?

A form takes no more characters than the column holds, and a letter that code page 1250 lacks arrives as ``?``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from adapters.xl.simulated.program import Program
from adapters.xl.simulated.schema import LENGTHS
from syncd.domain.contractor import Address, AddressKind, Contractor, Employee, Kind

__all__ = ["FORMS", "Operator"]

FORMS: Final = {"transfer": 10, "cash": 20, "card": 50, "compensation": 100}
_WORDS: Final = {number: word for word, number in FORMS.items()}


class Operator:
    """Somebody who works in XL."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def add(self, contractor: Contractor) -> int:
        """Type in a new contractor; groups that are not there are made."""
        with self.program.database() as db:
            number = self.program.new_card(db, {"ESklep": 1, **_card(contractor)})
            self._addresses(db, number, (), contractor.addresses)
            self._persons(db, number, (), contractor.employees)
            self._groups(db, number, contractor.groups)
        return number

    def edit(self, card: int, **changes: Any) -> None:
        """Change a contractor where it differs."""
        with self.program.database() as db:
            held = self._see(db, db.execute("SELECT * FROM KntKarty WHERE Knt_GIDNumer = ?", (card,)).fetchone())
            wanted = msgspec.structs.replace(held, **changes)
            before, after = _card(held), _card(wanted)
            self.program.change_card(db, card, {name: after[name] for name in after if after[name] != before[name]})
            if wanted.addresses != held.addresses:
                self._addresses(db, card, held.addresses, wanted.addresses)
            if wanted.employees != held.employees:
                self._persons(db, card, held.employees, wanted.employees)
            if wanted.groups != held.groups:
                self._groups(db, card, wanted.groups)

    def everybody(self) -> Mapping[int, Contractor]:
        """Every contractor, as its form shows it."""
        with self.program.database() as db:
            return {row["Knt_GIDNumer"]: self._see(db, row) for row in db.execute("SELECT * FROM KntKarty").fetchall()}

    def _addresses(
        self, db: sqlite3.Connection, owner: int, held: Sequence[Address], wanted: Sequence[Address]
    ) -> None:
        for index, address in enumerate(wanted):
            number = int(held[index].key) if index < len(held) else None
            columns = {
                **_three(address.name),
                **_two(address.street),
                "KodP": address.postal_code,
                "Miasto": address.city,
                "Kraj": address.country,
                "Telefon1": address.phone,
                "Wysylkowy": int(address.kind is AddressKind.DELIVERY),
            }
            main = address.kind is AddressKind.MAIN
            self.program.save_address(db, owner, number, _typed("KnA_", columns), main=main)
        for gone in held[len(wanted) :]:
            self.program.archive_address(db, owner, int(gone.key))

    def _persons(
        self, db: sqlite3.Connection, owner: int, held: Sequence[Employee], wanted: Sequence[Employee]
    ) -> None:
        for index, person in enumerate(wanted):
            columns = {
                "Nazwa": person.name,
                "EMail": person.email,
                "Telefon": person.phone,
                "ESklep": 1,
                "AdminESklep": int(person.default_login),
                "Archiwalny": int(not person.active),
            }
            number = int(held[index].key) if index < len(held) else None
            self.program.save_person(db, owner, number, _typed("KnS_", columns))
        for gone in held[len(wanted) :]:
            self.program.delete_person(db, owner, int(gone.key))

    def _groups(self, db: sqlite3.Connection, owner: int, names: Sequence[str]) -> None:
        wanted = [self.program.group(db, name.split(" / ")) for name in names]
        held = [
            row[0]
            for row in db.execute(
                "SELECT KnG_GrONumer FROM KntGrupy WHERE KnG_GIDTyp = 32 AND KnG_GIDNumer = ?", (owner,)
            )
        ]
        for group in wanted:
            if group not in held:
                self.program.join(db, owner, group)
        for group in held:
            if group not in wanted:
                self.program.leave(db, owner, group)
        self.program.settle(db, owner, wanted[0] if wanted else 0)

    def _see(self, db: sqlite3.Connection, row: sqlite3.Row) -> Contractor:
        text = {name.removeprefix("Knt_"): str(row[name] or "").strip() for name in row.keys()}  # noqa: SIM118 - Row
        number = row["Knt_GIDNumer"]
        typed = text["NipE"] or text["Nip"]
        compact = "".join(sign for sign in typed if sign.isalnum()).upper()
        name = _joined(text, "Nazwa", 3)
        return Contractor(
            name=name,
            kind=Kind.PERSON if row["Knt_Osoba"] else Kind.ORGANISATION,
            number=text["Akronim"],
            tax_id=compact,
            tax_id_stated=typed if typed != compact else "",
            tax_prefix=text["NipPrefiks"],
            country=text["Kraj"],
            tax_class=f"Knt_ExpoKraj={text['ExpoKraj']}" if text["ExpoKraj"] in ("1", "2", "3") else "",
            registrations={kind: text[column] for kind, column in (("regon", "Regon"), ("gln", "GLN")) if text[column]},
            email=text["EMail"],
            phones=tuple(text[column] for column in ("Telefon1", "Telefon2") if text[column]),
            website=text["URL"],
            addresses=_current(db, number, row["Knt_KnANumer"], text["Wojewodztwo"], name),
            employees=tuple(
                Employee(
                    key=str(person["KnS_KntLp"]),
                    name=person["KnS_Nazwa"] or "",
                    email=person["KnS_EMail"] or "",
                    phone=person["KnS_Telefon"] or "",
                    default_login=bool(person["KnS_AdminESklep"]),
                    active=not person["KnS_Archiwalny"],
                )
                for person in db.execute(
                    "SELECT * FROM KntOsoby WHERE KnS_KntNumer = ? AND KnS_ESklep = 1 ORDER BY KnS_KntLp", (number,)
                )
            ),
            groups=tuple(
                sorted(
                    self._way(db, member[0])
                    for member in db.execute(
                        "SELECT KnG_GrONumer FROM KntGrupy WHERE KnG_GIDTyp = 32 AND KnG_GIDNumer = ?", (number,)
                    ).fetchall()
                )
            ),
            price_list=text["Cena"] if row["Knt_Cena"] else "",
            payment_form=_WORDS.get(row["Knt_FormaPl"], ""),
            currency=text["Symbol"],
            discount=Decimal(f"{row['Knt_Rabat']:.2f}") if row["Knt_Rabat"] else None,
            custom={text[f"Atrybut{n}"]: text[f"Wartosc{n}"] for n in (1, 2, 3) if text[f"Atrybut{n}"]},
            active=not row["Knt_Archiwalny"],
        )

    def _way(self, db: sqlite3.Connection, number: int) -> str:
        codes: list[str] = []
        while number:
            number, code = db.execute(
                "SELECT KnG_GrONumer, KnG_Akronim FROM KntGrupy WHERE KnG_GIDTyp = -32 AND KnG_GIDNumer = ?", (number,)
            ).fetchone()
            codes.insert(0, code)
        return " / ".join(codes)


def _current(db: sqlite3.Connection, owner: int, main: int | None, region: str, name: str) -> tuple[Address, ...]:
    rows = db.execute(
        "SELECT * FROM KntAdresy WHERE KnA_KntNumer = ? AND KnA_DataArc = 0 ORDER BY KnA_GIDNumer <> ?, KnA_GIDNumer",
        (owner, main),
    )
    found = []
    for row in rows:
        text = {name.removeprefix("KnA_"): str(row[name] or "").strip() for name in row.keys()}  # noqa: SIM118 - Row
        kind = AddressKind.DELIVERY if row["KnA_Wysylkowy"] else AddressKind.OTHER
        is_main = row["KnA_GIDNumer"] == main
        called = _joined(text, "Nazwa", 3)
        address = Address(
            key=text["GIDNumer"],
            kind=AddressKind.MAIN if is_main else kind,
            name="" if called == name else called,
            street=" ".join(part for part in (text["Ulica"], text["Adres"]) if part),
            postal_code=text["KodP"],
            city=text["Miasto"],
            region=region if is_main else "",
            country=text["Kraj"],
            phone=text["Telefon1"],
        )
        if address.street or address.city or address.postal_code:
            found.append(address)
    return tuple(found)


def _card(contractor: Contractor) -> dict[str, Any]:
    main = next((one for one in contractor.addresses if one.kind is AddressKind.MAIN), Address())
    first, second = (*contractor.phones, "", "")[:2]
    own = [*contractor.custom.items(), ("", ""), ("", ""), ("", "")][:3]
    typed = {
        "Akronim": contractor.number,
        **_three(contractor.name),
        "NipE": contractor.tax_id_stated or contractor.tax_id,
        "NipPrefiks": contractor.tax_prefix,
        "Kraj": contractor.country,
        "Regon": contractor.registrations.get("regon", ""),
        "GLN": contractor.registrations.get("gln", ""),
        "EMail": contractor.email,
        "Telefon1": first,
        "Telefon2": second,
        "URL": contractor.website,
        "Wojewodztwo": main.region,
        "Symbol": contractor.currency,
        **{f"Atrybut{slot}": name for slot, (name, _) in enumerate(own, start=1)},
        **{f"Wartosc{slot}": value for slot, (_, value) in enumerate(own, start=1)},
    }
    padded = _typed("Knt_", typed)
    return padded | {
        "Akronim": padded["Akronim"].ljust(20),
        "Osoba": int(contractor.kind is Kind.PERSON),
        "ExpoKraj": int(contractor.tax_class.rpartition("=")[2] or 0),
        "Cena": int(contractor.price_list or 0),
        "FormaPl": FORMS.get(contractor.payment_form, 0),
        "Rabat": float(contractor.discount or 0),
        "Archiwalny": int(not contractor.active),
    }


def _typed(prefix: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """What arrives in the columns."""
    return {
        name: value[: LENGTHS[f"{prefix}{name}"]].encode("cp1250", "replace").decode("cp1250")
        if isinstance(value, str)
        else value
        for name, value in columns.items()
    }


def _three(name: str) -> dict[str, str]:
    """A name over three lines, as a person breaks it."""
    lines = ["", "", ""]
    line = 0
    for word in name.split(" "):
        if line < 2 and lines[line] and len(f"{lines[line]} {word}") > 50:
            line += 1
        lines[line] = f"{lines[line]} {word}" if lines[line] else word
    return {f"Nazwa{index}": text for index, text in enumerate(lines, start=1)}


def _two(street: str) -> dict[str, str]:
    """A street over two lines."""
    head, rest = street, ""
    while len(head) > 30 and " " in head:
        head, _, word = head.rpartition(" ")
        rest = f"{word} {rest}".strip()
    return {"Ulica": head, "Adres": rest}


def _joined(text: Mapping[str, str], stem: str, count: int) -> str:
    return " ".join(text[f"{stem}{line}"] for line in range(1, count + 1) if text[f"{stem}{line}"])
