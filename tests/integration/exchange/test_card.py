"""Does the card show one customer, and the access report everything that is stored about one?"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from syncd.console.exchange.paper import TEXTS, words_of
from syncd.console.words import WORDS
from syncd.domain.contractor import Account, Address, AddressKind, Consent, Employee
from syncd.errors import NotFound
from syncd.registry import tables as t
from syncd.registry.queries.personal import PLACES
from syncd.registry.scrub import SCRUBBED
from syncd.sync.card import card
from syncd.sync.card import personal_data as report
from syncd.sync.card.card import card_of, card_pdf
from syncd.sync.card.personal_data import PURPOSES, access_pdf, personal_data
from syncd.sync.edit import edit_customer
from syncd.sync.request import request_run
from syncd.sync.typesetter import UNDRAWN, undrawn
from tests.fixtures.contractors import firm
from tests.integration.pipeline.conftest import OpenHouse
from tests.integration.pipeline.house import House

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def house(build: OpenHouse) -> House:
    house = build()
    house.erp.add(
        firm(
            "A1",
            name="Łódź-Bud *nie* #markup $x$ Пётр Ёлкин",
            phones=("+48 600 100 200",),
            addresses=(
                Address(street="Długa 1", city="Łódź"),
                Address(kind=AddressKind.DELIVERY, city="Санкт-Петербург"),
            ),
            employees=(Employee(name="Anna", email="a@x.example", default_login=True), Employee(email="b@x.example")),
            accounts=(Account(iban="PL1"),),
            registrations={"regon": "123456785"},
            notes="secret note",
        )
    )
    house.run("erp")
    house.push()
    for run_id in edit_customer(house.app, 1, "username", "anna1", by="olga"):
        house.execute(run_id)
    return house


def test_a_card_has_fields_groups_sides_and_what_happened_lately(house: House) -> None:
    card = card_of(house.app, 1)
    assert (card.code, card.status, card.since, card.zone) == ("K000001", "active", None, "domestic")
    assert [group.name for group in card.groups] == ["Hurt"]
    assert [(side.connection, side.external_id is not None) for side in card.sides] == [("erp", True), ("shop", True)]
    assert card.history[0].fields == ("username",)


def test_a_card_of_nobody_is_not_found(house: House) -> None:
    with pytest.raises(NotFound, match="K000077"):
        card_of(house.app, 77)


def test_cards_and_reports_are_set_whatever_stands_in_them(house: House) -> None:
    pytest.importorskip("typst")
    assert card_pdf(card_of(house.app, 1)).startswith(b"%PDF-")
    data = personal_data(house.app, 1, by="anna")
    assert access_pdf(data, labels={"Values": "Wartości"}).startswith(b"%PDF-")


def test_the_card_of_a_customer_of_whom_nothing_but_a_name_is_known_is_set(house: House) -> None:
    pytest.importorskip("typst")
    card = card_of(house.app, 1)
    bare = msgspec.structs.replace(card, customer=firm("x", addresses=(), groups=()), groups=[], sides=[], history=[])
    assert card_pdf(bare).startswith(b"%PDF-")


def test_a_report_has_every_place_in_which_an_erasure_looks() -> None:
    assert set(PLACES) == set(SCRUBBED)


def test_a_report_says_of_each_value_where_it_comes_from_and_who_gets_it(house: House) -> None:
    data = personal_data(house.app, 1, by="anna")
    values = {one.field: one for one in data.values}
    assert (values["username"].value, values["username"].by, values["username"].why) == (
        "anna1", "olga", "username set by an admin",
    )  # fmt: skip
    assert (values["notes"].value, values["notes"].source, values["notes"].owner) == ("secret note", "erp", "erp")
    assert [(one.connection, one.side, "email" in one.gets) for one in data.recipients] == [
        ("erp", "erp", True), ("shop", "shop", True),
    ]  # fmt: skip
    assert data.retention["history, with values"] == "365 days"
    assert len(data.places["plan_lines"].rows) >= 2
    assert [row["connection"] for row in data.places["bindings"].rows] == ["erp", "shop"]


def test_who_asked_for_a_report_is_in_the_audit_log(house: House) -> None:
    personal_data(house.app, 1, by="anna")
    row = house.one(t.Audit, action="personal-data")
    assert (row["actor"], row["subject"]) == ("anna", "K000001")


def test_a_report_is_json_whatever_is_stored(house: House) -> None:
    text = msgspec.json.encode(personal_data(house.app, 1, by="anna"), enc_hook=str).decode()
    assert "secret note" in text


def test_consents_are_printed_with_time_and_source(house: House) -> None:
    pytest.importorskip("typst")
    card = card_of(house.app, 1)
    consents = (
        Consent(kind="newsletter", given=False, at=house.app.now(), source="form"),
        Consent(kind="terms", given=True),
    )
    told = msgspec.structs.replace(card, customer=msgspec.structs.replace(card.customer, consents=consents))
    assert card_pdf(told).startswith(b"%PDF-")


def test_templates_fetch_nothing() -> None:
    for file in (ROOT / "syncd/sync").rglob("*.typ"):
        assert not re.search(r"#(import|include)\b|read\(|image\(", file.read_text(encoding="utf-8")), file


def test_every_text_of_the_templates_is_there_to_be_translated() -> None:
    found: set[str] = set()
    for file in (ROOT / "syncd/sync/card").glob("*.typ"):
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r'\bt\("([^"]+)"\)', text))
        found |= {
            word
            for head in re.findall(r"rows\(\([^)]*\), \(([^)]*)\)", text)
            for word in re.findall(r'"([^"]+)"', head)
        }
        found |= set(re.findall(r'^ +\("([A-Z][^"]+)", ', text, re.MULTILINE))
    spoken = {purpose.what for purpose in PURPOSES} | {place.what for place in PLACES.values()}
    spoken |= {place.kept for place in PLACES.values() if not place.days}
    fields = {name for purpose in PURPOSES for name in purpose.fields.split(", ")}
    spoken |= fields - WORDS["field"].keys() | {UNDRAWN}
    assert (found | spoken) - set(TEXTS) == set()


def test_labels_know_codes_by_their_kind() -> None:
    assert words_of("en")["labels"]["status.blocked_by_erp"] == "Blocked by ERP"
    assert words_of("pl")["labels"]["status.blocked_by_erp"] == "Zablokowany przez ERP"
    assert words_of("pl")["labels"]["Values"] == "Wartości"


def test_no_column_stands_on_paper_under_the_name_that_the_registry_has_for_it(house: House) -> None:
    house.erp.edit(next(iter(house.erp.holds())), email="no e-mail", active=False)
    house.run("erp")
    labels = words_of("en")["labels"]
    places = report.printed(personal_data(house.app, 1, by="anna"), str, labels)["places"]
    called = [name for place in places.values() for row in place["rows"] for name, _ in row]
    assert [name for name in called if not name[:1].isupper()] == []
    (bound, *_) = places["bindings"]["rows"]
    assert ("Side", "ERP") in bound


def test_what_was_told_stands_by_the_names_of_its_fields_and_what_was_empty_before_is_seen(house: House) -> None:
    house.erp.edit(next(iter(house.erp.holds())), groups=("Hurt", "VIP"), notes="new")
    house.settle()
    labels = words_of("en")["labels"]
    places = report.printed(personal_data(house.app, 1, by="anna"), str, labels)["places"]
    fields = [dict(row)["Fields"] for row in places["plan_lines"]["rows"]]
    assert fields[:2] == [
        "Groups: Before: Hurt, After: Hurt; VIP\nNotes: Before: secret note, After: new",
        "Groups\nNotes\nUser name",
    ]
    assert "User name: Before: –, After: anna1" in fields


def test_letters_that_no_font_has_are_written_as_their_numbers() -> None:
    pytest.importorskip("typst")
    assert undrawn("Łódź Пётр – ≠ \U0010fffd") == {0x10FFFD: "[U+10FFFD]"}


def test_sentences_on_paper_are_said_in_its_language(house: House) -> None:
    house.erp.edit(next(iter(house.erp.holds())), active=False)
    house.run("erp")
    say = words_of("pl")["say"]
    off = ["wyłączony przez: erp, od 2026-05-04 12:00 UTC"]
    assert card.printed(card_of(house.app, 1), say)["why"] == off
    told = report.printed(personal_data(house.app, 1, by="anna"), say)
    assert (told["why"], told["retention"]["history, with values"]) == (off, "365 dni")
    assert "Nazwa użytkownika: ustawił administrator" in {one["why"] for one in told["values"]}
    assert {told["places"][name]["kept"] for name in ("issues", "bindings")} == {
        "365 dni po rozstrzygnięciu",
        "dopóki jest podłączony",
    }


def test_a_list_on_paper_has_a_line_for_each_entry_and_who_asked_is_said_in_words(house: House) -> None:
    house.erp.edit(next(iter(house.erp.holds())), phones=("+48 600 100 200", "+48 600 100 201"))
    house.execute(request_run(house.app, house.app.connection("erp"), mode="incremental", asked_by="schedule") or 0)
    say, labels = words_of("pl")["say"], words_of("pl")["labels"]
    told = report.printed(personal_data(house.app, 1, by="anna"), say, labels)
    values = {one["field"]: one for one in told["values"]}
    assert values["phones"]["value"] == "+48 600 100 200\n+48 600 100 201"
    assert values["phones"]["by"] == "Harmonogram"
    assert values["addresses"]["value"].splitlines()[0] == "Ulica: Długa 1, Miejscowość: Łódź"
    assert "domyślny login: tak" in values["employees"]["value"]
    assert card.printed(card_of(house.app, 1), say)["history"][0]["by"] == "Harmonogram"


@pytest.mark.parametrize("template", ["card", "access"])
def test_a_long_word_stays_on_the_page(house: House, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs out of a page is cut off on paper. Pictures of two templates differ where its last letters stand."""
    typst = pytest.importorskip("typst")
    compile_ = typst.compile

    def drawn(end: str) -> bytes:
        monkeypatch.setattr(typst, "compile", lambda *given, **named: _pages(compile_(*given, format="png", **named)))
        for run_id in edit_customer(house.app, 1, "username", f"{'u' * 150}{end}", by="olga"):
            house.execute(run_id)
        shown = msgspec.structs.replace(card_of(house.app, 1), printed_at=house.now, updated_at=house.now, history=[])
        if template == "card":
            return card_pdf(shown)
        data = personal_data(house.app, 1, by="anna")
        return access_pdf(msgspec.structs.replace(data, places={}, made_at=house.now, updated_at=house.now))

    assert drawn("iiiiii") != drawn("wwwwww")


def _pages(drawn: bytes | list[bytes]) -> bytes:
    return b"".join(drawn) if isinstance(drawn, list) else drawn
