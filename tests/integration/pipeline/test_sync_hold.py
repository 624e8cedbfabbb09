"""Is a customer whose synchronization is held left alone on every side, and is nothing lost when it is released?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.domain.acts import ACTS
from syncd.registry import tables
from syncd.registry.engine import reading
from syncd.registry.queries.status import status
from syncd.sync.change import Change, Draft, Subject, change
from syncd.sync.edit import edit_customer
from syncd.sync.erase import erase
from syncd.sync.pursue import pursue
from syncd.sync.standing import RULES, acted
from syncd.sync.undo import plan_undo
from syncd.sync.verify import verify
from tests.fixtures.contractors import firm
from tests.fixtures.properties import stories

from .conftest import OpenHouse, small_house
from .house import House


@pytest.fixture
def settled(house: House) -> House:
    """One contractor that both sides have."""
    house.erp.add(firm("A1"))
    house.settle()
    return house


def act(house: House, name: str) -> list[int]:
    def make(subject: Subject) -> Draft | None:
        found = acted(subject, ACTS[name], RULES[name], "anna", house.now)
        return found if isinstance(found, Draft) else None

    ids = [row["id"] for row in house.rows(tables.Contractor)]
    wanted: Change = make
    return change(house.app, ids, wanted, by="anna", approved=True)


def edit(house: House, side: str, **values: object) -> None:
    (id_,) = house.sides[side].holds()
    house.sides[side].edit(id_, **values)


def test_a_held_customer_works_on(settled: House) -> None:
    act(settled, "hold")
    settled.settle()
    assert settled.holds() == [{("sync_held", "anna")}]
    assert (settled.statuses(), settled.at_shop()["A1"].active) == (["active"], True)


def test_what_a_side_says_of_a_held_customer_is_heard_after_the_release(settled: House) -> None:
    act(settled, "hold")
    edit(settled, "erp", name="Nowa nazwa")
    edit(settled, "shop", phones=("22 555 01 23",))
    settled.settle()
    assert (settled.at_shop()["A1"].name, settled.at_erp()["A1"].phones) == ("Firma A1", ())
    assert settled.contractors()[0].name == "Firma A1"
    act(settled, "release")
    settled.settle()
    assert (settled.at_shop()["A1"].name, settled.at_erp()["A1"].phones) == ("Nowa nazwa", ("22 555 01 23",))


def test_a_block_by_the_erp_waits_for_the_release_too(settled: House) -> None:
    act(settled, "hold")
    edit(settled, "erp", active=False)
    settled.settle()
    assert settled.statuses() == ["active"]
    act(settled, "release")
    settled.settle()
    assert (settled.statuses(), settled.at_shop()["A1"].active) == (["blocked_by_erp"], False)


def test_what_an_admin_changes_meanwhile_is_told_after_the_release(settled: House) -> None:
    act(settled, "hold")
    (row,) = settled.rows(tables.Contractor)
    edit_customer(settled.app, row["id"], "website", "https://a1.example", by="anna")
    writes = settled.writes()
    settled.settle()
    assert settled.writes() == writes
    assert [(push["due_at"], push["error_code"]) for push in settled.rows(tables.Push)] == [
        (None, "sync-held"),
        (None, "sync-held"),
    ]
    assert (settled.issues(), settled.count(tables.Try)) == ([], 0)
    with reading(settled.app.engine) as connection:
        look = status(connection, now=settled.now, issues={})
    assert [(row.due, row.stuck) for row in look.connections] == [(0, 0), (0, 0)]
    act(settled, "release")
    settled.settle()
    assert settled.at_shop()["A1"].website == "https://a1.example"
    assert settled.count(tables.Push) == 0


def test_undoing_the_hold_is_a_release(settled: House) -> None:
    (run,) = act(settled, "hold")
    edit(settled, "erp", name="Nowa nazwa")
    settled.settle()
    undone = plan_undo(settled.app, run, by="anna", approved=True)
    assert undone.run is not None
    settled.execute(undone.run)
    settled.settle()
    assert (settled.holds(), settled.at_shop()["A1"].name) == ([set()], "Nowa nazwa")


def test_a_held_customer_is_not_blocked_for_being_missing_before_its_release(settled: House) -> None:
    settled.erp.add(firm("A2"))
    settled.settle()
    act(settled, "hold")
    gone = next(id_ for id_, remote in settled.erp.holds().items() if remote.contractor.number == "A1")
    settled.erp.remove(gone)
    for _ in range(3):
        settled.run("erp", "full")
    assert settled.statuses() == ["active", "active"]
    act(settled, "release")
    settled.run("erp", "full")
    assert settled.statuses() == ["blocked_by_erp", "active"]


def test_a_record_that_would_be_linked_waits_and_says_so(house: House) -> None:
    house.erp.add(firm("A1"))
    house.run("erp")
    act(house, "hold")
    house.shop.add(firm("A1", groups=(), website="https://a1.example"))
    house.settle()
    assert (house.issues(), len(house.contractors()), house.contractors()[0].website) == (["customer-held"], 1, "")
    house.settle()
    assert house.issues() == ["customer-held"]
    act(house, "release")
    house.settle()
    assert (house.issues(), len(house.shop.holds()), house.at_erp()["A1"].name) == ([], 1, "Firma A1")


def test_an_erasure_is_carried_out_all_the_same(build: OpenHouse, tmp_path: Path) -> None:
    settled = build(folder=tmp_path)
    settled.erp.add(firm("A1"))
    settled.settle()
    act(settled, "hold")
    (row,) = settled.rows(tables.Contractor)
    case = erase(settled.app, row["id"], by="anna")
    pursue(settled.app, case)
    settled.settle()
    assert settled.statuses() == ["anonymised"]
    assert all(remote.contractor.email != "a1@firma.example" for remote in settled.shop.holds().values())


def test_a_comparison_names_the_hold_and_finds_no_disagreement(settled: House) -> None:
    act(settled, "hold")
    edit(settled, "shop", website="https://a1.example")
    found = verify(settled.app, settled.app.connection("shop"))
    assert ([difference.cause for difference in found.differences], found.agrees) == (["sync_held"], True)


EDITS = st.tuples(
    st.sampled_from(["erp", "shop"]),
    st.sampled_from(["website", "contact_person", "phones", "active"]),
    st.integers(0, 2),
)


def value(field: str, number: int) -> object:
    if field == "active":
        return number > 0
    return (f"22 555 01 2{number}",) if field == "phones" else f"https://{number}.example"


@pytest.mark.soak
@pytest.mark.timeout(100_000)
@settings(max_examples=stories(brief=8, thorough=500, soak=20_000), deadline=None)
@given(st.lists(EDITS, max_size=4), st.lists(EDITS, min_size=1, max_size=4))
def test_both_sides_agree_after_the_release_whatever_was_done_before_and_meanwhile(
    before: list[tuple[str, str, int]], meanwhile: list[tuple[str, str, int]]
) -> None:
    with small_house() as house:
        for side, field, number in before:
            edit(house, side, **{field: value(field, number)})
        house.settle()
        act(house, "hold")
        held = house.rows(tables.Contractor)
        for side, field, number in meanwhile:
            edit(house, side, **{field: value(field, number)})
            house.settle()
        assert house.rows(tables.Contractor) == held
        act(house, "release")
        house.settle()
        ours, theirs = house.at_erp()["A1"], house.at_shop()["A1"]
        assert (ours.website, ours.contact_person, ours.phones) == (
            theirs.website,
            theirs.contact_person,
            theirs.phones,
        )
        assert house.is_at_rest()
