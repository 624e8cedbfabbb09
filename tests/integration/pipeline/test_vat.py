"""Does VIES fill the table, and does an outage change nothing but the time of the next question?"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from stdnum.iso7064 import mod_11_10

from syncd.certify.server import Reply, Request
from syncd.domain.contractor import Address, Contractor
from syncd.domain.country import VatAnswer
from syncd.errors import Misconfigured
from syncd.registry import leases, tables, vat_answers
from syncd.registry.engine import reading, writing
from syncd.settings import ViesSettings
from syncd.sync.attention import drop, retry
from syncd.sync.prune import prune
from syncd.sync.vat import ask_all, ask_due, ask_for
from syncd.vies.simulator import CAUSES, Outage, Simulated, simulate
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Row


@pytest.fixture
def service() -> Iterator[Simulated]:
    with simulate() as service:
        yield service


@pytest.fixture
def asking(build: OpenHouse, service: Simulated) -> House:
    """A house that asks the simulated service."""
    return build(
        vies=ViesSettings(
            enabled=True, requester="PL5260250274", url=service.url, calls=100_000, seconds=1, keep_days=30
        )
    )


def german(number: int) -> str:
    """A German VAT number with a right check digit."""
    body = str(10_000_000 + number)
    return body + mod_11_10.calc_check_digit(body)


def customer(index: int, **more: Any) -> Contractor:
    address = Address(street=f"Straße {index}", city="Berlin", country="DE")
    fields = {"country": "DE", "tax_prefix": "DE", "tax_id": german(index), "addresses": (address,), **more}
    return firm(f"D{index}", **fields)


def settled(house: House, *contractors: Contractor) -> list[str]:
    """Let the ERP's contractors arrive in the registry; answer their external ids."""
    ids = [house.erp.add(contractor) for contractor in contractors]
    house.run("erp")
    return ids


def answers(house: House) -> dict[str, Row]:
    return {row["prefix"] + row["number"]: row for row in house.rows(tables.VatNumber)}


def zones(house: House) -> dict[int, tuple[str, str, str]]:
    return {row["id"]: (row["zone"], row["status"], row["doc"]) for row in house.rows(tables.Contractor)}


def outages(count: int) -> Iterator[Outage]:
    """Outages of every kind, in turn."""
    kinds = [Outage(how=how, cause=cause, status=400) for cause in CAUSES for how in ("wrapped", "flagged", "refused")]
    kinds += [Outage(how=how) for how in ("html", "empty", "text", "other", "both")]
    kinds += [Outage(how="status", status=status) for status in (401, 404, 408, 429, 500, 502, 503, 504)]
    return (kinds[number % len(kinds)] for number in range(count))


@pytest.mark.slow
def test_of_173_answers_116_are_outages_and_no_customer_becomes_invalid_or_changes_zone(
    asking: House, service: Simulated
) -> None:
    customers = [customer(number) for number in range(173)]
    settled(asking, *customers)
    service.registered = {f"DE{one.tax_id}" for one in customers}
    service.outages = dict(zip([f"DE{one.tax_id}" for one in customers[:116]], outages(116), strict=True))
    before = zones(asking)

    for _ in range(300):
        ask_due(asking.app)
        asking.pass_time(minutes=5)
        if set(service.asked) == service.registered:
            break
    known = Counter(row["answer"] for row in answers(asking).values())
    assert known == {"unknown": 116, "valid": 57}
    assert len({row["cause"] for row in answers(asking).values() if row["cause"]}) >= len(CAUSES)
    assert (zones(asking), asking.issues()) == (before, [])

    service.heal()
    asking.pass_time(days=1)
    asked = ask_all(asking.app, every=False, tell=lambda _: None)
    assert (asked.invalid, asked.unknown) == (0, 0)
    rows = answers(asking).values()
    assert Counter((row["answer"], row["cause"], row["tries"]) for row in rows) == {("valid", "", 0): 173}
    assert len({row["consultation"] for row in rows}) == 173
    assert (zones(asking), asking.issues()) == (before, [])


def test_a_valid_answer_stays_while_the_service_is_down(asking: House, service: Simulated) -> None:
    settled(asking, customer(1))
    service.registered = {f"DE{german(1)}"}
    ask_due(asking.app)
    (first,) = answers(asking).values()
    service.outages[f"DE{german(1)}"] = Outage(cause="MS_UNAVAILABLE")
    asking.pass_time(days=31)
    assert ask_due(asking.app).unknown == 1
    (now,) = answers(asking).values()
    assert (now["answer"], now["consultation"]) == ("valid", first["consultation"])
    assert (now["answered_at"], now["cause"], now["tries"]) == (first["answered_at"], "MS_UNAVAILABLE", 1)
    assert now["unknown_since"] == now["asked_at"] == asking.now


def test_an_answer_is_asked_for_again_when_it_is_old_and_not_before(asking: House, service: Simulated) -> None:
    settled(asking, customer(1))
    service.registered = {f"DE{german(1)}"}
    ask_due(asking.app)
    asking.pass_time(days=26)
    assert ask_due(asking.app).total == 0
    asking.pass_time(days=4, minutes=1)
    assert ask_due(asking.app).valid == 1


def test_without_an_answer_the_pauses_grow_and_have_an_end(asking: House, service: Simulated) -> None:
    settled(asking, customer(1))
    service.outages[f"DE{german(1)}"] = Outage(cause="MS_UNAVAILABLE")
    pauses = []
    for _ in range(12):
        assert ask_due(asking.app).unknown == 1
        assert ask_due(asking.app).total == 0
        (row,) = answers(asking).values()
        pauses.append(row["ask_again_at"] - asking.now)
        asking.pass_time(seconds=pauses[-1].total_seconds() + 1)
    assert pauses[0] <= timedelta(minutes=5)
    assert all(timedelta(hours=3) <= pause <= timedelta(hours=6) for pause in pauses[8:])


def test_an_outage_of_the_whole_service_spares_everybody_the_question(asking: House, service: Simulated) -> None:
    settled(asking, *(customer(number) for number in range(5)))
    service.outages = {f"DE{german(number)}": Outage(cause="SERVICE_UNAVAILABLE") for number in range(5)}
    asked = ask_due(asking.app)
    assert (asked.total, asked.stopped) == (1, "SERVICE_UNAVAILABLE")
    assert ask_due(asking.app).total == 0
    asking.pass_time(minutes=5)
    ask_due(asking.app)
    assert len(set(service.asked)) == len(service.asked) == 2


def test_a_member_states_outage_keeps_nobody_else_from_being_asked_for(asking: House, service: Simulated) -> None:
    settled(asking, *(customer(number) for number in range(5)))
    service.outages = {f"DE{german(number)}": Outage(cause="MS_UNAVAILABLE") for number in range(4)}
    assert (ask_due(asking.app).total, len(service.asked)) == (5, 5)


def test_a_pause_that_the_service_asks_for_is_kept_by_all_processes(asking: House, service: Simulated) -> None:
    settled(asking, customer(1), customer(2))
    service.outages[f"DE{german(1)}"] = Outage(how="refused", status=429, retry_after="3000")
    service.outages[f"DE{german(2)}"] = Outage(how="refused", status=429, retry_after="3000")
    assert ask_due(asking.app).stopped == "rate-limited"
    asking.pass_time(minutes=6)
    asked = ask_due(asking.app)
    assert (asked.total, len(service.asked)) == (0, 1)
    assert "no call may be sent yet" in asked.stopped
    assert Counter(row["tries"] for row in answers(asking).values()) == {1: 1, 0: 1}


def test_a_number_that_turned_invalid_is_an_issue_until_it_is_valid_again(asking: House, service: Simulated) -> None:
    settled(asking, customer(1), customer(2))
    service.registered = {f"DE{german(1)}", f"DE{german(2)}"}
    ask_due(asking.app)
    service.registered = {f"DE{german(2)}"}
    asking.pass_time(days=31)
    ask_due(asking.app)
    issue = asking.one(tables.Issue, state="open")
    assert (issue["code"], issue["field"], issue["seen"]) == ("vat-invalid", "tax_id", 1)
    assert german(1) not in issue["message"] + issue["cure"]
    assert asking.one(tables.Contractor, id=issue["contractor_id"])["tax_key"] == german(1)

    service.outages[f"DE{german(1)}"] = Outage(cause="TIMEOUT")
    asking.pass_time(days=1)
    ask_due(asking.app)
    assert asking.one(tables.Issue, state="open")["seen"] == 1

    service.heal()
    service.registered.add(f"DE{german(1)}")
    asking.pass_time(days=1)
    ask_due(asking.app)
    assert asking.issues() == []


def test_a_number_that_is_not_registered_proves_no_country_until_it_is(asking: House, service: Simulated) -> None:
    settled(asking, customer(1, country="", addresses=()), customer(2))
    service.registered = {f"DE{german(2)}"}
    ask_due(asking.app)
    asking.finish()
    assert [row["zone"] for row in asking.rows(tables.Contractor)] == ["unresolved", "intra_eu"]

    service.registered.add(f"DE{german(1)}")
    asking.pass_time(days=2)
    ask_due(asking.app)
    asking.finish()
    assert [row["zone"] for row in asking.rows(tables.Contractor)] == ["intra_eu", "intra_eu"]


def test_the_issue_goes_when_the_customer_gets_another_number(asking: House, service: Simulated) -> None:
    (id_,) = settled(asking, customer(1))
    service.registered = {f"DE{german(2)}"}
    ask_due(asking.app)
    assert asking.issues() == ["vat-invalid"]
    asking.erp.edit(id_, tax_id=german(2))
    asking.run("erp")
    ask_due(asking.app)
    assert asking.issues() == []


def test_a_dropped_issue_stays_dropped_while_the_number_is_invalid(asking: House, service: Simulated) -> None:
    settled(asking, customer(1))
    ask_due(asking.app)
    drop(asking.app, asking.one(tables.Issue)["id"], by="test")
    asking.pass_time(days=2)
    ask_due(asking.app)
    assert [row["state"] for row in asking.rows(tables.Issue)] == ["dropped"]


def test_retry_asks_the_service_again_at_once(asking: House, service: Simulated) -> None:
    settled(asking, customer(1))
    ask_due(asking.app)
    service.registered = {f"DE{german(1)}"}
    assert ask_due(asking.app).total == 0
    assert retry(asking.app, asking.one(tables.Issue)["id"], by="test") is None
    assert ask_due(asking.app).valid == 1
    assert asking.issues() == []


@pytest.mark.parametrize(
    ("country", "prefix", "number", "asked"),
    [
        ("GB", "XI", "220430231", ["XI220430231"]),
        ("GR", "GR", "094019245", ["EL094019245"]),
        ("GR", "EL", "094019245", ["EL094019245"]),
        ("GB", "GB", "220430231", []),
        ("NO", "NO", "923609016", []),
        ("PL", "PL", "7740001454", []),
        ("DE", "", "129274202", []),
    ],
)
def test_only_numbers_that_the_service_knows_of_are_asked_for(
    asking: House, service: Simulated, country: str, prefix: str, number: str, asked: list[str]
) -> None:
    settled(asking, customer(1, country=country, tax_prefix=prefix, tax_id=number, addresses=()))
    ask_due(asking.app)
    assert service.asked == asked


def test_two_customers_with_one_number_are_one_question(asking: House, service: Simulated) -> None:
    settled(asking, customer(1), customer(2, tax_id=german(1)))
    ask_due(asking.app)
    assert service.asked == [f"DE{german(1)}"]
    assert asking.issues().count("vat-invalid") == len(asking.rows(tables.Contractor))


def test_evidence_is_looked_up_by_the_page(asking: House, service: Simulated) -> None:
    settled(asking, customer(1), customer(2))
    service.registered = {f"DE{german(1)}"}
    ask_due(asking.app)
    asked = [("DE", german(1)), ("DE", german(2)), ("DE", german(3)), ("AT", german(1))]
    with reading(asking.app.engine) as connection:
        known = vat_answers.for_numbers(connection, asked)
    assert {number: one.answer for number, one in known.items()} == {
        ("DE", german(1)): VatAnswer.VALID,
        ("DE", german(2)): VatAnswer.INVALID,
    }


def test_two_processes_do_not_ask_at_once(asking: House, service: Simulated) -> None:
    settled(asking, customer(1))
    held = leases.acquire(asking.app.engine, "vat", owner="other", now=asking.now, length=timedelta(minutes=3))
    assert held is not None
    assert ask_due(asking.app).stopped == "another process is asking"
    asking.pass_time(minutes=4)
    assert ask_due(asking.app).total == 1


def test_no_transaction_is_open_while_the_service_thinks(asking: House, service: Simulated) -> None:
    settled(asking, customer(1))
    written = []

    def write_meanwhile() -> None:
        with writing(asking.app.engine) as connection:
            vat_answers.make_due(connection, [], asking.now)
        written.append(asking.app.engine.pool.checkedout())  # type: ignore[attr-defined]

    handle = service._server._handle

    def answer(request: Request) -> Reply:
        write_meanwhile()
        return handle(request)

    service._server._handle = answer
    ask_due(asking.app)
    assert written == [0]


def test_where_it_is_switched_off_nothing_is_asked(build: OpenHouse) -> None:
    house = build()
    settled(house, customer(1))
    assert ask_due(house.app).total == 0
    assert house.rows(tables.VatNumber) == []
    with pytest.raises(Misconfigured, match="not to be asked"):
        ask_for(house.app, [("DE", german(1))])


def test_a_number_that_nobody_has_any_more_is_forgotten(asking: House, service: Simulated) -> None:
    (id_,) = settled(asking, customer(1))
    ask_due(asking.app)
    asking.erp.edit(id_, tax_id=german(2))
    asking.run("erp")
    ask_due(asking.app)
    prune(asking.app)
    assert set(answers(asking)) == {f"DE{german(2)}"}


def test_numbers_without_an_answer_for_long_can_be_listed(asking: House, service: Simulated) -> None:
    settled(asking, customer(1), customer(2))
    service.registered = {f"DE{german(1)}"}
    service.outages[f"DE{german(2)}"] = Outage(cause="MS_UNAVAILABLE")
    ask_due(asking.app)
    asking.pass_time(days=3)
    ask_due(asking.app)
    with reading(asking.app.engine) as connection:
        long = vat_answers.list_numbers(connection, unknown_before=asking.now - timedelta(days=3))
        longer = vat_answers.list_numbers(connection, unknown_before=asking.now - timedelta(days=4))
    assert [(one.number, one.tries) for one in long] == [(german(2), 2)]
    assert longer == []


def test_no_number_and_no_name_is_logged(asking: House, service: Simulated, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    settled(asking, customer(1))
    service.outages[f"DE{german(1)}"] = Outage(cause="IP_BLOCKED")
    ask_due(asking.app)
    assert "IP_BLOCKED" in caplog.text
    assert german(1) not in caplog.text


def test_at_home_a_number_that_is_not_registered_is_no_issue(asking: House, service: Simulated) -> None:
    settled(asking, firm("A1", tax_id="7740001454"))
    assert ask_for(asking.app, [("PL", "7740001454")]).invalid == 1
    assert asking.issues() == []
