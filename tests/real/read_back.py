"""What do the ERP and the shop really hold now? Everything, read through their own APIs and none of syncd's code."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.real.tryton_api import TrytonApi
from tests.real.vendure_api import Refused, VendureApi

PAGE = 500
MAIL_DEADLINE = 10.0  # seconds; the shop sends its e-mails after it has answered

PARTY_FIELDS = [
    *("id", "code", "name", "active", "create_date", "write_date", "replaced_by"),
    "categories.rec_name",
    *("identifiers.type", "identifiers.code", "identifiers.code_compact"),
    *("addresses.street", "addresses.postal_code", "addresses.city", "addresses.country.code", "addresses.active"),
    *("contact_mechanisms.type", "contact_mechanisms.value", "contact_mechanisms.active"),
]

CUSTOMERS = """
query ($options: CustomerListOptions) {
  customers(options: $options) {
    totalItems
    items {
      id createdAt updatedAt emailAddress title firstName lastName phoneNumber
      customFields { vatNumber companyName erpCode status }
      groups { id name }
      user { id verified lastLogin }
      addresses {
        id fullName company streetLine1 streetLine2 city province postalCode country { code } phoneNumber
        defaultBillingAddress defaultShippingAddress
      }
    }
  }
}"""
HISTORY = """
query ($id: ID!) {
  customer(id: $id) {
    history(options: { take: 1000, sort: { createdAt: ASC } }) { items { type createdAt administrator { id } data } }
  }
}"""
REGISTER = """
mutation ($input: RegisterCustomerInput!) {
  registerCustomerAccount(input: $input) { __typename ... on ErrorResult { errorCode message } }
}"""
UPDATE_PROFILE = "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { id } }"
ADD_ADDRESS = "mutation ($input: CreateAddressInput!) { createCustomerAddress(input: $input) { id } }"
ASK_FOR_RESET = """
mutation ($email: String!) {
  requestPasswordReset(emailAddress: $email) { __typename ... on ErrorResult { errorCode message } }
}"""
RESET = """
mutation ($token: String!, $password: String!) {
  resetPassword(token: $token, password: $password) { __typename ... on ErrorResult { errorCode message } }
}"""
ACTIVE_CUSTOMER = "{ activeCustomer { id emailAddress firstName lastName phoneNumber } }"


def erp_parties(erp: TrytonApi) -> list[dict[str, Any]]:
    """All parties by id, inactive ones too. Nested rows are called `addresses.`, `categories.` as Tryton does."""
    parties: list[dict[str, Any]] = []
    # By id and not by offset: a party created meanwhile must not move the others to another page.
    while page := erp.call("party.party", "search_read", above(parties), 0, PAGE, [["id", "ASC"]], PARTY_FIELDS):
        parties.extend(page)
    return parties


def above(parties: list[dict[str, Any]]) -> list[object]:
    return [["id", ">", parties[-1]["id"]]] if parties else []


def shop_customers(admin: VendureApi) -> list[dict[str, Any]]:
    """All customers by id. A deleted one is in no list.

    Raises:
        AssertionError: the pages do not add up to the shop's own total.
    """
    customers: dict[str, dict[str, Any]] = {}
    total = None
    while total is None or len(customers) < total:
        options = {"take": PAGE, "skip": len(customers), "sort": {"id": "ASC"}}
        page = admin.call(CUSTOMERS, options=options)["customers"]
        total = page["totalItems"]
        if not page["items"]:
            break
        customers |= {row["id"]: row for row in page["items"]}
    assert len(customers) == total, f"the shop names {total} customers and shows {len(customers)}"
    return sorted(customers.values(), key=lambda row: int(row["id"]))


def shop_history(admin: VendureApi, customer_id: str) -> list[dict[str, Any]]:
    """What happened to one customer, oldest first; `administrator` is null where the shopper did it."""
    rows: list[dict[str, Any]] = admin.call(HISTORY, id=customer_id)["customer"]["history"]["items"]
    return rows


def shop_login(visitor: VendureApi, email: str, password: str) -> bool:
    """Whether the shop lets this shopper in; the visitor is this shopper then."""
    try:
        visitor.log_in(email, password)
    except Refused as refused:
        if refused.code != "INVALID_CREDENTIALS_ERROR":
            raise
        return False
    return True


def shop_register(visitor: VendureApi, email: str, password: str, **profile: object) -> None:
    """Register as a shopper; `profile`: firstName, lastName, phoneNumber, customFields={"companyName": ...}."""
    visitor.call(REGISTER, input={"emailAddress": email, "password": password, **profile})


def shop_update_profile(shopper: VendureApi, **profile: object) -> None:
    """Change the logged-in shopper's own data; the same names as for `shop_register`."""
    shopper.call(UPDATE_PROFILE, input=profile)


def shop_add_address(shopper: VendureApi, **address: object) -> None:
    """Add an address to the logged-in shopper: streetLine1, city, postalCode, countryCode, company and so on."""
    shopper.call(ADD_ADDRESS, input=address)


def shop_active_customer(shopper: VendureApi) -> dict[str, Any] | None:
    """Who is logged in; None when nobody is, or no longer."""
    found: dict[str, Any] | None = shopper.call(ACTIVE_CUSTOMER)["activeCustomer"]
    return found


def shop_set_password(visitor: VendureApi, mail: Path, email: str, password: str) -> None:
    """Give a customer a password as shoppers do: ask for the e-mail with the link, follow the link.

    Raises:
        LookupError: the shop sent no such e-mail, so it has no account of this address.
    """
    before = len(reset_tokens(mail, email))
    visitor.call(ASK_FOR_RESET, email=email)
    end = time.monotonic() + MAIL_DEADLINE
    while len(tokens := reset_tokens(mail, email)) == before:
        if time.monotonic() > end:
            raise LookupError("no e-mail to set a password: the shop has no account of this address")
        time.sleep(0.05)
    visitor.call(RESET, token=tokens[-1], password=password)


def reset_tokens(mail: Path, email: str) -> list[str]:
    return [row["token"] for row in mails(mail, email) if row["kind"] == "password-reset"]


def mails(mail: Path, email: str = "") -> Iterator[dict[str, Any]]:
    """The e-mails that the shop wanted to send: kind (registration, password-reset), to, token."""
    if mail.exists():
        for line in mail.read_text().splitlines():
            row = json.loads(line)
            if email in {"", row["to"]}:
                yield row
