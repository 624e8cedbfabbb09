"""Is a block believed only when the side itself says that nobody can log in any more?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor, Employee
from syncd.ports import Capabilities, Remote
from syncd.registry import tables
from syncd.sync.attention import retry
from tests.fixtures.contractors import firm

from .house import House, Row, Through

PEOPLE = (Employee(email="anna@firma.example", default_login=True), Employee(email="ewa@firma.example"))


class LetsIn(Through):
    """A shop that lets people in although their contractor is off, until it is mended."""

    doors: tuple[str, ...] = ("user 1", "user 2")

    def get(self, external_id: str) -> Remote:
        remote: Remote = self.inner.get(external_id)
        return remote if remote.contractor.active else msgspec.structs.replace(remote, blocked_logins=LetsIn.doors)


@pytest.fixture
def settled(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """One contractor with two employees that both sides have."""
    monkeypatch.setattr(LetsIn, "doors", ("user 1", "user 2"))
    house.erp.add(firm("A1", employees=PEOPLE))
    house.settle()
    return house


def block(house: House) -> None:
    (id_,) = house.erp.holds()
    house.erp.edit(id_, active=False)
    house.run("erp")


def blocks(house: House) -> list[Row]:
    return [row for row in house.rows(tables.Delivery) if row["action"] == "block"]


def test_a_block_is_read_back(settled: House) -> None:
    block(settled)
    settled.push()
    assert [call.name for call in settled.calls()][-2:] == ["update", "get"]
    assert [row["verified"] for row in blocks(settled)] == ["verified"]
    assert settled.issues() == []


def test_what_is_no_block_is_not_read_back(settled: House) -> None:
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, name="Nowa nazwa")
    settled.settle()
    assert settled.calls("shop", "get") == []


def test_log_ins_that_still_work_are_an_issue(settled: House) -> None:
    settled.through("shop", LetsIn)
    block(settled)
    settled.push()
    issue = settled.one(tables.Issue, state="open")
    assert issue["code"] == "block-not-effective"
    assert "2 of its 2 log-ins still work" in issue["message"]
    assert not settled.at_shop()["A1"].active
    assert [row["verified"] for row in blocks(settled)] == [None]


def test_the_issue_stays_while_anybody_can_log_in_and_closes_by_itself(
    settled: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled.through("shop", LetsIn)
    block(settled)
    settled.settle(rounds=3)
    assert settled.issues() == ["block-not-effective"]
    settled.run("shop", "full")
    assert settled.issues() == ["block-not-effective"]
    monkeypatch.setattr(LetsIn, "doors", ())
    settled.settle()
    assert settled.issues() == []
    assert settled.rows(tables.Push) == []
    assert blocks(settled)[-1]["verified"] == "verified"


def test_a_block_that_was_written_is_not_written_again_while_it_is_in_doubt(settled: House) -> None:
    settled.through("shop", LetsIn)
    block(settled)
    settled.settle(rounds=4)
    assert len(settled.calls("shop", "update")) == 1
    assert settled.holds() == [{("erp_inactive", "erp")}]


def test_retrying_by_hand_does_not_close_the_issue_while_anybody_can_log_in(settled: House) -> None:
    settled.through("shop", LetsIn)
    block(settled)
    settled.push()
    retry(settled.app, settled.one(tables.Issue, state="open")["id"], by="anna")
    settled.push()
    assert settled.issues() == ["block-not-effective"]


def test_the_issue_closes_when_the_contractor_may_log_in_again(settled: House) -> None:
    settled.through("shop", LetsIn)
    block(settled)
    settled.push()
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, active=True)
    settled.settle()
    assert (settled.issues(), settled.at_shop()["A1"].active) == ([], True)


def test_a_block_that_cannot_be_read_back_now_is_read_back_later(settled: House) -> None:
    block(settled)
    settled.shop.faults.plan(Fault(kind="drop", only="read"))
    settled.push()
    assert [row["verified"] for row in blocks(settled)] == [None]
    settled.settle()
    assert blocks(settled)[-1]["verified"] == "verified"
    assert len(settled.calls("shop", "update")) == 1


def test_a_shop_that_says_done_and_does_nothing_is_found_out(settled: House) -> None:
    class Pretends(Through):
        def update(self, remote: Remote, contractor: Contractor) -> Remote:
            return msgspec.structs.replace(remote, contractor=contractor)

    settled.through("shop", Pretends)
    block(settled)
    settled.push()
    assert settled.issues() == ["block-not-effective"]


@pytest.mark.parametrize(
    ("employees", "outcome"), [((), "flag_only"), ((Employee(email="anna@firma.example", active=False),), "flag_only")]
)
def test_a_platform_that_only_keeps_the_mark_is_not_called_verified(house: House, employees: Any, outcome: str) -> None:
    house.through("shop", OnlyKeepsTheMark)
    house.erp.add(firm("A1", employees=employees))
    house.settle()
    block(house)
    house.push()
    assert [row["verified"] for row in blocks(house)] == [outcome]


class OnlyKeepsTheMark(Through):
    """A shop whose switch stops nobody by itself."""

    @property
    def capabilities(self) -> Capabilities:
        return msgspec.structs.replace(self.inner.capabilities, block="flag")


def test_employees_that_are_not_off_can_log_in_where_the_mark_stops_nobody(settled: House) -> None:
    settled.through("shop", OnlyKeepsTheMark)
    block(settled)
    settled.push()
    assert settled.issues() == ["block-not-effective"]
