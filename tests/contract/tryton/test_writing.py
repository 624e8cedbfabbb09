"""Is exactly what differs written, in the order and form that Tryton takes?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.tryton import TrytonEndpoint
from adapters.tryton.party import decode
from adapters.tryton.simulated.tables import Row
from adapters.tryton.simulator import TrytonSandbox
from syncd.certify.faults import Fault
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.errors import InvalidRecord, OutcomeUnknown, Unstorable, VersionConflict
from syncd.ports import Remote
from tests.contract.tryton.conftest import Open
from tests.contract.tryton.looking import records, writes


def edit(endpoint: TrytonEndpoint, party: int, **changes: Any) -> Remote:
    """Update a party as the pipeline does: read, change, write."""
    remote = endpoint.get(str(party))
    return endpoint.update(remote, msgspec.structs.replace(remote.contractor, **changes))


def rows(sandbox: TrytonSandbox, model: str, party: int) -> dict[int, Row]:
    """All rows of a party, those that are switched off included, by id."""
    return {id_: sandbox.tables.rows[f"party.{model}"][id_] for id_ in sandbox.tables.children(f"party.{model}", party)}


def only(sandbox: TrytonSandbox, model: str, party: int) -> Row:
    (row,) = rows(sandbox, model, party).values()
    return row


def test_a_contractor_with_all_its_rows_is_one_call(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, firm: Contractor
) -> None:
    endpoint.create(firm)
    assert writes(sandbox) == ["create"]


def test_an_inactive_contractor_is_made_and_then_switched_off(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, active=False))
    assert writes(sandbox) == ["create", "write"]
    assert not made.contractor.active


def test_a_party_that_could_not_be_switched_off_after_its_creation_has_an_unknown_outcome(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, firm: Contractor
) -> None:
    sandbox.faults.plan(Fault(kind="latency", only="write"), Fault(kind="status", status=503, only="write"))
    with pytest.raises(OutcomeUnknown):
        endpoint.create(msgspec.structs.replace(firm, active=False))
    assert len(endpoint.find(firm)) == 1


def test_tryton_numbers_new_parties_itself(endpoint: TrytonEndpoint, firm: Contractor) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, number="SHOP-7"))
    assert made.contractor.number == "1"


def test_an_option_gives_new_parties_the_shops_number(connect: Open, firm: Contractor) -> None:
    number = "A/1 ł%2F+&?#Ж"
    endpoint = connect(write_number=True)
    made = endpoint.create(msgspec.structs.replace(firm, number=number))
    assert made.contractor.number == number
    key = Contractor(name="x", number=number)
    assert [remote.external_id for remote in endpoint.find(key)] == [made.external_id]


def test_a_code_never_changes(connect: Open, party: int) -> None:
    with pytest.raises(Unstorable, match="never changes the code") as caught:
        edit(connect(write_number=True), party, number="NEW")
    assert (caught.value.record, caught.value.field) == (str(party), "number")


def test_a_code_that_another_party_has_refuses_the_new_one(connect: Open, firm: Contractor) -> None:
    endpoint = connect(write_number=True)
    endpoint.create(msgspec.structs.replace(firm, number="K1"))
    with pytest.raises(InvalidRecord) as caught:
        endpoint.create(msgspec.structs.replace(firm, number="K1"))
    assert caught.value.field == "number"


def test_a_party_that_is_off_is_switched_on_in_one_call_and_renamed_in_the_next(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.edit(str(party), active=False)
    told = edit(endpoint, party, name="Firma Nowa")
    assert writes(sandbox) == ["write", "write"]
    assert (told.contractor.name, told.contractor.active) == ("Firma Nowa", False)


def test_a_party_that_is_switched_on_and_renamed_takes_two_calls(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.edit(str(party), active=False)
    told = edit(endpoint, party, name="Firma Nowa", active=True)
    assert writes(sandbox) == ["write", "write"]
    assert (told.contractor.name, told.contractor.active) == ("Firma Nowa", True)


def test_a_party_that_is_renamed_and_switched_off_takes_one_call(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    told = edit(endpoint, party, name="Firma Nowa", active=False)
    assert writes(sandbox) == ["write"]
    assert (told.contractor.name, told.contractor.active) == ("Firma Nowa", False)


def test_rows_of_a_party_that_is_off_are_edited_without_switching_it_on(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.edit(str(party), active=False)
    told = edit(endpoint, party, email="nowy@firma.example", tax_id="7811767696")
    assert writes(sandbox) == ["write"]
    assert (told.contractor.email, told.contractor.active) == ("nowy@firma.example", False)


def test_a_refused_edit_leaves_a_party_that_was_off_switched_off(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.edit(str(party), active=False)
    with pytest.raises(InvalidRecord):
        edit(endpoint, party, name="Firma\nNowa")
    assert not sandbox.holds()[str(party)].contractor.active


def test_an_edit_whose_answer_is_lost_leaves_a_party_that_was_off_switched_off(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.edit(str(party), active=False)
    sandbox.faults.plan(Fault(kind="latency", only="write"), Fault(kind="drop", only="write"))
    with pytest.raises(OutcomeUnknown):
        edit(endpoint, party, name="Firma Nowa")
    assert not sandbox.holds()[str(party)].contractor.active


def test_a_party_that_could_not_be_switched_off_again_is_named(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.edit(str(party), active=False)
    sandbox.faults.plan(Fault(kind="latency", only="write"), *[Fault(kind="drop", only="write")] * 2)
    with pytest.raises(OutcomeUnknown, match="could not be switched off") as caught:
        edit(endpoint, party, name="Firma Nowa")
    assert (caught.value.record, caught.value.code) == (str(party), "left-active")


def test_an_address_edited_by_itself_makes_the_version_stale(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    remote = endpoint.get(str(party))
    sandbox.operator.write("party.address", only(sandbox, "address", party)["id"], {"city": "Sopot"})
    with pytest.raises(VersionConflict):
        endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="Firma Nowa"))


def test_a_category_added_by_another_makes_the_version_stale(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    before = endpoint.get(str(party)).version
    sandbox.tables.rows["party.party"][party]["categories"] = [sandbox.operator.category("Hurt")]
    assert endpoint.get(str(party)).version != before


@pytest.mark.parametrize("model", ["party", "address"])
def test_a_row_that_moves_between_our_look_and_our_write_is_not_overwritten(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, model: str
) -> None:
    seen = decode(records(endpoint)[0])
    address = seen.addresses[0].id
    sandbox.operator.write(f"party.{model}", party if model == "party" else address, {"active": False})
    with pytest.raises(VersionConflict):
        endpoint._send(seen, {"addresses": [["write", [address], {"city": "Sopot"}]]})


def test_a_phone_without_its_countrys_prefix_is_understood_by_the_address_of_the_same_call(
    endpoint: TrytonEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, phones=("22 555 01 23",)))
    assert made.contractor.phones == ("+48 22 555 01 23",)


def test_the_answer_states_a_phone_as_tryton_keeps_it(endpoint: TrytonEndpoint, party: int) -> None:
    assert edit(endpoint, party, phones=("+48601234567",)).contractor.phones == ("+48 601 234 567",)


def test_a_phone_that_is_none_refuses_the_whole_change(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    with pytest.raises(InvalidRecord, match="prefix") as caught:
        edit(endpoint, party, name="Firma Nowa", phones=("12",))
    assert caught.value.field == "phones"
    assert sandbox.holds()[str(party)].contractor.name == "Firma"


@pytest.mark.parametrize("same", ["+48225550123", "22 555 01 23", "0048 22 555-01-23"])
def test_a_phone_in_another_form_is_the_same_phone_and_not_written(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, same: str
) -> None:
    edit(endpoint, party, phones=(same,))
    assert writes(sandbox) == []


def test_a_mobile_stays_a_mobile_and_a_fax_is_left_alone(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    for type_, value in (("mobile", "+48601234567"), ("fax", "+48225550199")):
        sandbox.operator.make("party.contact_mechanism", {"party": party, "type": type_, "value": value})
    edit(endpoint, party, phones=("+48 601 234 567",))
    kinds = [(row["type"], row["value"]) for row in rows(sandbox, "contact_mechanism", party).values()]
    assert sorted(kinds) == [
        ("email", "biuro@firma.example"),
        ("fax", "+48 22 555 01 99"),
        ("mobile", "+48 601 234 567"),
    ]


def test_phones_come_back_in_the_order_in_which_they_were_written(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    phones = ("+48 601 234 567", "+48 22 555 01 23", "+48 22 555 01 99")
    assert edit(endpoint, party, phones=phones).contractor.phones == phones


def test_a_changed_e_mail_is_edited_in_its_row_and_further_ones_stay(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.operator.make("party.contact_mechanism", {"party": party, "type": "email", "value": "b@firma.example"})
    edit(endpoint, party, email="nowy@firma.example")
    emails = [row["value"] for row in rows(sandbox, "contact_mechanism", party).values() if row["type"] == "email"]
    assert sorted(emails) == ["b@firma.example", "nowy@firma.example"]


def test_a_cleared_e_mail_leaves_none_behind(sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int) -> None:
    sandbox.operator.make("party.contact_mechanism", {"party": party, "type": "email", "value": "b@firma.example"})
    assert edit(endpoint, party, email="").contractor.email == ""
    assert {row["type"] for row in rows(sandbox, "contact_mechanism", party).values()} == {"phone"}


def test_an_edited_address_stays_the_same_row_and_nothing_else_is_written(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    before = only(sandbox, "address", party)
    others = rows(sandbox, "contact_mechanism", party), rows(sandbox, "identifier", party)
    edit(endpoint, party, addresses=(Address(street="Długa 5", postal_code="00-238", city="Sopot", country="PL"),))
    after = only(sandbox, "address", party)
    assert {name for name in after if after[name] != before[name]} == {"city", "write_date"}
    assert (rows(sandbox, "contact_mechanism", party), rows(sandbox, "identifier", party)) == others


def test_an_address_that_goes_is_switched_off_because_documents_point_to_it(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    assert edit(endpoint, party, addresses=()).contractor.addresses == ()
    assert only(sandbox, "address", party)["active"] is False


def test_the_street_of_a_structured_address_can_be_written(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    row = only(sandbox, "address", party)["id"]
    parts = {"street_unstructured": None, "street_name": "Polna", "building_number": "5"}
    sandbox.operator.write("party.address", row, parts)
    told = edit(endpoint, party, addresses=(Address(street="Nowa 1\nbud. B", city="Warszawa", country="PL"),))
    assert told.contractor.addresses[0].street == "Nowa 1\nbud. B"


def test_a_new_main_address_comes_first_and_the_old_row_is_kept(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, firm: Contractor
) -> None:
    sandbox.operator.write("party.address", only(sandbox, "address", party)["id"], {"sequence": 10})
    old = msgspec.structs.replace(firm.addresses[0], kind=AddressKind.DELIVERY)
    new = Address(city="Sopot", country="PL")
    told = edit(endpoint, party, addresses=(old, new))
    assert [(address.city, address.kind) for address in told.contractor.addresses] == [
        ("Sopot", AddressKind.MAIN),
        ("Warszawa", AddressKind.OTHER),
    ]


def test_a_new_address_does_not_push_itself_before_those_with_a_sequence(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, firm: Contractor
) -> None:
    sandbox.operator.write("party.address", only(sandbox, "address", party)["id"], {"sequence": 10})
    new = Address(kind=AddressKind.DELIVERY, city="Sopot", country="PL")
    told = edit(endpoint, party, addresses=(*firm.addresses, new))
    assert [address.city for address in told.contractor.addresses] == ["Warszawa", "Sopot"]


def test_a_province_goes_with_its_country(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, firm: Contractor
) -> None:
    poland = sandbox.operator.country("PL")
    province = sandbox.operator.make("country.subdivision", {"name": "Mazowieckie", "country": poland})
    sandbox.operator.write("party.address", only(sandbox, "address", party)["id"], {"subdivision": province})
    assert endpoint.get(str(party)).contractor.addresses[0].region == "Mazowieckie"
    told = edit(endpoint, party, addresses=(msgspec.structs.replace(firm.addresses[0], country="DE"),))
    assert (told.contractor.country, told.contractor.addresses[0].region) == ("DE", "")


def test_a_country_stated_beside_the_address_is_kept_with_it(endpoint: TrytonEndpoint) -> None:
    made = endpoint.create(Contractor(name="F", country="DE", addresses=(Address(city="Berlin"),)))
    assert made.contractor.country == "DE"


def test_a_country_that_was_not_loaded_names_the_cure_and_nothing_is_written(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    with pytest.raises(InvalidRecord, match="trytond_import_countries") as caught:
        edit(endpoint, party, name="Firma Nowa", addresses=(Address(city="X", country="AQ"),))
    assert (caught.value.record, caught.value.field) == (str(party), "addresses")
    assert writes(sandbox) == []


def test_groups_are_trytons_unless_an_option_says_otherwise(sandbox: TrytonSandbox, connect: Open, party: int) -> None:
    endpoint = connect(write_groups=False)
    sandbox.operator.category("Hurt")
    assert "groups" not in endpoint.capabilities.writes
    assert edit(endpoint, party, groups=("Hurt",)).contractor.groups == ()


def test_a_missing_category_is_never_made(sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int) -> None:
    with pytest.raises(InvalidRecord, match="Hurt") as caught:
        edit(endpoint, party, groups=("Hurt",))
    assert (caught.value.record, caught.value.field) == (str(party), "groups")
    assert sandbox.tables.rows["party.category"] == {}


def test_find_by_e_mail_takes_an_underscore_for_itself_and_capitals_for_small_letters(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint
) -> None:
    wanted = sandbox.add(Contractor(name="Firma", email="A_B@Firma.example"))
    sandbox.add(Contractor(name="Inna", email="axb@firma.example"))
    found = endpoint.find(Contractor(name="x", email="a_b@firma.example"))
    assert [remote.external_id for remote in found] == [wanted]


def test_find_by_e_mail_takes_a_percent_sign_for_itself(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    assert endpoint.find(Contractor(name="x", email="%@firma.example")) == []


def test_find_by_code_is_left_out_where_codes_are_only_trytons_counter(
    sandbox: TrytonSandbox, connect: Open, party: int
) -> None:
    key = Contractor(name="x", number="1")
    assert connect().find(key)
    assert connect(number_from="nothing").find(key) == []
