"""Is a card of XL read as its people mean it?"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from adapters.xl.simulated.program import ZONE
from syncd.domain.contractor import Address, AddressKind, Contractor, Employee, Kind, dump
from syncd.errors import InvalidRecord, NotFound, SuspiciousRun
from tests.contract.xl.bases import ANNA, FIRM, MAIN, STORE, changed, company, opened, read, rows, run, told


def test_padded_and_dirty_columns_lose_their_blanks() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_Akronim = 'K1' || '                  ', Knt_Nazwa2 = '  i Druga  '")
        got = endpoint.get(number).contractor
        assert (got.number, got.name) == ("K1", "Firma Pierwsza i Druga")
        assert [one.external_id for one in endpoint.find(Contractor(name="X", number="k1"))] == [number]


def test_a_name_on_three_lines_is_one_name() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_Nazwa1 = 'Przedsiębiorstwo', Knt_Nazwa2 = NULL, Knt_Nazwa3 = 'Łódź'")
        assert endpoint.get(number).contractor.name == "Przedsiębiorstwo Łódź"


@pytest.mark.parametrize(("full", "plain"), [("526-025-02-74", "526025"), (None, "526-025-02-74"), ("", "5260250274")])
def test_the_tax_number_is_the_one_that_was_typed_else_the_other(full: str | None, plain: str) -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_NipE = ?, Knt_Nip = ?, Knt_NipPrefiks = 'pl'", full, plain)
        got = endpoint.get(number).contractor
        assert (got.tax_id, got.tax_prefix) == ("5260250274", "PL")
        assert [one.external_id for one in endpoint.find(Contractor(name="X", tax_id="5260250274"))] == [number]


@pytest.mark.parametrize(
    ("stored", "stated"),
    [(1, "Knt_ExpoKraj=1"), (2, "Knt_ExpoKraj=2"), (3, "Knt_ExpoKraj=3"), (0, ""), (None, ""), (7, "")],
)
def test_the_country_class_is_stated_in_the_erps_own_words(stored: int | None, stated: str) -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_ExpoKraj = ?", stored)
        assert endpoint.get(number).contractor.tax_class == stated


def test_archived_is_switched_off_and_the_unused_column_is_not_looked_at() -> None:
    with company() as (sandbox, endpoint):
        archived, other = sandbox.add(FIRM), sandbox.add(msgspec.structs.replace(FIRM, number="K2"))
        run(sandbox, "UPDATE KntKarty SET Knt_Archiwalny = 1 WHERE Knt_GIDNumer = ?", archived)
        run(sandbox, "UPDATE KntKarty SET Knt_Nieaktywny = 1 WHERE Knt_GIDNumer = ?", other)
        active = {key: one.active for key, one in told(endpoint, read(endpoint, full=True)).items()}
        assert active == {archived: False, other: True}


@pytest.mark.parametrize("column", ["Knt_BlokadaTransakcji", "Knt_BlokadaZam"])
def test_a_block_of_documents_switches_off_only_if_the_option_says_so(column: str) -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, f"UPDATE KntKarty SET {column} = 1")
        assert endpoint.get(number).contractor.active
        with opened(sandbox, blocks_count=True) as strict:
            assert not strict.get(number).contractor.active


def test_an_anonymised_contractor_is_switched_off_and_nothing_of_it_is_read() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_Anonim = 1")
        got = endpoint.get(number).contractor
        assert got == Contractor(name=f"anonymised {number}", active=False)


def test_a_personal_number_stays_in_the_erp() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_Pesel = '44051401359'")
        (record,) = read(endpoint).records
        assert b"44051401359" not in record.raw
        assert b"44051401359" not in dump(endpoint.parse(record).contractor)


def test_a_natural_person_is_a_person() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, kind=Kind.PERSON))
        assert endpoint.get(number).contractor.kind is Kind.PERSON


def test_terms_are_read_in_words_where_they_are_known() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_Cena = 3, Knt_Rabat = 7.5, Knt_FormaPl = 100, Knt_Symbol = 'pln'")
        got = endpoint.get(number).contractor
        assert (got.price_list, got.discount, got.payment_form) == ("3", Decimal("7.50"), "compensation")
        assert got.currency == "PLN"
        run(sandbox, "UPDATE KntKarty SET Knt_Cena = 0, Knt_Rabat = 0, Knt_FormaPl = 77")
        got = endpoint.get(number).contractor
        assert (got.price_list, got.discount, got.payment_form) == ("", None, "77")


def test_archived_versions_of_an_address_are_past() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, STORE)))
        first = endpoint.get(number).contractor.addresses
        moved = msgspec.structs.replace(MAIN, street="Krótka 9")
        sandbox.edit(number, addresses=(moved, STORE))
        got = endpoint.get(number).contractor.addresses
        assert [(one.kind, one.street) for one in got] == [
            (AddressKind.MAIN, "Krótka 9"),
            (AddressKind.DELIVERY, "Magazynowa 2"),
        ]
        assert rows(sandbox, "SELECT COUNT(*) FROM KntAdresy WHERE KnA_DataArc > 0") == [(2,)]
        # A version has another number, and the key of the first one.
        assert {one.key for one in got} == {one.key for one in first}


def test_two_current_addresses_that_claim_one_origin_keep_their_own_numbers() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, STORE)))
        run(sandbox, "UPDATE KntAdresy SET KnA_KnaPierwotny = 1")
        keys = [one.key for one in endpoint.get(number).contractor.addresses]
        assert len(set(keys)) == 2


def test_a_card_that_points_at_no_current_address_has_its_own_copy() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, STORE)))
        run(sandbox, "UPDATE KntKarty SET Knt_KnANumer = 999, Knt_Wojewodztwo = 'małopolskie'")
        run(sandbox, "DELETE FROM KntAdresy WHERE KnA_Wysylkowy = 0")
        main, store = endpoint.get(number).contractor.addresses
        assert main == msgspec.structs.replace(MAIN, region="małopolskie")
        assert store.kind is AddressKind.DELIVERY


def test_an_address_that_is_not_to_be_published_is_not_read() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, STORE)))
        run(sandbox, "UPDATE KntAdresy SET KnA_NiePublikuj = 1 WHERE KnA_Wysylkowy = 1")
        assert [one.kind for one in endpoint.get(number).contractor.addresses] == [AddressKind.MAIN]


def test_an_address_of_another_contractor_type_is_nobodys() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, STORE)))
        run(sandbox, "UPDATE KntAdresy SET KnA_KntTyp = 944 WHERE KnA_Wysylkowy = 1")
        assert [one.kind for one in endpoint.get(number).contractor.addresses] == [AddressKind.MAIN]


def test_only_persons_with_the_shops_mark_log_in_unless_all_do() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(
            msgspec.structs.replace(FIRM, employees=(ANNA, Employee(name="Jan Kos", email="j@f.example")))
        )
        run(sandbox, "UPDATE KntOsoby SET KnS_ESklep = 0 WHERE KnS_Nazwa = 'Jan Kos'")
        assert [one.name for one in endpoint.get(number).contractor.employees] == ["Anna Lis"]
        with opened(sandbox, persons="all") as wide:
            assert [one.name for one in wide.get(number).contractor.employees] == ["Anna Lis", "Jan Kos"]


@pytest.mark.parametrize(
    ("change", "default"),
    [
        ("KnS_AdminESklep = (KnS_KntLp = 2)", "Jan"),
        ("KnS_AdminESklep = 0", "Anna"),
        ("KnS_AdminESklep = 1", "Anna"),
        ("KnS_AdminESklep = 0, KnS_EMail = CASE KnS_KntLp WHEN 1 THEN '' ELSE KnS_EMail END", "Jan"),
        ("KnS_AdminESklep = 0, KnS_Archiwalny = (KnS_KntLp = 1)", "Jan"),
    ],
)
def test_exactly_one_person_is_the_default_log_in(change: str, default: str) -> None:
    people = (Employee(name="Anna", email="a@f.example"), Employee(name="Jan", email="j@f.example"))
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, employees=people))
        run(sandbox, f"UPDATE KntOsoby SET {change}")
        got = endpoint.get(number).contractor.employees
        assert [one.name for one in got if one.default_login] == [default]


def test_an_archived_person_is_there_and_inactive_and_an_anonymised_one_is_gone() -> None:
    people = (ANNA, Employee(name="Jan", email="j@f.example"), Employee(name="Ewa", email="e@f.example"))
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, employees=people))
        run(sandbox, "UPDATE KntOsoby SET KnS_Archiwalny = 1 WHERE KnS_KntLp = 2")
        run(sandbox, "UPDATE KntOsoby SET KnS_Anonim = 1 WHERE KnS_KntLp = 3")
        assert [(one.name, one.active) for one in endpoint.get(number).contractor.employees] == [
            ("Anna Lis", True),
            ("Jan", False),
        ]


def test_a_mobile_number_stands_in_for_a_missing_telephone() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntOsoby SET KnS_Telefon = '', KnS_TelefonK = '601234567'")
        assert endpoint.get(number).contractor.employees[0].phone == "601234567"


def test_attributes_of_the_card_are_custom_fields() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, custom={"Region": "Południe"}))
        run(sandbox, "UPDATE KntKarty SET Knt_Atrybut3 = 'Bez wartości'")
        assert endpoint.get(number).contractor.custom == {"Region": "Południe"}


def test_an_older_database_without_the_later_columns_is_read() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        for table, column in (("KntKarty", "Knt_Anonim"), ("KntKarty", "Knt_GLN"), ("KntOsoby", "KnS_AdminESklep")):
            run(sandbox, f"ALTER TABLE {table} DROP COLUMN {column}")
        got = endpoint.get(number).contractor
        assert (got.name, got.employees[0].default_login) == ("Firma Pierwsza", True)


def test_a_card_that_is_null_in_every_column_fails_alone() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "INSERT INTO KntKarty (Knt_GIDTyp, Knt_Typ) VALUES (32, 16)")
        got = read(endpoint, full=True)
        bad = next(record for record in got.records if record.external_id != number)
        with pytest.raises(InvalidRecord, match="name"):
            endpoint.parse(bad)


def test_bytes_that_are_no_text_fail_one_record_only() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        other = sandbox.add(msgspec.structs.replace(FIRM, number="K2"))
        broken = b"\xb3\xf3d\xbf"
        run(sandbox, "UPDATE KntAdresy SET KnA_Miasto = CAST(? AS TEXT) WHERE KnA_KntNumer = ?", broken, other)
        got = read(endpoint, full=True)
        assert got.ids == [number]
        assert [(one.external_id, one.error.field) for one in got.rejected] == [(other, "KnA_Miasto")]


def test_technical_rows_and_other_types_are_no_customers() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        with sandbox.program.database() as db:
            for columns in (
                {"Nazwa1": "Jednorazowy", "Akronim": "!NIEOKREŚLONY!"},
                {"Nazwa1": "Dostawca", "Akronim": "D1", "Typ": 8},
                {"Nazwa1": "Nieustawiony", "Akronim": "N1", "Typ": 0},
                {"Nazwa1": "Techniczny", "Akronim": "T1", "Wsk": 1},
                {"Nazwa1": "Pracownik", "Akronim": "P1", "GIDTyp": 944},
            ):
                sandbox.program.new_card(db, columns)
            both = sandbox.program.new_card(db, {"Nazwa1": "Oba", "Typ": 24})
        assert read(endpoint, full=True).ids == [number, str(both)]


def test_a_supplier_is_found_before_a_customer_is_made_twice() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_Typ = 8")
        assert read(endpoint, full=True).ids == []
        (found,) = endpoint.find(Contractor(name="X", tax_id="5260250274"))
        assert (found.external_id, found.contractor.active) == (number, False)


def test_the_moment_of_a_change_is_the_latest_of_the_four_tables() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_LastModL = 1141724389")
        run(sandbox, "UPDATE KntAdresy SET KnA_LastModL = 1164103200")
        run(sandbox, "UPDATE KntOsoby SET KnS_CzasModyfikacji = NULL")
        run(sandbox, "UPDATE KntGrupy SET KnG_CzasModyfikacji = 0")
        assert endpoint.get(number).modified == datetime(2026, 11, 21, 10, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize("external_id", ["abc", "", "1.5", "-1", "٣", "99999999999999999999"])
def test_what_is_no_number_of_a_card_is_not_found(external_id: str) -> None:
    with company() as (_, endpoint), pytest.raises(NotFound):
        endpoint.get(external_id)


def test_a_read_with_more_contractors_than_plausible_is_suspicious() -> None:
    with company(row_cap=2) as (sandbox, endpoint):
        for index in range(3):
            sandbox.add(msgspec.structs.replace(FIRM, number=f"K{index}"))
        with pytest.raises(SuspiciousRun):
            read(endpoint, full=True)


def test_an_empty_database_blocks_nobody() -> None:
    with company() as (_, endpoint):
        assert not read(endpoint, full=True).proof.complete


def test_fields_that_are_left_out_are_not_stated() -> None:
    with company() as (sandbox, _), opened(sandbox, fields=frozenset({"name", "number"})) as endpoint:
        number = sandbox.add(FIRM)
        assert endpoint.get(number).contractor == Contractor(name="Firma Pierwsza", number="K1")


def test_an_address_of_another_name_keeps_it() -> None:
    named = msgspec.structs.replace(STORE, name="Magazyn & Spółka")
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, addresses=(MAIN, named)))
        run(sandbox, "UPDATE KntAdresy SET KnA_Nazwa1 = 'Firma Pierwsza' WHERE KnA_Wysylkowy = 0")
        assert [one.name for one in endpoint.get(number).contractor.addresses] == ["", "Magazyn & Spółka"]


def test_an_address_without_any_content_is_none() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, addresses=(Address(country="PL"),)))
        assert endpoint.get(number).contractor.addresses == ()


def test_letters_of_code_page_1250_survive_the_whole_way() -> None:
    code, name = "A/1 ł%2F+&?#", "Zażółć gęślą <jaźń> & 'Söhne' \"Größe\" 100 % / \\ ; --"
    with company() as (sandbox, endpoint):
        made: Any = endpoint.create(msgspec.structs.replace(FIRM, number=code, name=name, groups=()))
        assert (made.contractor.number, made.contractor.name) == (code, name)
        assert [one.external_id for one in endpoint.find(Contractor(name="X", number=code))] == [made.external_id]
        assert changed(endpoint, made, name="Ślusarz").contractor.name == "Ślusarz"
        assert sandbox.holds()[made.external_id].contractor.name == "Ślusarz"
