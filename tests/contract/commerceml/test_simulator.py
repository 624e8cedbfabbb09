"""Is the simulated 1C as strict and as forgetful as the one that it stands for?"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stdnum.ru import inn

from adapters.commerceml import CommerceMLEndpoint
from adapters.commerceml.simulated.book import Book, Refusal, Stated
from adapters.commerceml.simulated.dialect import Dialect, export
from adapters.commerceml.simulated.saved import load, save
from adapters.commerceml.simulated.seed import fill
from adapters.commerceml.simulator import CommerceMLSandbox, simulate
from syncd import xml
from syncd.domain.contractor import Contractor
from tests.contract.commerceml.hands import connect, names, read


def said(id_: str, name: str = "А", **texts: str) -> Stated:
    return Stated(id=id_, texts={"Наименование": name, **texts})


def test_it_finds_by_id_then_by_tax_number_and_kpp_then_by_name() -> None:
    book = Book()
    first, new = book.take(said("1", "А", ИНН="7707083893", КПП="773601001"))
    assert new
    assert book.take(said("1", "Б"))[0].code == first.code
    assert book.take(said("2", "В", ИНН="7707083893", КПП="773601001"))[0].code == first.code
    assert book.take(said("3", "Г", ИНН="7707083893", КПП="000001001"))[0].code == "3"
    named, _ = book.take(said("4", "Д"))
    assert book.take(said("5", "Д"))[0].code == named.code


def test_what_is_not_mentioned_stays_and_what_is_empty_is_cleared() -> None:
    book = Book()
    book.take(said("1", "А", КПП="773601001", Комментарий="а"))
    card, new = book.take(Stated(id="1", texts={"Комментарий": ""}))
    assert (card.texts, new) == ({"Наименование": "А", "КПП": "773601001"}, False)


@pytest.mark.parametrize(
    "stated",
    [said("x" * 41), said(""), said("1", "Ж" * 256), said("1", ИНН="123"), said("1", КПП="1"), Stated(id="1")],
)
def test_it_refuses_what_its_own_rules_are_against_and_changes_nothing(stated: Stated) -> None:
    book = Book()
    with pytest.raises(Refusal):
        book.take(stated)
    assert book.cards == {}


def test_it_gives_a_reference_of_its_own_if_it_adopts_none() -> None:
    book = Book(adopts=False)
    card, _ = book.take(said("S-1"))
    assert (card.site, card.code != "S-1") == ("S-1", True)
    assert book.take(said("S-1", "Б"))[0].code == card.code


def test_a_refusal_is_told_to_nobody_and_the_others_are_taken() -> None:
    with simulate() as sandbox:
        contractors = "".join(
            f"<Контрагент><Ид>{n}</Ид><Наименование>А{n}</Наименование><ИНН>{tax}</ИНН></Контрагент>"
            for n, tax in ((1, "1"), (2, "7707083893"))
        )
        sandbox.take(f"<К><Контрагенты>{contractors}</Контрагенты></К>".encode())
        assert (list(sandbox.book.cards), len(sandbox.refused)) == (["2"], 1)
        assert [call.applied for call in sandbox._journal.calls()] == [False, True]


def test_an_order_that_it_knows_is_not_taken_again() -> None:
    with simulate() as sandbox:
        order = (
            "<К><Документ><Ид>D1</Ид><Контрагенты><Контрагент><Ид>1</Ид><Наименование>{}</Наименование></Контрагент>"
        )
        order += "</Контрагенты></Документ></К>"
        sandbox.take(order.format("А").encode())
        sandbox.take(order.format("Б").encode())
        assert sandbox.book.cards["1"].texts["Наименование"] == "А"


def test_its_version_moves_with_each_change() -> None:
    with simulate() as sandbox:
        external_id = sandbox.add(Contractor(name="А"))
        before = sandbox.book.cards[external_id].version
        sandbox.edit(external_id, name="Б")
        assert sandbox.book.cards[external_id].version == before + 1


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_it_exports_in_both_code_pages(encoding: str) -> None:
    book = Book()
    fill(book, 5, 1)
    data = export(
        list(book.cards.values()), Dialect(encoding=encoding, namespace="urn:1C.ru:commerceml_2"), "2026-11-21"
    )
    assert f"encoding='{encoding}'".encode() in data
    assert len(xml.children(xml.parse(data), "Контрагенты/Контрагент")) == 5


def test_the_seed_is_the_same_for_the_same_number_and_mostly_right() -> None:
    one, two, other = Book(), Book(), Book()
    fill(one, 200, 1)
    fill(two, 200, 1)
    fill(other, 200, 2)
    assert one.cards == two.cards != other.cards
    cards = list(one.cards.values())
    numbers = [card.texts["ИНН"] for card in cards if "ИНН" in card.texts]
    assert 0 < sum(not inn.is_valid(number) for number in numbers) <= 5
    assert any(card.deleted for card in cards)
    assert any("БИН" in card.texts for card in cards)
    assert any(card.properties.get("НалоговыйНомер") for card in cards)
    assert any(len(card.properties.get("Сегмент", ())) == 2 for card in cards)


def test_a_catalogue_outlives_the_program(tmp_path: Path) -> None:
    book, again = Book(), Book()
    fill(book, 20, 1)
    save(book, tmp_path / "1c.json")
    load(again, tmp_path / "1c.json")
    assert (again.cards, again.reference()) == (book.cards, book.reference())


def run(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "adapters.commerceml.simulator", "--contractors", "20", *arguments]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline().startswith("1C with 20 contractors")
    return program


def stop(program: subprocess.Popen[str]) -> None:
    program.send_signal(signal.SIGTERM)
    assert program.wait(10) == 0
    assert program.stdout is not None
    program.stdout.close()


def test_as_a_program_it_drops_files_and_takes_those_in_the_outbox(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, snapshot="contragents*.xml", writes="outbox")
    made = endpoint.create(Contractor(name="ООО «Новая»"))
    program = run("--folder", str(tmp_path), "--busy", "0.1", "--state", str(tmp_path / "1c.json"))
    got = _until(tmp_path, endpoint)
    stop(program)
    assert made.external_id in got
    assert names(tmp_path, "outbox") == []


def _until(folder: Path, endpoint: CommerceMLEndpoint) -> list[str]:
    for _ in range(100):
        got = read(endpoint, full=True).ids
        if len(got) == 21 and not names(folder, "outbox"):
            return got
        time.sleep(0.05)
    raise AssertionError("nothing came")


def test_as_a_program_it_exchanges_with_an_endpoint(sandbox: CommerceMLSandbox) -> None:
    program = run("--port", str(sandbox.options["port"]), "--busy", "0.1")
    for _ in range(100):
        if any(name.endswith("contragents.xml") for name in names(sandbox.folder)):
            break
        time.sleep(0.05)
    stop(program)
    assert names(sandbox.folder)
