"""Does the shop end up with what was asked for, and nothing else?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from adapters.vendure.endpoint import VendureEndpoint
from adapters.vendure.simulated import groups
from adapters.vendure.simulated.state import CustomField, Group, Setup
from adapters.vendure.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor, Kind, dump
from syncd.errors import InvalidRecord, NotFound, OutcomeUnknown, Unavailable, Unstorable, VersionConflict
from syncd.ports import Remote
from tests.contract.vendure.conftest import Open
from tests.contract.vendure.visitors import Visitor


def replace(remote: Remote, **changes: Any) -> Contractor:
    return msgspec.structs.replace(remote.contractor, **changes)


def names(shop: Simulated) -> list[str]:
    """The calls so far that were meant to write."""
    return [call.name for call in shop.journal if call.writes]


def test_only_what_differs_is_sent(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = endpoint.create(firm)
    sent = []
    mutate = endpoint._api.mutate

    def noted(document: str, **given: Any) -> bytes:
        sent.append(given)
        return mutate(document, **given)

    monkeypatch.setattr(endpoint._api, "mutate", noted)
    endpoint.update(made, replace(made, phones=("1",), tax_prefix=""))
    assert sent == [{"input": {"id": "1", "phoneNumber": "1", "customFields": {"vatNumber": "5260250274"}}}]


def test_a_change_of_plain_fields_is_one_call(shop: Simulated, endpoint: VendureEndpoint, firm: Contractor) -> None:
    made = endpoint.create(firm)
    calls = len(shop.journal)
    endpoint.update(made, replace(made, phones=("1",)))
    assert [call.name for call in shop.journal[calls:]] == ["updateCustomer"]


def test_a_customer_is_never_deleted(shop: Simulated, endpoint: VendureEndpoint, firm: Contractor) -> None:
    made = endpoint.create(firm)
    endpoint.update(made, Contractor(name="X", email=firm.email, active=False))
    assert "deleteCustomer" not in names(shop)


def test_a_contractor_without_an_email_is_refused_with_a_cure_before_anything_is_written(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    with pytest.raises(Unstorable, match="placeholder_email_domain") as caught:
        endpoint.create(msgspec.structs.replace(firm, email=""))
    assert caught.value.field == "email"
    assert not names(shop)


def test_an_email_cannot_be_emptied_because_it_is_the_log_in(endpoint: VendureEndpoint, firm: Contractor) -> None:
    made = endpoint.create(firm)
    with pytest.raises(Unstorable):
        endpoint.update(made, replace(made, email=""))


def test_an_invented_email_differs_for_each_number_and_is_read_as_none(connect: Open, firm: Contractor) -> None:
    endpoint = connect(placeholder_email_domain="no-mail.example")
    made = [
        endpoint.create(msgspec.structs.replace(firm, email="", number=number, tax_id="")) for number in ("F/1", "F-1")
    ]
    assert [one.contractor.email for one in made] == ["", ""]


def test_an_organisation_may_have_neither_first_nor_last_name(endpoint: VendureEndpoint, firm: Contractor) -> None:
    told = endpoint.create(firm).contractor
    assert (told.name, told.first_name, told.last_name, told.kind) == ("Firma", "", "", Kind.ORGANISATION)


def test_a_contact_person_stands_in_for_a_missing_first_and_last_name(
    endpoint: VendureEndpoint, firm: Contractor
) -> None:
    told = endpoint.create(msgspec.structs.replace(firm, contact_person="Anna Maria Lis")).contractor
    assert (told.first_name, told.last_name) == ("Anna Maria", "Lis")


def test_whose_name_is_its_first_and_last_name_gets_no_company(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, name="Anna Lis", first_name="Anna", last_name="Lis"))
    assert made.contractor.kind is Kind.PERSON
    customer = shop.shop.customer(made.external_id)
    assert customer.custom["companyName"] is None
    assert {address.values["company"] for address in customer.addresses} == {""}


def test_a_text_longer_than_a_column_is_refused_and_not_cut(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    with pytest.raises(Unstorable) as caught:
        endpoint.create(msgspec.structs.replace(firm, number="9" * 256))
    assert caught.value.field == "number"
    assert not names(shop)


def test_the_password_is_random_and_told_to_nobody(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor, visit: Callable[[], Visitor]
) -> None:
    made = [endpoint.create(msgspec.structs.replace(firm, email=f"{n}@x.example", number=str(n))) for n in range(2)]
    passwords = {user.password or "" for user in shop.shop.state.users.values()}
    assert len(passwords) == 2
    assert all(len(password) > 40 for password in passwords)
    assert not any(password in dump(one.contractor).decode() for one in made for password in passwords)
    assert visit().log_in("0@x.example") == "InvalidCredentialsError"


def test_a_field_without_a_place_is_kept_in_a_custom_field_of_the_owners_choice(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    more = {
        "country": "country",
        "payment_days": "paymentDays",
        "credit_limit": "creditLimit",
        "registrations": "registers",
        "kind": "kind",
        "contact_person": "contact",
        "notes": "notes",
    }
    shop = start(customer_fields=(*Setup().customer_fields, *(CustomField(name=name) for name in more.values())))
    endpoint = connect_to(shop, more=more)
    wanted = {
        "country": "PL",
        "payment_days": 14,
        "credit_limit": Decimal("1000.50"),
        "registrations": {"regon": "012100784"},
        "kind": Kind.PERSON,
        "contact_person": "Anna Lis",
        "notes": '{"not": "ours"',
    }
    told = endpoint.create(msgspec.structs.replace(firm, **wanted)).contractor
    assert {field: getattr(told, field) for field in wanted} == wanted
    assert set(wanted) <= endpoint.capabilities.writes & endpoint.capabilities.reads
    assert shop.shop.customer("1").custom["paymentDays"] == "14"


def test_a_custom_field_that_holds_nonsense_names_record_field_and_cure(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    shop = start(customer_fields=(*Setup().customer_fields, CustomField(name="days")))
    external_id = shop.add(firm)
    shop.shop.customer(external_id).custom["days"] = "soon"
    with pytest.raises(InvalidRecord) as caught:
        connect_to(shop, more={"payment_days": "days"}).get(external_id)
    assert (caught.value.record, caught.value.field) == (external_id, "payment_days")
    assert "soon" not in str(caught.value)


def test_a_field_taken_away_by_the_configuration_is_left_as_it_is(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    narrow = endpoint.capabilities.writes - {"phones"}
    endpoint._capabilities = msgspec.structs.replace(endpoint.capabilities, writes=narrow)
    endpoint.update(made, Contractor(name="Nowa", email=firm.email))
    assert shop.holds()["1"].contractor.phones == firm.phones


def test_a_shop_without_a_status_field_cannot_block_and_says_so(connect: Open) -> None:
    can = connect(status="").capabilities
    assert can.block == "none"
    assert "active" not in can.reads | can.writes


# Status


def status(shop: Simulated) -> str | None:
    return shop.shop.customer("1").custom["status"]


def test_a_block_and_its_lifting_are_written_as_the_erps(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    off = endpoint.update(made, replace(made, active=False))
    assert status(shop) == "blocked-by-erp"
    endpoint.update(off, replace(off, active=True))
    assert status(shop) == "active"


def test_a_block_by_hand_reads_as_inactive_and_is_not_lifted(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.edit(made.external_id, active=False)
    told = endpoint.get(made.external_id)
    assert not told.contractor.active
    answer = endpoint.update(told, replace(told, active=True, phones=("1",)))
    assert status(shop) == "blocked-by-shop"
    assert (answer.contractor.active, answer.contractor.phones) == (False, ("1",))


def test_a_block_by_hand_is_not_replaced_by_the_erps(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.edit(made.external_id, active=False)
    assert not endpoint.update(made, replace(made, active=False)).contractor.active
    assert status(shop) == "blocked-by-shop"


def test_a_block_by_hand_between_reading_and_writing_is_not_lifted(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, active=False))
    shop.shop.update_customer("1", {"customFields": {"status": "blocked-by-shop"}}, by="1")
    endpoint.update(made, replace(made, active=True))
    assert status(shop) == "blocked-by-shop"


def test_a_status_alone_does_not_stop_a_log_in(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor, visit: Callable[[], Visitor]
) -> None:
    visit().register(firm.email, customFields={"companyName": "Firma"})
    told = endpoint.get("1")
    endpoint.update(told, replace(told, active=False))
    assert visit().log_in(firm.email) == "CurrentUser"
    assert endpoint.capabilities.block == "flag"


def test_with_the_plugin_a_block_stops_the_log_in_and_ends_the_session(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    shop = start(refuses_blocked=True)
    endpoint = connect_to(shop, status_blocks_login=True)
    shopper = Visitor(shop.url)
    shopper.register(firm.email, customFields={"companyName": "Firma"})
    shopper.log_in(firm.email)
    assert shopper.ask("{ activeCustomer { id } }")["data"]["activeCustomer"]
    told = endpoint.get("1")
    endpoint.update(told, replace(told, active=False))
    assert shopper.ask("{ activeCustomer { id } }")["data"]["activeCustomer"] is None
    assert shopper.log_in(firm.email) == "InvalidCredentialsError"
    assert endpoint.capabilities.block == "native"


# Groups


def test_a_group_that_the_shop_lacks_is_created_once(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    endpoint.create(firm)
    endpoint.create(msgspec.structs.replace(firm, number="F/2", email="b@x.example"))
    assert names(shop).count("createCustomerGroup") == 1


def test_a_list_of_groups_that_could_not_be_read_is_read_again_and_no_group_is_made_twice(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    there = groups.create(shop.shop, "Hurt", ())
    shop.faults.plan(*[Fault(kind="status", only="read", status=503)] * 20)
    # Its addresses would be asked for first.
    plain = msgspec.structs.replace(firm, addresses=())
    with pytest.raises(Unavailable):
        endpoint.create(plain)
    shop.faults.clear()
    endpoint.create(plain)
    assert [group.name for group in shop.shop.state.groups.values()].count("Hurt") == 1
    assert shop.shop.customer("1").groups == [there.id]


def test_two_processes_that_lack_a_group_at_once_put_their_customers_into_the_same(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    wanted = [firm, msgspec.structs.replace(firm, number="F/2", email="b@x.example")]
    endpoints = [connect(), connect()]
    # Both have looked before either's first write arrives.
    shop.faults.plan(*[Fault(kind="latency", only="write", seconds=0.2)] * 2)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: pair[0].create(pair[1]), zip(endpoints, wanted, strict=True)))
    assert shop.shop.customer("1").groups == shop.shop.customer("2").groups == [1]


def test_a_group_whose_creation_was_not_answered_is_found(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    shop.faults.plan(Fault(kind="lose_answer", only="write"))
    assert endpoint.create(firm).contractor.groups == firm.groups
    assert names(shop).count("createCustomerGroup") == 1


def test_a_group_that_may_not_be_created_is_named_before_anything_is_written(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    with pytest.raises(Unstorable, match="Hurt") as caught:
        connect(create_groups=False).create(firm)
    assert caught.value.field == "groups"
    assert not names(shop)


def test_groups_outside_of_the_difference_are_left_alone(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.edit(made.external_id, groups=("Hurt", "Newsletter"))
    endpoint.update(made, replace(made, groups=("VIP",)))
    assert shop.holds()["1"].contractor.groups == ("Newsletter", "VIP")


def test_a_group_that_the_customer_left_already_is_not_left_again(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.edit(made.external_id, groups=())
    assert endpoint.update(made, replace(made, groups=())).contractor.groups == ()
    assert "removeCustomersFromGroup" not in names(shop)


def test_of_two_groups_with_one_name_the_older_is_joined(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    older, newer = (groups.create(shop.shop, "Hurt", ()) for _ in range(2))
    endpoint.create(firm)
    assert shop.shop.customer("1").groups == [older.id]
    assert newer.id != older.id


def test_a_group_deleted_in_the_shop_meanwhile_is_made_anew_by_the_next_attempt(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    groups.delete(shop.shop, "1")
    bare = endpoint.get(made.external_id)
    with pytest.raises(VersionConflict):
        endpoint.update(bare, replace(bare, groups=("Hurt",)))
    assert endpoint.update(bare, replace(bare, groups=("Hurt",))).contractor.groups == ("Hurt",)


def test_a_customer_deleted_while_joining_a_group_is_missed_although_the_shop_says_success(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups.create(shop.shop, "Hurt", ())
    made = endpoint.create(msgspec.structs.replace(firm, groups=()))
    add = groups.add

    def too_late(*given: Any, **more: Any) -> Group:
        shop.remove(made.external_id)
        return add(*given, **more)

    monkeypatch.setattr(groups, "add", too_late)
    with pytest.raises(NotFound):
        endpoint.update(made, replace(made, groups=("Hurt",)))


# Several calls


def test_a_create_that_broke_off_says_so_and_names_the_customer(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    groups.create(shop.shop, "Hurt", ())
    passing = [Fault(kind="latency", only="write")] * 2
    shop.faults.plan(*passing, Fault(kind="status", status=503, retry_after="7", only="write"))
    with pytest.raises(OutcomeUnknown) as caught:
        endpoint.create(firm)
    assert caught.value.record == "1"
    (found,) = endpoint.find(firm)
    assert len(found.contractor.addresses) == 1
    assert endpoint.update(found, firm).contractor.groups == ("Hurt",)
    assert len(shop.holds()["1"].contractor.addresses) == 2
