"""Which tables does a company's database have? A SQLite file that is attached under the schema name CDN."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["CODE_PAGE", "COLUMNS", "SCHEMA", "kept"]

CODE_PAGE: Final = "cp1250"
"""Of varchar columns, by the collation Polish_CI_AS."""

COLUMNS: Final[Mapping[str, str]] = {
    "Knt_KntId": "INTEGER PRIMARY KEY",
    "Knt_PodmiotTyp": "SMALLINT NOT NULL DEFAULT 1",
    "Knt_Kod": "VARCHAR(20) NOT NULL COLLATE NOCASE UNIQUE",
    "Knt_Grupa": "VARCHAR(20) NOT NULL DEFAULT ''",
    "Knt_Nazwa1": "NVARCHAR(50) NOT NULL DEFAULT ''",
    "Knt_Nazwa2": "NVARCHAR(50) NOT NULL DEFAULT ''",
    "Knt_Nazwa3": "NVARCHAR(250) NOT NULL DEFAULT ''",
    "Knt_Kraj": "NVARCHAR(40) NOT NULL DEFAULT ''",
    "Knt_KrajISO": "NVARCHAR(9) NOT NULL DEFAULT ''",
    **dict.fromkeys(
        ("Knt_Wojewodztwo", "Knt_Powiat", "Knt_Gmina", "Knt_Poczta", "Knt_Adres2", "Knt_Ulica", "Knt_Miasto"),
        "NVARCHAR(40) NOT NULL DEFAULT ''",
    ),
    "Knt_NrDomu": "NVARCHAR(10) NOT NULL DEFAULT ''",
    "Knt_NrLokalu": "NVARCHAR(10) NOT NULL DEFAULT ''",
    "Knt_KodPocztowy": "VARCHAR(10) NOT NULL DEFAULT ''",
    "Knt_NipKraj": "VARCHAR(2) NOT NULL DEFAULT ''",
    "Knt_NipE": "VARCHAR(13) NOT NULL DEFAULT ''",
    "Knt_Nip": "VARCHAR(13) NOT NULL DEFAULT ''",
    "Knt_Regon": "VARCHAR(20) NOT NULL DEFAULT ''",
    "Knt_Pesel": "NVARCHAR(11) NOT NULL DEFAULT ''",
    "Knt_GLN": "VARCHAR(13) NOT NULL DEFAULT ''",
    "Knt_EAN": "VARCHAR(16) NOT NULL DEFAULT ''",
    **dict.fromkeys(("Knt_Telefon1", "Knt_Telefon2", "Knt_TelefonSms", "Knt_Fax"), "VARCHAR(20) NOT NULL DEFAULT ''"),
    "Knt_Email": "NVARCHAR(127) NOT NULL DEFAULT ''",
    "Knt_URL": "VARCHAR(254) NOT NULL DEFAULT ''",
    "Knt_OsNazwisko": "NVARCHAR(40) NOT NULL DEFAULT ''",
    "Knt_OsEmail": "NVARCHAR(40) NOT NULL DEFAULT ''",
    "Knt_KorKraj": "NVARCHAR(40)",
    "Knt_KorMiasto": "NVARCHAR(40)",
    "Knt_KorUlica": "NVARCHAR(40)",
    "Knt_KorPoczta": "NVARCHAR(40)",
    "Knt_KorNrDomu": "NVARCHAR(10)",
    "Knt_KorNrLokalu": "NVARCHAR(10)",
    "Knt_KorKodPocztowy": "VARCHAR(10)",
    "Knt_Finalny": "TINYINT NOT NULL DEFAULT 0",
    "Knt_PodatekVat": "TINYINT NOT NULL DEFAULT 1",
    "Knt_Export": "TINYINT NOT NULL DEFAULT 0",
    "Knt_Rodzaj": "TINYINT NOT NULL DEFAULT 1",
    "Knt_Rodzaj_Dostawca": "TINYINT NOT NULL DEFAULT 0",
    "Knt_Rodzaj_Odbiorca": "TINYINT NOT NULL DEFAULT 1",
    "Knt_Rodzaj_Konkurencja": "TINYINT NOT NULL DEFAULT 0",
    "Knt_Rodzaj_Partner": "TINYINT NOT NULL DEFAULT 0",
    "Knt_Rodzaj_Potencjalny": "TINYINT NOT NULL DEFAULT 0",
    "Knt_Nieaktywny": "TINYINT NOT NULL DEFAULT 0",
    "Knt_Chroniony": "TINYINT NOT NULL DEFAULT 0",
    "Knt_BlokadaDok": "TINYINT NOT NULL DEFAULT 0",
    "Knt_ZakazDokumentowHaMag": "TINYINT NOT NULL DEFAULT 0",
    "Knt_Opis": "NVARCHAR(254) NOT NULL DEFAULT ''",
    "Knt_OpiekunTyp": "SMALLINT",
    "Knt_OpiekunId": "INTEGER",
    "Knt_FplID": "INTEGER NOT NULL DEFAULT 1",
    "Knt_Termin": "SMALLINT NOT NULL DEFAULT 0",
    "Knt_TerminPlat": "TINYINT NOT NULL DEFAULT 0",
    "Knt_MaxZwloka": "SMALLINT NOT NULL DEFAULT 0",
    "Knt_Ceny": "SMALLINT NOT NULL DEFAULT 0",
    "Knt_LimitFlag": "TINYINT NOT NULL DEFAULT 0",
    "Knt_LimitKredytu": "DECIMAL(15, 2) NOT NULL DEFAULT 0",
    "Knt_TS_Zal": "DATETIME",
    "Knt_TS_Mod": "DATETIME",
    "Knt_ImportAppId": "VARCHAR(5) NOT NULL DEFAULT ''",
    "Knt_ImportRowId": "VARCHAR(36) NOT NULL DEFAULT ''",
    "Knt_ESklep": "TINYINT NOT NULL DEFAULT 0",
}
"""Columns of CDN.Kontrahenci with the types that SQL Server has."""

SCHEMA: Final = """
CREATE TABLE Kontrahenci (COLUMNS);
CREATE INDEX Kontrahenci_TS ON Kontrahenci (Knt_TS_Mod);
CREATE TABLE DefAtrybuty (DeA_DeAId INTEGER PRIMARY KEY, DeA_Kod VARCHAR(20) NOT NULL, DeA_Typ SMALLINT NOT NULL);
CREATE TABLE KntAtrybuty (
    KnA_KnAId INTEGER PRIMARY KEY, KnA_DeAId INTEGER NOT NULL, KnA_PodmiotTyp SMALLINT NOT NULL,
    KnA_PodmiotId INTEGER NOT NULL, KnA_WartoscTxt NVARCHAR(254) NOT NULL);
CREATE TABLE KntGrupy (
    KnG_KnGId INTEGER PRIMARY KEY, KnG_KntId INTEGER NOT NULL, KnG_Nazwa VARCHAR(20) NOT NULL);
CREATE TABLE KntOsoby (
    KntO_KntOId INTEGER PRIMARY KEY, KntO_KntId INTEGER NOT NULL, KntO_Nazwisko NVARCHAR(40) NOT NULL,
    KntO_Email NVARCHAR(127) NOT NULL, KntO_Telefon VARCHAR(20) NOT NULL);
CREATE TABLE SchematPlatnosci (
    SPL_SPLId INTEGER PRIMARY KEY, SPL_PodmiotTyp SMALLINT NOT NULL, SPL_PodmiotId INTEGER NOT NULL,
    SPL_Rachunek VARCHAR(40) NOT NULL);
INSERT INTO Kontrahenci (Knt_KntId, Knt_Kod, Knt_Nazwa1) VALUES (1, '!NIEOKREŚLONY!', '!NIEOKREŚLONY!');
""".replace("COLUMNS", ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()))
"""An empty company. The contractor without a card is there from the first day."""

_LENGTH: Final = re.compile(r"(N?)VARCHAR\((\d+)\)")


def kept(column: str, value: Any) -> Any:
    """What the server makes of a value: a form cuts what is too long, and varchar has one code page."""
    found = _LENGTH.match(COLUMNS[column])
    if found is None or value is None:
        return value
    text = str(value)[: int(found[2])]
    return text if found[1] else text.encode(CODE_PAGE, errors="replace").decode(CODE_PAGE)
