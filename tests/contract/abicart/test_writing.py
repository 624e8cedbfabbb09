"""Is a write what was asked for, although the shop replaces groups and inner objects as a whole and knows no block?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.certify.samples import HARD_NAME, HARD_NUMBER, LONG_NAME
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.errors import NotFound, OutcomeUnknown, Unstorable, VersionConflict
from syncd.ports import Remote
from tests.contract.abicart.conftest import Open, Start

BLOCKED, BLOCKED_UNAPPROVED = "ERP blocked", "ERP blocked, not approved"


def card(shop: Simulated, external_id: str) -> Mapping[str, Any]:
    """The customer as the shop has it, groups by name."""
    customer = shop.shop.customer(int(external_id))
    return {**customer, "groups": sorted(shop.shop.state.groups[uid]["sv"] for uid in customer["groups"])}


def change(endpoint: AbicartEndpoint, remote: Remote, **changes: Any) -> Remote:
    return endpoint.update(remote, msgspec.structs.replace(remote.contractor, **changes))


def patches(shop: Simulated, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is sent from now on."""
    sent: list[dict[str, Any]] = []
    store = shop.shop.set_customer

    def watched(uid: Any, patch: Any) -> dict[str, Any]:
        sent.append(patch)
        return store(uid, patch)

    monkeypatch.setattr(shop.shop, "set_customer", watched)
    return sent


@pytest.fixture
def made(endpoint: AbicartEndpoint, firm: Contractor) -> Remote:
    return endpoint.create(firm)


def test_every_field_that_a_card_has_room_for_makes_the_round_trip(made: Remote, firm: Contractor) -> None:
    assert made.contractor == msgspec.structs.replace(firm, registered=True)


def test_a_create_is_one_write_when_its_groups_are_there(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, firm: Contractor
) -> None:
    calls = len(shop.journal)
    endpoint.create(msgspec.structs.replace(firm, number="2", email="b@b.example", username=""))
    assert [call.name for call in shop.journal[calls:]] == ["Customer.set"]


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


def test_an_update_of_a_deleted_customer_is_not_found_and_makes_nobody(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    shop.remove(made.external_id)
    with pytest.raises(NotFound):
        change(endpoint, made, name="Ny AB")
    assert not shop.holds()


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
    with pytest.raises(OutcomeUnknown):
        endpoint.create(firm)
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
    assert endpoint.get(made.external_id) == made


def test_a_connection_that_reads_no_kind_leaves_a_private_person_one(
    shop: Simulated, connect: Open, endpoint: AbicartEndpoint
) -> None:
    made = endpoint.create(Contractor(name="Eva Lind", kind=Kind.PERSON, number="1"))
    narrow = connect(fields=frozenset({"name", "email"}))
    change(narrow, narrow.get(made.external_id), name="Eva Ek")
    told = endpoint.get(made.external_id).contractor
    assert (told.name, told.kind, told.last_name) == ("Eva Ek", Kind.PERSON, "Ek")


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


@pytest.mark.parametrize(("option", "username"), [(True, "inkop@bjork.example"), (False, "")])
def test_a_new_customer_without_a_username_gets_the_email_to_set_a_password_by(
    connect: Open, firm: Contractor, option: bool, username: str
) -> None:
    made = connect(username_from_email=option).create(msgspec.structs.replace(firm, username=""))
    assert (made.contractor.username, made.contractor.registered) == (username, bool(username))


@pytest.mark.parametrize(
    ("first", "last", "name", "told"),
    [
        ("Eva", "Lind", "Eva Lind", ("Eva", "Lind", "Eva Lind")),
        ("Eva", "Lind", "Lind Eva", ("Eva", "Lind", "Eva Lind")),
        ("", "", "Eva Maria Lind", ("Eva Maria", "Lind", "Eva Maria Lind")),
        ("Eva", "Lind", "Siv Ek", ("Siv", "Ek", "Siv Ek")),
        ("", "", "Zlatan", ("", "Zlatan", "Zlatan")),
    ],
)
def test_a_private_person_has_no_company(
    shop: Simulated, endpoint: AbicartEndpoint, first: str, last: str, name: str, told: tuple[str, str, str]
) -> None:
    person = Contractor(name=name, kind=Kind.PERSON, first_name=first, last_name=last, number="1")
    made = endpoint.create(person).contractor
    assert (made.first_name, made.last_name, made.name) == told
    assert made.kind is Kind.PERSON
    assert not card(shop, next(iter(shop.holds())))["address"]["company"]


def test_a_company_named_like_its_owner_is_a_company_all_the_same(endpoint: AbicartEndpoint) -> None:
    owner = Contractor(name="Eva Lind", first_name="Eva", last_name="Lind", number="1")
    assert endpoint.create(owner).contractor.kind is Kind.ORGANISATION


def test_a_persons_new_last_name_is_a_new_name(endpoint: AbicartEndpoint) -> None:
    made = endpoint.create(
        Contractor(name="Eva Lind", kind=Kind.PERSON, first_name="Eva", last_name="Lind", number="1")
    )
    assert change(endpoint, made, last_name="Ek").contractor.name == "Eva Ek"
    assert change(endpoint, endpoint.get(made.external_id), name="Siv Dahl").contractor.first_name == "Siv"


def test_a_contact_person_stands_in_for_a_missing_first_and_last_name(endpoint: AbicartEndpoint) -> None:
    made = endpoint.create(Contractor(name="Björk AB", contact_person="Eva Maria Lind", number="1")).contractor
    assert (made.first_name, made.last_name, made.contact_person) == ("Eva Maria", "Lind", "")


@pytest.mark.parametrize("name", [LONG_NAME, HARD_NAME, "Ромашка 🌼 <&\"'>", "x" * 250])
def test_names_in_any_letters_are_stored_as_they_are(endpoint: AbicartEndpoint, name: str) -> None:
    assert endpoint.create(Contractor(name=name, number=HARD_NUMBER)).contractor.name == name


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


def test_notes_have_no_limit(endpoint: AbicartEndpoint, made: Remote) -> None:
    assert len(change(endpoint, made, notes="x" * 5000).contractor.notes) == 5000


@pytest.mark.parametrize("phones", [(), ("1",), ("1", "2"), ("1", "2", "3", "4")])
def test_any_number_of_phones_finds_room(endpoint: AbicartEndpoint, made: Remote, phones: tuple[str, ...]) -> None:
    assert change(endpoint, made, phones=phones).contractor.phones == phones


def test_a_phone_for_the_evening_alone_is_replaced_and_not_doubled(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    info = {**shop.shop.customer(int(made.external_id))["info"], "phoneDay": "", "phoneEvening": "070-1"}
    shop.shop.set_customer(int(made.external_id), {"info": info})
    remote = endpoint.get(made.external_id)
    assert remote.contractor.phones == ("070-1",)
    assert change(endpoint, remote, phones=("070-2",)).contractor.phones == ("070-2",)


@pytest.mark.parametrize("name", ["", "Lager AB", "Lager AB\nSiv Ek", "Siv Ek"])
def test_the_receiver_of_deliveries_makes_the_round_trip(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, name: str
) -> None:
    main, delivery = made.contractor.addresses
    told = change(endpoint, made, addresses=(main, msgspec.structs.replace(delivery, name=name)))
    assert told.contractor.addresses[1].name == name


def test_an_address_that_is_taken_away_is_emptied(shop: Simulated, endpoint: AbicartEndpoint, made: Remote) -> None:
    told = change(endpoint, made, addresses=made.contractor.addresses[:1])
    assert told.contractor.addresses == made.contractor.addresses[:1]
    assert not any(card(shop, made.external_id)["deliveryAddress"].values())


def test_the_address_is_the_main_one_or_the_invoices_as_the_option_says(connect: Open, firm: Contractor) -> None:
    main, invoice = Address(street="A 1"), Address(kind=AddressKind.INVOICE, street="B 2")
    both = msgspec.structs.replace(firm, addresses=(main, invoice))
    assert connect().create(both).contractor.addresses == (msgspec.structs.replace(main, country="SE"),)
    other = msgspec.structs.replace(both, number="2", email="b@b.example", username="")
    told = connect(address_is="invoice").create(other).contractor.addresses
    assert told == (msgspec.structs.replace(invoice, country="SE"),)


def test_an_address_of_another_kind_stands_in_for_the_main_one(endpoint: AbicartEndpoint, firm: Contractor) -> None:
    postal = (Address(kind=AddressKind.POSTAL, street="Box 7", country="SE"),)
    told = endpoint.create(msgspec.structs.replace(firm, addresses=postal)).contractor.addresses
    assert told == (Address(street="Box 7", country="SE"),)


def test_a_contractor_without_an_address_keeps_its_country_and_has_no_address(endpoint: AbicartEndpoint) -> None:
    told = endpoint.create(Contractor(name="Berg GmbH", number="1", country="DE")).contractor
    assert (told.country, told.addresses) == ("DE", ())


@pytest.mark.parametrize(
    ("stated", "code"), [("Sweden", "SE"), ("sverige", "SE"), ("UK", "GB"), ("", ""), ("Atlantis", "Atlantis")]
)
def test_a_country_is_read_as_code_or_name_and_left_as_it_stands_when_others_are_written(
    shop: Simulated,
    endpoint: AbicartEndpoint,
    made: Remote,
    stated: str,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shop.shop, "_validate", lambda _customer, _uid: None)
    customer = shop.shop.customer(int(made.external_id))
    shop.shop.put(int(made.external_id), {**customer, "address": {**customer["address"], "country": stated}})
    remote = endpoint.get(made.external_id)
    assert remote.contractor.country == code
    change(endpoint, remote, notes="x")
    assert card(shop, made.external_id)["address"]["country"] == stated


def test_a_country_without_a_code_is_refused_naming_the_field(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    lost = (Address(street="A 1", country="Atlantis"),)
    with pytest.raises(Unstorable) as caught:
        endpoint.create(msgspec.structs.replace(firm, addresses=lost))
    assert (caught.value.code, caught.value.field) == ("country-not-listed", "addresses")
    assert not shop.holds()


@pytest.mark.parametrize(
    ("typed", "prefix", "number"),
    [
        ("556000-4615", "", "5560004615"),
        ("SE556000461501", "SE", "556000461501"),
        ("se 556000-4615 01", "SE", "556000461501"),
        ("556000 4615", "", "5560004615"),
        ("NO 923 609 016 MVA", "NO", "923609016MVA"),
    ],
)
def test_a_number_is_read_in_every_form_and_kept_as_it_was_typed(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, typed: str, prefix: str, number: str
) -> None:
    info = {**shop.shop.customer(int(made.external_id))["info"], "orgNumber": typed}
    shop.shop.set_customer(int(made.external_id), {"info": info})
    remote = endpoint.get(made.external_id)
    assert (remote.contractor.tax_prefix, remote.contractor.tax_id) == (prefix, number)
    change(endpoint, remote, email="ny@bjork.example")
    assert card(shop, made.external_id)["info"]["orgNumber"] == typed


@pytest.mark.parametrize("typed", ["556000-4615", "5560004615", "SE556000461501"])
def test_a_swedish_companys_number_is_read_as_the_vat_number_made_of_it_if_the_option_says_so(
    shop: Simulated, connect: Open, firm: Contractor, typed: str
) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, tax_id="", tax_id_stated=typed))
    endpoint = connect(swedish_numbers="vat")
    remote = endpoint.get(external_id)
    assert (remote.contractor.tax_prefix, remote.contractor.tax_id) == ("SE", "556000461501")
    change(endpoint, remote, tax_id="202100548901")
    assert card(shop, external_id)["info"]["orgNumber"] == "202100-5489"
    assert endpoint.get(external_id).contractor.tax_id == "202100548901"


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("556000-4616", {}),
        ("556000-4615", {"kind": Kind.PERSON}),
        ("5213456783", {"country": "PL", "addresses": ()}),
        ("DE136695976", {}),
    ],
)
def test_any_other_number_stays_as_it_was_typed_with_that_option_too(
    shop: Simulated, connect: Open, firm: Contractor, typed: str, changes: dict[str, Any]
) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, tax_id="", tax_id_stated=typed, **changes))
    told = connect(swedish_numbers="vat").get(external_id).contractor
    assert f"{told.tax_prefix}{told.tax_id}" == typed.replace("-", "")


def test_a_shop_with_a_property_for_the_vat_number_keeps_both_numbers(
    connect: Open, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = connect(properties={"vat_number": "/notes", "notes": ""})
    both = msgspec.structs.replace(firm, tax_prefix="SE", tax_id="556000461501", registrations={"orgno": "5560004615"})
    made = endpoint.create(both)
    assert made.contractor == msgspec.structs.replace(both, registered=True)
    assert change(endpoint, made, registrations={}).contractor.registrations == {}


def test_custom_fields_that_the_option_names_are_carried(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect(custom={"language": "/language"})
    made = endpoint.create(msgspec.structs.replace(firm, custom={"language": "fi", "colour": "red"}))
    assert made.contractor.custom == {"language": "fi"}
    assert change(endpoint, made, custom={"language": "en"}).contractor.custom == {"language": "en"}


def test_a_text_by_language_is_read_in_ours_and_written_without_the_others_being_lost(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = shop.rpc._shown
    notes = {"sv": "Kund", "en": "Customer"}
    monkeypatch.setattr(shop.rpc, "_shown", lambda customer: {**shown(customer), "notes": notes})
    sent: list[Any] = []

    def taken(_uid: Any, patch: Any) -> dict[str, Any]:
        sent.append(patch)
        return dict(shop.shop.customer(int(made.external_id)))

    monkeypatch.setattr(shop.shop, "set_customer", taken)
    remote = endpoint.get(made.external_id)
    assert remote.contractor.notes == "Kund"
    change(endpoint, remote, notes="Ny kund")
    assert sent == [{"notes": {"sv": "Ny kund", "en": "Customer"}}]


@pytest.mark.parametrize(("option", "told"), [("no", False), ("unknown", None)])
def test_an_empty_tick_for_the_newsletter_is_a_no_unless_the_option_says_otherwise(
    connect: Open, firm: Contractor, option: str, told: bool | None
) -> None:
    endpoint = connect(newsletter_unticked=option)
    made = endpoint.create(msgspec.structs.replace(firm, newsletter=False))
    assert made.contractor.newsletter is told
    assert change(endpoint, made, newsletter=True).contractor.newsletter is True


def test_a_newsletter_of_which_nothing_is_said_is_not_written(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    change(endpoint, made, newsletter=None, notes="x")
    assert card(shop, made.external_id)["wantsNewsletter"] is True


def test_a_customer_that_cannot_be_understood_can_be_repaired_by_a_write(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    shop.spoil(made.external_id)
    told = change(endpoint, msgspec.structs.replace(made, contractor=Contractor(name="?")), name="Björk AB")
    assert told.contractor.name == "Björk AB"
