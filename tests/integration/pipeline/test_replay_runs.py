"""Does a replay decide as the run did, does it show what other rules would do, and does it write nothing?"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from syncd.errors import InvalidRecord
from syncd.registry import lines as stored
from syncd.registry import tables
from syncd.registry.engine import reading
from syncd.sync.decide import open_decider
from syncd.sync.erase import erase
from syncd.sync.prune import prune
from syncd.sync.rehearse import AsOf, Replayed, open_replay, under
from syncd.sync.rehearse.cases import cases, decide
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Row
from .test_plan import busy, everything

VIP = """
[[routes]]
erp = "erp"
shop = "shop"
group_rules = [{match = "equals", pattern = "Hurt", target = "VIP"}]
"""
OPEN_NAME = '[fields.payment_days]\nedit = "always"'
LEAVE = '[fields.payment_days]\nforbidden = "leave"'

OF_ITS_RUN = {"run_id", "seq", "outcome", "raw_hash", "seen_hash", "basis", "said"}
"""Columns of a line that do not come from the decision, and how its rule is kept, which is compared itself."""


def decided_again(house: House, run: Row) -> list[tuple[Any, Any]]:
    """What each kept decision of a run gave, and gives again under the same rules."""
    app = house.app.up_to_date()
    connected = app.connection_by_id(run["connection_id"])
    said = app.network.stations[connected.id].capabilities.reads
    with reading(app.engine) as connection:
        decider = open_decider(app, connection, connected, said=said, run_id=run["id"])
    found = [case for page in cases(app.engine, run["id"]) for case in page]
    assert None not in found
    return [(plain(case.line), plain(decide(decider, case))) for case in found if case is not None]


def plain(line: stored.Line | None) -> Any:
    if line is None:
        return None
    return {name: getattr(line, name) for name in line.__struct_fields__ if name not in OF_ITS_RUN}


def replayed(house: House, run: Row, *texts: str, as_of: AsOf = AsOf.THEN) -> list[Replayed]:
    app = other = house.app.up_to_date()
    for text in texts:
        other = under(other, text, "rules.toml")
    return list(open_replay(app, run["id"], other=other if texts else None, as_of=as_of).differing())


@pytest.mark.parametrize("mode", ["incremental", "full"])
def test_a_replay_under_the_same_rules_gives_the_same_lines(house: House, mode: Any) -> None:
    busy(house)
    run = house.run("erp", mode)
    pairs = decided_again(house, run)
    assert {line["action"] for line, _ in pairs if line} == {"create", "update", "block", "unblock"}
    assert all(did == does for did, does in pairs)
    assert replayed(house, run) == []


@pytest.mark.parametrize("seed", range(6))
def test_a_replay_of_any_run_gives_the_same_lines(house: House, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(6):
        house.erp.add(firm(f"A{number}"))
    house.shop.add(firm("A0", website="stara.example"))
    pairs = []
    for _ in range(6):
        side = chance.choice([house.erp, house.shop])
        if side.holds():
            field, value = chance.choice(
                [
                    ("name", f"Nazwa {chance.random()}"),
                    ("active", chance.random() < 0.5),
                    ("groups", chance.choice([("Hurt",), ("Detal", "VIP"), ()])),
                    ("phones", ("22 555 01 23",)),
                    ("payment_days", chance.choice([7, 14])),
                    ("country", chance.choice(["PL", "DE", "Polska"])),
                    ("newsletter", chance.random() < 0.5),
                ]
            )
            side.edit(chance.choice(sorted(side.holds())), **{field: value})
        for name in ("erp", "shop"):
            pairs += decided_again(house, house.run(name, chance.choice(["incremental", "full"])))
            house.push()
    assert pairs
    assert [(did, does) for did, does in pairs if did != does] == []


def test_a_record_that_was_made_again_is_replayed_as_no_first_meeting(house: House) -> None:
    house.erp.add(firm("A0"))
    house.settle()
    ((id_, held),) = house.shop.holds().items()
    house.shop.remove(id_)
    house.shop.add(msgspec.structs.replace(held.contractor, price_list="Hurtowy"))
    run = house.run("shop", "full")
    ((did, does),) = [pair for pair in decided_again(house, run) if pair[0]]
    assert (did["action"], did["fields"]) == ("link", None)
    assert did == does


def test_that_a_no_is_heard_at_another_moment_is_nothing_else(build: OpenHouse) -> None:
    house = build(beginning=None)
    house.shop.add(firm("A1", newsletter=False))
    run = house.run("shop")
    assert "newsletter" in msgspec.json.decode(house.lines(run["id"])[0]["after"])
    assert replayed(house, run) == replayed(house, run, VIP) == []


def test_a_new_mapping_of_groups_is_seen_at_the_shop_and_nowhere_else(house: House) -> None:
    house.erp.add(firm("A1"))
    run = house.run("erp")
    house.push()
    (found,) = replayed(house, run, VIP)
    assert (found.did.action, found.would.action, found.did.fields == found.would.fields) == ("create", "create", True)
    (side,) = found.sides
    assert (side.connection, side.fields["groups"].before, side.fields["groups"].after) == ("shop", ["Hurt"], ["VIP"])


def test_an_edit_that_did_not_count_would_under_another_field_rule(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (id_,) = house.shop.holds()
    house.shop.edit(id_, payment_days=30)
    run = house.run("shop")
    (found,) = replayed(house, run, OPEN_NAME)
    assert (found.did.action, found.would.action) == ("set_back", "update")
    assert found.would.fields["payment_days"].after == 30


def test_a_record_that_changed_nothing_is_replayed_as_well(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    app = under(house.app.up_to_date(), LEAVE, "rules.toml")
    house.change(rules=app.rules, network=app.network)
    (id_,) = house.shop.holds()
    house.shop.edit(id_, payment_days=30)
    run = house.run("shop")
    assert house.lines(run["id"]) == []
    (found,) = replayed(house, run, OPEN_NAME)
    assert (found.did.action, found.would.action) == ("nothing", "update")


def test_as_of_now_only_what_would_still_be_new_differs(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, name="Nowa")
    run = house.run("erp")
    replay = open_replay(house.app, run["id"], as_of=AsOf.NOW)
    assert list(replay.differing()) == []
    assert (replay.totals.records, dict(replay.totals.did)) == (1, dict(replay.totals.would))


def test_a_replay_writes_nothing_and_asks_no_side(house: House) -> None:
    busy(house)
    run = house.run("erp")
    before, calls = everything(house), len(house.calls("erp")) + len(house.calls("shop"))
    replayed(house, run, VIP, OPEN_NAME)
    replayed(house, run, VIP, as_of=AsOf.NOW)
    assert (everything(house), len(house.calls("erp")) + len(house.calls("shop"))) == (before, calls)


def test_who_was_erased_does_not_come_back_by_a_replay(build: Any, tmp_path: Path) -> None:
    house: House = build(folder=tmp_path)
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, name="Kanarek")
    run = house.run("erp")
    (shop_id,) = house.shop.holds()
    house.shop.edit(shop_id, newsletter=True)
    house.run("shop")
    house.shop.edit(shop_id, website="kanarek.example")
    house.run("shop")
    erase(house.app, house.rows(tables.Contractor)[0]["id"], by="jan")
    house.settle()
    replay = open_replay(house.app, run["id"])
    assert (list(replay.differing()), replay.totals.records, replay.totals.not_kept) == ([], 0, 1)
    kept = str([house.rows(table) for table in (tables.PlanLine, tables.QuietRecord)])
    assert "Kanarek" not in kept
    assert "kanarek" not in kept


def test_what_is_too_old_is_forgotten_and_said(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, name="Nowa")
    run = house.run("erp")
    house.pass_time(days=15)
    prune(house.app)
    replay = open_replay(house.app, run["id"])
    assert (list(replay.differing()), replay.totals.not_kept) == ([], 1)


def test_no_more_records_are_kept_than_was_said(build: Any) -> None:
    house: House = build(replay_records=2)
    for number in range(5):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    app = under(house.app.up_to_date(), LEAVE, "rules.toml")
    house.change(rules=app.rules, network=app.network)
    runs = []
    for days in (30, 60):
        for id_ in house.shop.holds():
            house.shop.edit(id_, payment_days=days)
        runs.append(house.run("shop")["id"])
    assert [row["run_id"] for row in house.rows(tables.QuietRecord)] == [runs[0]] * 2 + [runs[1]] * 2
    prune(house.app)
    assert [row["run_id"] for row in house.rows(tables.QuietRecord)] == [runs[1]] * 2


def test_nothing_is_kept_where_that_is_switched_off(build: Any) -> None:
    house: House = build(replay_days=0)
    busy(house)
    house.run("erp")
    assert house.count(tables.QuietRecord) == 0
    assert {line["basis"] for line in house.rows(tables.PlanLine)} == {None}


def test_a_run_that_read_no_side_and_a_file_without_rules_are_refused(house: House) -> None:
    house.erp.add(firm("A1"))
    house.run("erp")
    run = house.run("erp", "reverify")
    with pytest.raises(InvalidRecord):
        open_replay(house.app, run["id"])
    with pytest.raises(InvalidRecord):
        under(house.app, "home = 1", "rules.toml")
