"""Is a change asked for exactly, and never one that XL cannot hold?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from adapters.xl.limits import lines_of, street_of
from syncd.certify.samples import LONG_NAME
from syncd.domain.contractor import Address, AddressKind, Contractor, Employee
from syncd.errors import InvalidRecord, Misconfigured, NotFound, RecordError, Unstorable
from tests.contract.xl.bases import ANNA, FIRM, MAIN, STORE, changed, company, opened, rows, run

JAN = Employee(name="Jan Kos", email="jan@firma.example")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "ООО Ромашка"),
        ("name", "Smörgås 😀"),
        ("name", "x" * 51 + " y"),
        ("name", "x" * 49 + "  y" * 3),
        ("number", "K" * 21),
        ("number", ""),
        ("tax_id", "1" * 21),
        ("tax_prefix", "PLX"),
        ("country", "Polska"),
        ("email", "a" * 244 + "@firma.example"),
        ("phones", ("+48 22 555 01 23 wew. 1234567890",)),
        ("phones", ("1", "2", "3")),
        ("website", "https://example.com/å"),
        ("registrations", {"regon": "1" * 21}),
        ("currency", "EURO"),
        ("price_list", "A"),
        ("price_list", "40000"),
        ("payment_form", "barter"),
        ("discount", Decimal("7.555")),
        ("discount", Decimal(1000)),
        ("custom", {str(number): "x" for number in range(4)}),
        ("custom", {"Branża": "Łódź å"}),
        ("addresses", (msgspec.structs.replace(MAIN, city="M" * 31),)),
        ("addresses", (msgspec.structs.replace(MAIN, street="S" * 31),)),
        ("addresses", (msgspec.structs.replace(MAIN, street="Ulica bardzo długa " * 4),)),
        ("addresses", (msgspec.structs.replace(MAIN, postal_code="12345-67890"),)),
        ("addresses", (msgspec.structs.replace(MAIN, name="Магазин"),)),
        ("addresses", (msgspec.structs.replace(MAIN, region="R" * 31),)),
        ("employees", (msgspec.structs.replace(ANNA, name="A" * 41),)),
    ],
)
def test_what_has_no_room_or_letters_is_refused_by_its_field_and_nothing_is_sent(field: str, value: Any) -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        with pytest.raises(Unstorable) as caught:
            changed(endpoint, remote, **{field: value})
        assert (caught.value.field, caught.value.record) == (field, "1")
        assert not [call for call in sandbox.journal if call.writes]


def test_250_characters_are_parted_at_blanks() -> None:
    lines = lines_of("name", LONG_NAME)
    assert " ".join(lines.values()) == LONG_NAME
    assert len(lines["Nazwa1"]) <= 50
    assert len(lines["Nazwa2"]) <= 50


@pytest.mark.parametrize(
    "name",
    [
        "a" * 50,
        "a" * 50 + " b",
        "a" * 30 + " b  c" * 5 + " " + "d" * 30,
        "ab " * 80,
        "a" * 50 + " " + "b" * 60,
        "x " + "y" * 200,
    ],
)
def test_a_name_is_parted_without_loss(name: str) -> None:
    assert " ".join(line for line in lines_of("name", name).values() if line) == name.strip()


def test_a_long_street_is_parted_at_a_blank_and_lines_stay_lines() -> None:
    assert street_of("addresses", "ul. Świętego Jana Kantego z Kęt 12/4") == {
        "Ulica": "ul. Świętego Jana Kantego z",
        "Adres": "Kęt 12/4",
    }
    assert street_of("addresses", "Długa 5\nHala 3") == {"Ulica": "Długa 5", "Adres": "Hala 3"}


def test_only_what_differs_is_set() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        run(sandbox, "UPDATE KntKarty SET Knt_Telefon1 = '601', Knt_Symbol = 'EUR'")
        got = changed(endpoint, remote, website="https://firma.example/").contractor
        assert (got.website, got.phones, got.currency) == ("https://firma.example/", ("601",), "EUR")


def test_an_address_that_an_operator_added_meanwhile_stays() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        remote = endpoint.get(number)
        sandbox.edit(number, addresses=(*sandbox.holds()[number].contractor.addresses, STORE))
        moved = msgspec.structs.replace(MAIN, street="Krótka 9")
        got = changed(endpoint, remote, addresses=(moved,)).contractor.addresses
        assert sorted(one.street for one in got) == ["Krótka 9", "Magazynowa 2"]


def test_an_address_that_is_not_published_stays() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, STORE)))
        run(sandbox, "UPDATE KntAdresy SET KnA_NiePublikuj = 1 WHERE KnA_Wysylkowy = 1")
        changed(endpoint, endpoint.get(number), addresses=(msgspec.structs.replace(MAIN, street="Krótka 9"),))
        assert rows(sandbox, "SELECT KnA_Ulica FROM KntAdresy WHERE KnA_Wysylkowy = 1 AND KnA_DataArc = 0") == [
            ("Magazynowa 2",)
        ]


def test_an_address_that_goes_is_archived_and_one_that_comes_is_made() -> None:
    other = msgspec.structs.replace(STORE, street="Portowa 3", city="Gdynia")
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, STORE))))
        got = changed(endpoint, remote, addresses=(MAIN, other)).contractor.addresses
        assert [one.street for one in got] == ["Długa 1", "Portowa 3"]
        assert rows(sandbox, "SELECT KnA_Ulica FROM KntAdresy WHERE KnA_DataArc > 0") == [("Magazynowa 2",)]


def test_an_address_in_another_spelling_is_the_same_one_changed() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, STORE))))
        spelled = msgspec.structs.replace(STORE, street="ul. Magazynowa 2")
        got = changed(endpoint, remote, addresses=(MAIN, spelled)).contractor.addresses
        assert got[1].key == remote.contractor.addresses[1].key
        assert got[1].street == "ul. Magazynowa 2"


def test_the_main_address_is_emptied_and_not_archived() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        assert changed(endpoint, remote, addresses=()).contractor.addresses == ()
        ((main,),) = rows(sandbox, "SELECT Knt_KnANumer FROM KntKarty")
        assert rows(sandbox, "SELECT KnA_DataArc FROM KntAdresy WHERE KnA_GIDNumer = ?", main) == [(0,)]


@pytest.mark.parametrize("way", ["http", "drop"])
def test_a_main_address_that_takes_deliveries_goes_on_taking_them(way: Any) -> None:
    with company(way) as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        run(sandbox, "UPDATE KntAdresy SET KnA_Wysylkowy = 1, KnA_EMail = 'adres@firma.example'")
        got = changed(endpoint, remote, addresses=(msgspec.structs.replace(MAIN, street="Krótka 9"),))
        assert [one.kind for one in got.contractor.addresses] == [AddressKind.MAIN]
        kept = "SELECT KnA_Ulica, KnA_Wysylkowy, KnA_EMail FROM KntAdresy WHERE KnA_DataArc = 0"
        assert rows(sandbox, kept) == [("Krótka 9", 1, "adres@firma.example")]


def test_the_region_of_the_main_address_is_on_the_card() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        got = changed(endpoint, remote, addresses=(msgspec.structs.replace(MAIN, region="małopolskie"),))
        assert got.contractor.addresses[0].region == "małopolskie"


def test_an_address_for_invoices_comes_back_as_another_one() -> None:
    invoice = msgspec.structs.replace(STORE, kind=AddressKind.INVOICE)
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        got = changed(endpoint, remote, addresses=(MAIN, invoice))
        assert [one.kind for one in got.contractor.addresses] == [AddressKind.MAIN, AddressKind.OTHER]
        assert any("invoices" in text for text in endpoint.capabilities.degradations)


def test_a_person_whose_e_mail_changes_is_the_same_person() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        wanted = (msgspec.structs.replace(ANNA, email="a.lis@firma.example"), JAN)
        got = changed(endpoint, remote, employees=wanted).contractor.employees
        assert [(one.key, one.email) for one in got] == [("1", "a.lis@firma.example"), ("2", "jan@firma.example")]


def test_a_person_who_goes_is_no_log_in_any_more_and_stays_in_the_erp() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(msgspec.structs.replace(FIRM, employees=(ANNA, JAN))))
        got = changed(endpoint, remote, employees=(ANNA,)).contractor.employees
        assert [one.name for one in got] == ["Anna Lis"]
        assert rows(sandbox, "SELECT KnS_ESklep, KnS_Archiwalny FROM KntOsoby WHERE KnS_KntLp = 2") == [(0, 1)]


def test_a_person_without_the_shops_mark_stays_as_it_is() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, employees=(ANNA, JAN)))
        run(sandbox, "UPDATE KntOsoby SET KnS_ESklep = 0 WHERE KnS_KntLp = 2")
        changed(endpoint, endpoint.get(number), employees=())
        assert rows(sandbox, "SELECT KnS_Archiwalny FROM KntOsoby ORDER BY KnS_KntLp") == [(1,), (0,)]


def test_the_default_log_in_moves_from_one_person_to_the_other() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(msgspec.structs.replace(FIRM, employees=(ANNA, JAN))))
        wanted = (
            msgspec.structs.replace(ANNA, default_login=False),
            msgspec.structs.replace(JAN, default_login=True),
        )
        got = changed(endpoint, remote, employees=wanted).contractor.employees
        assert [one.default_login for one in got] == [False, True]


def test_leaving_the_home_group_moves_home() -> None:
    with company(home_group_field="home") as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(msgspec.structs.replace(FIRM, groups=("Detal", "Hurt"))))
        got = changed(endpoint, remote, groups=("Hurt",)).contractor
        assert (got.groups, got.custom) == (("Hurt",), {"home": "Hurt"})


def test_a_group_that_a_person_gave_meanwhile_stays() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        sandbox.add(msgspec.structs.replace(FIRM, number="K2", groups=("Hurt", "VIP")))
        remote = endpoint.get(number)
        sandbox.edit(number, groups=("Detal", "VIP"))
        assert changed(endpoint, remote, groups=("Detal", "Hurt")).contractor.groups == ("Detal", "Hurt", "VIP")


def test_a_group_that_xl_lacks_is_an_issue_and_not_made() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        with pytest.raises(InvalidRecord) as caught:
            changed(endpoint, remote, groups=("Detal", "Nowa"))
        assert (caught.value.code, caught.value.field) == ("unknown-group", "groups")


def test_attributes_keep_their_places_and_free_ones_are_filled() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(msgspec.structs.replace(FIRM, custom={"A": "1", "B": "2", "C": "3"})))
        got = changed(endpoint, remote, custom={"A": "1", "C": "4", "D": "5"})
        assert got.contractor.custom == {"A": "1", "C": "4", "D": "5"}
        assert rows(sandbox, "SELECT Knt_Atrybut1, Knt_Atrybut2, Knt_Atrybut3 FROM KntKarty") == [("A", "D", "C")]


def test_a_contractor_without_a_number_gets_one_that_is_the_same_each_time() -> None:
    new = msgspec.structs.replace(FIRM, number="", groups=())
    with company() as (sandbox, endpoint):
        made = endpoint.create(new)
        assert made.contractor.number.startswith("SK")
        assert len(made.contractor.number) == 14
        assert endpoint.create(new).external_id == made.external_id
        assert len(sandbox.holds()) == 1


def test_a_code_that_somebody_has_is_not_given_twice() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        with pytest.raises(InvalidRecord) as caught:
            endpoint.create(Contractor(name="Inna", number="k1"))
        assert caught.value.field == "number"
        assert len(sandbox.holds()) == 1


def test_an_update_of_nobody_is_not_found() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        sandbox.remove("1")
        with pytest.raises(NotFound):
            changed(endpoint, remote, name="Nowa")


def test_without_a_bridge_nothing_is_written() -> None:
    with company() as (sandbox, _), opened(sandbox, bridge_url="", bridge_token="") as endpoint:
        remote = endpoint.get(sandbox.add(FIRM))
        assert endpoint.capabilities.writes == frozenset()
        with pytest.raises(Misconfigured, match="only read"):
            endpoint.create(FIRM)
        with pytest.raises(Misconfigured, match="only read"):
            changed(endpoint, remote, name="Nowa")


def test_two_ways_to_the_bridge_are_one_too_many(tmp_path: Any) -> None:
    with (
        company() as (sandbox, _),
        pytest.raises(Misconfigured, match="outbox"),
        opened(sandbox, outbox=str(tmp_path)),
    ):
        pass


def test_a_card_that_cannot_be_read_is_no_reason_to_make_another() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_Miasto = CAST(? AS TEXT)", b"\xb3\xf3d\xbf")
        with pytest.raises(RecordError):
            endpoint.find(FIRM)


def test_a_contractor_that_was_made_has_all_that_was_asked_for() -> None:
    wanted = msgspec.structs.replace(
        FIRM,
        addresses=(Address(street="Długa 5", city="Łódź", region="łódzkie", phone="42"), STORE),
        employees=(ANNA, msgspec.structs.replace(JAN, active=False)),
        discount=Decimal("2.50"),
        groups=(),
    )
    with company() as (_, endpoint):
        got = endpoint.create(wanted).contractor
        plain = tuple(msgspec.structs.replace(one, key="") for one in got.addresses)
        assert (plain, got.discount) == (wanted.addresses, Decimal("2.50"))
        assert [(one.name, one.active) for one in got.employees] == [("Anna Lis", True), ("Jan Kos", False)]


def test_of_two_main_addresses_the_first_is_the_cards_and_stays_it() -> None:
    office = msgspec.structs.replace(MAIN, street="Krótka 9")
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        for name in ("Firma Druga", "Firma Trzecia"):
            remote = changed(endpoint, endpoint.get(number), name=name, addresses=(MAIN, office))
            assert [(one.kind, one.street) for one in remote.contractor.addresses] == [
                (AddressKind.MAIN, "Długa 1"),
                (AddressKind.OTHER, "Krótka 9"),
            ]
