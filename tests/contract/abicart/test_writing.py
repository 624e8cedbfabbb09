"""Is a write what was asked for, although the shop replaces inner objects and compares no versions?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import Address, Contractor
from syncd.errors import OutcomeUnknown, Unstorable, VersionConflict
from syncd.ports import Remote
from tests.contract.abicart.conftest import Open, Start
from tests.contract.abicart.looking import card, change, patches


def test_every_field_that_a_card_has_room_for_makes_the_round_trip(made: Remote, firm: Contractor) -> None:
    assert made.contractor == msgspec.structs.replace(firm, registered=True)


def test_a_create_sent_twice_would_make_two_so_a_lost_answer_is_looked_for_first(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    shop.faults.plan(Fault(kind="lose_answer", only="write"))
    lone = msgspec.structs.replace(firm, groups=())
    with pytest.raises(OutcomeUnknown):
        endpoint.create(lone)
    (found,) = endpoint.find(lone)
    assert list(shop.holds()) == [found.external_id]


@pytest.mark.parametrize("replaces", [True, False])
def test_an_inner_object_keeps_what_is_not_changed_whether_the_shop_replaces_it_or_fills_it_up(
    start: Start, connect_to: Open, firm: Contractor, replaces: bool
) -> None:
    shop = start(replaces=replaces)
    endpoint = connect_to(shop)
    made = endpoint.create(firm)
    shop.edit(made.external_id, phones=("08-999",))
    told = change(endpoint, made, email="ny@bjork.example").contractor
    assert (told.email, told.phones, told.tax_id) == ("ny@bjork.example", ("08-999",), firm.tax_id)


def test_only_the_object_that_differs_is_sent(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = patches(shop, monkeypatch)
    change(endpoint, made, notes="x")
    change(endpoint, endpoint.get(made.external_id), last_name="Ek")
    assert [sorted(patch) for patch in sent] == [["notes"], ["address"]]


def test_what_is_only_to_be_read_inside_of_an_object_is_not_sent_back(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = endpoint._checked()
    city = msgspec.structs.replace(schema.properties["/address/city"], read_only=True)
    endpoint._schema = msgspec.structs.replace(schema, properties={**schema.properties, "/address/city": city})
    sent = patches(shop, monkeypatch)
    change(endpoint, made, name="Ny AB")
    assert "city" not in sent[0]["address"]
    assert "zip" in sent[0]["address"]


def test_a_field_that_moved_in_the_shop_meanwhile_is_a_conflict_and_is_not_overwritten(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    shop.edit(made.external_id, email="kund@bjork.example")
    with pytest.raises(VersionConflict, match="email"):
        change(endpoint, made, email="erp@bjork.example")
    assert card(shop, made.external_id)["info"]["email"] == "kund@bjork.example"


def test_a_change_that_is_there_already_is_not_sent_again(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    change(endpoint, made, email="ny@bjork.example")
    calls = len(shop.journal)
    told = change(endpoint, made, email="ny@bjork.example")
    assert told.contractor.email == "ny@bjork.example"
    assert not any(call.writes for call in shop.journal[calls:])


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "x" * 256), ("email", f"{'x' * 250}@a.example"), ("number", "1" * 256),
     ("phones", ("1" * 200, "2" * 256)), ("addresses", (Address(street="x" * 256),))],
)  # fmt: skip
def test_a_text_without_room_is_refused_naming_the_field_and_nothing_is_cut(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, made: Remote, field: str, value: Any
) -> None:
    before = shop.holds()
    with pytest.raises(Unstorable) as caught:
        change(endpoint, made, **{field: value})
    assert (caught.value.code, caught.value.field) == ("text-too-long", field)
    assert caught.value.record == made.external_id
    with pytest.raises(Unstorable):
        endpoint.create(msgspec.structs.replace(firm, username="b", **{field: value}))
    assert shop.holds() == before
