"""Is a dry run the plan of the real run, and does a plan never overwrite what moved since it was made?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, Unavailable
from syncd.ports import Page
from syncd.registry import tables
from syncd.registry.engine import reading
from syncd.registry.queries import status
from syncd.registry.runs import was_applied
from syncd.sync import apply
from syncd.sync.review import approve
from tests.fixtures.contractors import firm

from .house import House, Row, Through

# What a run writes about itself; numbers that a plan took are not handed out again.
OWN = {tables.Run, tables.PlanLine, tables.Lease, tables.Counter}


def everything(house: House) -> dict[str, list[Row]]:
    return {
        mapper.class_.__tablename__: house.rows(mapper.class_)
        for mapper in tables.Base.registry.mappers
        if mapper.class_ not in OWN
    }


def intentions(house: House, run: Row) -> list[Row]:
    """Lines without what tells one plan from another: names that it gave, and the moment at which it was made."""
    lines = [dict(line) for line in house.lines(run["id"])]
    for line in lines:
        del line["run_id"]
        if line["action"] == "create":
            del line["contractor_id"]
        if line["holds"] is not None:
            line["holds"] = [(hold["reason"], hold["by"]) for hold in msgspec.json.decode(line["holds"])]
    return lines


def busy(house: House) -> None:
    """Leave one change of every kind for the next run of the ERP to find."""
    ids = [house.erp.add(firm(f"A{number}")) for number in range(6)]
    house.erp.edit(ids[2], active=False)
    house.shop.add(firm("B1", number="", groups=()))
    house.settle()
    house.erp.edit(ids[0], name="Nowa nazwa")
    house.erp.edit(ids[1], active=False)
    house.erp.edit(ids[2], active=True)
    house.erp.edit(ids[3], country="Polska")
    house.erp.spoil(ids[4])
    house.erp.add(firm("A9", tax_id="5260250275"))


@pytest.mark.parametrize("mode", ["incremental", "full"])
def test_a_dry_run_plans_what_the_real_run_does(house: House, mode: Any) -> None:
    busy(house)
    dry = house.run("erp", mode, dry_run=True)
    real = house.run("erp", mode)
    assert (dry["state"], real["state"]) == ("planned", "partial")
    assert intentions(house, dry) == intentions(house, real)
    assert {line["action"] for line in intentions(house, dry)} == {"create", "update", "block", "unblock"}
    assert dry["counts"] == {name: count for name, count in real["counts"].items() if name not in {"stale", "pushes"}}


@pytest.mark.parametrize("mode", ["incremental", "reverify"])
def test_a_dry_run_that_would_change_nothing_waits_for_nobody(house: House, mode: Any) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    run = house.run("erp", mode, dry_run=True)
    assert (run["state"], run["finished_at"]) == ("no_changes", house.now)
    with reading(house.app.engine) as connection:
        assert status.waiting(connection, now=house.now, since=house.now).plans == 0
    with pytest.raises(InvalidRecord, match="does not wait for anybody"):
        approve(house.app, run["id"], by="anna")


def test_a_dry_run_without_changes_is_no_success_of_the_connection(house: House) -> None:
    house.run("erp", dry_run=True)
    house.erp.add(firm("A1"))
    with reading(house.app.engine) as connection:
        assert not was_applied(connection, house.app.connection("erp").id)


def test_a_dry_run_plans_the_same_absence_as_the_real_run(house: House) -> None:
    ids = [house.erp.add(firm(f"A{number}")) for number in range(3)]
    house.settle()
    house.erp.remove(ids[1])
    house.run("erp", "full")
    dry = house.run("erp", "full", dry_run=True)
    real = house.run("erp", "full")
    assert intentions(house, dry) == intentions(house, real) != []


def test_a_dry_run_changes_nothing(house: House) -> None:
    busy(house)
    before = everything(house)
    house.run("erp", dry_run=True)
    house.run("erp", "full", dry_run=True)
    assert everything(house) == before


def test_a_dry_run_that_is_approved_does_what_it_showed(house: House) -> None:
    busy(house)
    dry = house.run("erp", dry_run=True)
    approve(house.app, dry["id"], by="anna")
    applied = house.execute(dry["id"])
    assert applied["state"] == "partial"
    assert "Nowa nazwa" in [contractor.name for contractor in house.contractors()]


def test_records_that_a_dry_run_could_not_use_become_issues_once_it_was_approved(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    house.erp.spoil(house.erp.add(firm("A2")))
    house.erp.add(firm("A3"))
    dry = house.run("erp", dry_run=True)
    approve(house.app, dry["id"], by="anna")
    house.execute(dry["id"])
    assert house.run("erp")["counts"]["failed"] == 1
    assert house.issues() == ["invalid-record"]


def test_counts_of_a_run_add_up(house: House) -> None:
    busy(house)
    counts = house.run("erp", "full")["counts"]
    parts = (
        "created",
        "linked",
        "updated",
        "blocked",
        "unblocked",
        "set_back",
        "released",
        "unchanged",
        "conflict",
        "skipped",
        "failed",
    )
    assert counts["read"] == sum(counts[part] for part in parts) == 8


def test_a_line_whose_contractor_moved_is_skipped_named_and_read_again(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, name="Pierwsza")
    dry = house.run("erp", dry_run=True)
    (shop_id,) = house.shop.holds()
    house.shop.edit(shop_id, phones=("22 555 01 23",))
    house.run("shop")
    approve(house.app, dry["id"], by="anna")
    run = house.execute(dry["id"])
    assert (run["state"], run["counts"]["stale"]) == ("succeeded", 1)
    assert [line["outcome"] for line in house.lines(run["id"])] == ["stale"]
    assert house.contractors()[0].name == "Firma A1"
    again = house.one(tables.Run, asked_by=f"run {run['id']}")
    assert (again["mode"], again["only"]) == ("only", f'["{id_}"]')
    house.finish()
    (contractor,) = house.contractors()
    assert (contractor.name, contractor.phones) == ("Pierwsza", ("22 555 01 23",))


def test_a_line_that_binds_a_record_bound_meanwhile_is_skipped(house: House) -> None:
    house.erp.add(firm("A1"))
    dry = house.run("erp", dry_run=True)
    house.run("erp")
    approve(house.app, dry["id"], by="anna")
    assert house.execute(dry["id"])["counts"]["stale"] == 1
    house.settle()
    assert len(house.contractors()) == len(house.at_shop()) == 1


def test_of_a_page_only_the_lines_of_records_bound_meanwhile_are_skipped(house: House) -> None:
    bound = house.erp.add(firm("A1"))
    house.erp.add(firm("A2"))
    dry = house.run("erp", dry_run=True)
    house.run("erp", "only", only=[bound])
    approve(house.app, dry["id"], by="anna")
    counts = house.execute(dry["id"])["counts"]
    assert (counts["stale"], counts["created"]) == (1, 1)
    house.settle()
    assert len(house.contractors()) == len(house.at_shop()) == 2


def test_both_sides_read_at_once_for_the_first_time_make_one_contractor_of_each_customer(house: House) -> None:
    house.erp.add(firm("A1"))
    house.shop.add(firm("A1", groups=(), number=""))
    plans = [house.run(name, "full", dry_run=True)["id"] for name in ("erp", "shop")]
    for run_id in plans:
        approve(house.app, run_id, by="anna")
        house.execute(run_id)
    house.settle()
    assert len(house.contractors()) == 1
    assert len(house.erp.holds()) == len(house.shop.holds()) == 1


# Pages and the cursor


class Falls(Through):
    """A side that goes away in the middle of a list."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for number, page in enumerate(self.inner.read(cursor, full=full)):
            if number == 1:
                raise Unavailable("the connection was dropped")
            yield page


def cursor(house: House) -> str | None:
    return next((row["value"] for row in house.rows(tables.Cursor)), None)


def test_a_read_that_breaks_off_leaves_the_cursor_and_every_contractor_where_they_were(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    before = cursor(house)
    for number in range(25):
        house.erp.add(firm(f"B{number}"))
    whole = house.app
    house.through("erp", Falls)
    run = house.run("erp")
    assert (run["state"], run["error_code"]) == ("failed", "unavailable")
    assert (cursor(house), len(house.contractors())) == (before, 1)
    house.change(connections=whole.connections)
    assert house.run("erp")["counts"]["created"] == 25


def test_the_cursor_moves_with_the_last_page_that_is_applied(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "PAGE", 2)
    for number in range(5):
        house.erp.add(firm(f"A{number}"))
    run_id = house.ask("erp")
    house.change(stopping=lambda: len(house.contractors()) >= 2)
    assert house.execute(run_id)["state"] == "interrupted"
    assert (cursor(house), len(house.contractors())) == (None, 2)
    house.change(stopping=lambda: False)
    assert house.execute(run_id)["state"] == "succeeded"
    assert cursor(house) is not None
    assert len(house.contractors()) == 5


def test_a_run_that_stopped_between_pages_still_reads_again_what_was_stale(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [house.erp.add(firm(f"A{number}")) for number in range(3)]
    house.settle()
    for id_ in ids:
        house.erp.edit(id_, name=f"Nowa {id_}")
    dry = house.run("erp", dry_run=True)
    shop_id = next(id_ for id_, remote in house.shop.holds().items() if remote.contractor.number == "A0")
    house.shop.edit(shop_id, phones=("22 555 01 23",))
    house.run("shop")
    monkeypatch.setattr(apply, "PAGE", 1)
    approve(house.app, dry["id"], by="anna")
    house.change(stopping=lambda: house.lines(dry["id"])[0]["outcome"] is not None)
    assert house.execute(dry["id"])["state"] == "interrupted"
    house.change(stopping=lambda: False)
    house.execute(dry["id"])
    house.finish()
    assert sorted(contractor.name for contractor in house.contractors()) == [f"Nowa {id_}" for id_ in ids]


def test_a_group_that_later_pages_name_first_has_who_is_in_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "PAGE", 1)
    for number, group in enumerate(["Detal", "Detal", "Hurt", "Detal", "Hurt"]):
        house.erp.add(firm(f"A{number}", groups=(group,)))
    house.run("erp")
    names = {row["id"]: row["name"] for row in house.rows(tables.Group)}
    assert Counter(names[row["group_id"]] for row in house.rows(tables.Membership)) == {"Detal": 3, "Hurt": 2}


def test_a_process_that_is_to_stop_does_not_read_on(house: House) -> None:
    for number in range(25):
        house.erp.add(firm(f"A{number}"))
    run_id = house.ask("erp")
    house.change(stopping=lambda: bool(house.calls("erp", "list")))
    house.execute(run_id)
    assert len(house.calls("erp", "list")) == 1
    house.change(stopping=lambda: False)
    house.pass_time(minutes=5)
    house.finish()
    assert (house.row(run_id)["state"], len(house.contractors())) == ("succeeded", 25)


def test_a_read_that_never_says_that_it_ended_is_not_believed(house: House) -> None:
    class Endless(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            for page in self.inner.read(cursor, full=full):
                yield Page(records=page.records, cursor=page.cursor)

    house.erp.add(firm("A1"))
    house.through("erp", Endless)
    run = house.run("erp")
    assert (run["state"], run["error_code"]) == ("held", "read-not-ended")
    assert house.contractors() == []


# Two passes over one list


def test_a_record_that_changes_while_the_list_is_read_is_taken_as_it_is_at_the_end(house: House) -> None:
    ids = [house.erp.add(firm(f"A{number}")) for number in range(25)]

    class Moves(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            for number, page in enumerate(self.inner.read(cursor, full=full)):
                yield page
                if number == 0:
                    house.erp.edit(ids[0], name="Zmieniona")

    whole = house.app
    house.through("erp", Moves)
    house.run("erp")
    house.change(connections=whole.connections)
    house.run("erp")
    assert "Zmieniona" in [contractor.name for contractor in house.contractors()]


def test_the_same_record_on_two_pages_is_read_once(house: House) -> None:
    class Repeats(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            for page in self.inner.read(cursor, full=full):
                yield Page(records=[*page.records, *page.records], cursor=page.cursor, end=page.end)

    house.erp.add(firm("A1"))
    house.through("erp", Repeats)
    assert house.run("erp", "full")["counts"]["read"] == 1
    assert house.run("erp", "full")["counts"]["unchanged"] == 1
    assert len(house.contractors()) == 1


def test_an_outage_while_reading_fails_the_run_and_the_next_one_catches_up(house: House) -> None:
    house.erp.add(firm("A1"))
    house.erp.faults.plan(Fault(kind="status", status=503))
    assert house.run("erp")["state"] == "failed"
    assert house.run("erp")["counts"]["created"] == 1


def test_a_contractor_without_any_key_is_not_made_twice(house: House) -> None:
    house.erp.add(Contractor(name="Bez danych"))
    house.run("erp")
    house.run("erp", "full")
    assert len(house.contractors()) == 1
