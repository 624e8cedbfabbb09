"""Do a run's numbers move while it works, and is what failed of it tried again, and nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.certify.faults import Fault
from syncd.domain.exchange import MASK
from syncd.errors import NotFound
from syncd.ports import Page
from syncd.registry import tables
from syncd.registry.engine import reading
from syncd.registry.queries.progress import look_at
from syncd.registry.queries.run_records import Became, Narrow, count, find, page, search_records, stream
from syncd.registry.queries.runs import list_runs
from syncd.registry.runs import COUNTED
from syncd.registry.tries import tries_of
from syncd.sync.erase import erase
from syncd.sync.prune import prune
from syncd.sync.pursue import pursue
from syncd.sync.retry import retry_failed, retry_push
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Through

REFUSED = Fault(kind="status", status=422, only="write")
FAILED = Fault(kind="status", status=503, only="write")


def told(house: House, run_id: int) -> Any:
    with reading(house.app.engine) as connection:
        return look_at(connection, run_id, now=house.now)


def became(house: House, run_id: int) -> dict[str, int]:
    with reading(house.app.engine) as connection:
        return {str(one): number for one, number in count(connection, run_id)[0].items()}


def test_numbers_move_with_every_page_of_a_slow_side_and_the_rate_follows(house: House) -> None:
    for number in range(40):
        house.erp.add(firm(f"A{number}"))
    seen: list[tuple[int, float | None]] = []

    class Slow(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            for part in self.inner.read(cursor, full=full):
                house.pass_time(seconds=2)
                yield part
                look = told(house, 1)
                seen.append((look.run.received, look.progress.rate))

    house.through("erp", Slow)
    run = house.run("erp", "full")
    assert [received for received, _ in seen[:3]] == [10, 20, 30]
    assert seen[2][1] == pytest.approx(5.0)
    assert run["received"] == run["counts"]["read"] == 40


def test_records_read_by_name_are_a_sign_of_life_too(house: House) -> None:
    ids = [house.erp.add(firm(f"A{number}")) for number in range(3)]
    seen: list[int] = []

    class Slow(Through):
        def get(self, external_id: str) -> Any:
            house.pass_time(seconds=2)
            seen.append(house.row(1)["received"])
            return self.inner.get(external_id)

    house.through("erp", Slow)
    house.run("erp", "only", only=ids)
    assert seen == [0, 1, 2]


def test_a_full_run_is_expected_to_bring_what_the_last_one_brought(house: House) -> None:
    for number in range(20):
        house.erp.add(firm(f"A{number}"))
    house.run("erp", "full")
    percents: list[int | None] = []

    class Watched(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            for part in self.inner.read(cursor, full=full):
                house.pass_time(seconds=2)
                yield part
                percents.append(told(house, 2).progress.percent)

    house.through("erp", Watched)
    house.run("erp", "full")
    assert percents[:2] == [50, 100]


def test_an_attempt_that_begins_anew_counts_anew(house: House) -> None:
    for number in range(20):
        house.erp.add(firm(f"A{number}"))
    run_id = house.ask("erp", "full")
    house.change(stopping=lambda: True)
    assert house.execute(run_id)["state"] == "interrupted"
    house.change(stopping=lambda: False)
    house.pass_time(hours=1)
    run = house.execute(run_id)
    assert (run["received"], run["began_at"]) == (20, house.now)


def test_what_was_read_is_what_became_of_it_whatever_happened(house: House) -> None:
    for number in range(5):
        house.erp.add(firm(f"A{number}"))
    house.run("erp")
    house.erp.edit("1", name="Renamed")
    house.erp.edit("2", active=False)
    house.erp.spoil("3")
    house.erp.add(firm("B1"))
    run = house.run("erp", "full")
    counts = run["counts"]
    assert counts["read"] == run["received"] == sum(counts[part] for part in COUNTED) == 6
    assert (counts["created"], counts["updated"], counts["blocked"], counts["failed"]) == (1, 1, 1, 1)


@pytest.fixture
def mixed(one_by_one: House) -> House:
    """A run of five: one could not be used, one is refused by the shop, one waits there, two arrived."""
    house = one_by_one
    for number in range(4):
        house.erp.add(firm(f"A{number}"))
    house.erp.add(firm("A4", name="Łódź-Bud"))
    house.erp.spoil("1")
    assert house.run("erp")["state"] == "partial"
    house.shop.faults.plan(REFUSED, FAILED)
    house.push()
    return house


def test_records_are_counted_by_what_became_of_them(mixed: House) -> None:
    assert became(mixed, 1) == {"failed": 2, "retrying": 1, "applied": 2}
    look = told(mixed, 1)
    assert (look.waiting.left, look.waiting.retrying, look.waiting.stuck) == (2, 1, 1)


def test_a_record_that_failed_says_what_the_side_said_and_when_it_is_tried_again(mixed: House) -> None:
    with reading(mixed.app.engine) as connection:
        failed = page(connection, 1, Narrow(became=Became.FAILED))
        (retrying,) = page(connection, 1, Narrow(became=Became.RETRYING))
    pushed, unread = failed
    assert pushed.pushes[0].said == "the platform refused (422)"
    assert (pushed.pushes[0].attempts, pushed.pushes[0].due_at) == (1, None)
    assert (unread.external_id, unread.seq) == ("1", None)
    assert retrying.pushes[0].due_at is not None


def test_records_are_found_by_code_id_and_name_in_any_spelling(mixed: House) -> None:
    with reading(mixed.app.engine) as connection:
        for search in ("lodz", "5", "K000004"):
            assert [row.name for row in page(connection, 1, Narrow(), search_records(connection, 1, search))] == [
                "Łódź-Bud"
            ]
        assert page(connection, 1, Narrow(), search_records(connection, 1, "nobody")) == []
        assert count(connection, 1, search_records(connection, 1, "LODZ"))[0].total() == 1


def test_pages_and_the_stream_bring_each_record_once(mixed: House) -> None:
    with reading(mixed.app.engine) as connection:
        pages = [page(connection, 1, Narrow(), offset=offset, limit=2) for offset in (0, 2, 4, 6)]
        assert find(connection, 1, 99) is find(connection, 1, 2**53) is None
    assert [len(part) for part in pages] == [2, 2, 1, 0]
    assert [row for part in pages for row in part] == list(stream(mixed.app.engine, 1, Narrow()))
    assert [row.action for row in stream(mixed.app.engine, 1, Narrow(action="create"))] == ["create"] * 4


def test_what_failed_is_tried_again_and_nothing_else(mixed: House) -> None:
    writes, reads = mixed.writes(), len(mixed.calls("erp", "get"))
    mixed.erp.edit("1", name="Mended")
    done = retry_failed(mixed.app, 1, by="anna")
    assert (done.pushes, done.records) == (2, 1)
    mixed.push()
    assert mixed.writes() - writes == 2
    assert mixed.execute(done.run or 0)["state"] == "succeeded"
    assert len(mixed.calls("erp", "get")) - reads == 1
    assert became(mixed, 1) == {"applied": 4, "settled": 1} or became(mixed, 1) == {"applied": 4}
    assert (mixed.rows(tables.Audit)[-1]["action"], mixed.rows(tables.Audit)[-1]["actor"]) == ("retry-run", "anna")
    assert retry_failed(mixed.app, 1, by="anna").pushes == 0


def test_one_record_is_tried_again_without_the_others(mixed: House) -> None:
    with reading(mixed.app.engine) as connection:
        (stuck,) = [row for row in page(connection, 1, Narrow(became=Became.FAILED)) if row.seq]
    contractor_id = int((stuck.code or "")[1:])
    assert retry_push(mixed.app, 1, contractor_id, by="anna") == 1
    mixed.push()
    assert became(mixed, 1)["retrying"] == 1


def test_a_run_that_is_not_there_cannot_be_tried_again(house: House) -> None:
    with pytest.raises(NotFound):
        retry_failed(house.app, 99, by="anna")


def test_failures_stand_until_they_are_settled_however_later_runs_went(mixed: House) -> None:
    mixed.pass_time(hours=1)
    assert mixed.run("erp")["state"] == "succeeded"

    def unresolved() -> list[int]:
        with reading(mixed.app.engine) as connection:
            return [run.id for run in list_runs(connection, unresolved=True)]

    assert unresolved() == [1]
    mixed.erp.edit("1", name="Mended")
    done = retry_failed(mixed.app, 1, by="anna")
    mixed.push()
    mixed.execute(done.run or 0)
    assert unresolved() == []


def test_a_failed_run_is_unresolved_until_its_connection_is_read_well(house: House) -> None:
    house.erp.faults.plan(*[Fault(kind="status", status=401)] * 3)
    assert house.run("erp")["state"] == "failed"
    house.erp.faults.clear()
    with reading(house.app.engine) as connection:
        assert [run.id for run in list_runs(connection, unresolved=True)] == [1]
    house.run("erp")
    with reading(house.app.engine) as connection:
        assert list_runs(connection, unresolved=True) == []
        assert [run.id for run in list_runs(connection, since=house.now - timedelta(seconds=0))] == [2]


def test_tries_are_kept_with_their_waits_for_a_while(one_by_one: House) -> None:
    house = one_by_one
    house.erp.add(firm("A0"))
    house.run("erp")
    for _ in range(3):
        house.shop.faults.plan(FAILED)
        house.push()
        house.pass_time(hours=2)
    with reading(house.app.engine) as connection:
        tried = tries_of(connection, 1)
    assert [one.attempt for one in tried] == [3, 2, 1]
    assert all(one.due_at is not None and one.due_at >= one.at for one in tried)
    house.pass_time(days=15)
    prune(house.app)
    with reading(house.app.engine) as connection:
        assert tries_of(connection, 1) == []


def test_of_a_failed_push_over_http_the_last_exchange_is_kept_without_secrets(build: OpenHouse) -> None:
    house = build(kinds={"shop": "insales"})
    house.erp.add(firm("A0", name="Łódź-Bud", groups=()))
    house.run("erp")
    house.shop.faults.plan(*[REFUSED] * 3)
    house.push()
    with reading(house.app.engine) as connection:
        (tried,) = tries_of(connection, 1)
    exchange = tried.exchange
    assert exchange is not None
    assert (exchange.method, exchange.status) == ("POST", 422)
    assert "Łódź-Bud" in exchange.body
    assert exchange.headers["authorization"] == MASK
    assert str(house.shop.options["password"]) not in str(exchange)


def test_nothing_of_a_failed_push_is_kept_of_whom_a_side_is_to_forget(build: OpenHouse, tmp_path: Path) -> None:
    house = build(kinds={"shop": "insales"}, folder=tmp_path)
    house.erp.add(firm("A0"))
    house.run("erp")
    house.shop.faults.plan(*[REFUSED] * 3)
    house.push()
    pursue(house.app, erase(house.app, 1, by="anna"))
    assert house.rows(tables.Try) == []
    house.shop.faults.plan(*[REFUSED] * 3)
    house.push()
    assert house.rows(tables.Try) == []
