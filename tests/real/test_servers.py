"""Do the real servers and what stands around them do what a scenario builds upon?"""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import phonenumbers
import pytest
from stdnum.eu import vat
from stdnum.no import mva
from stdnum.pl import nip

from tests.real.parties import make_parties
from tests.real.proxy import operations_of
from tests.real.read_back import (
    erp_parties,
    shop_active_customer,
    shop_customers,
    shop_history,
    shop_login,
    shop_register,
    shop_set_password,
    shop_update_profile,
)
from tests.real.seed import Seeded, seed
from tests.real.servers import Servers, running
from tests.real.tryton_api import TrytonApi
from tests.real.vendure_api import VendureApi

CREATE = """
mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) { __typename ... on Customer { id } ... on ErrorResult { errorCode message } }
}"""
UPDATE = """
mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { __typename ... on Customer { id } ... on ErrorResult { errorCode message } }
}"""
CHECKS = {"pl_vat": nip.is_valid, "eu_vat": vat.is_valid, "no_vat": mva.is_valid}


def test_the_generated_parties_are_the_same_each_time() -> None:
    assert list(make_parties(50)) == list(make_parties(50))


def test_every_typed_number_and_phone_of_the_generated_parties_passes_its_check() -> None:
    for party in make_parties(500):
        assert phonenumbers.is_valid_number(phonenumbers.parse(party.phone)), party.phone
        if party.tax and party.tax[0]:
            assert CHECKS[party.tax[0]](party.tax[1]), party.tax


def test_a_mutation_behind_a_comment_and_an_alias_is_a_write() -> None:
    mutation = "mutation M($i: X = {a: 1}) { one: updateCustomer(input: $i) { id } deleteCustomer { id } }"
    query = json.dumps({"query": f"# why\n{mutation}"}).encode()
    assert operations_of("POST", "/admin-api", query)[1] == ("updateCustomer", "deleteCustomer")


def test_a_query_and_a_log_in_are_no_writes() -> None:
    assert operations_of("POST", "/admin-api?x=1", b'{"query": "{ customers { items { id } } }"}') == (
        ("customers",),
        (),
    )
    assert operations_of("POST", "/shop-api", b'{"query": "mutation { login(username: \\"}{\\") { id } }"}')[1] == ()
    assert operations_of("POST", "/erp/rpc/", b'{"method": "model.party.party.search_read"}')[1] == ()


def test_what_tryton_does_not_call_reading_is_a_write() -> None:
    assert operations_of("POST", "/erp/rpc/", b'{"method": "model.party.party.write"}')[1] == ("party.party.write",)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def seeded(servers: Servers) -> Seeded:
    return seed(servers.erp.api(), servers.shop.admin(), 60)


@pytest.fixture
def syncd(servers: Servers) -> VendureApi:
    """The shop as syncd reaches it: through the proxy, with its own key."""
    return VendureApi(f"{servers.shop_proxy.url}/admin-api", {servers.shop.api_key_header: servers.shop.api_key})


@pytest.mark.real
def test_the_erp_holds_what_was_seeded(servers: Servers, seeded: Seeded) -> None:
    held = {party["code"]: party for party in erp_parties(servers.erp.api())}
    assert held.keys() == {party.code for party in seeded.parties}
    for party in seeded.parties:
        row = held[party.code]
        assert (row["name"], row["active"]) == (party.name, party.active)
        assert [address["country."]["code"] for address in row["addresses."]] == [
            one.country for one in party.addresses
        ]
        assert {category["rec_name"] for category in row["categories."]} == set(party.categories)


@pytest.mark.real
def test_the_user_of_syncd_may_create_what_the_proxy_then_counts(servers: Servers, seeded: Seeded) -> None:
    before = len(servers.erp_proxy.calls)
    through_proxy = TrytonApi(f"{servers.erp_proxy.url}/{servers.erp.database}", servers.erp.user, servers.erp.password)
    through_proxy.call("party.party", "create", [{"name": "Zażółć", "code": "T/1 ł%"}])
    assert servers.erp_proxy.writes(before) == {"party.party.create": 1}


@pytest.mark.real
def test_a_customer_is_let_in_until_blocked(servers: Servers, syncd: VendureApi) -> None:
    new = {"firstName": "", "lastName": "", "emailAddress": "blocked@firma.example"}
    customer = syncd.call(CREATE, input=new)["createCustomer"]["id"]
    shop_set_password(servers.shop.shopper(), servers.shop.mail, "blocked@firma.example", "shop-test-1")
    shopper = servers.shop.shopper()
    assert shop_login(shopper, "blocked@firma.example", "shop-test-1")

    syncd.call(UPDATE, input={"id": customer, "customFields": {"status": "blocked-by-erp"}})

    assert not shop_login(servers.shop.shopper(), "blocked@firma.example", "shop-test-1")
    assert shop_active_customer(shopper) is None


@pytest.mark.real
def test_a_shoppers_own_edit_has_no_administrator_in_the_history(servers: Servers) -> None:
    shopper = servers.shop.shopper()
    shop_register(shopper, "self@firma.example", "shop-test-1", firstName="Łucja", lastName="Ćma")
    assert shop_login(shopper, "self@firma.example", "shop-test-1")
    shop_update_profile(shopper, phoneNumber="+48 22 411 11 11", customFields={"vatNumber": "PL5260250274"})

    admin = servers.shop.admin()
    row = next(row for row in shop_customers(admin) if row["emailAddress"] == "self@firma.example")
    assert row["customFields"]["vatNumber"] == "PL5260250274"
    assert shop_history(admin, row["id"])[-1]["administrator"] is None


@pytest.mark.real
def test_a_lost_reply_leaves_the_customer_in_the_shop(servers: Servers, syncd: VendureApi) -> None:
    servers.shop_proxy.fail_next("lose-reply", operation="createCustomer")
    new = {"firstName": "", "lastName": "", "emailAddress": "lost@firma.example"}
    with pytest.raises(httpx.RemoteProtocolError):
        syncd.call(CREATE, input=new)
    assert "lost@firma.example" in {row["emailAddress"] for row in shop_customers(servers.shop.admin())}


@pytest.mark.real
def test_a_killed_erp_comes_back_with_its_data(servers: Servers, seeded: Seeded) -> None:
    servers.erp.server.kill()
    servers.postgres.server.kill()
    servers.postgres.server.start()
    servers.erp.server.start()
    assert len(erp_parties(servers.erp.api())) >= len(seeded.parties)


@pytest.mark.real
def test_without_the_plugin_a_blocked_customer_gets_in() -> None:
    with running(refuses_blocked=False) as servers:
        blocked = {"status": "blocked-by-erp"}
        new = {"firstName": "", "lastName": "", "emailAddress": "a@firma.example", "customFields": blocked}
        servers.shop.admin().call(CREATE, input=new)
        shop_set_password(servers.shop.shopper(), servers.shop.mail, "a@firma.example", "shop-test-1")
        assert shop_login(servers.shop.shopper(), "a@firma.example", "shop-test-1")
