"""Do changes reach Optima through its import, and is it known when they have?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from adapters.optima.elements import ADDRESS, CONTRACTOR
from adapters.optima.simulator import OptimaSandbox
from syncd import xml
from syncd.domain.contractor import Address, Contractor, Kind
from syncd.errors import InvalidRecord, Misconfigured, NotFound, Unavailable, Unstorable, VersionConflict
from tests.contract.optima.company import changed, connect, read

NEW = Contractor(name="Firma & Syn", tax_id="5260250274", country="PL", email="a@firma.example")


@pytest.fixture
def offline(company: OptimaSandbox) -> OptimaSandbox:
    """Nobody runs the import until a test says so."""
    company.importing = False
    return company


def files(company: OptimaSandbox) -> list[xml.Element]:
    """Contractors of the files in outbox/, oldest first."""
    paths = sorted((company.exchange / "outbox").glob("[!.]*"))
    return [xml.children(xml.parse(path.read_bytes()), "KONTRAHENCI/KONTRAHENT")[0] for path in paths]


def test_a_new_contractor_is_a_file_with_every_element_in_its_order(offline: OptimaSandbox) -> None:
    made = connect(offline).create(NEW)
    (path,) = (offline.exchange / "outbox").iterdir()
    root = xml.parse(path.read_bytes())
    assert root.tag == "{http://www.comarch.pl/cdn/optima/offline}ROOT"
    section = xml.children(root, "KONTRAHENCI")[0]
    assert [xml.text(section, name) for name in ("WERSJA", "BAZA_ZRD_ID", "BAZA_DOC_ID")] == ["2.00", "SKLEP", ""]
    (contractor,) = files(offline)
    names = [xml.local_name(child) for child in contractor]
    assert names[:-3] == ["ID_ZRODLA", *(element.name for element in CONTRACTOR)]
    assert names[-3:] == ["ADRESY", "ADRES_KORESPONDENCYJNY", "GRUPY"]
    address = xml.children(contractor, "ADRESY/ADRES")[0]
    assert [xml.local_name(child) for child in address] == ["STATUS", *(element.name for element in ADDRESS)]
    found = [
        xml.text(contractor, name) for name in ("AKRONIM", "RODZAJ", "EKSPORT", "PLATNIK_VAT", "ROLNIK", "KRAJ_ISO")
    ]
    assert found == [made.external_id, "odbiorca", "krajowy", "Tak", "Nie", "PL"]
    assert xml.text(address, "NAZWA1") == "Firma & Syn"


@pytest.mark.parametrize(
    ("country", "word"), [("PL", "krajowy"), ("DE", "wewnątrzunijny"), ("UA", "pozaunijny"), ("", "krajowy")]
)
def test_a_new_contractor_has_the_class_of_its_country(offline: OptimaSandbox, country: str, word: str) -> None:
    made = connect(offline).create(msgspec.structs.replace(NEW, country=country))
    assert xml.text(files(offline)[0], "EKSPORT") == word
    assert made.contractor.tax_class.startswith("Knt_Export=")


def test_nothing_half_written_is_ever_in_the_outbox(offline: OptimaSandbox) -> None:
    connect(offline).create(NEW)
    assert [path.suffix for path in (offline.exchange / "outbox").iterdir()] == [".xml"]


def test_what_waits_counts_as_held_everywhere(offline: OptimaSandbox) -> None:
    endpoint = connect(offline)
    made = endpoint.create(NEW)
    assert endpoint.get(made.external_id) == made
    assert endpoint.find(Contractor(name="x", tax_id="5260250274", country="PL")) == [made]
    assert endpoint.find(Contractor(name="x", email="A@firma.example")) == [made]
    got = read(endpoint, full=True)
    assert (got.told, got.proof.complete) == ({made.external_id: made.contractor}, True)
    assert connect(offline).get(made.external_id) == made, "another process has to know it as well"


def test_a_create_is_never_written_twice(offline: OptimaSandbox) -> None:
    first = connect(offline).create(NEW)
    assert connect(offline).create(NEW) == first
    assert len(files(offline)) == 1


def test_the_import_is_seen_in_the_database_and_the_file_is_done_with(offline: OptimaSandbox) -> None:
    endpoint = connect(offline)
    made = endpoint.create(NEW)
    kept = [path.read_bytes() for path in (offline.exchange / "outbox").iterdir()]
    offline.run_import(force=True)
    (offline.exchange / "outbox" / "20260101T000000.000000-create-0.xml").write_bytes(kept[0])
    got = read(endpoint, full=True)
    assert got.told[made.external_id] == made.contractor
    assert endpoint._written() == {}


def test_a_file_that_the_import_leaves_behind_is_taken_away(offline: OptimaSandbox) -> None:
    endpoint = connect(offline)
    made = endpoint.create(NEW)
    (path,) = (offline.exchange / "outbox").iterdir()
    data = path.read_bytes()
    offline.run_import(force=True)
    path.write_bytes(data)
    assert endpoint.get(made.external_id) == made
    assert files(offline) == []


def test_an_update_takes_away_the_file_of_a_change_that_it_sees_in_optima(offline: OptimaSandbox) -> None:
    endpoint = connect(offline)
    made = endpoint.create(NEW)
    (path,) = (offline.exchange / "outbox").iterdir()
    data = path.read_bytes()
    offline.run_import(force=True)
    path.write_bytes(data)
    endpoint.update(made, changed(made, email="b@firma.example"))
    assert len(files(offline)) == 1
    assert not path.exists()


def test_an_update_says_all_that_is_known_and_changes_what_was_asked(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Firma", number="ODB1", country="DE", tax_class="Knt_Export=3", groups=("A", "B")))
    offline.set("ODB1", Knt_MaxZwloka=9, Knt_Fax="22 1", Knt_Pesel="44051401359", Knt_Chroniony=1, Knt_Gmina="Łódź")
    offline.set("ODB1", Knt_Nazwa1="Bardzo", Knt_Nazwa2="stara", Knt_Nazwa3="firma", Knt_Rodzaj_Dostawca=1)
    offline.set("ODB1", Knt_BlokadaDok=1, Knt_TelefonSms="600 1", Knt_Poczta="Łódź 5", Knt_Termin=7, Knt_TerminPlat=1)
    with offline.database() as db:
        before = dict(db.execute("SELECT * FROM Kontrahenci WHERE Knt_Kod = 'ODB1'").fetchone())
    endpoint = connect(offline)
    remote = endpoint.get("ODB1")
    endpoint.update(remote, changed(remote, email="nowy@firma.example"))
    offline.run_import(force=True)
    with offline.database() as db:
        after = dict(db.execute("SELECT * FROM Kontrahenci WHERE Knt_Kod = 'ODB1'").fetchone())
    moved = {name for name, value in after.items() if str(value).rstrip() != str(before[name]).rstrip()}
    assert moved == {"Knt_Email", "Knt_TS_Mod", "Knt_ImportAppId", "Knt_ImportRowId"}


def test_an_update_invents_nothing_and_empties_no_list(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Firma", number="ODB1", groups=("A", "B")))
    offline.set("ODB1", Knt_FplID=9)
    endpoint = connect(offline, without=("extra_groups",))
    remote = endpoint.get("ODB1")
    endpoint.update(remote, changed(remote, email="nowy@firma.example"))
    names = {xml.local_name(child) for child in files(offline)[0]}
    assert not names & {"ROLNIK", "UPUST", "CENY", "OPIEKUN", "FORMA_PLATNOSCI", "GRUPY", "KNT_RACHUNKI", "ATRYBUTY"}


def test_a_configured_column_carries_its_element(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Firma", number="ODB1"))
    with offline.database() as db:
        db.execute("ALTER TABLE Kontrahenci ADD COLUMN Knt_Rolnik TINYINT NOT NULL DEFAULT 1")
    endpoint = connect(offline, carry={"ROLNIK": "Knt_Rolnik"})
    remote = endpoint.get("ODB1")
    endpoint.update(remote, changed(remote, email="nowy@firma.example"))
    assert xml.text(files(offline)[0], "ROLNIK") == "Tak"
    with pytest.raises(Misconfigured, match="Knt_Nic"):
        connect(offline, carry={"ROLNIK": "Knt_Nic"}).get("ODB1")


def test_two_changes_before_one_import_are_both_in_the_second_file(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Firma", number="ODB1"))
    endpoint = connect(offline)
    first = endpoint.update(endpoint.get("ODB1"), changed(endpoint.get("ODB1"), email="a@firma.example"))
    second = endpoint.update(first, changed(first, phones=("22 1",)))
    assert (second.contractor.email, second.contractor.phones) == ("a@firma.example", ("22 1",))
    last = files(offline)[-1]
    address = xml.children(last, "ADRESY/ADRES")[0]
    assert (xml.text(address, "EMAIL"), xml.text(address, "TELEFON1")) == ("a@firma.example", "22 1")


def test_a_read_during_the_wait_is_not_taken_for_an_edit_of_the_erp(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Firma", number="ODB1"))
    endpoint = connect(offline)
    cursor = read(endpoint, full=True).cursor
    remote = endpoint.get("ODB1")
    updated = endpoint.update(remote, changed(remote, email="a@firma.example"))
    offline.set("ODB1", Knt_Miasto="Łódź")
    for full in (True, False):
        told = read(endpoint, cursor, full=full).told["ODB1"]
        assert (told.email, [address.city for address in told.addresses]) == ("a@firma.example", ["Łódź"])
    assert updated.contractor.email == "a@firma.example"


def test_an_operators_newer_value_ends_the_wait(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Firma", number="ODB1", email="stary@firma.example"))
    endpoint = connect(offline)
    remote = endpoint.get("ODB1")
    endpoint.update(remote, changed(remote, email="sklep@firma.example", phones=("22 1",)))
    offline.set("ODB1", Knt_Email="operator@firma.example")
    told = read(endpoint, full=True).told["ODB1"]
    assert (told.email, told.phones) == ("operator@firma.example", ("22 1",))
    offline.set("ODB1", Knt_Telefon1="22 1")
    read(endpoint, full=True)
    assert endpoint._written() == {}


def test_a_change_that_nobody_takes_in_becomes_an_issue_and_still_counts(offline: OptimaSandbox) -> None:
    clock = [datetime.now(UTC)]
    endpoint = connect(offline, now=lambda: clock[0], import_hours=24)
    offline.add(Contractor(name="Firma", number="ODB1"))
    made = endpoint.create(NEW)
    remote = endpoint.get("ODB1")
    endpoint.update(remote, changed(remote, email="b@firma.example"))
    cursor = read(endpoint, full=True).cursor
    clock[0] += timedelta(hours=25)
    for full in (True, False):
        got = read(endpoint, cursor, full=full)
        assert set(got.broken) == set(got.ids) == {made.external_id, "ODB1"}
        assert {error.code for error in got.broken.values()} == {"import-overdue"}
    assert any("24 h " in warning for warning in endpoint.check().warnings)
    assert endpoint.find(NEW) == [made]
    offline.run_import(force=True)
    got = read(endpoint, full=True)
    assert (got.broken, sorted(got.ids)) == ({}, sorted([made.external_id, "ODB1"]))


def test_a_late_change_does_not_hide_that_optima_blocks_somebody(offline: OptimaSandbox) -> None:
    clock = [datetime.now(UTC)]
    endpoint = connect(offline, now=lambda: clock[0])
    offline.add(Contractor(name="Firma", number="ODB1"))
    remote = endpoint.get("ODB1")
    endpoint.update(remote, changed(remote, email="b@firma.example"))
    cursor = read(endpoint, full=True).cursor
    clock[0] += timedelta(hours=25)
    offline.set("ODB1", Knt_Nieaktywny=1)
    for full in (True, False):
        told = read(endpoint, cursor, full=full).told["ODB1"]
        assert (told.active, told.email) == (False, "b@firma.example")


def test_a_row_that_cannot_be_read_does_not_end_the_wait(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Firma", number="ODB1"))
    endpoint = connect(offline)
    cursor = read(endpoint, full=True).cursor
    remote = endpoint.get("ODB1")
    endpoint.update(remote, changed(remote, email="b@firma.example"))
    with offline.database() as db:
        db.execute("UPDATE Kontrahenci SET Knt_Miasto = CAST(x'a3f3' AS TEXT), Knt_TS_Mod = '2020-01-01 10:00:00'")
    for full in (True, False):
        read(endpoint, cursor, full=full)
    assert endpoint.find(Contractor(name="x", email="b@firma.example")) == []
    assert len(files(offline)) == len(endpoint._written()) == 1


def test_a_change_that_is_refused_is_forgotten_in_the_end(offline: OptimaSandbox) -> None:
    clock = [datetime.now(UTC)]
    endpoint = connect(offline, now=lambda: clock[0], archive_days=30)
    offline.add(Contractor(name="Firma", number="ODB1"))
    made = endpoint.create(NEW)
    offline.refusing = True
    offline.run_import(force=True)
    clock[0] += timedelta(days=31)
    assert read(endpoint, full=True).ids == ["ODB1"]
    with pytest.raises(NotFound):
        endpoint.get(made.external_id)
    assert endpoint._written() == {}


def test_a_contractor_made_and_deleted_is_not_brought_back_by_an_update(offline: OptimaSandbox) -> None:
    endpoint = connect(offline)
    made = endpoint.create(NEW)
    offline.run_import(force=True)
    offline.remove(made.external_id)
    with pytest.raises(VersionConflict):
        endpoint.update(made, changed(made, email="b@firma.example"))
    assert files(offline) == []


def test_a_contractor_deleted_during_the_wait_is_gone(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Firma", number="ODB1"))
    endpoint = connect(offline)
    remote = endpoint.get("ODB1")
    remote = endpoint.update(remote, changed(remote, email="b@firma.example"))
    offline.remove("ODB1")
    with pytest.raises(NotFound):
        endpoint.get("ODB1")
    with pytest.raises(NotFound):
        endpoint.update(remote, changed(remote, email="c@firma.example"))
    assert read(endpoint, full=True).ids == []


def test_a_shops_number_becomes_the_acronym_if_that_is_asked(offline: OptimaSandbox) -> None:
    endpoint = connect(offline, write_number=True)
    made = endpoint.create(msgspec.structs.replace(NEW, number="K/1 ł%"))
    assert (made.external_id, made.contractor.number) == ("K/1 ł%", "K/1 ł%")
    assert [r.external_id for r in endpoint.find(Contractor(name="x", number="k/1 ł%"))] == ["K/1 ł%"]
    with pytest.raises(Unstorable) as caught:
        endpoint.update(made, changed(made, number="INNY"))
    assert caught.value.code == "code-is-final"


@pytest.mark.parametrize("number", ["A" * 21, "Ж1", "!nieokreślony!"])
def test_an_acronym_that_optima_cannot_have_is_refused(offline: OptimaSandbox, number: str) -> None:
    with pytest.raises(Unstorable) as caught:
        connect(offline, write_number=True).create(msgspec.structs.replace(NEW, number=number))
    assert caught.value.field == "number"
    assert files(offline) == []


def test_an_acronym_that_is_taken_is_not_overwritten(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Inna", number="odb1"))
    endpoint = connect(offline, write_number=True)
    endpoint.create(msgspec.structs.replace(NEW, number="ODB2"))
    for taken in ("ODB1", "odb2"):
        with pytest.raises(InvalidRecord) as caught:
            endpoint.create(msgspec.structs.replace(NEW, number=taken, name="Trzecia"))
        assert caught.value.code == "duplicate-code"
    assert len(files(offline)) == 1


def test_writing_pauses_when_nobody_imports(offline: OptimaSandbox) -> None:
    endpoint = connect(offline, outbox_limit=1)
    endpoint.create(NEW)
    with pytest.raises(Unavailable) as caught:
        endpoint.create(msgspec.structs.replace(NEW, name="Inna", email="b@firma.example"))
    assert caught.value.code == "outbox-full"
    assert len(endpoint._written()) == 1


def test_a_share_that_is_not_mounted_is_not_made_up(offline: OptimaSandbox) -> None:
    gone = offline.exchange.with_name("brak")
    with pytest.raises(Misconfigured) as caught:
        connect(offline, folder=str(gone), state=str(offline.exchange)).create(NEW)
    with pytest.raises(Misconfigured):
        connect(offline, folder=str(gone), state=str(offline.exchange)).check()
    assert caught.value.code == "folder-missing"
    assert not gone.exists()


def test_a_connection_that_only_reads_keeps_no_files(company: OptimaSandbox) -> None:
    company.add(Contractor(name="Firma", number="ODB1"))
    endpoint = connect(company, write="none", without=("folder",))
    assert read(endpoint, full=True).ids == ["ODB1"]
    assert (endpoint.capabilities.writes, endpoint.scrub(["ODB1"])) == (frozenset(), [])
    with pytest.raises(Misconfigured):
        endpoint.create(NEW)
    assert list(company.exchange.iterdir()) == []


def test_a_postal_address_is_written_only_where_it_is_known_to_be_imported(offline: OptimaSandbox) -> None:
    endpoint = connect(offline, write_postal=False)
    endpoint.create(msgspec.structs.replace(NEW, addresses=(Address(city="Łódź"),), kind=Kind.PERSON))
    assert not xml.children(files(offline)[0], "ADRES_KORESPONDENCYJNY")
    assert xml.text(files(offline)[0], "PLATNIK_VAT") == "Nie"


def test_an_erased_contractors_older_files_and_former_values_go(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Jan Tajny", number="ODB1", email="tajny@firma.example"))
    endpoint = connect(offline)
    remote = endpoint.get("ODB1")
    remote = endpoint.update(remote, changed(remote, phones=("22 1",)))
    remote = endpoint.update(remote, changed(remote, name="Usunięty", email=""))
    said = endpoint.scrub(["ODB1"])
    assert (len(said), len(files(offline))) == (2, 1)
    kept = [path.read_bytes() for path in offline.exchange.rglob("*") if path.is_file()]
    assert not any(b"ajny" in data for data in kept)
    assert endpoint.get("ODB1").contractor.name == "Usunięty"
    offline.run_import(force=True)
    assert read(endpoint, full=True).told["ODB1"].name == "Usunięty"
    assert endpoint._written() == {}


def test_a_record_without_a_name_can_be_given_one(offline: OptimaSandbox) -> None:
    offline.add(Contractor(name="Firma", number="ODB1"))
    endpoint = connect(offline)
    remote = endpoint.get("ODB1")
    offline.spoil("ODB1")
    with pytest.raises(InvalidRecord) as caught:
        endpoint.get("ODB1")
    assert (caught.value.field, caught.value.record) == ("name", "ODB1")
    with pytest.raises(InvalidRecord):
        endpoint.update(remote, changed(remote, email="b@firma.example"))
    assert files(offline) == [], "what cannot be read back is not written"
