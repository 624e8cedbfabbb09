"""How does Optima exchange files (praca rozproszona): what does it export, and what does its import make of a file?

The import takes what a file does not say as empty: whether the real one does is not known, and this is the worse case.
It answers nobody; its log window has lines for people. A group that Optima does not have is left out without a word.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from adapters.optima.simulated.desk import stamp
from adapters.optima.simulated.tables import kept
from syncd import xml

__all__ = ["Imported", "export", "take_in"]

NAMESPACE: Final = "http://www.comarch.pl/cdn/optima/offline"

EXPORT: Final = (
    "krajowy", "pozaunijny", "pozaunijny (zwrot VAT)", "wewnątrzunijny", "wewnątrzunijny trójstronny",
    "podatnikiem jest nabywca", "poza terytorium kraju", "poza terytorium kraju (stawka NP)",
    "wewnątrzunijny - podatnikiem jest nabywca", "pozaunijny - podatnikiem jest nabywca",
)  # fmt: skip
PAYMENT: Final = {"gotówka": 1, "przelew": 3}

TEXTS: Final[Mapping[str, str]] = {
    "EAN": "EAN", "GLN": "GLN", "NAZWA1": "Nazwa1", "NAZWA2": "Nazwa2", "NAZWA3": "Nazwa3", "KRAJ": "Kraj",
    "WOJEWODZTWO": "Wojewodztwo", "POWIAT": "Powiat", "GMINA": "Gmina", "ULICA": "Ulica", "NR_DOMU": "NrDomu",
    "NR_LOKALU": "NrLokalu", "MIASTO": "Miasto", "KOD_POCZTOWY": "KodPocztowy", "POCZTA": "Poczta",
    "DODATKOWE": "Adres2", "NIP_KRAJ": "NipKraj", "NIP": "NipE", "REGON": "Regon", "PESEL": "Pesel",
    "TELEFON1": "Telefon1", "TELEFON2": "Telefon2", "FAX": "Fax", "URL": "URL", "EMAIL": "Email",
}  # fmt: skip
FLAGS: Final[Mapping[str, str]] = {
    "CHRONIONY": "Chroniony", "FINALNY": "Finalny", "PLATNIK_VAT": "PodatekVat", "NIEAKTYWNY": "Nieaktywny",
    "JEST_LIMIT_KREDYTU": "LimitFlag", "INDYWIDUALNY_TERMIN": "TerminPlat", "BLOKADA_DOKUMENTOW": "BlokadaDok",
}  # fmt: skip
LETTERS: Final = ("KRAJ", "MIASTO", "ULICA", "NR_DOMU", "NR_LOKALU", "KOD_POCZTOWY", "POCZTA")
ROLES: Final = ("dostawca", "odbiorca", "konkurencja", "partner", "potencjalny")


class Imported:
    """What became of one contractor of a file.

    Attributes:
        refused: The line of the log window; empty if it was taken in.
    """

    def __init__(self, code: str, refused: str = "") -> None:
        self.code = code
        self.refused = refused


def take_in(db: sqlite3.Connection, data: bytes, now: datetime) -> list[Imported]:
    """Import one file."""
    root = xml.parse(data)
    if root.tag != f"{{{NAMESPACE}}}ROOT":
        return [Imported("", "Nieprawidłowy format pliku")]
    source = xml.text(root, "KONTRAHENCI/BAZA_ZRD_ID")
    return [_take_in(db, one, source, now) for one in xml.children(root, "KONTRAHENCI/KONTRAHENT")]


def export(rows: Iterable[sqlite3.Row], groups: Mapping[int, list[str]]) -> bytes:
    """The file of these contractors, as one complete generator writes it, values as the database has them."""
    root = xml.build("ROOT", namespace=NAMESPACE)
    section = xml.add(root, "KONTRAHENCI")
    for name, text in (("WERSJA", "2.00"), ("BAZA_ZRD_ID", "KSIEG"), ("BAZA_DOC_ID", "SKLEP")):
        xml.add(section, name, text)
    for row in rows:
        _export(xml.add(section, "KONTRAHENT"), row, groups.get(row["Knt_KntId"], []))
    xml.add(xml.add(xml.add(root, "KATEGORIE"), "KATEGORIA"), "KOD", "TOWARY")
    return xml.write(root)


def _take_in(db: sqlite3.Connection, one: xml.Element, source: str, now: datetime) -> Imported:
    code = xml.text(one, "AKRONIM")
    address = next(iter(xml.children(one, "ADRESY/ADRES")), one)
    if not code or len(code) > 20:
        return Imported(code, "Nieprawidłowy akronim")
    if not xml.text(address, "NAZWA1"):
        return Imported(code, "Brak nazwy kontrahenta")
    row = {name: kept(name, value) for name, value in {**_texts(one, address), **_numbers(one)}.items()}
    row |= {"Knt_ImportAppId": source, "Knt_ImportRowId": xml.text(one, "ID_ZRODLA"), "Knt_TS_Mod": stamp(now)}
    found = db.execute("SELECT Knt_KntId FROM Kontrahenci WHERE Knt_Kod = ?", (code,)).fetchone()
    if found is None:
        row |= {"Knt_Kod": kept("Knt_Kod", code), "Knt_TS_Zal": stamp(now)}
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        key = db.execute(f"INSERT INTO Kontrahenci ({names}) VALUES ({marks})", list(row.values())).lastrowid  # noqa: S608
    else:
        key = found[0]
        names = ", ".join(f"{name} = ?" for name in row)
        db.execute(f"UPDATE Kontrahenci SET {names} WHERE Knt_KntId = ?", [*row.values(), key])  # noqa: S608
    if xml.children(one, "GRUPY"):
        _take_groups(db, int(key or 0), xml.texts(one, "GRUPY/GRUPA/NAZWA"))
    return Imported(code)


def _texts(one: xml.Element, address: xml.Element) -> dict[str, Any]:
    row: dict[str, Any] = {f"Knt_{column}": xml.text(address, element) for element, column in TEXTS.items()}
    row["Knt_Nip"] = row["Knt_NipE"].replace("-", "").replace(" ", "")
    row |= {"Knt_Opis": xml.text(one, "OPIS"), "Knt_KrajISO": xml.text(one, "KRAJ_ISO")}
    names = {f"KORESP_{name}": f"Knt_Kor{TEXTS[name]}" for name in LETTERS}
    letters = next(iter(xml.children(one, "ADRES_KORESPONDENCYJNY")), None)
    if letters is not None:
        row |= {column: xml.text(letters, element) or None for element, column in names.items()}
    return row


def _numbers(one: xml.Element) -> dict[str, Any]:
    row: dict[str, Any] = {f"Knt_{c}": int(xml.text(one, e).casefold() == "tak") for e, c in FLAGS.items()}
    roles = xml.text(one, "RODZAJ").casefold().split()
    row |= {f"Knt_Rodzaj_{role.capitalize()}": int(role in roles) for role in ROLES}
    word = xml.text(one, "EKSPORT")
    row["Knt_Export"] = EXPORT.index(word) if word in EXPORT else 0
    row["Knt_FplID"] = PAYMENT.get(xml.text(one, "FORMA_PLATNOSCI"), 0)
    row["Knt_Termin"] = int(xml.text(one, "TERMIN") or 0)
    row["Knt_MaxZwloka"] = int(xml.text(one, "MAX_ZWLOKA") or 0)
    row["Knt_LimitKredytu"] = float(xml.text(one, "LIMIT_KREDYTU") or 0)
    return row


def _take_groups(db: sqlite3.Connection, key: int, names: list[str]) -> None:
    known = {
        name.rstrip()
        for (name,) in db.execute("SELECT Knt_Grupa FROM Kontrahenci UNION SELECT KnG_Nazwa FROM KntGrupy")
    }
    taken = [name for name in names if name and name in known]
    db.execute("UPDATE Kontrahenci SET Knt_Grupa = ? WHERE Knt_KntId = ?", (taken[0] if taken else "", key))
    db.execute("DELETE FROM KntGrupy WHERE KnG_KntId = ?", (key,))
    db.executemany("INSERT INTO KntGrupy (KnG_KntId, KnG_Nazwa) VALUES (?, ?)", [(key, name) for name in taken[1:]])


def _export(one: xml.Element, row: sqlite3.Row, groups: list[str]) -> None:
    for name, text in (
        ("ID_ZRODLA", f"00000000-0000-0000-0000-{row['Knt_KntId']:012d}"),
        ("AKRONIM", row["Knt_Kod"]),
        ("OPIS", row["Knt_Opis"]),
        ("RODZAJ", " ".join(role for role in ROLES if row[f"Knt_Rodzaj_{role.capitalize()}"])),
        ("EKSPORT", EXPORT[row["Knt_Export"]]),
        *((element, "Tak" if row[f"Knt_{column}"] else "Nie") for element, column in FLAGS.items()),
        ("ROLNIK", "Nie"),
        ("FORMA_PLATNOSCI", {number: word for word, number in PAYMENT.items()}.get(row["Knt_FplID"], "")),
        ("TERMIN", str(row["Knt_Termin"])),
        ("LIMIT_KREDYTU", f"{row['Knt_LimitKredytu']:.2f}"),
        ("KRAJ_ISO", row["Knt_KrajISO"]),
    ):
        xml.add(one, name, text or " ")
    address = xml.add(xml.add(one, "ADRESY"), "ADRES")
    xml.add(address, "STATUS", "aktualny")
    for element, column in TEXTS.items():
        xml.add(address, element, row[f"Knt_{column}"])
    letters = xml.add(one, "ADRES_KORESPONDENCYJNY")
    for name in LETTERS:
        xml.add(letters, f"KORESP_{name}", row[f"Knt_Kor{TEXTS[name]}"] or "")
    listed = xml.add(one, "GRUPY")
    for group in groups:
        xml.add(xml.add(listed, "GRUPA"), "NAZWA", group)
