"""Are exports of praca rozproszona read, whoever wrote them, and refused where they cannot be trusted?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.optima.mapping import contractor_of
from adapters.optima.simulator import OptimaSandbox, simulate
from adapters.optima.xml_card import card_of_element
from syncd import xml
from syncd.domain.contractor import Account, Address, AddressKind, Contractor, Kind
from syncd.errors import InvalidRecord, NotFound, SuspiciousRun
from syncd.ports import Scrubbed
from tests.contract.optima.company import changed, connect, read

NAMESPACE = 'xmlns="http://www.comarch.pl/cdn/optima/offline"'
HEAD = "<WERSJA>2.00</WERSJA><BAZA_ZRD_ID>KSIEG</BAZA_ZRD_ID><BAZA_DOC_ID>SKLEP</BAZA_DOC_ID>"


def knt(code: str = "A", more: str = "", address: str = "") -> str:
    inside = f"<ADRES><STATUS>aktualny</STATUS><NAZWA1>Firma {code}</NAZWA1>{address}</ADRES>"
    return f"<KONTRAHENT><AKRONIM>{code}</AKRONIM>{more}<ADRESY>{inside}</ADRESY></KONTRAHENT>"


def document(*contractors: str, head: str = HEAD, root: str = f"ROOT {NAMESPACE}", rest: str = "") -> str:
    inside = f"<KONTRAHENCI>{head}{''.join(contractors)}</KONTRAHENCI>{rest}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{inside}</{root.split(maxsplit=1)[0]}>'


def understood(record: str) -> Contractor:
    return contractor_of(card_of_element(xml.parse(record.encode())))


def test_the_format_of_today_is_read_whole() -> None:
    contractor = understood(
        f"""<KONTRAHENT {NAMESPACE}><ID_ZRODLA>9E0D3B5C-7C1F-4A53-9C0E-1F6B2A3C4D5E</ID_ZRODLA>
        <AKRONIM><![CDATA[SK000123]]></AKRONIM><ZEZWOLENIE><![CDATA[ ]]></ZEZWOLENIE><OPIS>stały</OPIS>
        <RODZAJ>odbiorca</RODZAJ><EKSPORT>wewnątrzunijny</EKSPORT><FINALNY>Nie</FINALNY>
        <NIEAKTYWNY>Nie</NIEAKTYWNY><FORMA_PLATNOSCI>przelew</FORMA_PLATNOSCI>
        <JEST_LIMIT_KREDYTU>Tak</JEST_LIMIT_KREDYTU><LIMIT_KREDYTU>1500.5</LIMIT_KREDYTU>
        <INDYWIDUALNY_TERMIN>Tak</INDYWIDUALNY_TERMIN><TERMIN>14</TERMIN><KRAJ_ISO>DE</KRAJ_ISO>
        <ADRESY><ADRES><STATUS>aktualny</STATUS><EAN/><GLN>590123412345</GLN>
        <NAZWA1><![CDATA[Müller & Söhne]]></NAZWA1><NAZWA2/><NAZWA3>GmbH</NAZWA3><KRAJ>Niemcy</KRAJ>
        <ULICA>Schloßstraße</ULICA><NR_DOMU>1</NR_DOMU><NR_LOKALU/><MIASTO>Berlin</MIASTO>
        <KOD_POCZTOWY>10115</KOD_POCZTOWY><NIP_KRAJ>DE</NIP_KRAJ><NIP>136695976</NIP>
        <TELEFON1>+49 30 1</TELEFON1><TELEFON2/><URL/><EMAIL>a@example.de</EMAIL></ADRES></ADRESY>
        <GRUPY><GRUPA><NAZWA>HURT</NAZWA></GRUPA><GRUPA><NAZWA>VIP</NAZWA></GRUPA></GRUPY>
        <KNT_RACHUNKI><KNT_RACHUNEK><LP>1</LP><RACHUNEK_NUMER>61 1090 1014 0000 0712 1981 2874</RACHUNEK_NUMER>
        <RACHUNEK_IBAN>Nie</RACHUNEK_IBAN></KNT_RACHUNEK></KNT_RACHUNKI></KONTRAHENT>"""
    )
    assert contractor == Contractor(
        name="Müller & Söhne GmbH",
        number="SK000123",
        tax_id="136695976",
        tax_prefix="DE",
        country="DE",
        tax_class="Knt_Export=3",
        registrations={"gln": "590123412345"},
        accounts=(Account(iban="PL61109010140000071219812874"),),
        email="a@example.de",
        phones=("+49 30 1",),
        addresses=(Address(street="Schloßstraße 1", postal_code="10115", city="Berlin", country="DE"),),
        groups=("HURT", "VIP"),
        payment_form="przelew",
        payment_days=14,
        credit_limit=Decimal("1500.50"),
        notes="stały",
    )


def test_the_older_format_has_its_addresses_in_the_contractor() -> None:
    contractor = understood(
        "<KONTRAHENT><ADRES_KORESPONDENCYJNY><KORESP_KRAJ>Polska</KORESP_KRAJ><KORESP_MIASTO>Kraków</KORESP_MIASTO>"
        "<KORESP_ULICA>Polna</KORESP_ULICA><KORESP_NR_DOMU>2</KORESP_NR_DOMU><KORESP_NR_LOKALU>3</KORESP_NR_LOKALU>"
        "<KORESP_KOD_POCZTOWY>30-001</KORESP_KOD_POCZTOWY></ADRES_KORESPONDENCYJNY>"
        "<ADRES><NAZWA1>Firma</NAZWA1><MIASTO>Łódź</MIASTO></ADRES><ID_ZRODLA>17</ID_ZRODLA><AKRONIM>A</AKRONIM>"
        "</KONTRAHENT>"
    )
    letters = Address(kind=AddressKind.POSTAL, street="Polna 2/3", postal_code="30-001", city="Kraków", country="PL")
    assert contractor.addresses == (Address(city="Łódź"), letters)
    assert (contractor.active, contractor.groups, contractor.kind) == (True, (), Kind.ORGANISATION)


def test_elements_of_the_address_may_stand_in_the_contractor_itself() -> None:
    assert understood("<KONTRAHENT><AKRONIM>A</AKRONIM><NAZWA1>Firma</NAZWA1></KONTRAHENT>").name == "Firma"


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        ("", ()),
        ("<GRUPY/>", ()),
        ("<GRUPY><GRUPA><NAZWA/></GRUPA></GRUPY>", ()),
        ("<GRUPY><GRUPA><NAZWA> </NAZWA></GRUPA><GRUPA><NAZWA>A</NAZWA></GRUPA></GRUPY>", ("A",)),
    ],
)
def test_groups_may_be_missing_or_empty_or_nameless(groups: str, names: tuple[str, ...]) -> None:
    assert understood(knt(more=groups)).groups == names


@pytest.mark.parametrize(("word", "stated"), [("TAK", False), ("tak", False), ("Nie", True), ("", True), (" ", True)])
def test_yes_and_no_are_read_in_any_case(word: str, stated: bool) -> None:
    assert understood(knt(more=f"<NIEAKTYWNY>{word}</NIEAKTYWNY>")).active is stated


def test_a_flag_that_is_neither_is_an_issue() -> None:
    with pytest.raises(InvalidRecord) as caught:
        understood(knt(more="<NIEAKTYWNY>może</NIEAKTYWNY>"))
    assert caught.value.field == "active"


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("krajowy", "Knt_Export=0"),
        ("KRAJOWY", "Knt_Export=0"),
        ("Nie", "Nie"),
        ("", ""),
        ("poza  unijny", "poza  unijny"),
    ],
)
def test_a_class_is_a_word_of_optima_or_stays_what_it_is(word: str, told: str) -> None:
    assert understood(knt(more=f"<EKSPORT>{word}</EKSPORT>")).tax_class == told


def test_the_current_of_several_addresses_counts() -> None:
    contractor = understood(
        "<KONTRAHENT><AKRONIM>A</AKRONIM><ADRESY><ADRES><STATUS>archiwalny</STATUS><NAZWA1>Stara</NAZWA1></ADRES>"
        "<ADRES><STATUS>Aktualny</STATUS><NAZWA1>Nowa</NAZWA1></ADRES></ADRESY></KONTRAHENT>"
    )
    assert contractor.name == "Nowa"


@pytest.mark.parametrize("encoding", ["windows-1250", "UTF-8", "utf-8-sig", "utf-16", "iso-8859-2"])
def test_every_encoding_that_a_file_declares_is_honoured(exporting: OptimaSandbox, encoding: str) -> None:
    text = document(knt("ŁÓDŹ")).replace("UTF-8", encoding.removesuffix("-sig"))
    exporting.drop("a.xml", text.encode(encoding.replace("windows-", "cp")))
    assert read(connect(exporting), full=True).told["ŁÓDŹ"].name == "Firma ŁÓDŹ"


@pytest.mark.parametrize("root", ["ROOT", f"ROOT {NAMESPACE}", 'ROOT xmlns="urn:inny"'])
def test_any_namespace_is_read_and_none(exporting: OptimaSandbox, root: str) -> None:
    exporting.drop("a.xml", document(knt("A"), root=root).encode())
    assert read(connect(exporting), full=True).ids == ["A"]


def test_contractors_repeated_in_other_sections_are_left_alone(exporting: OptimaSandbox) -> None:
    rest = (
        "<KATEGORIE><KATEGORIA><KOD>X</KOD></KATEGORIA></KATEGORIE><REJESTRY_SPRZEDAZY_VAT><REJESTR_SPRZEDAZY_VAT>"
        f"{knt('Z')}</REJESTR_SPRZEDAZY_VAT></REJESTRY_SPRZEDAZY_VAT>"
    )
    exporting.drop("a.xml", document(knt("A"), rest=rest).encode())
    assert read(connect(exporting), full=True).ids == ["A"]


def test_the_contractor_without_a_card_and_an_empty_acronym(exporting: OptimaSandbox) -> None:
    exporting.drop("a.xml", document(knt("!NIEOKREŚLONY!"), knt(""), knt("A")).encode())
    got = read(connect(exporting), full=True)
    assert (got.ids, [item.external_id for item in got.rejected]) == (["A"], ["a.xml line 2"])
    assert not got.proof.complete


def test_the_order_of_elements_and_cdata_are_no_change(exporting: OptimaSandbox) -> None:
    endpoint = connect(exporting)
    exporting.drop("a.xml", document(knt("A", more="<OPIS>x</OPIS><KRAJ_ISO>PL</KRAJ_ISO>")).encode())
    before = read(endpoint, full=True).records
    exporting.drop("b.xml", document(knt("A", more="<KRAJ_ISO> PL</KRAJ_ISO><OPIS><![CDATA[x]]></OPIS>")).encode())
    assert read(endpoint, full=True).records == before


BOMB = '<!DOCTYPE ROOT [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE ROOT [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


def hostile(name: str) -> bytes:
    whole = document(*[knt(f"K{number:03}") for number in range(900)])
    declaration, _, body = whole.partition("\n")
    if name in ("bomb", "file", "doctype"):
        entity = {"bomb": BOMB, "file": FILE, "doctype": "<!DOCTYPE ROOT>"}[name]
        return f"{declaration}\n{entity}{body.replace('Firma K001', '&b;' if name == 'bomb' else 'x')}".encode()
    if name == "deep":
        return document(knt("A", more="<X>" * 5000 + "</X>" * 5000)).encode()
    if name == "encoding":
        return document(knt("ŁÓDŹ")).encode("cp1250")
    if name == "cut":
        return whole[: whole.index("K002")].encode()
    if name == "unclosed":
        return whole.removesuffix("</ROOT>").encode()
    return b""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("bomb", "xml-doctype"),
        ("file", "xml-doctype"),
        ("doctype", "xml-doctype"),
        ("deep", "xml-broken"),
        ("encoding", "encoding-broken"),
        ("cut", "xml-broken"),
        ("unclosed", "xml-broken"),
        ("empty", "xml-broken"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_with_place_and_cure(
    exporting: OptimaSandbox, name: str, code: str
) -> None:
    endpoint = connect(exporting)
    exporting.drop("zle.xml", hostile(name))
    with pytest.raises(SuspiciousRun) as caught:
        read(endpoint, full=True)
    assert caught.value.code == code
    assert "zle.xml" in caught.value.message
    assert "byte" in caught.value.message
    assert caught.value.cure
    kept = sorted(path.name for path in (exporting.exchange / "quarantine").iterdir())
    assert kept == ["000000001__zle.xml", "000000001__zle.xml.error.txt"]
    assert read(endpoint, full=True).ids == []
    assert any("quarantine" in warning for warning in endpoint.check().warnings)


def test_a_control_character_is_the_matter_of_the_one_contractor_that_has_it(exporting: OptimaSandbox) -> None:
    endpoint = connect(exporting)
    exporting.drop("a.xml", document(knt("A"), knt("B"), knt("C")).encode())
    read(endpoint, full=True)
    exporting.drop("b.xml", document(knt("A", more="<OPIS>x</OPIS>"), knt("B", more="<OPIS>\x0b</OPIS>")).encode())
    got = read(endpoint, full=True)
    assert [(one.external_id, one.error.field) for one in got.rejected] == [("B", "OPIS")]
    assert sorted(got.ids) == ["A", "B"]  # B as it was said before, and C is gone by a list that counts


def test_a_cut_export_concludes_nothing_about_those_who_were_known(exporting: OptimaSandbox) -> None:
    endpoint = connect(exporting)
    exporting.drop("a.xml", document(knt("A"), knt("B")).encode())
    read(endpoint, full=True)
    exporting.drop("b.xml", hostile("cut"))
    with pytest.raises(SuspiciousRun):
        read(endpoint, full=True)
    assert read(endpoint, full=True).ids == ["A", "B"]


def test_absence_means_something_only_in_a_snapshot() -> None:
    for mode, left in (("snapshot", ["B"]), ("delta", ["A", "B"])):
        with simulate("xml", mode) as company:  # type: ignore[arg-type]
            endpoint = connect(company)
            company.drop("a.xml", document(knt("A"), knt("B")).encode())
            read(endpoint, full=True)
            company.drop("b.xml", document(knt("B")).encode())
            got = read(endpoint, full=True)
            assert (sorted(got.ids), got.proof.complete) == (left, mode == "snapshot")


def test_a_file_that_is_still_written_or_a_note_beside_it_is_not_taken(exporting: OptimaSandbox) -> None:
    endpoint = connect(exporting)
    for name in ("a.xml.part", "~$a.xml", "notatka.txt"):
        (exporting.exchange / name).write_bytes(document(knt("A")).encode())
    assert read(endpoint, full=True).ids == []
    exporting.drop("KONTRAHENCI.XML", document(knt("A")).encode())
    assert read(endpoint, full=True).ids == ["A"]


def test_unknown_elements_and_lists_of_an_export_travel_back_as_they_came(exporting: OptimaSandbox) -> None:
    endpoint = connect(exporting)
    exporting.importing = False
    attributes = "<ATRYBUTY><ATRYBUT><KOD>BRANŻA</KOD></ATRYBUT></ATRYBUTY>"
    former = "<ADRES><STATUS>archiwalny</STATUS><NAZWA1>Dawna</NAZWA1></ADRES>"
    more = f"<ROLNIK>Tak</ROLNIK><UPUST>5.00</UPUST><NOWE_POLE>&lt;x&gt;</NOWE_POLE>{attributes}"
    exporting.drop(
        "a.xml", document(knt("A", more=more, address=f"<PESEL>44051401359</PESEL></ADRES>{former}<ADRES>")).encode()
    )
    read(endpoint, full=True)
    remote = endpoint.get("A")
    endpoint.update(remote, changed(remote, email="nowy@firma.example"))
    (path,) = (exporting.exchange / "outbox").iterdir()
    written = xml.children(xml.parse(path.read_bytes()), "KONTRAHENCI/KONTRAHENT")[0]
    found = [xml.text(written, name) for name in ("ROLNIK", "UPUST", "NOWE_POLE", "ATRYBUTY/ATRYBUT/KOD")]
    assert found == ["Tak", "5.00", "<x>", "BRANŻA"]
    assert xml.text(written, "ADRESY/ADRES/PESEL") == "44051401359"
    assert xml.text(written, "ADRESY/ADRES/EMAIL") == "nowy@firma.example"
    assert xml.texts(written, "ADRESY/ADRES/NAZWA1") == ["Firma A", "Dawna"]


def test_the_next_export_confirms_what_was_written(exporting: OptimaSandbox) -> None:
    endpoint = connect(exporting)
    exporting.importing = False
    made = endpoint.create(Contractor(name="Firma", email="a@firma.example"))
    assert read(endpoint, full=True).ids == [made.external_id]
    assert endpoint.get(made.external_id) == made
    exporting.run_import(force=True)
    got = read(endpoint, full=True)
    assert got.told == {made.external_id: got.told[made.external_id]}
    assert endpoint._written() == {}


def test_scrubbing_forgets_files_and_statements_until_the_next_export(exporting: OptimaSandbox) -> None:
    endpoint = connect(exporting)
    exporting.drop("a.xml", document(knt("A"), knt("B")).encode())
    read(endpoint, full=True)
    said = endpoint.scrub(["A"])
    assert any("file 1" in line for line in said)
    with pytest.raises(Scrubbed):
        endpoint.get("A")
    with pytest.raises(NotFound):
        endpoint.get("C")
    assert [path for path in exporting.exchange.rglob("*") if path.is_file() and b"Firma A" in path.read_bytes()] == []
    exporting.drop("b.xml", document(knt("A"), knt("B")).encode())
    assert sorted(read(endpoint, full=True).ids) == ["A", "B"]


def test_a_scrubbed_contractor_can_still_be_overwritten(exporting: OptimaSandbox) -> None:
    exporting.importing = False
    endpoint = connect(exporting)
    exporting.drop("a.xml", document(knt("A")).encode())
    read(endpoint, full=True)
    remote = endpoint.get("A")
    endpoint.scrub(["A"])
    gone = endpoint.update(remote, changed(remote, name="Usunięty", active=False))
    for full in (True, False):
        read(endpoint, full=full)
        endpoint.find(Contractor(name="x", email="x@firma.example"))
    assert (gone.contractor.name, endpoint.get("A").contractor.active) == ("Usunięty", False)
    assert len(list((exporting.exchange / "outbox").iterdir())) == 1, "the erasure has to reach Optima"
