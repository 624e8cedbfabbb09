"""What becomes of an export that is whole, cut, hostile, doubled or called otherwise?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from adapters.esklep.simulator import FolderShop, simulate_folder
from syncd.domain.contractor import Contractor, Employee
from syncd.errors import InvalidRecord, Misconfigured, SuspiciousRun
from syncd.ports import Endpoint, Page, Proof, Record, Rejected

from .conftest import Connect, company

BOMB = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aa">]><Kontrahenci><Kontrahent id="1"/></Kontrahenci>'


def one(panel: FolderShop, endpoint: Endpoint) -> Contractor:
    """The only customer of an export."""
    (remote,) = [
        endpoint.parse(record)
        for page in endpoint.read(None, full=True)
        for record in page.records
        if isinstance(record, Record)
    ]
    return remote.contractor


def last(endpoint: Endpoint, *, cursor: str | None = None, full: bool = True) -> tuple[Page, Proof]:
    page = list(endpoint.read(cursor, full=full))[-1]
    assert page.end is not None
    return page, page.end


@pytest.fixture
def endpoint(connect: Connect, panel: FolderShop) -> Endpoint:
    return connect(panel)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda whole: whole[:-20], "xml-broken"),
        (lambda whole: whole.replace(b'liczba="2"', b'liczba="3"'), "count-differs"),
        (lambda _whole: BOMB, "xml-doctype"),
        (lambda whole: whole.replace(b"Brzoza", b"\xb3\xf3d\xbc"), "encoding-broken"),
        (lambda _whole: b"", "xml-broken"),
    ],
    ids=["cut", "count", "doctype", "bytes", "empty"],
)
def test_a_broken_export_is_set_aside_and_changes_nothing(
    panel: FolderShop, endpoint: Endpoint, damage: Callable[[bytes], bytes], code: str
) -> None:
    panel.add(company())
    panel.add(company(number="K/2", email="inny@firma.example"))
    list(endpoint.read(None, full=True))
    panel.drop(damage(panel._document(panel.shop.customers())))
    with pytest.raises(SuspiciousRun) as caught:
        list(endpoint.read(None, full=True))
    assert caught.value.code == code
    assert len(list((panel.folder / "quarantine").glob("*.error.txt"))) == 1
    assert "quarantine" in endpoint.check().warnings[0]
    page, proof = last(endpoint)
    assert (len(page.records), proof.complete) == (2, True)


def test_a_control_character_is_the_matter_of_the_one_customer_who_has_it(
    panel: FolderShop, endpoint: Endpoint
) -> None:
    panel.add(company())
    panel.add(company(number="K/2", email="inny@firma.example"))
    before, _ = last(endpoint)
    panel.drop(panel._document(panel.shop.customers()).replace(b"inny@firma", b"inny&#11;@firma"))
    page, proof = last(endpoint)
    assert ({one.external_id for one in page.records}, proof.complete) == (
        {one.external_id for one in before.records},
        True,
    )
    (rejected,) = [one for one in page.records if isinstance(one, Rejected)]
    assert (bool(rejected.error.field), bool(rejected.error.cure)) == (True, True)


def test_an_export_that_is_still_being_written_is_left_alone(panel: FolderShop, endpoint: Endpoint) -> None:
    (panel.folder / "klienci.xml.part").write_bytes(b"<Kontrahenci>")
    page, proof = last(endpoint)
    assert (list(page.records), proof.complete, proof.how) == ([], False, "no export has arrived yet")


def test_an_export_without_a_declared_count_is_proven_by_its_closing_element(
    panel: FolderShop, endpoint: Endpoint
) -> None:
    panel.shop.add(company())
    panel.drop(panel._document(panel.shop.customers()).replace(b' liczba="1"', b""))
    _, proof = last(endpoint)
    assert (proof.complete, proof.declared) == (True, None)
    assert "no count" in proof.how


def test_an_export_without_customers_proves_nothing(panel: FolderShop, endpoint: Endpoint) -> None:
    panel.export()
    assert not last(endpoint)[1].complete


def test_an_export_that_says_the_same_brings_nothing_and_is_another_list(panel: FolderShop, endpoint: Endpoint) -> None:
    panel.add(company())
    page, first = last(endpoint)
    panel.export()
    again, second = last(endpoint, cursor=page.cursor, full=False)
    assert list(again.records) == []
    assert second.listing != first.listing  # who is absent from both was absent twice
    assert last(endpoint)[1].listing == second.listing


def test_ten_changes_among_two_thousand_are_ten_records(panel: FolderShop, connect: Connect) -> None:
    endpoint = connect(panel, page=500)
    for n in range(2000):
        panel.shop.add(company(number=f"K/{n}", email=f"k{n}@firma.example"))
    panel.export()
    cursor = last(endpoint)[0].cursor
    for n in range(1, 2000, 200):
        panel.shop.edit(str(n), name="Firma Nowa")
    panel.export()
    assert len([record for page in endpoint.read(cursor, full=False) for record in page.records]) == 10


def test_two_different_customers_with_one_id_are_one_and_an_issue(panel: FolderShop, endpoint: Endpoint) -> None:
    panel.shop.add(company())
    panel.shop.add(company(number="K/2", email="inny@firma.example"))
    panel.drop(panel._document(panel.shop.customers()).replace(b'id="2"', b'id="1"'))
    page, _ = last(endpoint)
    errors = [record.error.code for record in page.records if isinstance(record, Rejected)]
    assert (len(page.records), errors) == (2, ["duplicate-code"])


def test_a_customer_without_any_id_makes_the_export_no_proof(panel: FolderShop, endpoint: Endpoint) -> None:
    panel.shop.add(company())
    panel.shop.add(company(number="K/2", email="inny@firma.example"))
    panel.drop(panel._document(panel.shop.customers()).replace(b'id="2"', b'id=""'))
    page, proof = last(endpoint)
    assert (len(page.records), proof.complete) == (2, False)


def test_every_name_and_word_can_be_called_otherwise(panel: FolderShop, connect: Connect) -> None:
    document = """<Klienci><Klient><Numer>7</Numer><Symbol>K/7</Symbol><Firma>Żółw &amp; Syn</Firma>
        <VAT><Prefiks>PL</Prefiks><Numer>526-10-40-828</Numer></VAT><Konto>Zablokowany przez ERP</Konto>
        <Ceny>hurt</Ceny><Grupa>VIP</Grupa><Grupa>HURT</Grupa><Rabat>2,50</Rabat></Klient></Klienci>"""
    names = {"root": "Klienci", "record": "Klient", "id": "Numer", "number": "Symbol", "name": "Firma"}
    names |= {"tax_prefix": "VAT/Prefiks", "tax_id": "VAT/Numer", "status": "Konto", "price_list": "Ceny"}
    names |= {"groups": "Grupa", "count": ""}
    endpoint = connect(panel, names=names, words={"status.blocked_by_erp": "Zablokowany przez ERP"})
    panel.drop(document.encode())
    told = one(panel, endpoint)
    assert (told.name, told.number, told.active, told.price_list) == ("Żółw & Syn", "K/7", False, "hurt")
    assert (told.tax_prefix, told.tax_id, told.tax_id_stated) == ("PL", "5261040828", "526-10-40-828")
    assert (told.groups, told.discount) == (("HURT", "VIP"), Decimal("2.50"))


@pytest.mark.parametrize(
    ("element", "wrong", "field"),
    [
        ("TerminPlatnosci", "za tydzień", "payment_days"),
        ("Rabat", "dużo", "discount"),
        ("LimitKredytu", "NaN", "credit_limit"),
        ("OstatnieZamowienie", "wczoraj", "activity"),
    ],
)
def test_a_figure_that_is_none_names_its_field_and_not_its_value(
    panel: FolderShop, endpoint: Endpoint, element: str, wrong: str, field: str
) -> None:
    panel.shop.add(company())
    document = panel._document(panel.shop.customers()).decode()
    panel.drop(document.replace(f"<{element}/>", f"<{element}>{wrong}</{element}>").encode())
    (record,) = last(endpoint)[0].records
    assert isinstance(record, Record)
    with pytest.raises(InvalidRecord) as caught:
        endpoint.parse(record)
    assert (caught.value.field, caught.value.record) == (field, "#1")
    assert wrong not in str(caught.value)


def test_an_export_in_an_old_code_page_is_read_with_the_option(panel: FolderShop, connect: Connect) -> None:
    panel.shop.add(company(name="Zażółć Gęślą"))
    document = panel._document(panel.shop.customers()).decode().replace("encoding='utf-8'", "").replace("utf-8", "")
    document = document[document.index("<Kontrahenci") :]
    panel.drop(document.encode("cp1250"))
    assert one(panel, connect(panel, encoding="cp1250")).name == "Zażółć Gęślą"


def test_a_csv_is_read_with_its_log_in_and_never_written(connect: Connect) -> None:
    with simulate_folder("csv") as panel:
        endpoint = connect(panel)
        panel.add(company(groups=("Hurt", "VIP"), employees=(Employee(email="a@b.example", default_login=True),)))
        told = one(panel, endpoint)
        assert (told.groups, told.login_email) == (("Hurt", "VIP"), "a@b.example")
        assert endpoint.capabilities.writes == frozenset()
        assert "CSV" in endpoint.capabilities.degradations[0]
        with pytest.raises(Misconfigured):
            endpoint.create(company(number="K/2"))


def test_a_csv_that_ends_in_the_middle_of_a_line_is_set_aside(connect: Connect) -> None:
    with simulate_folder("csv") as panel:
        endpoint = connect(panel)
        panel.shop.add(company())
        panel.drop(panel._document(panel.shop.customers())[:-30])
        with pytest.raises(SuspiciousRun):
            list(endpoint.read(None, full=True))


def test_a_csv_with_a_column_twice_is_set_aside_since_nobody_knows_which_one_counts(connect: Connect) -> None:
    with simulate_folder("csv") as panel:
        endpoint = connect(panel)
        panel.shop.add(company())
        head, _, lines = panel._document(panel.shop.customers()).decode().partition("\r\n")
        panel.drop(f"{head};Email\r\n{lines.rstrip()};other@brzoza.example\r\n".encode())
        with pytest.raises(SuspiciousRun, match="'Email' is more than once"):
            list(endpoint.read(None, full=True))


def test_a_csv_with_columns_that_are_called_nothing_is_read(connect: Connect) -> None:
    with simulate_folder("csv") as panel:
        endpoint = connect(panel, columns={"caretaker": ""})
        panel.shop.add(company())
        head, _, lines = panel._document(panel.shop.customers()).decode().partition("\r\n")
        panel.drop(f"{head};;\r\n{lines.rstrip()};;\r\n".encode())
        assert len(last(endpoint)[0].records) == 1


def test_a_csv_line_of_another_width_is_an_issue_and_the_others_go_on(connect: Connect) -> None:
    with simulate_folder("csv") as panel:
        endpoint = connect(panel)
        panel.shop.add(company())
        panel.drop(panel._document(panel.shop.customers()) + b"5;6;7\r\n")
        good, bad = last(endpoint)[0].records
        assert isinstance(good, Record)
        assert isinstance(bad, Rejected)
        assert bad.error.code == "line-broken"


def test_a_state_that_was_deleted_is_made_again_of_the_last_export(panel: FolderShop, connect: Connect) -> None:
    external_id = panel.add(company())
    list(connect(panel).read(None, full=True))
    (panel.folder / ".syncd-state.sqlite3").unlink()
    endpoint = connect(panel)
    assert [record.external_id for record in last(endpoint)[0].records] == [external_id]


def test_a_folder_that_is_not_there_is_named(panel: FolderShop, connect: Connect) -> None:
    with pytest.raises(Misconfigured) as caught:
        connect(panel, folder="/nowhere/at/all").check()
    assert caught.value.code == "folder-missing"


def test_a_cursor_of_another_platform_is_refused(endpoint: Endpoint) -> None:
    with pytest.raises(Misconfigured):
        list(endpoint.read("2026-01-31", full=False))
