"""Does an older version never overwrite a newer one, and does a worker that lost its claim store nothing?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.ports import Capabilities, Page, Record, Remote
from syncd.registry import tables
from syncd.registry.engine import writing
from syncd.sync.push import push_due
from syncd.sync.review import approve
from tests.fixtures.contractors import firm

from .house import House, Through


@pytest.fixture
def settled(house: House) -> House:
    """One contractor that both sides have."""
    house.erp.add(firm("A1"))
    house.settle()
    return house


def id_at(house: House, side: str) -> str:
    (id_,) = house.sides[side].holds()
    return id_


class Around(Through):
    """Does something before or after the first update."""

    def __init__(self, inner: Any, *, before: Callable[[], object] | None = None, after: Any = None) -> None:
        super().__init__(inner)
        self.before, self.after = before, after

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        before, self.before = self.before, None
        if before is not None:
            before()
        written: Remote = self.inner.update(remote, contractor)
        after, self.after = self.after, None
        if after is not None:
            after()
        return written


class Unversioned(Through):
    """A shop that lets everybody overwrite everything."""

    @property
    def capabilities(self) -> Capabilities:
        return msgspec.structs.replace(self.inner.capabilities, versions=False)

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        written: Remote = self.inner.update(msgspec.structs.replace(remote, version=None), contractor)
        return written


@pytest.mark.parametrize("versions", [True, False], ids=["versioned", "unversioned"])
def test_a_record_that_the_shop_changed_meanwhile_is_heard_before_it_is_written(settled: House, versions: bool) -> None:
    if not versions:
        settled.through("shop", Unversioned)
    settled.erp.edit(id_at(settled, "erp"), name="Nowa nazwa")
    settled.run("erp")
    settled.shop.edit(id_at(settled, "shop"), phones=("22 555 01 23",))
    settled.push()
    assert settled.at_shop()["A1"].name == "Firma A1"
    asked = settled.one(tables.Run, asked_by="push")
    assert (asked["mode"], asked["only"]) == ("only", f'["{id_at(settled, "shop")}"]')
    settled.settle()
    for side in ("erp", "shop"):
        held = settled.held_by(side)["A1"]
        assert (held.name, held.phones) == ("Nowa nazwa", ("22 555 01 23",))
    assert settled.issues() == []


def test_an_update_whose_answer_was_lost_is_applied_once(settled: House) -> None:
    settled.erp.edit(id_at(settled, "erp"), name="Nowa nazwa")
    settled.run("erp")
    settled.shop.faults.plan(Fault(kind="lose_answer", only="write"))
    settled.settle()
    assert settled.at_shop()["A1"].name == "Nowa nazwa"
    assert [call.applied for call in settled.calls("shop", "update")].count(True) == 1
    assert settled.rows(tables.Push) == []


def test_an_update_whose_answer_was_lost_does_not_undo_what_the_shop_does_next(settled: House) -> None:
    settled.erp.edit(id_at(settled, "erp"), name="Nowa nazwa")
    settled.run("erp")
    settled.shop.faults.plan(Fault(kind="lose_answer", only="write"))
    settled.push()
    settled.shop.edit(id_at(settled, "shop"), phones=("22 555 01 23",))
    settled.settle()
    assert settled.at_erp()["A1"].phones == settled.at_shop()["A1"].phones == ("22 555 01 23",)
    assert settled.at_shop()["A1"].name == "Nowa nazwa"


def test_a_contractor_that_changes_while_its_push_is_under_way_is_pushed_again(settled: House) -> None:
    def change() -> None:
        settled.erp.edit(id_at(settled, "erp"), name="Druga")
        settled.run("erp")

    settled.through("shop", lambda inner: Around(inner, before=change))
    settled.erp.edit(id_at(settled, "erp"), name="Pierwsza")
    settled.run("erp")
    settled.push()
    settled.settle()
    assert settled.at_shop()["A1"].name == "Druga"
    assert settled.rows(tables.Push) == []


def test_a_worker_whose_claim_was_taken_over_stores_nothing(settled: House) -> None:
    plain = settled.app

    def sleep() -> None:
        settled.pass_time(minutes=2)
        push_due(plain, settled.id("shop"))

    settled.through("shop", lambda inner: Around(inner, after=sleep))
    settled.erp.edit(id_at(settled, "erp"), name="Nowa nazwa")
    settled.run("erp")
    deliveries, before = settled.count(tables.Delivery), settled.rows(tables.Binding)
    assert push_due(settled.app, settled.id("shop")).done == 0
    assert settled.count(tables.Delivery) == deliveries
    assert settled.rows(tables.Binding) == before
    settled.change(connections=plain.connections)
    settled.settle()
    assert settled.at_shop()["A1"].name == "Nowa nazwa"
    assert settled.rows(tables.Push) == []


class Dies(Through):
    """Carries one update or create out, and takes the process with it before anybody hears of that."""

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        self.inner.update(remote, contractor)
        raise KeyboardInterrupt

    def create(self, contractor: Contractor) -> Remote:
        self.inner.create(contractor)
        raise KeyboardInterrupt


def die_after_writing(house: House, name: str) -> None:
    """Let a push write at a side, and never store that."""
    plain = house.app
    house.through(name, Dies)
    with pytest.raises(KeyboardInterrupt):
        push_due(house.app, house.id(name))
    house.change(connections=plain.connections)


def test_a_push_that_was_refused_as_stale_asks_again_when_its_side_was_read_and_not_before(settled: House) -> None:
    settled.shop.edit(id_at(settled, "shop"), phones=("22 555 01 23",))
    settled.erp.edit(id_at(settled, "erp"), name="Nowa nazwa")
    settled.run("erp")
    settled.push()
    settled.pass_time(seconds=30)
    settled.push()
    assert [call.applied for call in settled.calls("shop", "update")] == [False]
    settled.run("shop")
    settled.push("shop")
    assert [call.applied for call in settled.calls("shop", "update")] == [False, True]
    assert settled.at_shop()["A1"].name == "Nowa nazwa"


def assert_a_newer_edit_stands(house: House) -> None:
    """The shop edits once more while the ERP holds what was written there in doubt."""
    house.shop.edit(id_at(house, "shop"), email="drugi@firma.example")
    house.run("shop")
    house.run("erp")
    assert house.contractors()[0].email == "drugi@firma.example"
    house.settle()
    assert house.at_shop()["A1"].email == house.at_erp()["A1"].email == "drugi@firma.example"


def test_our_own_older_value_whose_answer_was_lost_does_not_win_over_a_newer_edit(settled: House) -> None:
    settled.shop.edit(id_at(settled, "shop"), email="pierwszy@firma.example")
    settled.run("shop")
    die_after_writing(settled, "erp")
    assert_a_newer_edit_stands(settled)
    assert settled.issues() == []


LATER = {
    "away": [Fault(kind="drop", only="write")],
    "overloaded": [Fault(kind="status", status=503, only="write", retry_after="1")],
    "refused": [Fault(kind="status", status=422, only="write")],
    "moved": [],
}


@pytest.mark.parametrize("tries", [["away"], ["overloaded"], ["refused"], ["moved"], ["moved", "away", "moved"]])
def test_what_became_of_a_later_try_does_not_end_the_doubt_about_an_earlier_one(
    settled: House, tries: list[str]
) -> None:
    settled.shop.edit(id_at(settled, "shop"), email="pierwszy@firma.example")
    settled.run("shop")
    settled.erp.faults.plan(Fault(kind="lose_answer", only="write"))
    settled.push()
    for what in tries:
        settled.erp.faults.plan(*LATER[what])
        settled.pass_time(hours=1)
        settled.push()
    settled.erp.faults.clear()
    assert_a_newer_edit_stands(settled)


def test_what_a_side_said_itself_while_our_answer_was_lost_is_heard(settled: House) -> None:
    shop = id_at(settled, "shop")
    settled.shop.edit(shop, email="pierwszy@firma.example")
    settled.run("shop")
    die_after_writing(settled, "erp")
    settled.erp.edit(id_at(settled, "erp"), email="trzeci@firma.example")
    settled.settle()
    assert settled.at_shop()["A1"].email == settled.at_erp()["A1"].email == "trzeci@firma.example"


def test_a_create_whose_answer_was_lost_does_not_win_over_a_newer_edit(settled: House) -> None:
    shop = settled.shop.add(firm("A2", email="pierwszy@firma.example"))
    settled.run("shop")
    die_after_writing(settled, "erp")
    settled.shop.edit(shop, email="drugi@firma.example")
    settled.run("shop")
    settled.settle()
    assert settled.at_shop()["A2"].email == settled.at_erp()["A2"].email == "drugi@firma.example"
    assert len(settled.at_erp()) == 2


def test_a_page_that_was_fetched_before_a_push_came_back_is_no_edit(settled: House) -> None:
    erp = id_at(settled, "erp")
    settled.erp.edit(erp, name="Pierwsza")
    settled.run("erp")
    settled.push()

    def change() -> None:
        settled.erp.edit(erp, name="Druga")
        settled.run("erp")
        push_due(settled.app, settled.id("shop"))

    class OldPage(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            for page in self.inner.read(cursor, full=full):
                if page.records:
                    change()
                yield page

    plain = settled.app
    settled.through("shop", OldPage)
    run = settled.run("shop")
    settled.change(connections=plain.connections)
    assert settled.contractors()[0].name == "Druga"
    assert [line["outcome"] for line in settled.lines(run["id"])] == ["stale"]
    settled.settle()
    assert settled.at_shop()["A1"].name == settled.at_erp()["A1"].name == "Druga"
    assert settled.issues() == []


def push_a_name(house: House, meanwhile: Callable[[], object]) -> None:
    """Write a new name at the shop, and do something before what became of it is stored."""
    plain = house.app
    house.through("shop", lambda inner: Around(inner, after=meanwhile))
    house.erp.edit(id_at(house, "erp"), name="Nowa nazwa")
    house.run("erp")
    house.push("shop")
    house.change(connections=plain.connections)


def test_what_was_heard_while_a_push_was_under_way_is_what_the_next_edit_is_compared_with(settled: House) -> None:
    shop = id_at(settled, "shop")

    def edit() -> None:
        settled.shop.edit(shop, email="pierwszy@firma.example")
        settled.run("shop")

    push_a_name(settled, edit)
    settled.shop.edit(shop, email="drugi@firma.example")
    settled.run("shop")
    assert settled.contractors()[0].email == "drugi@firma.example"
    settled.settle()
    for side in ("erp", "shop"):
        held = settled.held_by(side)["A1"]
        assert (held.name, held.email) == ("Nowa nazwa", "drugi@firma.example")
    assert settled.issues() == []
    assert settled.rows(tables.Push) == []


def test_a_push_that_was_read_back_before_it_was_stored_is_done(settled: House) -> None:
    push_a_name(settled, lambda: settled.run("shop"))
    assert settled.rows(tables.Push) == []
    assert "push" not in [run["asked_by"] for run in settled.rows(tables.Run)]
    settled.settle()
    assert [call.applied for call in settled.calls("shop", "update")] == [True]


def test_what_is_to_be_set_back_is_not_taken_for_settled_by_a_push_that_had_nothing_to_send(settled: House) -> None:
    shop, plain = id_at(settled, "shop"), settled.app

    class Looked(Through):
        """Gives what the record was, and lets the shop and a read come between."""

        @property
        def capabilities(self) -> Capabilities:
            return msgspec.structs.replace(self.inner.capabilities, versions=False)

        def get(self, external_id: str) -> Remote:
            remote: Remote = self.inner.get(external_id)
            settled.change(connections=plain.connections)
            settled.shop.edit(shop, tax_id="9542742927")  # not for a shop to change
            settled.run("shop")
            return remote

    settled.erp.edit(id_at(settled, "erp"), name="Nowa nazwa")
    settled.run("erp")
    settled.erp.edit(id_at(settled, "erp"), name="Firma A1")
    settled.run("erp")
    with writing(settled.app.engine) as connection:
        connection.execute(update(tables.Binding).values(settled_hash=None))  # as after an update of the rules
    settled.through("shop", Looked)
    push_due(settled.app, settled.id("shop"), limit=1)
    settled.settle()
    assert settled.at_shop()["A1"].tax_id == settled.at_erp()["A1"].tax_id == firm("A1").tax_id


def test_what_a_read_saw_before_a_push_is_not_remembered_after_it(settled: House) -> None:
    plain, erp = settled.app, id_at(settled, "erp")
    armed = []

    class Parsed(Through):
        def parse(self, record: Record) -> Remote:
            armed.append(record)
            parsed: Remote = self.inner.parse(record)
            return parsed

    def now() -> datetime:
        """Asked between what the read decides and what it stores."""
        if armed:
            armed.clear()
            settled.change(connections=plain.connections, now=plain.now)
            settled.erp.edit(erp, name="Druga")
            settled.run("erp")
            settled.push("shop")
        return plain.now()

    settled.erp.edit(erp, name="Pierwsza")
    settled.run("erp")
    settled.push("shop")
    settled.through("shop", Parsed)
    settled.change(now=now)
    settled.run("shop")
    settled.erp.edit(erp, name="Trzecia")
    settled.run("erp")
    settled.push("shop")
    assert settled.at_shop()["A1"].name == "Trzecia"
    settled.settle()
    assert settled.issues() == []


def test_a_plan_that_waited_does_not_bring_an_older_statement_back(settled: House) -> None:
    erp = id_at(settled, "erp")
    settled.erp.edit(erp, name="Pomyłka")
    plan = settled.run("erp", dry_run=True)["id"]
    settled.erp.edit(erp, name="Firma A1")
    settled.run("erp")
    approve(settled.app, plan, by="anna")
    assert settled.execute(plan)["counts"]["stale"] == 1
    assert settled.contractors()[0].name == "Firma A1"


def test_a_plan_that_waited_does_not_block_who_has_come_back(settled: House) -> None:
    settled.erp.add(firm("A2"))
    settled.run("erp")
    entries = settled.erp._store._entries
    kept = dict(entries)
    del entries["1"]
    settled.run("erp", "full")
    plan = settled.run("erp", "full", dry_run=True)["id"]
    assert [line["action"] for line in settled.lines(plan)] == ["block"]
    entries.update(kept)
    settled.run("erp", "full")
    approve(settled.app, plan, by="anna")
    assert settled.execute(plan)["counts"]["stale"] == 1
    assert settled.contractors()[0].active
