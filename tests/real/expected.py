"""What should the shop hold, given what the ERP holds? Worked out from the ERP's own API, with none of syncd's code."""

from __future__ import annotations

import re
from typing import Any

BLANKS = re.compile(r"\s+")
TAX_TYPES = {"pl_vat": "", "no_vat": "NO", "eu_vat": ""}


def expected_customers(parties: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Customers by ERP code, for all parties that are switched on."""
    return {party["code"]: expected_customer(party) for party in parties if party["active"]}


def expected_customer(party: dict[str, Any]) -> dict[str, Any]:
    mechanisms = [row for row in party["contact_mechanisms."] if row["active"]]
    mail = next((row["value"] for row in mechanisms if row["type"] == "email"), None)
    return {
        "code": party["code"],
        "name": party["name"],
        "email": mail.lower() if mail else None,
        "vat": expected_vat(party["identifiers."]),
        "groups": sorted(row["rec_name"] for row in party["categories."]),
        "phones": [BLANKS.sub("", row["value"]) for row in mechanisms if row["type"] in {"phone", "mobile"}],
        "addresses": sorted(expected_address(row) for row in party["addresses."] if row["active"]),
        "status": "active",
    }


def expected_vat(identifiers: list[dict[str, Any]]) -> str | None:
    """The number as the ERP compacts it, with the prefix that the ERP shows it with."""
    found = (TAX_TYPES[row["type"]] + row["code_compact"] for row in identifiers if row["type"] in TAX_TYPES)
    return next(found, None)


def expected_address(row: dict[str, Any]) -> tuple[str, str, str, str]:
    country = row["country."]["code"] if row.get("country.") else ""
    return one_line(row["street"]), row["postal_code"] or "", row["city"] or "", country


def shown_customers(customers: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the shop holds, in the same shape."""
    return {row["customFields"]["erpCode"]: shown_customer(row) for row in customers}


def shown_customer(row: dict[str, Any]) -> dict[str, Any]:
    mail = row["emailAddress"]
    return {
        "code": row["customFields"]["erpCode"],
        "name": row["customFields"]["companyName"] or f"{row['firstName']} {row['lastName']}",
        "email": None if mail.endswith("@no-mail.example") else mail,
        "vat": row["customFields"]["vatNumber"],
        "groups": sorted(group["name"] for group in row["groups"]),
        "phones": [BLANKS.sub("", phone) for phone in re.split(r"[;,]", row["phoneNumber"] or "") if phone.strip()],
        "addresses": sorted(shown_address(address) for address in row["addresses"]),
        "status": row["customFields"]["status"],
    }


def shown_address(row: dict[str, Any]) -> tuple[str, str, str, str]:
    street = f"{row['streetLine1']} {row['streetLine2'] or ''}"
    return one_line(street), row["postalCode"] or "", row["city"] or "", row["country"]["code"]


def one_line(street: str | None) -> str:
    return BLANKS.sub(" ", street or "").strip()


def differences(
    expected: dict[str, dict[str, Any]], shown: dict[str, dict[str, Any]]
) -> list[tuple[str, str, object, object]]:
    """Code, field, what should be there, what is; for codes that only one has the field is ``""``."""
    found: list[tuple[str, str, object, object]] = []
    for code in sorted(expected.keys() | shown.keys(), key=str):
        one, other = expected.get(code), shown.get(code)
        if one is None or other is None:
            found.append((code, "", one and one["name"], other and other["name"]))
            continue
        found.extend((code, name, one[name], other[name]) for name in one if one[name] != other[name])
    return found
