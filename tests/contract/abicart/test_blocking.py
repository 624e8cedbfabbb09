"""Does a block hold, remember what was, and leave groups alone, although the shop knows no block?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.simulated.shop import Refused
from adapters.abicart.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, Unstorable, VersionConflict
from syncd.ports import Remote
from tests.contract.abicart.conftest import Open
from tests.contract.abicart.looking import card, change

BLOCKED, BLOCKED_UNAPPROVED = "ERP blocked", "ERP blocked, not approved"


def test_a_create_is_one_write_when_its_groups_are_there(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, firm: Contractor
) -> None:
    calls = len(shop.journal)
    endpoint.create(msgspec.structs.replace(firm, number="2", email="b@b.example", username=""))
    assert [call.name for call in shop.journal[calls:]] == ["Customer.set"]


def test_groups_that_somebody_gave_meanwhile_stay_when_the_customer_is_blocked(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    shop.edit(made.external_id, groups=("Kampanj", "VIP"))
    assert change(endpoint, made, active=False).contractor.groups == ("Kampanj", "VIP")


def test_groups_that_both_sides_changed_are_a_conflict(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    shop.edit(made.external_id, groups=("Kampanj", "VIP"))
    with pytest.raises(VersionConflict, match="groups"):
        change(endpoint, made, groups=("Norden",))
    assert card(shop, made.external_id)["groups"] == ["Kampanj", "VIP"]


def test_of_two_groups_of_one_name_the_older_is_joined_and_both_are_left(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    old = shop.operator.group("VIP")
    new = shop.shop.set_group(None, {"name": {"sv": "VIP"}})
    shop.shop.set_customer(int(made.external_id), {"groups": [old, new]})
    remote = endpoint.get(made.external_id)
    assert remote.contractor.groups == ("VIP",)
    remote = change(endpoint, remote, groups=())
    assert not card(shop, made.external_id)["groups"]
    change(endpoint, remote, groups=("VIP",))
    assert shop.shop.customer(int(made.external_id))["groups"] == [old]


def test_a_group_that_was_deleted_does_not_keep_a_customer_from_being_written(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    shop.shop.delete_group(shop.operator.group("VIP"))
    remote = endpoint.get(made.external_id)
    # The list of groups is still the one from before.
    with pytest.raises(VersionConflict):
        change(endpoint, remote, groups=(*remote.contractor.groups, "Norden"))
    remote = endpoint.get(made.external_id)
    told = change(endpoint, remote, groups=(*remote.contractor.groups, "Norden"))
    assert told.contractor.groups == ("Norden", "Återförsäljare")


def test_groups_that_the_shop_refuses_for_a_reason_of_its_own_are_the_records_fault_and_no_conflict(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(_uid: Any, _patch: Any) -> dict[str, Any]:
        raise Refused(9001, "Validation failed", {"/groups": "too many"})

    monkeypatch.setattr(shop.shop, "set_customer", refusing)
    with pytest.raises(InvalidRecord) as caught:
        change(endpoint, made, groups=())
    assert (caught.value.code, caught.value.field) == ("refused", "groups")


def test_a_group_that_is_lacking_is_made_in_the_language_of_the_option(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    connect(language="en").create(msgspec.structs.replace(firm, groups=("Dealers",)))
    assert list(shop.shop.state.groups.values()) == [{"en": "Dealers"}]


def test_a_group_that_is_lacking_and_may_not_be_made_is_the_records_fault(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    endpoint = connect(create_groups=False)
    assert "create the customer groups" in endpoint.check().warnings[0]
    with pytest.raises(Unstorable) as caught:
        endpoint.create(firm)
    assert (caught.value.code, caught.value.field) == ("group-missing", "groups")
    assert not shop.holds()


def test_a_group_whose_creation_was_not_answered_is_not_made_twice(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    shop.faults.plan(Fault(kind="lose_answer", only="write"))
    endpoint.create(firm)
    assert sorted(name["sv"] for name in shop.shop.state.groups.values()) == ["VIP", "Återförsäljare"]


@pytest.mark.parametrize(("approved", "marker"), [(True, BLOCKED), (False, BLOCKED_UNAPPROVED)])
def test_a_block_takes_the_approval_and_gives_back_no_more_than_there_was(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, approved: bool, marker: str
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, approved=approved))
    blocked = change(endpoint, made, active=False)
    held = card(shop, made.external_id)
    assert (held["isApproved"], marker in held["groups"]) == (False, True)
    assert (blocked.contractor.active, blocked.contractor.approved) == (False, approved)
    assert blocked.contractor.groups == firm.groups
    lifted = change(endpoint, blocked, active=True)
    held = card(shop, made.external_id)
    assert (held["isApproved"], held["groups"]) == (approved, sorted(firm.groups))
    assert lifted.contractor == made.contractor


def test_an_approval_given_during_a_block_counts_when_it_is_lifted(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    blocked = change(endpoint, endpoint.create(msgspec.structs.replace(firm, approved=False)), active=False)
    blocked = change(endpoint, blocked, approved=True)
    assert (blocked.contractor.active, card(shop, blocked.external_id)["isApproved"]) == (False, False)
    assert change(endpoint, blocked, active=True).contractor.approved is True


def test_a_blocked_customer_whom_an_admin_approves_can_buy_and_is_read_as_active(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    change(endpoint, made, active=False)
    shop.shop.set_customer(int(made.external_id), {"isApproved": True})
    told = endpoint.get(made.external_id)
    assert told.contractor.active
    assert not change(endpoint, told, active=False).contractor.active


def test_a_customer_who_is_not_approved_is_not_blocked(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    shop.shop.set_customer(int(made.external_id), {"isApproved": False})
    told = endpoint.get(made.external_id).contractor
    assert (told.active, told.approved) == (True, False)


def test_groups_written_beside_somebody_elses_block_do_not_lift_it(
    shop: Simulated, connect: Open, made: Remote
) -> None:
    narrow = connect(fields=frozenset({"name", "groups"}))
    remote = narrow.get(made.external_id)
    shop.edit(made.external_id, active=False)
    change(narrow, remote, groups=("Norden",))
    held = card(shop, made.external_id)
    assert (held["isApproved"], held["groups"]) == (False, [BLOCKED, "Norden"])


def test_a_connection_that_reads_no_approval_remembers_it_in_a_block_all_the_same(
    shop: Simulated, connect: Open, firm: Contractor, endpoint: AbicartEndpoint
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, approved=False))
    narrow = connect(fields=frozenset({"name", "active"}))
    change(narrow, change(narrow, narrow.get(made.external_id), active=False), active=True)
    assert endpoint.get(made.external_id).contractor == made.contractor


def test_a_block_scrambles_the_password_once_if_asked_to(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect(block_scrambles_password=True)
    made = endpoint.create(firm)
    assert not card(shop, made.external_id)["password"]
    blocked = change(endpoint, made, active=False)
    scrambled = card(shop, made.external_id)["password"]
    assert len(scrambled) > 20
    change(endpoint, blocked, approved=False)
    assert card(shop, made.external_id)["password"] == scrambled


def test_without_a_group_for_it_nobody_is_blocked_and_that_is_said(connect: Open, firm: Contractor) -> None:
    endpoint = connect(blocked_group="")
    assert endpoint.capabilities.block == "none"
    assert "active" not in endpoint.capabilities.writes | endpoint.capabilities.reads
    assert any("cannot be blocked" in sentence for sentence in endpoint.capabilities.degradations)
    assert endpoint.create(msgspec.structs.replace(firm, active=False)).contractor.active


@pytest.mark.parametrize(
    ("said", "option", "approved"),
    [(None, True, True), (None, False, False), (True, False, True), (False, True, False)],
)
def test_a_new_customer_is_approved_as_somebody_said_or_else_as_the_option_says(
    connect: Open, firm: Contractor, said: bool | None, option: bool, approved: bool
) -> None:
    made = connect(approve_new=option).create(msgspec.structs.replace(firm, approved=said))
    assert made.contractor.approved is approved
