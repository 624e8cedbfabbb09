"""Does an ERP that lost most of its list cost anybody an account? With the limits that hold when nobody set any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.memory.simulator import MemorySandbox, simulate
from syncd.cli import main

CONFIGURATION = """
[connections.erp]
kind = "files"
side = "erp"
[connections.erp.options]
folder = "{folder}/lists"
state = "{folder}/lists.sqlite3"
format = "xml"
record = "customer"
key = "@code"
mode = "snapshot"
settle_seconds = 0
fields = {{ name = "name", number = "@code", country = "country" }}
active = {{ column = "off", inactive = ["1"] }}
[connections.shop]
kind = "memory"
side = "shop"
options.store = "{store}"
[[routes]]
erp = "erp"
shop = "shop"
"""


class Lists:
    """An ERP that drops its whole list into a folder, and a person at a terminal."""

    def __init__(self, folder: Path, shop: MemorySandbox, size: int) -> None:
        self.shop = shop
        self.size = size
        self._inbox = folder / "lists"
        self._inbox.mkdir()
        self._file = folder / "syncd.toml"
        self._file.write_text(CONFIGURATION.format(folder=folder, store=shop.options["store"]), encoding="utf-8")
        self._dropped = 0

    def drop(self, count: int, *, first: int = 0, off: int = 0, cut: bool = False) -> None:
        """Write a list of customers from one number on, some of them switched off, whole or cut in the middle."""
        one = '<customer code="KH{0:05d}"><name>Firma {0}</name><country>PL</country><off>{1:d}</off></customer>\n'
        records = (one.format(number, number < off) for number in range(first, first + count))
        text = f"<customers>\n{''.join(records)}</customers>\n"
        self._dropped += 1
        text = text[: len(text) * 3 // 5] if cut else text
        (self._inbox / f"list-{self._dropped}.xml").write_text(text, encoding="utf-8")

    def call(self, *words: str | int) -> Result:
        line = [*map(str, words), "--config", str(self._file)]
        environ = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SYNCD_CONFIG"))
        return CliRunner().invoke(main, line, env=environ, catch_exceptions=False)

    def sync(self, *words: str, full: bool = True) -> tuple[int, dict[str, Any], str]:
        """Exit code, what was said to programs, and what to people."""
        done = self.call("sync", "erp", *(["--full"] if full else []), "--wait", "--json", *words)
        return done.exit_code, json.loads(done.stdout), done.stderr

    def state(self) -> str:
        """How the ERP stands, in the words of `syncd status`."""
        told = json.loads(self.call("status", "--json").stdout)
        return next(str(one["state"]) for one in told["connections"] if one["name"] == "erp")

    def waiting(self) -> list[int]:
        """Numbers of the plans that wait for a person."""
        return [plan["run"] for plan in json.loads(self.call("plan", "list", "--json").stdout)["plans"]]

    def switched_off(self) -> set[str]:
        return {one.contractor.number for one in self.shop.holds().values() if not one.contractor.active}


@pytest.fixture(params=[pytest.param(400, id="400"), pytest.param(10_000, id="10000", marks=pytest.mark.slow)])
def lists(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Lists]:
    """As many customers as asked for, the same in the ERP and the shop."""
    with simulate() as shop:
        lists = Lists(tmp_path, shop, request.param)
        assert lists.call("init").exit_code == 0
        lists.drop(lists.size)
        assert lists.sync("--yes")[0] == 0
        assert len(shop.holds()) == lists.size
        yield lists


any_read = pytest.mark.parametrize("full", [True, False], ids=["full", "changes"])
"""Whoever only asks what changed is told of a lost list as well: the file holds everybody all the same."""


@any_read
def test_an_empty_list_waits_for_a_person_and_blocks_nobody(lists: Lists, *, full: bool) -> None:
    lists.drop(0)
    code, told, said = lists.sync(full=full)
    assert (code, told["state"]) == (5, "held")
    why = "list-2.xml: the file holds no records" if full else f"{lists.size} records were there before"
    assert why in told["held_because"]
    assert f"`syncd plan discard {told['run']}`" in told["cure"]
    assert told["cure"] in said
    assert lists.state() == "held"
    assert lists.switched_off() == set()


@any_read
def test_a_list_that_lost_two_fifths_waits_and_a_yes_to_it_removes_nobody(lists: Lists, *, full: bool) -> None:
    lists.drop(lists.size * 3 // 5)
    code, told, said = lists.sync(full=full)
    assert (code, told["state"], told["changes"]) == (5, "held", [])
    assert f"{lists.size * 2 // 5} of {lists.size} records are not in the list any more" in said
    assert lists.call("plan", "apply", told["run"], "--yes").exit_code == 0
    assert lists.switched_off() == set()


def test_customers_who_are_switched_off_by_the_hundred_wait_and_a_yes_applies_the_lines_that_were_shown(
    lists: Lists,
) -> None:
    lists.drop(lists.size, off=lists.size * 2 // 5)
    code, told, _ = lists.sync()
    assert (code, told["state"]) == (5, "held")
    assert f"{lists.size * 2 // 5} of {lists.size} contractors would be blocked" in told["held_because"]
    assert lists.switched_off() == set()
    shown = {change["external_id"] for change in told["changes"]}
    assert lists.call("plan", "apply", told["run"], "--yes").exit_code == 0
    assert lists.switched_off() == shown == {f"KH{number:05d}" for number in range(lists.size * 2 // 5)}


@any_read
@pytest.mark.parametrize("words", [(), ("--yes",)], ids=["", "yes"])
def test_a_list_that_breaks_off_waits_with_nothing_to_apply_and_its_file_and_the_cure_are_named(
    lists: Lists, words: tuple[str, ...], *, full: bool
) -> None:
    lists.drop(lists.size, cut=True)
    code, told, said = lists.sync(*words, full=full)
    assert (code, told["state"], told["changes"]) == (5, "held", [])
    assert "list-2.xml" in told["held_because"]
    assert "have it written again" in told["held_because"]
    assert f"`syncd plan discard {told['run']}`" in told["cure"]
    assert told["cure"] in said
    assert lists.state() == "held"
    refused = lists.call("plan", "apply", told["run"], "--yes")
    assert refused.exit_code != 0
    assert "its read did not come to its end" in refused.stderr
    assert lists.switched_off() == set()


def test_a_list_of_everybody_that_lacks_somebody_is_a_full_read_whatever_was_asked_for(lists: Lists) -> None:
    lists.drop(lists.size - 1)
    assert lists.sync(full=False)[1]["mode"] == "full"
    assert lists.sync(full=False)[1]["mode"] == "incremental"  # the same list tells nothing new
    assert lists.sync()[0] == 0
    assert lists.switched_off() == set()
    lists.drop(lists.size - 1)
    assert lists.sync(full=False)[0] == 0
    assert lists.switched_off() == {f"KH{lists.size - 1:05d}"}
    lists.drop(lists.size - 1)
    assert lists.sync(full=False)[1]["mode"] == "incremental"  # who left is known to have left


def test_who_came_does_not_hide_who_left(lists: Lists) -> None:
    for _ in range(2):
        lists.drop(lists.size, first=1)
        assert lists.sync(full=False)[1]["mode"] == "full"
    assert lists.switched_off() == {"KH00000"}


@any_read
def test_a_list_in_doubt_waits_while_no_other_one_comes(lists: Lists, *, full: bool) -> None:
    lists.drop(lists.size, cut=True)
    broken = lists.sync(full=full)[1]["run"]
    assert lists.sync(full=False)[0] == 0  # there is no new file
    assert (lists.state(), lists.waiting()) == ("held", [broken])
    lists.drop(lists.size)  # says what the last whole one said
    assert lists.sync(full=False)[0] == 0
    assert (lists.state(), lists.waiting()) == ("ok", [])


def test_lists_that_are_in_doubt_wait_until_one_comes_to_its_end(lists: Lists) -> None:
    lists.drop(lists.size, cut=True)
    broken = lists.sync()[1]["run"]
    lists.drop(lists.size, cut=True)
    assert lists.sync()[1]["run"] == broken  # one plan waits, and not two
    lists.drop(0)
    code, told, _ = lists.sync()
    assert (code, "the file holds no records" in told["held_because"]) == (5, True)
    assert lists.waiting() == [told["run"]]  # it took the place of the one that breaks off
    lists.drop(lists.size, cut=True)
    lists.sync()
    assert told["run"] in lists.waiting()  # what breaks off takes nobody's place
    lists.drop(lists.size)
    assert lists.sync()[0] == 0
    assert (lists.state(), lists.waiting()) == ("ok", [])
    assert lists.switched_off() == set()


def test_the_status_says_that_a_list_that_broke_off_is_held_and_asks_for_no_yes(lists: Lists) -> None:
    lists.drop(lists.size, cut=True)
    lists.sync()
    (said,) = [line for line in lists.call("status").stderr.splitlines() if line.startswith("erp: run 2 ")]
    assert said.startswith("erp: run 2 is held: file list-2.xml: ")
    assert said.endswith("nothing was concluded from it. See `syncd plan show 2`.")
