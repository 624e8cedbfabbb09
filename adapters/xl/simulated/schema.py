"""Which tables has a database of XL, as far as an integrator meets them?

Names and lengths are those of its definition; every column but the number may be NULL. Comparisons ignore case, as
Polish_CI_AS does (SQLite: of ASCII letters only).
"""

from __future__ import annotations

from typing import Final

__all__ = ["LENGTHS", "SCHEMA"]

_CARD: Final[dict[str, int | str]] = {
    "Typ": "TINYINT",
    "KnATyp": "SMALLINT",
    "KnAFirma": "INTEGER",
    "KnANumer": "INTEGER",
    "KnALp": "SMALLINT",
    "Akronim": 20,
    "Nazwa1": 50,
    "Nazwa2": 50,
    "Nazwa3": 250,
    "KodP": 10,
    "Miasto": 30,
    "Ulica": 30,
    "Adres": 30,
    "NipE": 20,
    "Nip": 20,
    "NipPrefiks": 2,
    "Regon": 20,
    "Pesel": 11,
    "Kraj": 2,
    "KrajSiedziby": 2,
    "Powiat": 30,
    "Gmina": 30,
    "Wojewodztwo": 30,
    "GLN": 13,
    "Ean": 16,
    "Telefon1": 30,
    "Telefon2": 30,
    "Fax": 30,
    "EMail": 255,
    "URL": 255,
    "ExpoKraj": "TINYINT",
    "PlatnikVat": "TINYINT",
    "Status": "TINYINT",
    "Osoba": "SMALLINT",
    "Archiwalny": "SMALLINT",
    "Nieaktywny": "TINYINT",
    "Wsk": "TINYINT",
    "BlokadaTransakcji": "SMALLINT",
    "BlokadaZam": "TINYINT",
    "Anonim": "TINYINT",
    "ESklep": "TINYINT",
    "Cena": "SMALLINT",
    "Rabat": "DECIMAL(5, 2)",
    "FormaPl": "TINYINT",
    "Symbol": 3,
    "KnGTyp": "SMALLINT",
    "KnGNumer": "INTEGER",
    "LastModL": "INTEGER",
    "LastModO": "INTEGER",
    "LastModC": "INTEGER",
    **{f"Atrybut{slot}": 20 for slot in (1, 2, 3)},
    **{f"Wartosc{slot}": 255 for slot in (1, 2, 3)},
}
_ADDRESS: Final[dict[str, int | str]] = {
    "KntTyp": "SMALLINT",
    "KntNumer": "INTEGER",
    "Akronim": 20,
    "Nazwa1": 50,
    "Nazwa2": 50,
    "Nazwa3": 250,
    "KodP": 10,
    "Miasto": 30,
    "Ulica": 30,
    "Adres": 30,
    "Kraj": 2,
    "Telefon1": 30,
    "EMail": 255,
    "Wysylkowy": "TINYINT",
    "Domyslny": "SMALLINT",
    "DataArc": "INTEGER",
    "KnaPierwotny": "INTEGER",
    "KnaArchiwizowanego": "INTEGER",
    "NiePublikuj": "SMALLINT",
    "LastModL": "INTEGER",
}
_PERSON: Final[dict[str, int | str]] = {
    "Nazwa": 40,
    "Stanowisko": 40,
    "Dzial": 40,
    "Tytul": 40,
    "Telefon": 30,
    "TelefonK": 30,
    "Fax": 30,
    "EMail": 255,
    "Archiwalny": "TINYINT",
    "Anonim": "TINYINT",
    "ESklep": "TINYINT",
    "AdminESklep": "TINYINT",
    "CzasModyfikacji": "INTEGER",
    "AdresId": "INTEGER",
}

LENGTHS: Final = {
    f"{prefix}{name}": kind
    for prefix, columns in (("Knt_", _CARD), ("KnA_", _ADDRESS), ("KnS_", _PERSON))
    for name, kind in columns.items()
    if isinstance(kind, int)
}
"""Characters by column of text."""


def _columns(prefix: str, columns: dict[str, int | str]) -> str:
    return ", ".join(
        f"{prefix}{name} " + (f"VARCHAR({kind}) COLLATE NOCASE" if isinstance(kind, int) else kind)
        for name, kind in columns.items()
    )


_MEMBER: Final = (
    "{0}GIDTyp SMALLINT NOT NULL, {0}GIDFirma INTEGER, {0}GIDNumer INTEGER NOT NULL, {0}GIDLp SMALLINT,"
    " {0}GrOTyp SMALLINT, {0}GrOFirma INTEGER, {0}GrONumer INTEGER, {0}GrOLp SMALLINT"
)

SCHEMA: Final = f"""
CREATE TABLE KntKarty (
    Knt_GIDTyp SMALLINT, Knt_GIDFirma INTEGER, Knt_GIDNumer INTEGER PRIMARY KEY AUTOINCREMENT, Knt_GIDLp SMALLINT,
    {_columns("Knt_", _CARD)});
CREATE TABLE KntAdresy (KnA_GIDNumer INTEGER PRIMARY KEY AUTOINCREMENT, {_columns("KnA_", _ADDRESS)});
CREATE TABLE KntOsoby (
    KnS_KntTyp SMALLINT NOT NULL, KnS_KntNumer INTEGER NOT NULL, KnS_KntLp INTEGER NOT NULL,
    {_columns("KnS_", _PERSON)}, PRIMARY KEY (KnS_KntTyp, KnS_KntNumer, KnS_KntLp));
CREATE TABLE KntGrupy (
    {_MEMBER.format("KnG_")}, KnG_Akronim VARCHAR(40) COLLATE NOCASE, KnG_CzasModyfikacji INTEGER,
    KnG_CzasZalozenia INTEGER, PRIMARY KEY (KnG_GIDTyp, KnG_GIDNumer, KnG_GrONumer));
CREATE TABLE KntGrupyDom (
    {_MEMBER.format("KGD_")}, KGD_Kod VARCHAR(40) COLLATE NOCASE, PRIMARY KEY (KGD_GIDTyp, KGD_GIDNumer));
CREATE INDEX KnA_Owner ON KntAdresy (KnA_KntNumer);
INSERT INTO KntGrupyDom (KGD_GIDTyp, KGD_GIDNumer, KGD_GrONumer) VALUES (32, 0, 0);
"""  # noqa: S608 - fixed names
