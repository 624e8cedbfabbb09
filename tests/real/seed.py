"""How do the ERP and the shop get their first data? Through their own APIs, as an import by their owners would."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.real.parties import CATEGORIES, CATEGORY_NAMES, SeedParty, make_parties
from tests.real.tryton_api import TrytonApi
from tests.real.vendure_api import VendureApi

BATCH = 200  # parties created by one call, which is one transaction
CREATE_GROUP = "mutation ($input: CreateCustomerGroupInput!) { createCustomerGroup(input: $input) { id } }"
GROUPS = "{ customerGroups(options: { take: 1000 }) { items { id name } } }"


@dataclass(frozen=True)
class Seeded:
    """What stands in the ERP now, beside what each party was made from."""

    parties: tuple[SeedParty, ...]
    party_ids: dict[str, int]  # by code
    category_ids: dict[str, int]  # by full name, e.g. "Dealer / Gold"
    group_ids: dict[str, str]  # the shop's groups, called like the ERP's categories

    @property
    def active(self) -> tuple[SeedParty, ...]:
        return tuple(party for party in self.parties if party.active)

    @property
    def summary(self) -> str:
        countries = Counter(party.country for party in self.parties)
        taxes = Counter("none" if party.tax is None else party.tax[0] or "untyped" for party in self.parties)
        without_email = sum(party.email is None for party in self.parties)
        lines = [
            f"{len(self.parties)} parties, {len(self.active)} active, {without_email} without e-mail",
            "countries: " + ", ".join(f"{code} {number}" for code, number in countries.most_common()),
            "tax identifiers: " + ", ".join(f"{kind} {number}" for kind, number in taxes.most_common()),
            f"{len(self.category_ids)} categories in the ERP, {len(self.group_ids)} groups in the shop",
        ]
        return "\n".join(lines)


def seed(erp: TrytonApi, shop: VendureApi, count: int = 2000) -> Seeded:
    """Fill an ERP and a shop. Parties that are there already (by code) are left alone, so it may be run twice."""
    parties = tuple(make_parties(count))
    categories = seed_categories(erp)
    return Seeded(parties, seed_parties(erp, parties, categories), categories, seed_groups(shop))


def seed_categories(erp: TrytonApi) -> dict[str, int]:
    """Return the categories' ids by full name; parents come first in CATEGORIES."""
    ids = category_ids(erp)
    for full_name, (name, parent) in zip(CATEGORY_NAMES, CATEGORIES, strict=True):
        if full_name not in ids:
            new = {"name": name, "parent": ids[parent] if parent else None}
            ids[full_name] = erp.call("party.category", "create", [new])[0]
    return ids


def category_ids(erp: TrytonApi) -> dict[str, int]:
    rows = erp.call("party.category", "search_read", [], 0, None, None, ["rec_name"])
    return {row["rec_name"]: row["id"] for row in rows}


def seed_parties(erp: TrytonApi, parties: tuple[SeedParty, ...], categories: dict[str, int]) -> dict[str, int]:
    """Create them in batches; return the ids by code. Tryton creates active ones only: the others are switched off."""
    ids = party_ids(erp)
    countries = country_ids(erp)
    missing = [party for party in parties if party.code not in ids]
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        made = erp.call("party.party", "create", [as_tryton(party, categories, countries) for party in batch])
        ids |= {party.code: number for party, number in zip(batch, made, strict=True)}
    if inactive := [ids[party.code] for party in missing if not party.active]:
        erp.call("party.party", "write", inactive, {"active": False})
    return {party.code: ids[party.code] for party in parties}


def party_ids(erp: TrytonApi) -> dict[str, int]:
    return {row["code"]: row["id"] for row in erp.call("party.party", "search_read", [], 0, None, None, ["code"])}


def country_ids(erp: TrytonApi) -> dict[str, int]:
    return {row["code"]: row["id"] for row in erp.call("country.country", "search_read", [], 0, None, None, ["code"])}


def as_tryton(party: SeedParty, categories: dict[str, int], countries: dict[str, int]) -> dict[str, Any]:
    """The values with which Tryton creates this party, all in one call."""
    contacts = [{"type": "phone", "value": party.phone}]
    if party.email:
        contacts.append({"type": "email", "value": party.email})
    addresses = [
        {
            "street_unstructured": address.street,
            "postal_code": address.postal_code,
            "city": address.city,
            "country": countries[address.country],
        }
        for address in party.addresses
    ]
    values = {
        "code": party.code,
        "name": party.name,
        "categories": [["add", [categories[name] for name in party.categories]]],
        "contact_mechanisms": [["create", contacts]],
        "addresses": [["create", addresses]],
    }
    if party.tax:
        kind, number = party.tax
        values["identifiers"] = [["create", [{"type": kind, "code": number}]]]
    return values


def seed_groups(shop: VendureApi) -> dict[str, str]:
    """Make the shop's customer groups, one for each category and empty; return their ids by name."""
    ids = {group["name"]: str(group["id"]) for group in shop.call(GROUPS)["customerGroups"]["items"]}
    for name in CATEGORY_NAMES:
        if name not in ids:
            made = shop.call(CREATE_GROUP, input={"name": name, "customerIds": []})
            ids[name] = str(made["createCustomerGroup"]["id"])
    return ids
