"""Does the explanation say who did what, and what comes next?"""

from __future__ import annotations

import pytest

from syncd.certify.faults import Fault
from syncd.errors import NotFound
from syncd.registry import connections, tables
from syncd.registry.engine import writing
from syncd.sync import standing
from syncd.sync.change import change
from syncd.sync.explain import Explanation, FieldStory, explain
from tests.fixtures.contractors import firm

from .house import House


@pytest.fixture
def settled(house: House) -> House:
    house.erp.add(firm("A1", phones=("+48 12 111 11 11",)))
    house.settle()
    return house


def told(house: House, *, ask_sides: bool = False) -> Explanation:
    return explain(house.app, 1, ask_sides=ask_sides, by="anna")


def story(explanation: Explanation, field: str) -> FieldStory:
    return next(one for one in explanation.fields if one.field == field)


def test_why_a_customer_is_blocked_names_who_did_it_and_since_when(settled: House) -> None:
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, active=False)
    settled.settle()
    change(settled.app, [1], standing.block("anna", settled.now), by="anna")
    why = told(settled).why
    assert [sentence.split(", since ")[0] for sentence in why] == ["erp switched it off", "anna blocked it"]
    assert all("since 2026-05-" in sentence for sentence in why)


def test_a_customer_whom_nothing_holds_can_log_in(settled: House) -> None:
    assert told(settled).why == ["nothing holds the account: it can log in"]


def test_who_changed_a_phone_is_told_with_run_rule_before_and_after(settled: House) -> None:
    (id_,) = settled.shop.holds()
    settled.shop.edit(id_, phones=("+48 12 222 22 22",))
    settled.settle()
    origin = story(told(settled), "phones").origin
    assert origin is not None
    assert (origin.connection, origin.rule) == ("shop", "changed there: phones")
    assert (origin.change.before, origin.change.after) == (["+48 12 111 11 11"], ["+48 12 222 22 22"])


def test_links_come_with_the_evidence_by_which_they_were_found(house: House) -> None:
    house.shop.add(firm("A1"))
    house.erp.add(firm("A1"))
    house.run("erp")
    house.run("shop")
    evidence = {link.connection: link.evidence for link in told(house).links}
    assert evidence["erp"] == "nobody known has its number, tax id, e-mail or phone"
    assert evidence["shop"] == "same number as a contractor that we know"


def test_a_value_that_a_side_holds_otherwise_is_shown_beside_it(settled: House) -> None:
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, name="Nowa nazwa")
    settled.run("erp")
    name = story(told(settled), "name")
    assert (name.value, name.sides, name.owner) == ("Nowa nazwa", {"shop": "Firma A1"}, "erp")


def test_what_is_next_names_the_push_that_waits_and_when_each_side_is_read(settled: House) -> None:
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, name="Nowa nazwa")
    settled.run("erp")
    steps = [step.split(" UTC: ")[1] for step in told(settled).next]
    assert steps[0] == "push to shop"
    assert set(steps[1:]) == {"erp is read", "shop is read"}


def test_what_the_next_run_would_do_is_asked_without_doing_it(settled: House) -> None:
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, name="Nowa nazwa")
    would = {one.connection: one for one in told(settled, ask_sides=True).would or []}
    (line,) = would["erp"].changes
    assert (line.action, line.fields["name"].after, line.push_to) == ("update", "Nowa nazwa", ("shop",))
    assert would["shop"].changes == []
    assert settled.contractors()[0].name == "Firma A1"
    assert settled.count(tables.Push) == 0


def test_what_is_found_out_for_an_explanation_waits_for_nobody(settled: House) -> None:
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, name="Nowa nazwa")
    before = settled.count(tables.Run)
    told(settled, ask_sides=True)
    assert [run["state"] for run in settled.rows(tables.Run)[before:]] == ["cancelled", "no_changes"]


def test_a_side_that_is_paused_is_not_asked_later_for_an_explanation(settled: House) -> None:
    with writing(settled.app.engine) as connection:
        connections.pause(connection, settled.app.connection("erp").id, "anna")
    would = {one.connection: one for one in told(settled, ask_sides=True).would or []}
    assert would["erp"].error == "the run is queued"
    assert {run["state"] for run in settled.rows(tables.Run) if run["dry_run"]} == {"cancelled", "no_changes"}


def test_a_side_that_does_not_answer_is_said_and_the_rest_is_told(settled: House) -> None:
    settled.shop.faults.plan(*[Fault(kind="drop")] * 5)
    would = {one.connection: one for one in told(settled, ask_sides=True).would or []}
    assert would["shop"].error is not None
    assert would["erp"].changes == []


def test_an_unknown_customer_is_named(settled: House) -> None:
    with pytest.raises(NotFound, match="K000099"):
        explain(settled.app, 99, ask_sides=False, by="anna")
