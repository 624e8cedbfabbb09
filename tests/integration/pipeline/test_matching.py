"""Is every record the customer that it is, is a person asked where that is not certain, and is the answer kept?"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor
from syncd.domain.proof import CROWD
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import tables
from syncd.registry.queries.changes import FieldChange
from syncd.settings import RouteSettings
from syncd.sync import standing
from syncd.sync.answers import answer
from syncd.sync.change import change
from syncd.sync.duplicates import merge_duplicates
from syncd.sync.edit import edit_customer
from syncd.sync.erase import erase
from syncd.sync.matching import link, preview_link, preview_unlink, unlink
from syncd.sync.pursue import pursue
from syncd.sync.undo import plan_undo
from syncd.sync.unmatch import take_back
from tests.fixtures.contractors import firm, tax_id

from .conftest import OpenHouse
from .house import House

TWO_ERPS: dict[str, Any] = {
    "sides": {"erp": Side.ERP, "other": Side.ERP, "shop": Side.SHOP},
    "routes": [RouteSettings(erp="erp", shop="shop"), RouteSettings(erp="other", shop="shop")],
}


def person(name: str, **more: Any) -> Contractor:
    return Contractor(name=name, country="PL", **more)


def asked(house: House) -> dict[str, Any]:
    """The only open question."""
    return house.one(tables.Issue, code="ambiguous", state="open")


def bound_to(house: House, external_id: str, name: str = "shop") -> int:
    row = house.one(tables.Binding, external_id=external_id, connection_id=house.id(name))
    contractor_id: int = row["contractor_id"]
    return contractor_id


def newest(house: House) -> int:
    """The customer that was made last; each run takes its numbers from a block of its own."""
    id_: int = max(row["id"] for row in house.rows(tables.Contractor))
    return id_


@pytest.fixture
def question(house: House) -> tuple[House, str]:
    """Two firms with one e-mail, and a shop customer who has it as well."""
    for number in ("A1", "A2"):
        house.erp.add(firm(number, email="wspolny@firma.example", tax_id=""))
    house.run("erp")
    id_ = house.shop.add(person("Firma A2", email="wspolny@firma.example"))
    house.run("shop")
    return house, id_


def test_a_question_shows_the_candidates_with_what_speaks_for_them_and_answers(question: tuple[House, str]) -> None:
    house, _ = question
    issue = asked(house)
    first, second = issue["details"]["candidates"]
    assert (first["code"], first["same"], first["score"] > second["score"]) == ("K000002", ["email"], True)
    assert [one["key"] for one in issue["details"]["answers"]] == ["link", "link", "link", "new", "not-now"]
    assert "wspolny" not in issue["message"] + issue["cure"]
    assert "Firma" not in issue["message"] + issue["cure"]


def test_answering_which_one_it_is_links_it_for_good(question: tuple[House, str]) -> None:
    house, id_ = question
    answer(house.app, asked(house)["id"], "link:1", by="anna")
    assert house.finish() == 1
    assert (bound_to(house, id_), house.issues(), house.rows(tables.MatchDecision)) == (2, [], [])
    house.settle()
    assert house.is_at_rest()


def test_answering_with_a_code_that_was_not_offered_links_to_that_one(question: tuple[House, str]) -> None:
    house, id_ = question
    house.erp.add(firm("A3"))
    house.run("erp")
    answer(house.app, asked(house)["id"], "link:3", value=code_of(newest(house)), by="anna")
    house.finish()
    assert (bound_to(house, id_), len(house.contractors())) == (newest(house), 3)


def test_answering_that_it_is_new_makes_a_customer_of_its_own(question: tuple[House, str]) -> None:
    house, id_ = question
    answer(house.app, asked(house)["id"], "new", by="anna")
    house.finish()
    assert (bound_to(house, id_), house.issues(), house.rows(tables.MatchDecision)) == (newest(house), [], [])
    assert len(house.contractors()) == 3


def test_an_answer_about_a_record_that_is_gone_ends_the_question(question: tuple[House, str]) -> None:
    house, id_ = question
    house.shop.remove(id_)
    answer(house.app, asked(house)["id"], "new", by="anna")
    house.finish()
    assert (len(house.contractors()), house.issues()) == (2, ["not-found"])
    house.run("shop", "full")
    assert house.issues() == []


def test_answering_not_now_asks_again_at_the_next_read(question: tuple[House, str]) -> None:
    house, _ = question
    answer(house.app, asked(house)["id"], "not-now", by="anna")
    assert house.issues() == []
    house.run("shop", "full")
    assert house.issues() == ["ambiguous"]


def test_a_number_that_another_erp_gave_as_well_is_a_question_where_nothing_else_agrees(build: OpenHouse) -> None:
    house = build(**TWO_ERPS)
    house.erp.add(person("Jan Kowalski", number="1"))
    id_ = house.sides["other"].add(person("Hans Müller", number="1"))
    house.settle()
    assert (len(house.contractors()), house.issues()) == (1, ["ambiguous"])
    issue = asked(house)
    assert (issue["external_id"], issue["field"]) == (id_, "number")
    answer(house.app, issue["id"], "new", by="anna")
    house.settle()
    assert (len(house.contractors()), house.issues()) == (2, [])
    assert house.is_at_rest()


@pytest.mark.parametrize("renamed", ["registry", "erp"])
def test_a_number_in_two_erps_links_by_the_name_that_the_registry_has_or_an_erp_stated(
    build: OpenHouse, renamed: str
) -> None:
    house = build(**TWO_ERPS)
    house.erp.add(person("Jan Kowalski", number="1"))
    house.settle()
    if renamed == "registry":
        edit_customer(house.app, 1, "name", "Kowalski i synowie", by="anna")
    else:
        (id_,) = house.erp.holds()
        house.erp.edit(id_, name="Synowie", email="synowie@firma.example")
    house.sides["other"].add(person("Jan Kowalski", number="1"))
    house.run("other")
    assert (len(house.contractors()), house.issues()) == (1, [])


def test_a_shop_keeps_the_number_that_an_erp_gave(build: OpenHouse) -> None:
    house = build(**TWO_ERPS)
    house.shop.add(person("Hans Müller", number="1"))
    house.erp.add(person("Jan Kowalski", number="1"))
    house.settle()
    assert (len(house.contractors()), house.issues()) == (1, [])


def test_a_decision_is_kept_until_the_record_can_be_read(question: tuple[House, str]) -> None:
    house, id_ = question
    answer(house.app, asked(house)["id"], "link:1", by="anna")
    house.run("shop", "full")
    assert (bound_to(house, id_), house.issues()) == (2, [])


def test_a_customer_that_was_taken_meanwhile_is_said_and_can_be_answered_anew(question: tuple[House, str]) -> None:
    house, id_ = question
    issue = asked(house)["id"]
    answer(house.app, issue, "link:1", by="anna")
    other = house.shop.add(person("Firma A2", number="A2"))
    house.run("shop", "only", only=[other])
    house.finish()
    assert (bound_to(house, other), house.issues()) == (2, ["link-taken"])
    answer(house.app, house.one(tables.Issue, code="link-taken")["id"], "new", by="anna")
    house.finish()
    assert (bound_to(house, id_), house.issues(), len(house.contractors())) == (newest(house), [], 3)


def test_a_record_is_not_linked_to_a_customer_who_has_one_there(question: tuple[House, str]) -> None:
    house, id_ = question
    other = house.shop.add(person("Firma A2", number="A2"))
    house.run("shop", "only", only=[other])
    with pytest.raises(InvalidRecord, match=f"K000002 has the record {other} at shop; it cannot have {id_} as well"):
        answer(house.app, asked(house)["id"], "link:1", by="anna")


def test_two_records_of_a_page_that_are_equally_one_customer_are_both_asked_about(house: House) -> None:
    house.erp.add(firm("A1"))
    house.run("erp")
    for name in ("Jeden", "Drugi"):
        house.shop.add(person(name, email="a1@firma.example"))
    run = house.run("shop")
    assert (run["counts"]["conflict"], house.issues()) == (2, ["ambiguous", "ambiguous"])


def test_of_two_records_of_a_page_the_one_with_the_stronger_proof_is_the_customer(house: House) -> None:
    house.erp.add(firm("A1", tax_id=""))
    house.run("erp")
    weak = house.shop.add(person("Firma A1", email="a1@firma.example"))
    strong = house.shop.add(person("Inna", number="A1"))
    house.run("shop")
    assert (bound_to(house, strong), bound_to(house, weak)) == (1, newest(house))


def test_one_number_with_two_tax_ids_is_a_question(house: House) -> None:
    house.erp.add(firm("A1", tax_id=tax_id(1)))
    house.run("erp")
    house.shop.add(person("Firma A1", number="A1", tax_id=tax_id(2)))
    house.run("shop")
    assert asked(house)["details"]["candidates"][0]["differs"] == ["tax_id"]


def test_a_question_names_the_field_that_is_the_same(house: House) -> None:
    for code in ("A1", "A2"):
        house.erp.add(firm(code, tax_id=tax_id(1)))
    house.run("erp")
    house.shop.add(person("Firma", tax_id=tax_id(1)))
    house.run("shop")
    assert asked(house)["field"] == "tax_id"


def test_the_same_digits_with_prefixes_of_two_countries_are_two_companies(house: House) -> None:
    house.erp.add(firm("A1", tax_id="123456788", tax_prefix="DE", country="DE", email="", addresses=()))
    house.run("erp")
    id_ = house.shop.add(Contractor(name="Firma A1", tax_id="123456788", tax_prefix="PT", country="PT"))
    house.run("shop")
    assert bound_to(house, id_) == newest(house) != 1


def test_greeces_two_prefixes_are_one_country(house: House) -> None:
    house.erp.add(firm("A1", tax_id="094259216", tax_prefix="EL", country="GR", addresses=()))
    house.run("erp")
    id_ = house.shop.add(Contractor(name="Hellas", tax_id="094259216", tax_prefix="GR", country="GR"))
    house.run("shop")
    assert bound_to(house, id_) == 1


@pytest.mark.parametrize(
    ("more", "customers"),
    [
        ({"tax_id": tax_id(2), "name": "Firma A1"}, 2),
        ({"tax_id": "", "name": "Firma A1"}, 1),
        ({"tax_id": tax_id(1), "name": "Zupełnie inna"}, 1),
    ],
    ids=["other tax id", "same name", "same tax id"],
)
def test_an_email_in_two_erps_is_one_customer_unless_something_says_otherwise(
    build: OpenHouse, more: dict[str, Any], customers: int
) -> None:
    house = build(**TWO_ERPS)
    house.erp.add(firm("A1", tax_id=tax_id(1)))
    house.run("erp")
    house.sides["other"].add(firm("B7", email="a1@firma.example", **more))
    house.run("other")
    assert (len(house.contractors()), house.issues()) == (customers, [])


def test_an_email_in_two_erps_with_another_name_and_number_and_no_tax_id_is_a_question(build: OpenHouse) -> None:
    house = build(**TWO_ERPS)
    house.erp.add(firm("A1", tax_id=""))
    house.run("erp")
    house.sides["other"].add(firm("B7", email="a1@firma.example", tax_id="", name="Zupełnie inna"))
    house.run("other")
    assert house.issues() == ["ambiguous"]


def test_two_contractors_of_one_erp_with_one_tax_id_stay_two_and_are_named(house: House) -> None:
    ids = [house.erp.add(firm(number, tax_id=tax_id(1))) for number in ("A1", "A2")]
    house.run("erp")
    issue = house.one(tables.Issue, code="tax-id-shared")
    assert (len(house.contractors()), house.issues()) == (2, ["tax-id-shared"])
    assert f"K000001 ({ids[0]}), K000002 ({ids[1]}) have the same tax id" in issue["message"]
    assert tax_id(1) not in issue["message"]


def test_a_shared_tax_id_stays_an_issue_until_it_is_shared_no_more_and_stays_dropped(house: House) -> None:
    first, second = (house.erp.add(firm(number, tax_id=tax_id(1))) for number in ("A1", "A2"))
    house.run("erp")
    house.erp.edit(first, name="Nowa")
    house.run("erp")
    assert house.issues() == ["tax-id-shared"]
    answer(house.app, house.one(tables.Issue, code="tax-id-shared")["id"], "drop", by="anna")
    house.erp.edit(first, name="Nowsza")
    house.run("erp")
    assert house.issues() == []
    house.erp.edit(second, tax_id=tax_id(2))
    house.run("erp")
    assert house.one(tables.Issue, code="tax-id-shared")["state"] == "resolved"


def test_one_code_in_two_cases_is_two_customers_and_an_issue(house: House) -> None:
    for number in ("Żubr1", "ŻUBR1"):
        house.erp.add(firm(number, tax_id=""))
    house.run("erp")
    assert (len(house.contractors()), house.issues()) == (2, ["number-case"])


def test_a_code_in_another_case_does_not_link(house: House) -> None:
    house.erp.add(firm("ABC", tax_id=""))
    house.run("erp")
    house.shop.add(person("Inna", number="abc"))
    house.run("shop")
    assert (len(house.contractors()), house.issues()) == (2, ["number-case"])


@pytest.mark.parametrize(
    "filling",
    [{"tax_id": "0000000000"}, {"tax_id": "BRAK"}, {"tax_id": "01021980"}, {"email": "noreply@firma.example"},
     {"phones": ("000-000-000",)}, {"number": "brak"}],
    ids=lambda filling: str(*filling.values()),
)  # fmt: skip
def test_what_only_fills_a_field_links_nobody(build: OpenHouse, filling: dict[str, Any]) -> None:
    house = build(**TWO_ERPS)
    house.erp.add(person("Jeden", **filling))
    house.run("erp")
    house.sides["other"].add(person("Drugi", **filling))
    house.run("other")
    assert len(house.contractors()) == 2


def test_a_mailbox_of_a_crowd_is_nobodys_and_that_is_said(house: House) -> None:
    for number in range(CROWD + 20):
        house.erp.add(firm(f"A{number}", email="info@centrum.example", tax_id=""))
    house.run("erp")
    id_ = house.shop.add(person("Kto", email="info@centrum.example"))
    house.run("shop")
    issue = house.one(tables.Issue, code="key-shared")
    assert (issue["external_id"], issue["field"], house.issues()) == (id_, "email", ["key-shared"])
    assert bound_to(house, id_) == newest(house)


def test_bad_records_are_issues_and_the_rest_goes_on(house: House) -> None:
    house.erp.add(firm("A1", name="😀😀"))
    house.erp.add(firm("A2", phones=("5" * 10_000,)))
    house.erp.add(firm("A3", phones=("600\x00100200",)))
    house.erp.add(firm("A4", tax_id="01021980"))
    house.erp.add(firm("A5"))
    run = house.run("erp")
    assert (run["counts"]["created"], run["counts"]["failed"]) == (3, 2)
    assert house.issues() == ["key-too-long", "name-without-letters", "tax-id-invalid", "unstorable-character"]


def test_a_link_by_hand_is_previewed_made_and_taken_back(house: House) -> None:
    house.erp.add(firm("A1", phones=()))
    house.run("erp")
    id_ = house.shop.add(person("Ktoś inny", email="ktos@inny.example", login_email="ktos@inny.example"))
    preview = preview_link(house.app, 1, house.app.connection("shop"), id_)
    assert (preview.fields["login_email"].after, len(house.rows(tables.Binding))) == ("ktos@inny.example", 1)
    house.execute(run := link(house.app, 1, house.app.connection("shop"), id_, by="anna"))
    assert (bound_to(house, id_), house.contractors()[0].login_email) == (1, "ktos@inny.example")
    back = take_back(house.app, run, by="anna")
    house.finish()
    assert (back.what, back.restored) == ("link", ("login_email",))
    assert (bound_to(house, id_), house.contractors()[0].login_email) == (newest(house), "")


def test_taking_a_link_back_keeps_what_was_changed_since(house: House) -> None:
    house.erp.add(firm("A1", phones=()))
    house.run("erp")
    id_ = house.shop.add(person("Ktoś inny", username="ktos", login_email="ktos@inny.example"))
    house.execute(run := link(house.app, 1, house.app.connection("shop"), id_, by="anna"))
    house.push()
    house.shop.edit(id_, login_email="nowy@inny.example")
    house.run("shop")
    back = take_back(house.app, run, by="anna")
    assert (back.restored, back.changed_since) == (("username",), ("login_email",))
    assert house.contractors()[0].login_email == "nowy@inny.example"


def test_an_unlinked_record_becomes_another_customer_and_is_not_linked_again(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (id_,) = house.shop.holds()
    preview = preview_unlink(house.app, 1, house.app.connection("shop"))
    assert (preview.external_id, preview.push_to) == (id_, ("shop",))
    done = unlink(house.app, 1, house.app.connection("shop"), by="anna")
    house.settle()
    assert (done.external_id, id_ in house.shop.holds()) == (id_, True)
    assert (bound_to(house, id_), len(house.contractors())) == (newest(house), 2)
    assert house.is_at_rest()


def test_an_unlink_is_taken_back(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (id_,) = house.shop.holds()
    done = unlink(house.app, 1, house.app.connection("shop"), by="anna")
    take_back(house.app, done.run_id, by="anna")
    house.settle()
    assert (bound_to(house, id_), len(house.contractors()), len(house.shop.holds())) == (1, 1, 1)
    assert house.is_at_rest()


def test_an_unlink_is_taken_back_after_the_record_became_somebody(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (id_,) = house.shop.holds()
    done = unlink(house.app, 1, house.app.connection("shop"), by="anna")
    house.execute(done.read_again)
    assert len(house.contractors()) == 2
    take_back(house.app, done.run_id, by="anna")
    assert (bound_to(house, id_), len(house.contractors())) == (1, 1)


def test_an_unlink_that_was_taken_back_is_not_taken_back_again(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (id_,) = house.shop.holds()
    done = unlink(house.app, 1, house.app.connection("shop"), by="anna")
    take_back(house.app, done.run_id, by="anna")
    with pytest.raises(InvalidRecord, match=f"K000001 is the record {id_} at shop already"):
        take_back(house.app, done.run_id, by="anna")


@pytest.fixture
def switched_off(build: OpenHouse) -> House:
    """A shop's customer, of whom somebody said that a record that is inactive in the ERP is the same."""
    house = build(routes=[RouteSettings(erp="erp", shop="shop", registrations=False, only_groups=["VIP"])])
    house.shop.add(person("Anna Nowak", email="anna@nowak.example"))
    house.settle()
    house.erp.add(firm("A1", active=False))
    house.settle()
    merge_duplicates(house.app, 1, newest(house), by="anna")
    house.settle()
    assert house.statuses() == ["blocked_by_erp"]
    return house


def test_an_unlinked_record_takes_along_what_its_side_said_of_it(switched_off: House) -> None:
    house, erp = switched_off, switched_off.app.connection("erp")
    preview = preview_unlink(house.app, 1, erp)
    assert (preview.status, preview.holds) == (FieldChange("blocked_by_erp", "active"), ())
    assert (preview.fields, preview.push_to) == ({"active": FieldChange(False, True)}, ("shop",))
    done = unlink(house.app, 1, erp, by="anna")
    house.settle()
    assert house.statuses() == ["active", "blocked_by_erp"]
    (there,) = house.shop.holds().values()
    assert (there.contractor.active, house.is_at_rest()) == (True, True)
    assert [line["action"] for line in house.lines(done.run_id)] == ["unlink"]


def test_an_unlink_leaves_what_others_said_of_the_customer(switched_off: House) -> None:
    house, erp = switched_off, switched_off.app.connection("erp")
    change(house.app, [1], standing.block("piotr", house.now), by="piotr")
    change(house.app, [1], standing.block("erp-admin", house.now), by="erp-admin")
    preview = preview_unlink(house.app, 1, erp)
    assert preview.status == FieldChange("blocked_by_erp", "blocked")
    assert [hold.by for hold in preview.holds] == ["erp-admin", "piotr"]
    unlink(house.app, 1, erp, by="anna")
    assert house.holds()[0] == {("admin_block", "piotr"), ("admin_block", "erp-admin")}


def test_an_erp_whose_record_is_unlinked_lifts_nothing_of_another_erp(build: OpenHouse) -> None:
    house = build(**TWO_ERPS)
    for name in ("erp", "other"):
        house.sides[name].add(firm("A1", active=False))
    house.settle()
    assert house.holds() == [{("erp_inactive", "erp"), ("erp_inactive", "other")}]
    assert preview_unlink(house.app, 1, house.app.connection("other")).status is None
    unlink(house.app, 1, house.app.connection("other"), by="anna")
    house.settle()
    assert (house.holds()[0], house.statuses()) == ({("erp_inactive", "erp")}, ["blocked_by_erp", "blocked_by_erp"])
    assert house.is_at_rest()


def test_a_customer_whose_missing_record_is_unlinked_is_let_in(house: House) -> None:
    ids = [house.erp.add(firm(f"A{number}")) for number in range(10)]
    house.settle()
    house.erp.remove(ids[0])
    for _ in range(2):
        house.run("erp", "full")
    assert house.holds()[0] == {("missing_in_erp", "erp")}
    unlink(house.app, 1, house.app.connection("erp"), by="anna")
    house.settle()
    assert (house.statuses()[0], house.at_shop()["A0"].active) == ("active", True)


def test_an_unlink_that_is_taken_back_lets_nobody_wait_who_was_accepted(build: OpenHouse) -> None:
    house = build(connections={"shop": {"acceptance": True}})
    id_ = house.shop.add(person("Anna Nowak", email="anna@nowak.example"))
    house.settle()
    change(house.app, [1], standing.accept("anna", house.now), by="anna")
    house.settle()
    done = unlink(house.app, 1, house.app.connection("shop"), by="anna")
    house.execute(done.read_again)
    assert house.statuses() == ["active", "pending"]
    take_back(house.app, done.run_id, by="anna")
    assert (bound_to(house, id_), house.statuses()) == (1, ["active"])


@pytest.mark.parametrize("read_since", [False, True])
def test_an_unlink_that_is_taken_back_holds_the_customer_again(switched_off: House, *, read_since: bool) -> None:
    house = switched_off
    done = unlink(house.app, 1, house.app.connection("erp"), by="anna")
    if read_since:
        house.execute(done.read_again)
    back = take_back(house.app, done.run_id, by="anna")
    assert (house.statuses(), house.holds()) == (["blocked_by_erp"], [{("erp_inactive", "erp")}])
    assert back.restored == ("holds",)
    house.settle()
    (there,) = house.shop.holds().values()
    assert (there.contractor.active, house.is_at_rest()) == (False, True)
    (id_,) = house.erp.holds()
    house.erp.edit(id_, active=True)
    house.settle()
    assert house.statuses() == ["active"]
    with pytest.raises(InvalidRecord, match="who is who"):
        plan_undo(house.app, back.run or 0, by="anna")


def test_the_undo_of_a_run_places_no_hold_for_a_record_that_is_somebody_elses(house: House) -> None:
    id_ = house.erp.add(firm("A1", active=False))
    house.settle()
    house.erp.edit(id_, active=True)
    unblocked = house.run("erp")["id"]
    unlink(house.app, 1, house.app.connection("erp"), by="anna")
    undone = plan_undo(house.app, unblocked, by="anna", approved=True)
    assert [one.fields for one in undone.kept] == [("hold erp_inactive",)]
    house.settle()
    assert house.statuses() == ["active", "active"]


def test_taking_back_a_link_takes_along_what_the_record_brought(house: House) -> None:
    house.shop.add(person("Anna Nowak", email="anna@nowak.example", registered=False))
    house.settle()
    id_ = house.erp.add(firm("A1", active=False))
    erp = house.app.connection("erp")
    assert preview_link(house.app, 1, erp, id_).status == FieldChange("active", "blocked_by_erp")
    house.execute(run := link(house.app, 1, erp, id_, by="anna"))
    assert house.statuses() == ["blocked_by_erp"]
    back = take_back(house.app, run, by="anna")
    house.settle()
    assert ("holds" in back.restored, house.statuses()) == (True, ["active", "blocked_by_erp"])


def test_who_is_erased_is_neither_linked_nor_unlinked(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    erasing = erase(house.app, 1, by="anna")
    pursue(house.app, erasing)
    shop = house.app.connection("shop")
    for act in (preview_unlink, partial(unlink, by="anna")):
        with pytest.raises(InvalidRecord, match="K000001 is erased"):
            act(house.app, 1, shop)
    house.settle()
    assert not house.shop.holds()["1"].contractor.active
    another = house.shop.add(person("Jan Nowak", email="jan@nowak.example"))
    for tie in (preview_link, partial(link, by="anna")):
        with pytest.raises(InvalidRecord, match="K000001 is erased"):
            tie(house.app, 1, shop, another)
    house.settle()
    assert (house.shop.holds()[another].contractor.name, bound_to(house, another)) == ("Jan Nowak", newest(house))


def test_what_cannot_be_linked_is_said_by_name(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (id_,) = house.shop.holds()
    shop = house.app.connection("shop")
    with pytest.raises(InvalidRecord, match=f"K000001 is the record {id_} at shop already"):
        link(house.app, 1, shop, id_, by="anna")
    with pytest.raises(NotFound, match="K000099"):
        link(house.app, 99, shop, id_, by="anna")
    house.erp.add(firm("A2"))
    house.run("erp")
    with pytest.raises(InvalidRecord, match=f"the record {id_} at shop is K000001"):
        link(house.app, newest(house), shop, id_, by="anna")
    with pytest.raises(NotFound, match="has no record at shop"):
        unlink(house.app, newest(house), shop, by="anna")


def test_which_of_a_shops_twins_a_contractor_is_can_be_answered(house: House) -> None:
    twins = [house.shop.add(person(name, email="a1@firma.example")) for name in ("Jeden", "Drugi")]
    house.erp.add(firm("A1"))
    house.run("erp")
    house.push()
    answer(house.app, asked(house)["id"], "link:2", by="anna")
    house.settle()
    assert (bound_to(house, twins[1]), len(house.shop.holds())) == (1, 2)
    assert "ambiguous" not in house.issues()


def test_that_none_of_a_shops_twins_is_the_contractor_can_be_answered(house: House) -> None:
    for name in ("Jeden", "Drugi"):
        house.shop.add(person(name, email="a1@firma.example"))
    house.erp.add(firm("A1"))
    house.run("erp")
    house.push()
    answer(house.app, asked(house)["id"], "new", by="anna")
    house.push()
    assert (len(house.shop.holds()), "A1" in house.at_shop()) == (3, True)
