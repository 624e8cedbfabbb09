"""Is everything seen that changed, although Tryton keeps four clocks and hides what is switched off?"""

from __future__ import annotations

from typing import Any

import pytest

from adapters.tryton import TrytonEndpoint
from adapters.tryton.simulator import TrytonSandbox
from syncd.certify.faults import Fault
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.errors import InvalidRecord, Misconfigured
from tests.contract.tryton.conftest import Open
from tests.contract.tryton.looking import changed, read_all, records


def child(sandbox: TrytonSandbox, model: str, party: int) -> int:
    return sandbox.tables.children(f"party.{model}", party)[0]


def test_an_unchanged_party_is_not_delivered_again(endpoint: TrytonEndpoint, cursor: str) -> None:
    assert changed(endpoint, cursor) == set()


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("address", {"city": "Sopot"}),
        ("address", {"active": False}),
        ("identifier", {"code": "7811767696"}),
        ("contact_mechanism", {"value": "+48225550199"}),
    ],
)
def test_a_row_that_is_edited_by_itself_is_seen_although_the_partys_clock_stands(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, cursor: str, model: str, values: dict[str, Any]
) -> None:
    before = dict(sandbox.tables.rows["party.party"][party])
    row = max(sandbox.tables.children(f"party.{model}", party))
    sandbox.operator.write(f"party.{model}", row, values)
    assert sandbox.tables.rows["party.party"][party] == before
    assert changed(endpoint, cursor) == {party}


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("address", {"city": "Sopot"}),
        ("identifier", {"type": None, "code": "X 1"}),
        ("contact_mechanism", {"type": "email", "value": "b@firma.example"}),
    ],
)
def test_a_row_that_is_made_by_itself_is_seen_although_it_was_never_written(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, cursor: str, model: str, values: dict[str, Any]
) -> None:
    sandbox.operator.make(f"party.{model}", {"party": party, **values})
    assert changed(endpoint, cursor) == {party}


def test_an_address_made_by_itself_has_no_write_date(sandbox: TrytonSandbox, party: int) -> None:
    made = sandbox.operator.make("party.address", {"party": party, "city": "Sopot"})
    assert sandbox.tables.rows["party.address"][made]["write_date"] is None


def test_a_party_put_in_by_sql_without_any_time_is_always_delivered(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, cursor: str
) -> None:
    sandbox.tables.rows["party.party"][party].update(create_date=None, write_date=None)
    assert changed(endpoint, cursor) == {party}


def test_a_party_that_enters_a_category_is_seen(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, cursor: str
) -> None:
    sandbox.edit(str(party), groups=("Hurt",))
    assert changed(endpoint, cursor) == {party}


def test_a_renamed_category_changes_its_parties(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, firm: Contractor
) -> None:
    party = int(sandbox.add(Contractor(name="Firma", groups=("Dealer / Gold",))))
    sandbox.pass_time(3600)
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    sandbox.pass_time(3600)
    sandbox.operator.write("party.category", sandbox.operator.category("Dealer"), {"name": "Partner"})
    assert changed(endpoint, cursor) == {party}
    assert endpoint.get(str(party)).contractor.groups == ("Partner / Gold",)


def test_a_change_that_becomes_visible_late_is_inside_the_overlap(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, cursor: str
) -> None:
    other = int(sandbox.add(Contractor(name="Inna")))
    later = list(endpoint.read(cursor, full=False))[-1].cursor
    sandbox.edit_late(str(party), 50, name="Firma Nowa")
    assert (
        sandbox.tables.rows["party.party"][party]["write_date"]
        < sandbox.tables.rows["party.party"][other]["write_date"]
    )
    assert party in changed(endpoint, later)


def test_a_row_from_the_future_does_not_carry_the_cursor_past_later_changes(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, cursor: str
) -> None:
    future = int(sandbox.add(Contractor(name="Inna")))
    sandbox.edit_late(str(future), -86_400, name="Z przyszłości")
    later = list(endpoint.read(cursor, full=False))[-1].cursor
    sandbox.pass_time(600)
    sandbox.edit(str(party), name="Firma Nowa")
    assert party in changed(endpoint, later)


def test_the_cursor_follows_the_servers_clock_and_not_ours(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.pass_time(-86_400)
    sandbox.edit(str(party), name="Wczoraj")
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    sandbox.pass_time(120)
    sandbox.edit(str(party), name="Wczoraj później")
    assert party in changed(endpoint, cursor)


def test_a_cursor_of_another_platform_is_refused(endpoint: TrytonEndpoint) -> None:
    with pytest.raises(Misconfigured, match="cursor"):
        list(endpoint.read("page-7", full=False))


def test_a_deleted_party_leaves_no_trace_but_is_missing_in_a_full_read(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, cursor: str
) -> None:
    sandbox.remove(str(party))
    assert changed(endpoint, cursor) == set()
    assert party not in read_all(endpoint)


def test_a_row_that_vanishes_while_its_page_is_read_does_not_end_the_read(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    endpoint.check()
    sandbox.faults.plan(Fault(kind="latency", only="read"), Fault(kind="status", status=404, only="read"))
    assert party in read_all(endpoint)


def test_a_party_that_appears_behind_the_reader_makes_the_read_incomplete(
    sandbox: TrytonSandbox, connect: Open
) -> None:
    sandbox.tables.last_id["party.party"] = 1
    for number in range(3):
        sandbox.add(Contractor(name=f"Firma {number}"))
    pages = connect(page_size=2).read(None, full=True)
    next(pages)
    sandbox.tables.last_id["party.party"] = 0
    sandbox.add(Contractor(name="Zatwierdzona później"))
    proof = list(pages)[-1].end
    assert proof is not None
    assert (proof.complete, proof.declared) == (False, 4)


def test_rows_are_equal_after_the_server_was_started_anew(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    first = records(endpoint)
    for _ in range(3):
        sandbox.database.restart()
        assert records(endpoint) == first


@pytest.mark.parametrize("model", ["address", "identifier", "contact_mechanism"])
def test_a_row_that_is_switched_off_is_not_stated(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, model: str
) -> None:
    for row in sandbox.tables.children(f"party.{model}", party):
        sandbox.operator.write(f"party.{model}", row, {"active": False})
    told = endpoint.get(str(party)).contractor
    stated = {"address": told.addresses, "identifier": told.tax_id, "contact_mechanism": told.email or told.phones}
    assert not stated[model]


def test_a_category_that_is_switched_off_is_no_group(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    party = sandbox.add(Contractor(name="Firma", groups=("Hurt", "VIP")))
    sandbox.operator.write("party.category", sandbox.operator.category("VIP"), {"active": False})
    assert endpoint.get(party).contractor.groups == ("Hurt",)


def test_a_category_that_is_linked_twice_is_one_group(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    category = sandbox.operator.category("Hurt")
    sandbox.operator.write("party.party", party, {"categories": [["add", [category, category]]]})
    assert endpoint.get(str(party)).contractor.groups == ("Hurt",)


def test_only_categories_below_the_root_are_groups(sandbox: TrytonSandbox, connect: Open) -> None:
    party = sandbox.add(Contractor(name="Firma", groups=("Sklep / Hurt", "Sklepik / VIP", "Zakupy")))
    assert connect(category_root="Sklep").get(party).contractor.groups == ("Sklep / Hurt",)


def test_the_first_address_is_the_registered_office_and_gives_the_country(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.operator.write("party.address", child(sandbox, "address", party), {"sequence": 20})
    germany = sandbox.operator.country("DE")
    sandbox.operator.make("party.address", {"party": party, "city": "Berlin", "country": germany, "sequence": 10})
    told = endpoint.get(str(party)).contractor
    assert [(address.city, address.kind) for address in told.addresses] == [
        ("Berlin", AddressKind.MAIN),
        ("Warszawa", AddressKind.OTHER),
    ]
    assert told.country == "DE"


def test_an_address_without_a_sequence_stands_before_all_that_have_one(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.operator.write("party.address", child(sandbox, "address", party), {"sequence": 1})
    sandbox.operator.make("party.address", {"party": party, "city": "Sopot"})
    assert endpoint.get(str(party)).contractor.addresses[0].city == "Sopot"


def test_the_empty_address_of_tryton_s_client_says_nothing(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.operator.write("party.address", child(sandbox, "address", party), {"sequence": 1})
    sandbox.operator.make("party.address", {"party": party})
    assert [address.city for address in endpoint.get(str(party)).contractor.addresses] == ["Warszawa"]


def test_a_structured_street_is_read_as_one_text(sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int) -> None:
    parts = {"street_unstructured": None, "street_name": "Polna", "building_number": "5", "unit_number": "3"}
    sandbox.operator.write("party.address", child(sandbox, "address", party), parts)
    assert endpoint.get(str(party)).contractor.addresses[0].street == "Polna 5/3"


def test_an_address_may_have_no_country(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    party = sandbox.add(Contractor(name="Firma", addresses=(Address(city="Sopot"),)))
    assert endpoint.get(party).contractor.country == ""


def test_the_first_e_mail_counts_and_phones_keep_their_order(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    for type_, value in (("mobile", "+48 601 234 567"), ("email", "b@firma.example"), ("fax", "+48 22 555 01 24")):
        sandbox.operator.make("party.contact_mechanism", {"party": party, "type": type_, "value": value})
    told = endpoint.get(str(party)).contractor
    assert told.email == "biuro@firma.example"
    assert told.phones == ("+48 22 555 01 23", "+48 601 234 567")


def test_an_e_mail_that_is_none_is_stated_as_it_stands(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    party = sandbox.add(Contractor(name="Firma", email="Nie Ma"))
    assert endpoint.get(party).contractor.email == "Nie Ma"


def test_a_merged_party_is_delivered_as_switched_off(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int, cursor: str
) -> None:
    winner = int(sandbox.add(Contractor(name="Inna")))
    sandbox.operator.write("party.party", party, {"active": False})
    sandbox.tables.rows["party.party"][party]["replaced_by"] = winner
    assert party in changed(endpoint, cursor)
    assert not read_all(endpoint)[party].contractor.active


def test_a_party_without_a_name_is_refused_with_the_cure(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    sandbox.spoil(str(party))
    with pytest.raises(InvalidRecord, match="Give it a name") as caught:
        endpoint.get(str(party))
    assert (caught.value.record, caught.value.field) == (str(party), "name")


def test_a_code_that_is_only_trytons_counter_is_no_customer_number(
    sandbox: TrytonSandbox, connect: Open, party: int
) -> None:
    endpoint = connect(number_from="nothing")
    assert "number" not in endpoint.capabilities.reads
    assert endpoint.get(str(party)).contractor.number == ""


def test_a_party_without_a_code_of_its_own_bears_trytons_number(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    assert endpoint.get(str(party)).contractor.number == "1"


def test_the_connection_test_says_what_is_missing(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    sandbox.tables.rows["country.country"].clear()
    health = endpoint.check()
    assert "trytond_import_countries" in health.warnings[0]
    assert "0 parties" in health.detail
