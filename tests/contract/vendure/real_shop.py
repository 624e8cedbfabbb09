"""How does a real Vendure become a sandbox for the shared promises?

What the staff does goes to its Admin API; what the adapter does goes through a server of ours, which fails on demand
and keeps the journal as every simulator's does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
import msgspec

from adapters.vendure.simulated.forms import address_form, contractor_of, profile_form
from adapters.vendure.simulated.operator import EDITS
from adapters.vendure.simulated.state import Address, Customer, Group
from adapters.vendure.simulator import describe
from syncd.certify.faults import Faults
from syncd.certify.sandbox import Call
from syncd.certify.server import Reply, Request, Server
from syncd.domain.contractor import Contractor
from syncd.ports import Remote
from tests.real.vendure import ADMIN, Vendure
from tests.real.vendure_api import VendureApi

PAGE = 20
FORBIDDEN = b'{"errors":[{"message":"not authorized","extensions":{"code":"FORBIDDEN"}}],"data":null}'

LIST = """query ($options: CustomerListOptions) { customers(options: $options) { totalItems items {
  id createdAt updatedAt emailAddress firstName lastName phoneNumber
  customFields { vatNumber companyName erpCode status } groups { id name } user { id }
  addresses { id company fullName streetLine1 streetLine2 city province postalCode phoneNumber country { code }
    defaultBillingAddress } } } }"""
CREATE = (
    "mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { __typename ... on Customer { id } } }"
)
UPDATE = "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { __typename } }"
DELETE = "mutation ($id: ID!) { deleteCustomer(id: $id) { result } }"
ADD_ADDRESS = (
    "mutation ($c: ID!, $input: CreateAddressInput!) { createCustomerAddress(customerId: $c, input: $input) { id } }"
)
DROP_ADDRESS = "mutation ($id: ID!) { deleteCustomerAddress(id: $id) { success } }"
GROUPS = "{ customerGroups(options: { take: 1000 }) { items { id name } } }"
NEW_GROUP = "mutation ($input: CreateCustomerGroupInput!) { createCustomerGroup(input: $input) { id name } }"
JOIN = "mutation ($g: ID!, $c: [ID!]!) { addCustomersToGroup(customerGroupId: $g, customerIds: $c) { id } }"
LEAVE = "mutation ($g: ID!, $c: [ID!]!) { removeCustomersFromGroup(customerGroupId: $g, customerIds: $c) { id } }"


class RealShop:
    """A `syncd.certify.sandbox.Sandbox`."""

    edits = EDITS
    page_records = PAGE - 1
    patience = 3.0

    def __init__(self, shop: Vendure, staff: VendureApi, server: Server) -> None:
        self._shop = shop
        self._staff = staff
        self._server = server

    @property
    def options(self) -> Mapping[str, Any]:
        url = f"{self._server.url}/admin-api"
        return {"url": url, "username": ADMIN[0], "password": ADMIN[1], "page_size": PAGE}

    @property
    def faults(self) -> Faults:
        return self._server.faults

    @property
    def journal(self) -> Sequence[Call]:
        return self._server.journal

    def add(self, contractor: Contractor) -> str:
        given = {"emailAddress": contractor.email, **profile_form(contractor)}
        made: str = self._staff.call(CREATE, input=given)["createCustomer"]["id"]
        self._set_addresses(made, contractor, ())
        self._set_groups(made, contractor.groups)
        return made

    def edit(self, external_id: str, **changes: Any) -> None:
        before = self.holds()[external_id].contractor
        after = Contractor(**{name: getattr(before, name) for name in EDITS} | changes)
        given = {"id": external_id, "emailAddress": after.email, **profile_form(after)}
        if after.active == before.active:
            given["customFields"].pop("status")
        self._staff.call(UPDATE, input=given)
        if "addresses" in changes:
            self._set_addresses(external_id, after, [address.key for address in before.addresses])
        if "groups" in changes:
            self._set_groups(external_id, after.groups)

    def remove(self, external_id: str) -> None:
        self._staff.call(DELETE, id=external_id)

    def spoil(self, external_id: str) -> None:
        given = {"firstName": "", "lastName": "", "customFields": {"companyName": None}}
        self._staff.call(UPDATE, input={"id": external_id, **given})

    def holds(self) -> Mapping[str, Remote]:
        return {
            item["id"]: Remote(
                external_id=item["id"],
                contractor=_contractor(item),
                modified=datetime.fromisoformat(item["updatedAt"]),
            )
            for item in self._staff.call(LIST, options={"take": 1000})["customers"]["items"]
        }

    def _set_addresses(self, external_id: str, contractor: Contractor, old: Sequence[str]) -> None:
        for key in old:
            self._staff.call(DROP_ADDRESS, id=key)
        for address in contractor.addresses:
            self._staff.call(ADD_ADDRESS, c=external_id, input=address_form(address, contractor.name))

    def _set_groups(self, external_id: str, names: Sequence[str]) -> None:
        known = {group["name"]: group["id"] for group in self._staff.call(GROUPS)["customerGroups"]["items"]}
        held = self.holds()[external_id].contractor.groups
        for name in set(names) - set(held):
            made = known.get(name) or self._staff.call(NEW_GROUP, input={"name": name})["createCustomerGroup"]["id"]
            self._staff.call(JOIN, g=made, c=[external_id])
        for name in set(held) - set(names):
            self._staff.call(LEAVE, g=known[name], c=[external_id])


def _contractor(item: Mapping[str, Any]) -> Contractor:
    """One customer of the Admin API, as the staff reads it."""
    addresses = [
        Address(
            id=int(address["id"]),
            written=0,
            values=dict(address),
            country=address["country"]["code"],
            billing=address["defaultBillingAddress"],
        )
        for address in item["addresses"]
    ]
    customer = Customer(
        id=int(item["id"]),
        created="",
        updated="",
        values=dict(item),
        custom=item["customFields"],
        user=item["user"] and int(item["user"]["id"]),
        groups=[int(group["id"]) for group in item["groups"]],
        addresses=addresses,
    )
    groups = {int(group["id"]): Group(id=int(group["id"]), name=group["name"]) for group in item["groups"]}
    return contractor_of(customer, groups)


@contextlib.contextmanager
def sandbox_of(shop: Vendure) -> Iterator[RealShop]:
    """The shop without any customer, behind a server that fails on demand."""

    def forward(request: Request) -> Reply:
        kept = ("authorization", "content-type", "vendure-api-key")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        answer = client.post(request.target, content=request.body, headers=headers)
        token = answer.headers.get("vendure-auth-token")
        call = describe(request)
        refused = answer.status_code != 200 or b'"errors":[' in answer.content or b'Error"' in answer.content
        noted = msgspec.structs.replace(call, applied=call.writes and not refused) if call else None
        return Reply(answer.status_code, answer.content, {"vendure-auth-token": token} if token else {}, call=noted)

    with (
        contextlib.closing(shop.admin()) as staff,
        httpx.Client(base_url=shop.url, timeout=60, trust_env=False) as client,
        Server(forward, describe=describe, expire=lambda _request: Reply(200, FORBIDDEN)) as server,
    ):
        real = RealShop(shop, staff, server)
        for external_id in real.holds():
            real.remove(external_id)
        yield real
