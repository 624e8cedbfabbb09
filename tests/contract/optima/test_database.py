"""Is Optima's database read as it is filled: by operators, by integrators, by bulk tools?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.optima.simulator import OptimaSandbox
from syncd.domain.contractor import Address, AddressKind, Contractor, Employee, Kind
from syncd.errors import InvalidRecord, Misconfigured, NotFound
from tests.contract.optima.company import connect, read


def customer(number: str = "ODB1", **changes: object) -> Contractor:
    values: dict[str, object] = {"name": "Firma", "number": number, "country": "PL", "tax_class": "Knt_Export=0"}
    return Contractor(**{**values, **changes})  # type: ignore[arg-type]


def told(company: OptimaSandbox, code: str) -> Contractor:
    return connect(company).get(code).contractor


def test_a_name_in_three_lines_is_one_name(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_Nazwa1="Zakłady Mięsne", Knt_Nazwa2="", Knt_Nazwa3="w Łodzi sp. z o.o.")
    assert told(company, "ODB1").name == "Zakłady Mięsne w Łodzi sp. z o.o."


def test_the_contractor_without_a_card_is_nobody(company: OptimaSandbox) -> None:
    company.add(customer())
    got = read(connect(company), full=True)
    assert (got.ids, got.proof.complete) == (["ODB1"], True)


def test_banks_employees_and_offices_are_no_contractors(company: OptimaSandbox) -> None:
    company.add(customer())
    company.add(customer("BANK"))
    company.set("BANK", Knt_PodmiotTyp=2)
    assert read(connect(company), full=True).ids == ["ODB1"]
    with pytest.raises(NotFound):
        connect(company).get("BANK")


def test_padded_texts_are_read_without_their_blanks(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_Kod="ODB1  ", Knt_Miasto="Łódź   ", Knt_Grupa="HURT".ljust(20), Knt_NipE="5260250274   ")
    got = read(connect(company), full=True)
    contractor = got.told["ODB1"]
    assert (contractor.number, contractor.groups, contractor.tax_id) == ("ODB1", ("HURT",), "5260250274")
    assert [address.city for address in contractor.addresses] == ["Łódź"]


def test_a_dash_is_no_email_and_the_first_of_several_counts(company: OptimaSandbox) -> None:
    for number, stated, email in (
        ("A", "-", ""),
        ("B", "a@firma.example; b@firma.example", "a@firma.example"),
        ("C", " c@firma.example ", "c@firma.example"),
    ):
        company.add(customer(number))
        company.set(number, Knt_Email=stated)
        assert told(company, number).email == email


@pytest.mark.parametrize(
    ("iso", "name", "country"),
    [
        ("", "Polska", "PL"),
        ("", "Niemcy", "DE"),
        ("DE", "", "DE"),
        ("de ", "Niemcy", "DE"),
        ("EL", "Grecja", "GR"),
        ("", "Nibylandia", "Nibylandia"),
        ("??", "", "??"),
        ("", "", ""),
    ],
)
def test_a_country_is_a_polish_name_or_a_code_or_nothing(
    company: OptimaSandbox, iso: str, name: str, country: str
) -> None:
    company.add(customer())
    company.set("ODB1", Knt_KrajISO=iso, Knt_Kraj=name)
    assert told(company, "ODB1").country == country


def test_a_code_and_a_name_that_contradict_each_other_are_both_told(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_KrajISO="DE", Knt_Kraj="Polska", Knt_Miasto="Słubice")
    contractor = told(company, "ODB1")
    assert (contractor.country, contractor.addresses[0].country) == ("DE", "PL")


@pytest.mark.parametrize("code", [*range(10), 12])
def test_every_class_of_country_is_told_by_its_number(company: OptimaSandbox, code: int) -> None:
    company.add(customer())
    company.set("ODB1", Knt_Export=code)
    assert told(company, "ODB1").tax_class == f"Knt_Export={code}"


def test_a_tax_number_keeps_how_it_was_typed_and_its_prefix(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_NipKraj="PL", Knt_NipE="526-025-02-74", Knt_Nip="5260250274")
    contractor = told(company, "ODB1")
    found = (contractor.tax_prefix, contractor.tax_id, contractor.tax_id_stated)
    assert found == ("PL", "5260250274", "526-025-02-74")


def test_a_tax_number_that_only_an_integrator_wrote_is_read(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_NipE="", Knt_Nip="5260250274")
    assert told(company, "ODB1").tax_id == "5260250274"


def test_a_prefix_typed_into_the_number_is_a_prefix(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_NipKraj="", Knt_NipE="DE136695976")
    contractor = told(company, "ODB1")
    assert (contractor.tax_prefix, contractor.tax_id) == ("DE", "136695976")


def test_blocked_documents_and_a_protected_card_are_no_block(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_BlokadaDok=1, Knt_ZakazDokumentowHaMag=1, Knt_Chroniony=1)
    assert told(company, "ODB1").active
    company.set("ODB1", Knt_Nieaktywny=1)
    assert not told(company, "ODB1").active


def test_a_final_consumer_is_a_person(company: OptimaSandbox) -> None:
    company.add(customer(kind=Kind.PERSON))
    assert told(company, "ODB1").kind is Kind.PERSON


def test_a_pesel_stays_in_optima(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_Pesel="44051401359")
    assert all(b"44051401359" not in record.raw for record in read(connect(company), full=True).records)


def test_the_main_group_and_those_of_the_configured_query_are_one_list(company: OptimaSandbox) -> None:
    company.add(customer(groups=("Detal", "HURT", "VIP")))
    assert told(company, "ODB1").groups == ("Detal", "HURT", "VIP")
    plain = connect(company, without=("extra_groups",))
    assert plain.get("ODB1").contractor.groups == ("Detal",)
    assert not plain.capabilities.many_groups
    assert "groups" not in plain.capabilities.writes


def test_a_query_of_the_configuration_may_have_colons_and_a_semicolon(company: OptimaSandbox) -> None:
    company.add(customer(groups=("A", "B:2")))
    query = "SELECT KnG_KntId AS contractor, KnG_Nazwa AS name FROM CDN.KntGrupy WHERE KnG_Nazwa LIKE 'B:%';"
    assert connect(company, extra_groups=query).get("ODB1").contractor.groups == ("A", "B:2")


def test_attributes_of_contractors_are_custom_fields_and_those_of_others_are_not(company: OptimaSandbox) -> None:
    company.add(customer(custom={"BRANZA": "budowlana"}))
    with company.database() as db:
        db.execute("INSERT INTO DefAtrybuty (DeA_DeAId, DeA_Kod, DeA_Typ) VALUES (77, 'TOWAR', 1)")
        db.execute(
            "INSERT INTO KntAtrybuty (KnA_DeAId, KnA_PodmiotTyp, KnA_PodmiotId, KnA_WartoscTxt) VALUES (77, 1, 2, 'x')"
        )
        db.execute(
            "INSERT INTO KntAtrybuty (KnA_DeAId, KnA_PodmiotTyp, KnA_PodmiotId, KnA_WartoscTxt) VALUES (1, 3, 2, 'y')"
        )
    assert told(company, "ODB1").custom == {"BRANZA": "budowlana"}


def test_two_addresses_and_a_second_street_line_are_read(company: OptimaSandbox) -> None:
    main = Address(street="ul. Długa 5/7\nbudynek C", postal_code="30-001", city="Kraków", region="małopolskie",
                   country="PL")  # fmt: skip
    letters = Address(kind=AddressKind.POSTAL, street="Skrytka pocztowa 12", city="Kraków", country="PL")
    company.add(customer(addresses=(main, letters)))
    assert told(company, "ODB1").addresses == (main, letters)


def test_a_village_without_streets_has_a_house_number(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_Miasto="Wola", Knt_NrDomu="5A")
    assert told(company, "ODB1").addresses == (Address(street="5A", city="Wola"),)


def test_an_unused_postal_address_of_nulls_is_none(company: OptimaSandbox) -> None:
    company.add(customer())
    assert told(company, "ODB1").addresses == ()


def test_contact_persons_with_an_email_can_log_in(company: OptimaSandbox) -> None:
    people = (Employee(name="Ewa", email="ewa@firma.example", default_login=True), Employee(name="Jan"))
    company.add(customer(employees=people))
    assert told(company, "ODB1").employees == people[:1]
    assert "employees" not in connect(company, without=("persons",)).capabilities.reads


def test_an_unknown_payment_form_is_told_by_its_number(company: OptimaSandbox) -> None:
    company.add(customer())
    company.set("ODB1", Knt_FplID=9)
    assert told(company, "ODB1").payment_form == "Knt_FplID=9"
    known = connect(company, payment_forms={"9": "karta"})
    assert known.get("ODB1").contractor.payment_form == "karta"


def test_a_contractor_without_a_time_is_delivered_by_every_read(company: OptimaSandbox) -> None:
    company.add(customer("A"))
    company.add(customer("B"))
    for code in ("A", "B"):
        company.set(code, Knt_TS_Mod="2020-01-01 10:00:00.003")
    endpoint = connect(company)
    company.set("B", Knt_TS_Mod=None)
    cursor = read(endpoint, full=True).cursor
    company.add(customer("C"))
    company.set("A", Knt_TS_Mod="2019-01-01 10:00:00.003")
    assert read(endpoint, cursor).ids == ["B", "C"]


def test_a_time_in_the_future_moves_nothing(company: OptimaSandbox) -> None:
    company.add(customer("A"))
    company.set("A", Knt_TS_Mod="2099-01-01 00:00:00.000")
    endpoint = connect(company)
    cursor = read(endpoint, full=True).cursor
    company.add(customer("B"))
    assert "B" in read(endpoint, cursor).ids


def test_a_clock_that_was_set_back_hides_no_change(company: OptimaSandbox) -> None:
    company.add(customer("A"))
    company.set("A", Knt_TS_Mod="2020-01-01 10:00:00.003")
    company.add(customer("B"))
    endpoint = connect(company)
    cursor = read(endpoint, full=True).cursor
    assert cursor is not None
    ahead = datetime.fromisoformat(cursor.removeprefix("ts:")) + timedelta(days=1)
    got = read(endpoint, f"ts:{ahead.isoformat()}")
    assert got.ids == ["B"]
    assert got.cursor is not None
    assert got.cursor < f"ts:{ahead.isoformat()}"


def test_a_workstation_whose_clock_is_behind_is_heard(company: OptimaSandbox) -> None:
    company.add(customer("A"))
    company.add(customer("B"))
    endpoint = connect(company)
    cursor = read(endpoint, full=True).cursor
    assert cursor is not None
    behind = datetime.fromisoformat(cursor.removeprefix("ts:")) - timedelta(minutes=70)
    company.set("A", Knt_TS_Mod=behind.isoformat(sep=" ", timespec="seconds"), Knt_Miasto="Łódź")
    assert "A" in read(endpoint, cursor).ids


def test_a_time_that_is_none_does_not_end_the_read(company: OptimaSandbox) -> None:
    company.add(customer("A"))
    company.set("A", Knt_TS_Mod="wczoraj")
    assert read(connect(company), full=True).ids == ["A"]


def test_a_row_without_an_acronym_is_an_issue_and_nobody_counts_as_missing(company: OptimaSandbox) -> None:
    company.add(customer("A"))
    company.add(customer("B"))
    company.set("B", Knt_Kod="")
    got = read(connect(company), full=True)
    assert (got.ids, [item.external_id for item in got.rejected]) == (["A"], ["Knt_KntId 3"])
    assert not got.proof.complete


def test_bytes_that_are_no_text_are_an_issue_of_one_record(company: OptimaSandbox) -> None:
    for number in ("A", "B", "C"):
        company.add(customer(number))
    with company.database() as db:
        db.execute("UPDATE Kontrahenci SET Knt_Miasto = CAST(x'a3f3' AS TEXT) WHERE Knt_Kod = 'B'")
    got = read(connect(company), full=True)
    assert (got.ids, list(got.broken), got.proof.complete) == (["A", "B", "C"], ["B"], True)
    assert got.broken["B"].field == "Knt_Miasto"
    with pytest.raises(InvalidRecord, match="B"):
        connect(company).get("B")


def test_a_version_of_optima_without_a_column_is_read_and_said(company: OptimaSandbox) -> None:
    company.add(customer())
    with company.database() as db:
        db.execute("ALTER TABLE Kontrahenci DROP COLUMN Knt_GLN")
    endpoint = connect(company)
    assert read(endpoint, full=True).ids == ["ODB1"]
    assert any("Knt_GLN" in warning for warning in endpoint.check().warnings)


def test_a_column_that_cannot_be_done_without_is_named(company: OptimaSandbox) -> None:
    with company.database() as db:
        db.execute("ALTER TABLE Kontrahenci DROP COLUMN Knt_Nieaktywny")
    with pytest.raises(Misconfigured, match="Knt_Nieaktywny"):
        read(connect(company), full=True)


def test_known_by_id_a_contractor_keeps_its_name_when_the_acronym_changes(company: OptimaSandbox) -> None:
    company.add(customer("A"))
    endpoint = connect(company, identity="id", write="none")
    (before,) = read(endpoint, full=True).ids
    company.set("A", Knt_Kod="NOWY")
    assert read(endpoint, full=True).ids == [before]
    assert endpoint.get(before).contractor.number == "NOWY"
    for stranger in ("NOWY", "99", "9" * 30):
        with pytest.raises(NotFound):
            endpoint.get(stranger)


def test_acronyms_are_the_same_in_any_case_as_the_server_has_it(company: OptimaSandbox) -> None:
    company.add(customer("Odb1"))
    assert connect(company).get("ODB1").contractor.number == "Odb1"
    assert [remote.external_id for remote in connect(company).find(Contractor(name="x", number="ODB1"))] == ["Odb1"]


@pytest.mark.parametrize("stated", ["526-025-02-74", "PL5260250274", "526 025 02 74"])
def test_somebody_is_found_by_a_tax_number_however_it_was_typed(company: OptimaSandbox, stated: str) -> None:
    company.add(customer())
    company.set("ODB1", Knt_NipE=stated, Knt_Nip="")
    wanted = Contractor(name="x", tax_id="5260250274", country="PL")
    assert [remote.external_id for remote in connect(company).find(wanted)] == ["ODB1"]


def test_only_contractors_with_the_mark_of_the_shop_are_read_if_that_is_asked(company: OptimaSandbox) -> None:
    company.add(customer("A"))
    company.add(customer("B"))
    company.set("B", Knt_ESklep=1)
    assert read(connect(company, esklep_only=True), full=True).ids == ["B"]


def test_the_connection_cannot_write_into_the_database(company: OptimaSandbox) -> None:
    company.add(customer())
    endpoint = connect(company, extra_groups="SELECT 1 AS contractor, 'x' AS name")
    source = endpoint._source._database  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="database"), source.connect(writes=True) as connection:
        connection.exec_driver_sql("UPDATE CDN.Kontrahenci SET Knt_Nazwa1 = 'x'")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"url": ""}, "url"),
        ({"folder": None}, "folder"),
        ({"identity": "id"}, "identity"),
        ({"code_page": "rot13"}, "code_page"),
        ({"carry": {"NAZWA1": "Knt_Nazwa1"}}, "carry"),
        ({"carry": {"ROLNIK": "1; DROP TABLE x"}}, "carry"),
        ({"zone": "Europe/Nigdzie"}, "zone"),
    ],
)
def test_options_that_contradict_each_other_are_named(
    company: OptimaSandbox, options: dict[str, Any], field: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        connect(company, **options)
    assert caught.value.field == field


def test_a_cursor_of_another_platform_asks_for_a_full_read(company: OptimaSandbox) -> None:
    with pytest.raises(Misconfigured) as caught:
        read(connect(company), "17.5")
    assert caught.value.code == "bad-cursor"


def test_a_clock_that_is_far_off_is_said(company: OptimaSandbox) -> None:
    endpoint = connect(company, now=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    assert any("seconds apart" in warning for warning in endpoint.check().warnings)
