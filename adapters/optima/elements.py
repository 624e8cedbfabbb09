"""Which elements does a file of contractors have, in which columns does the database keep them, and how much fits?

Columns, types and lengths as a generated INSERT of about 2016 lists them; elements in the order in which the one
complete generator writes them. Where an element's column, or the form of its value, is not known, `column` is empty.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

__all__ = ["ADDRESS", "BY_NAME", "CONTRACTOR", "GROUPS", "LISTS", "ONLY_SQL", "POSTAL", "STATED", "Element", "Form"]


class Form(StrEnum):
    """How a value is written in the file: as it is, as Tak or Nie, as an amount, or in words for a number."""

    TEXT = "text"
    FLAG = "flag"
    AMOUNT = "amount"
    EXPORT = "export"
    PAYMENT = "payment"
    ROLES = "roles"


class Element(msgspec.Struct, frozen=True):
    """One element of a contractor.

    Attributes:
        name: Its name in the file; one that begins with ``@`` is in the database only.
        column: Its column of ``CDN.Kontrahenci``.
        limit: Characters that fit; 0 where that is not known.
        narrow: The column is a varchar: it holds one code page and no other letters.
        field: The contractor's field that it is part of, for messages; empty for what only travels along.
    """

    name: str
    column: str = ""
    form: Form = Form.TEXT
    limit: int = 0
    narrow: bool = False
    field: str = ""


_E = Element
_FLAG, _AMOUNT = Form.FLAG, Form.AMOUNT

CONTRACTOR: Final = (
    _E("AKRONIM", "Knt_Kod", limit=20, narrow=True, field="number"),
    _E("ZEZWOLENIE"),
    _E("OPIS", "Knt_Opis", limit=254, field="notes"),
    _E("CHRONIONY", "Knt_Chroniony", _FLAG),
    _E("RODZAJ", "Knt_Rodzaj", Form.ROLES),
    _E("EKSPORT", "Knt_Export", Form.EXPORT, field="tax_class"),
    _E("FINALNY", "Knt_Finalny", _FLAG, field="kind"),
    _E("PLATNIK_VAT", "Knt_PodatekVat", _FLAG),
    _E("MEDIALNY", form=_FLAG),
    _E("POWIAZANY_UOV", form=_FLAG),
    _E("NIEAKTYWNY", "Knt_Nieaktywny", _FLAG, field="active"),
    _E("ROLNIK", form=_FLAG),
    _E("NIE_NALICZAJ_ODSETEK", form=_FLAG),
    _E("METODA_KASOWA", form=_FLAG),
    _E("METODA_KASOWA_SPR", form=_FLAG),
    _E("NIE_UWZGLEDNIAJ_KASOWY_PIT", form=_FLAG),
    _E("KONTOODB"),
    _E("KONTODOST"),
    _E("FORMA_PLATNOSCI", "Knt_FplID", Form.PAYMENT, limit=20, field="payment_form"),
    _E("FORMA_PLATNOSCI_ID"),
    _E("MAX_ZWLOKA", "Knt_MaxZwloka"),
    _E("CENY"),
    _E("JEST_LIMIT_KREDYTU", "Knt_LimitFlag", _FLAG, field="credit_limit"),
    _E("LIMIT_KREDYTU", "Knt_LimitKredytu", _AMOUNT, limit=16, field="credit_limit"),
    _E("NIE_PODLEGA_ROZLICZENIU", form=_FLAG),
    _E("KOMORNIK", form=_FLAG),
    _E("UPUST"),
    _E("INFORMACJE"),
    _E("INDYWIDUALNY_TERMIN", "Knt_TerminPlat", _FLAG, field="payment_days"),
    _E("TERMIN", "Knt_Termin", limit=5, field="payment_days"),
    _E("KAUCJE_PLATNOSCI"),
    _E("KAUCJE_TERMIN"),
    _E("KOD_TRANSAKCJI"),
    _E("BLOKADA_DOKUMENTOW", "Knt_BlokadaDok", _FLAG),
    _E("LIMIT_PRZETERMINOWANY", form=_FLAG),
    _E("LIMIT_PRZETERMINOWANY_WARTOSC"),
    _E("KRAJ_ISO", "Knt_KrajISO", limit=9, field="country"),
    _E("OPIEKUN"),
)
"""Elements of ``KONTRAHENT`` itself."""

ADDRESS: Final = (
    _E("EAN", "Knt_EAN", limit=16, narrow=True, field="registrations"),
    _E("GLN", "Knt_GLN", limit=13, narrow=True, field="registrations"),
    _E("NAZWA1", "Knt_Nazwa1", limit=50, field="name"),
    _E("NAZWA2", "Knt_Nazwa2", limit=50, field="name"),
    _E("NAZWA3", "Knt_Nazwa3", limit=250, field="name"),
    _E("KRAJ", "Knt_Kraj", limit=40, field="addresses"),
    _E("WOJEWODZTWO", "Knt_Wojewodztwo", limit=40, field="addresses"),
    _E("POWIAT", "Knt_Powiat", limit=40),
    _E("GMINA", "Knt_Gmina", limit=40),
    _E("ULICA", "Knt_Ulica", limit=40, field="addresses"),
    _E("NR_DOMU", "Knt_NrDomu", limit=10, field="addresses"),
    _E("NR_LOKALU", "Knt_NrLokalu", limit=10, field="addresses"),
    _E("MIASTO", "Knt_Miasto", limit=40, field="addresses"),
    _E("KOD_POCZTOWY", "Knt_KodPocztowy", limit=10, narrow=True, field="addresses"),
    _E("POCZTA", "Knt_Poczta", limit=40),
    _E("DODATKOWE", "Knt_Adres2", limit=40, field="addresses"),
    _E("NIP_KRAJ", "Knt_NipKraj", limit=2, narrow=True, field="tax_prefix"),
    _E("NIP", "Knt_NipE", limit=13, narrow=True, field="tax_id"),
    _E("REGON", "Knt_Regon", limit=20, narrow=True, field="registrations"),
    _E("PESEL", "Knt_Pesel", limit=11),
    _E("TELEFON1", "Knt_Telefon1", limit=20, narrow=True, field="phones"),
    _E("TELEFON2", "Knt_Telefon2", limit=20, narrow=True, field="phones"),
    _E("FAX", "Knt_Fax", limit=20, narrow=True),
    _E("URL", "Knt_URL", limit=254, narrow=True, field="website"),
    _E("EMAIL", "Knt_Email", limit=127, field="email"),
)
"""Elements of ``ADRES``."""

POSTAL: Final = (
    _E("KORESP_KRAJ", "Knt_KorKraj", limit=40, field="addresses"),
    _E("KORESP_MIASTO", "Knt_KorMiasto", limit=40, field="addresses"),
    _E("KORESP_ULICA", "Knt_KorUlica", limit=40, field="addresses"),
    _E("KORESP_NR_DOMU", "Knt_KorNrDomu", limit=10, field="addresses"),
    _E("KORESP_NR_LOKALU", "Knt_KorNrLokalu", limit=10, field="addresses"),
    _E("KORESP_KOD_POCZTOWY", "Knt_KorKodPocztowy", limit=10, narrow=True, field="addresses"),
    _E("KORESP_POCZTA", "Knt_KorPoczta", limit=40),
)
"""Elements of ``ADRES_KORESPONDENCYJNY``, in files of older versions."""

ONLY_SQL: Final = (
    _E("@TELEFON_SMS", "Knt_TelefonSms", field="phones"),
    _E("@OSOBA", "Knt_OsNazwisko", field="contact_person"),
    _E("@CENY", "Knt_Ceny", field="price_list"),
    _E("@FORMA_PLATNOSCI", field="payment_form"),
    _E("@EKSPORT", field="tax_class"),
)
"""What the database states and the file has no element, no known form or no word for."""

GROUPS: Final = "GRUPY"
"""The card's own name for the groups: one on each line, the main group first."""

LISTS: Final = ("PRZEDSTAWICIELE", "ODBIORCY", "ATRYBUTY", "KNT_RACHUNKI", "WERYFIKACJE")
"""Lists that syncd never makes: an empty one could empty Optima's. Those of an export travel along."""

BY_NAME: Final = {element.name: element for element in (*CONTRACTOR, *ADDRESS, *POSTAL, *ONLY_SQL)}

STATED: Final = frozenset(name for name, element in BY_NAME.items() if element.field)
"""What a contractor is made of; the rest only travels along, and a PESEL gets no further than Optima's files."""
