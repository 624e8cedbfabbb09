"""What does the shop call things? Names of elements and columns, and words for statuses, unless options say otherwise.

The schema of the shop's XML is shown inside its panel only, so none of these names is verified; every one can be
replaced by the option ``names``, ``columns`` or ``words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from syncd.domain.contractor import AddressKind, Kind
from syncd.domain.country import Zone
from syncd.errors import Misconfigured
from syncd.sentence import Sentence

__all__ = ["COLUMNS", "NAMES", "WORDS", "Words", "replaced"]

NAMES: Final[Mapping[str, str]] = {
    "root": "Kontrahenci",
    "record": "Kontrahent",
    "count": "liczba",
    "id": "@id",
    "erp_id": "@erpId",
    "number": "@kod",
    "name": "Nazwa",
    "tax_id": "Nip",
    "tax_prefix": "Nip/@kraj",
    "email": "Email",
    "kind": "Typ",
    "residency": "StatusUE",
    "country": "Kraj",
    "status": "StatusKonta",
    "groups": "Grupy/Grupa",
    "phones": "Telefony/Telefon",
    "caretaker": "Opiekun",
    "price_list": "Cennik",
    "payment_form": "FormaPlatnosci",
    "payment_days": "TerminPlatnosci",
    "credit_limit": "LimitKredytu",
    "discount": "Rabat",
    "newsletter": "Newsletter",
    "origin": "Pochodzenie",
    "points": "Punkty",
    "orders": "LiczbaZamowien",
    "last_order": "OstatnieZamowienie",
    "employees": "Pracownicy/Pracownik",
    "employee.default": "@domyslny",
    "employee.active": "@aktywny",
    "employee.name": "Nazwa",
    "employee.email": "Email",
    "employee.phone": "Telefon",
    "addresses": "Adresy/Adres",
    "address.kind": "@typ",
    "address.name": "Nazwa",
    "address.street": "Ulica",
    "address.postal_code": "Kod",
    "address.city": "Miasto",
    "address.region": "Region",
    "address.country": "Kraj",
    "address.phone": "Telefon",
}
"""Element, or ``@attribute``, by what it holds; a path goes down from the record, ``count`` is the root's attribute."""

COLUMNS: Final[Mapping[str, str]] = {
    "id": "id",
    "erp_id": "erpId",
    "number": "kod",
    "name": "Nazwa",
    "tax_id": "Nip",
    "tax_prefix": "NipKraj",
    "email": "Email",
    "login": "Login",
    "kind": "Typ",
    "residency": "StatusUE",
    "country": "Kraj",
    "status": "StatusKonta",
    "groups": "Grupy",
    "phones": "Telefony",
    "caretaker": "Opiekun",
    "price_list": "Cennik",
    "payment_form": "FormaPlatnosci",
    "payment_days": "TerminPlatnosci",
    "credit_limit": "LimitKredytu",
    "discount": "Rabat",
    "newsletter": "Newsletter",
    "origin": "Pochodzenie",
    "points": "Punkty",
    "orders": "LiczbaZamowien",
    "last_order": "OstatnieZamowienie",
}
"""Column of the CSV export by what it holds. A CSV has no room for addresses and employees."""

WORDS: Final[Mapping[str, str]] = {
    "status.active": "aktywny",
    "status.pending": "oczekuje",
    "status.rejected": "odrzucony",
    "status.blocked": "zablokowany",
    "status.blocked_by_erp": "zablokowany_erp",
    "status.anonymised": "zanonimizowany",
    "residency.domestic": "krajowy",
    "residency.intra_eu": "wewnatrzunijny",
    "residency.extra_eu": "pozaunijny",
    "kind.organisation": "firma",
    "kind.person": "osoba",
    "address.main": "siedziba",
    "address.delivery": "wysylka",
    "address.invoice": "faktura",
    "address.postal": "korespondencja",
    "address.other": "inny",
    "yes": "1",
    "no": "0",
}
"""The shop's own word by meaning."""


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What one connection's shop calls things.

    Attributes:
        names: Element or column by meaning.
        words: Value by meaning.
    """

    names: Mapping[str, str]
    words: Mapping[str, str]

    def means(self, group: str, word: str) -> str:
        """The meaning of the shop's `word` within a group of them (``status``); ``""`` of an unknown one."""
        folded = word.strip().casefold()
        prefix = f"{group}."
        for meaning, said in self.words.items():
            if meaning.startswith(prefix) and said.casefold() == folded:
                return meaning.removeprefix(prefix)
        return ""

    def status(self, meaning: str) -> str:
        return self.words[f"status.{meaning}"]

    def zones(self) -> Mapping[str, str]:
        """What each zone is called; nobody's residency is unresolved in the shop."""
        return {zone.value: self.words[f"residency.{zone}"] for zone in Zone if zone is not Zone.UNRESOLVED}

    def kind(self, kind: Kind) -> str:
        return self.words[f"kind.{kind}"]

    def address_kind(self, kind: AddressKind) -> str:
        return self.words[f"address.{kind}"]


def replaced(defaults: Mapping[str, str], own: Mapping[str, str], option: str) -> Mapping[str, str]:
    """`defaults` with a connection's own words.

    Raises:
        Misconfigured: If it names what there is none of.
    """
    unknown = sorted(set(own) - set(defaults))
    if unknown:
        raise Misconfigured(
            Sentence("option %(option)s names %(names)s", option=option, names=", ".join(unknown)),
            field=option,
            cure=Sentence("It can replace: %(names)s.", names=", ".join(defaults)),
        )
    return {**defaults, **own}
