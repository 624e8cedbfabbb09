"""Where is a contractor, by all that is known of it and all that admins said?"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final

import msgspec

from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.domain.country import Evidence, Names, VatAnswer, Verdict, verdict
from syncd.domain.findings import Finding, findings
from syncd.domain.tax import vies_prefix

__all__ = ["Whereabouts"]

_NO_ADDRESS: Final = Address()


class Whereabouts(msgspec.Struct, frozen=True, kw_only=True):
    """What a verdict rests on besides the contractor's own statements.

    Attributes:
        home: The shop's country.
        on: Day for which the law is asked.
        served: Countries that the shops behind a connection serve; empty: all.
        groups_most: Groups of one contractor beyond which nobody meant it.
        shops: Names of those shops.
        names: What admins say that stated countries mean.
        countries: Where somebody is, by the facts that contradict each other.
        unregistered: VAT numbers that the EU's register does not know, with their prefixes as it writes them. Those
            that it could not tell of are not among them: an outage proves nothing.
    """

    home: str
    on: date
    served: frozenset[str]
    names: Names
    countries: Mapping[bytes, str]
    unregistered: AbstractSet[tuple[str, str]]
    groups_most: int
    shops: tuple[str, ...] = ()

    def verdict(self, contractor: Contractor) -> Verdict:
        """Weigh it."""
        evidence = self.evidence(contractor)
        if self.countries and (decided := self.countries.get(evidence.facts)):
            evidence = msgspec.structs.replace(evidence, decided=decided)
        return verdict(evidence)

    def look(self, contractor: Contractor, ruling: Verdict | None = None) -> tuple[Finding, ...]:
        """What a person should look at.

        Args:
            ruling: What `verdict` says, where that was asked already.
        """
        ruling = self.verdict(contractor) if ruling is None else ruling
        return tuple(findings(contractor, ruling, self.shops, groups_most=self.groups_most))

    def evidence(self, contractor: Contractor) -> Evidence:
        """What there is to weigh, but for what a person decided."""
        main = _main_address(contractor)
        return Evidence(
            home=self.home,
            on=self.on,
            declared=contractor.country,
            tax_prefix=contractor.tax_prefix,
            tax_id=contractor.tax_id,
            address_country=main.country,
            postal_code=main.postal_code,
            city=main.city,
            erp_class=contractor.tax_class,
            vat=self._vat(contractor),
            served=self.served,
            names=self.names,
        )

    def _vat(self, contractor: Contractor) -> VatAnswer | None:
        if not self.unregistered:
            return None
        number = (vies_prefix(contractor.tax_prefix), contractor.tax_id)
        return VatAnswer.INVALID if number in self.unregistered else None


def _main_address(contractor: Contractor) -> Address:
    for address in contractor.addresses:
        if address.kind is AddressKind.MAIN:
            return address
    return _NO_ADDRESS
