"""Does a block keep out whom InSales has no way to keep out, and does each party lift its own only?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.insales.endpoint import InSalesEndpoint
from adapters.insales.simulated.operator import BLOCKED
from adapters.insales.simulator import Simulated
from adapters.insales.standing import Standing, standing_of, status_text
from syncd.domain.contractor import Contractor
from syncd.errors import RecordError, VersionConflict
from syncd.ports import Remote
from tests.contract.insales.conftest import Open
from tests.contract.insales.looking import client, field, title


def switch(endpoint: InSalesEndpoint, external_id: str, *, active: bool) -> Remote:
    remote = endpoint.get(external_id)
    return endpoint.update(remote, msgspec.structs.replace(remote.contractor, active=active))


def writes(shop: Simulated, since: int) -> list[str]:
    return [call.name for call in shop.journal[since:] if call.writes]


def test_a_block_is_one_call_that_moves_the_client_and_says_whose_it_is(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    switch(endpoint, made, active=False)
    switch(endpoint, made, active=True)  # the group is there from here on
    group, before = client(shop, made).group, len(shop.journal)
    switch(endpoint, made, active=False)
    assert writes(shop, before) == [f"PUT /admin/clients/{made}.json"]
    assert title(shop, made) == BLOCKED
    assert field(shop, made, "erp_status") == f"blocked-by-erp; group {group}"


@pytest.mark.parametrize(
    "change",
    [{"tax_id": "770123456012", "email": "x"}, {"name": "Ж" * 300}, {"groups": ("VIP", "Опт")}],
    ids=["refused-by-the-shop", "too-long", "two-groups"],
)
def test_nothing_else_that_is_wrong_keeps_a_block_from_being_made(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor, change: dict[str, Any]
) -> None:
    made = endpoint.create(firm)
    with pytest.raises(RecordError):
        endpoint.update(made, msgspec.structs.replace(made.contractor, active=False, **change))
    assert title(shop, made.external_id) == BLOCKED


def test_a_block_does_not_write_back_what_the_shop_changed_meanwhile(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.edit(made.external_id, email="new@bereza.example", number="К/9")
    wanted = msgspec.structs.replace(made.contractor, active=False, notes="долг")
    now = endpoint.update(made, wanted).contractor
    assert (now.active, now.notes, now.email, now.number) == (False, "долг", "new@bereza.example", "К/9")


def test_a_blocked_client_states_the_group_that_it_comes_from(endpoint: InSalesEndpoint, firm: Contractor) -> None:
    made = endpoint.create(firm).external_id
    switch(endpoint, made, active=False)
    told = endpoint.get(made).contractor
    assert (told.active, told.groups) == (False, ("Опт",))


def test_a_reactivated_client_is_back_in_its_group(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    switch(endpoint, made, active=False)
    told = switch(endpoint, made, active=True).contractor
    assert (told.active, told.groups, title(shop, made)) == (True, ("Опт",), "Опт")
    assert field(shop, made, "erp_status") == "active"


def test_a_client_blocked_without_a_group_comes_back_without_one(endpoint: InSalesEndpoint, firm: Contractor) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, groups=())).external_id
    assert switch(endpoint, made, active=False).contractor.groups == ()
    told = switch(endpoint, made, active=True).contractor
    assert (told.active, told.groups) == (True, ())


def test_a_group_that_is_changed_during_a_block_counts_after_it(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    blocked = switch(endpoint, made, active=False)
    endpoint.update(blocked, msgspec.structs.replace(blocked.contractor, groups=("VIP",)))
    assert title(shop, made) == BLOCKED
    assert switch(endpoint, made, active=True).contractor.groups == ("VIP",)


def test_a_group_that_is_deleted_during_a_block_is_not_missed(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    group = client(shop, made).group
    switch(endpoint, made, active=False)
    assert group is not None
    shop.shop.delete_group(group)
    endpoint.read(None, full=True)  # a read looks at the groups anew
    told = switch(endpoint, made, active=True).contractor
    assert (told.active, told.groups) == (True, ())


def test_a_new_client_can_be_born_blocked(shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, active=False))
    assert (made.contractor.active, made.contractor.groups) == (False, ("Опт",))
    assert title(shop, made.external_id) == BLOCKED
    assert switch(endpoint, made.external_id, active=True).contractor.groups == ("Опт",)


def test_whom_the_staff_moved_into_the_group_is_blocked_and_not_let_out_by_the_erp(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    shop.operator.move(made, BLOCKED)
    assert not endpoint.get(made).contractor.active
    before = len(shop.journal)
    assert not switch(endpoint, made, active=True).contractor.active
    assert writes(shop, before) == []


def test_the_staffs_block_survives_a_block_by_the_erp_and_its_end(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.operator.move(made.external_id, BLOCKED)
    # As read before the staff's block: syncd believes the client active.
    endpoint.update(made, msgspec.structs.replace(made.contractor, active=False))
    assert field(shop, made.external_id, "erp_status") == ""
    assert not switch(endpoint, made.external_id, active=True).contractor.active


def test_a_group_for_whom_the_staff_blocked_is_kept_for_later_and_opens_no_door(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    shop.operator.move(made, BLOCKED)
    remote = endpoint.get(made)
    told = endpoint.update(remote, msgspec.structs.replace(remote.contractor, groups=("VIP",))).contractor
    assert (told.active, told.groups, title(shop, made)) == (False, ("VIP",), BLOCKED)
    assert field(shop, made, "erp_status").startswith("blocked-by-shop; group ")


def test_a_status_without_the_group_is_no_block_and_is_told_as_none(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    switch(endpoint, made, active=False)
    shop.operator.move(made, "VIP")
    told = endpoint.get(made).contractor
    assert (told.active, told.groups) == (True, ("VIP",))
    switch(endpoint, made, active=False)
    assert switch(endpoint, made, active=True).contractor.groups == ("VIP",)


def test_a_block_that_the_shop_did_not_keep_is_answered_as_active(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    switch(endpoint, made, active=False)
    group = client(shop, made).group
    assert group is not None
    shop.shop.delete_group(group)
    endpoint.read(None, full=True)
    assert endpoint.get(made).contractor.active


def test_a_block_writes_to_nobody(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect(block_password=True)
    made = endpoint.create(firm).external_id
    switch(endpoint, made, active=False)
    switch(endpoint, made, active=True)
    assert shop.shop.state.mails == []


def test_a_password_is_changed_only_where_that_was_asked_for(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    before = client(shop, made).password
    switch(endpoint, made, active=False)
    assert client(shop, made).password == before


def test_a_changed_password_shuts_the_log_in_and_is_noted(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect(block_password=True)
    made = endpoint.create(firm).external_id
    before = client(shop, made).password
    switch(endpoint, made, active=False)
    assert client(shop, made).password != before
    assert field(shop, made, "erp_status").endswith("; password changed")
    assert endpoint.get(made).blocked_logins == ()


def test_who_is_blocked_without_a_changed_password_still_has_a_log_in(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    endpoint = connect(block_password=True)
    made = endpoint.create(firm).external_id
    shop.operator.move(made, BLOCKED)
    assert endpoint.get(made).blocked_logins == (firm.email,)


def test_a_guest_has_no_log_in_to_shut(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect(block_password=True, accounts=False)
    made = endpoint.create(firm).external_id
    assert switch(endpoint, made, active=False).blocked_logins == ()
    assert client(shop, made).password is None


def test_without_a_group_for_it_a_block_is_a_mark(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect(blocked_group="")
    assert endpoint.capabilities.block == "flag"
    made = endpoint.create(firm).external_id
    told = switch(endpoint, made, active=False).contractor
    assert (told.active, told.groups, title(shop, made)) == (False, ("Опт",), "Опт")
    assert field(shop, made, "erp_status") == "blocked-by-erp"
    assert switch(endpoint, made, active=True).contractor.active


@pytest.mark.parametrize(
    "standing",
    [
        Standing(blocked=True, ours=True, group=4410),
        Standing(blocked=True, ours=True),
        Standing(blocked=True, ours=False, group=4410),
        Standing(blocked=True, ours=True, group=4410, password=True),
        Standing(blocked=True, ours=True, password=True),
    ],
)
def test_a_status_says_all_that_is_needed_to_lift_it(standing: Standing) -> None:
    text = status_text(standing, keeps_group=True)
    assert standing_of(1, text, in_blocked_group=True) == standing


def test_a_mark_that_the_staff_typed_in_is_the_staffs(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect(blocked_group="")
    made = endpoint.create(firm).external_id
    shop.operator.type_in(made, "erp_status", "blocked-by-shop")
    assert not endpoint.get(made).contractor.active
    assert not switch(endpoint, made, active=True).contractor.active


def test_a_group_that_is_deleted_between_look_up_and_unblocking_is_looked_up_again(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    group = client(shop, made).group
    switch(endpoint, made, active=False)
    assert group is not None
    shop.shop.delete_group(group)
    with pytest.raises(VersionConflict):
        switch(endpoint, made, active=True)
    assert switch(endpoint, made, active=True).contractor.active


@pytest.mark.parametrize("text", ["", "active", "VIP", "был заблокирован", "blocked"])
def test_a_text_that_syncd_did_not_write_is_nobodys_block(text: str) -> None:
    assert standing_of(7, text, in_blocked_group=None) == Standing(group=7)
