"""Do the commands around VIES ask, show and list, and say so when it is switched off or gives no answers?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncd.domain.contractor import Contractor
from syncd.vies.simulator import Outage, Simulated, simulate

from .conftest import Shell


@pytest.fixture
def service() -> Iterator[Simulated]:
    with simulate(["DE129274202"]) as service:
        yield service


@pytest.fixture
def asking(shell: Shell, service: Simulated) -> Shell:
    """An ERP with two German customers and a Polish one, and a configuration that asks for them."""
    for number, (prefix, tax_id) in enumerate([("DE", "129274202"), ("DE", "143454214"), ("PL", "7740001454")]):
        shell.erp.add(
            Contractor(name=f"Firma {number}", number=f"K{number}", country=prefix, tax_prefix=prefix, tax_id=tax_id)
        )
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    text = shell.file.read_text(encoding="utf-8")
    table = f'[vies]\nenabled = true\nrequester = "PL5260250274"\nurl = "{service.url}"\ncalls = 1000\nseconds = 1\n'
    shell.file.write_text(f"{text}\n{table}", encoding="utf-8")
    return shell


def test_what_is_due_is_asked_for_and_then_nothing_is(asking: Shell) -> None:
    sums = {"valid": 1, "invalid": 1, "unknown": 0, "stopped": ""}
    assert asking.json("vat", "check")["asked"] == sums
    assert asking.json("vat", "check")["asked"]["valid"] == 0
    assert asking.json("vat", "check", "--all")["asked"] == sums


def test_one_customer_is_asked_for_and_shown_with_the_consultation(asking: Shell, service: Simulated) -> None:
    assert asking.run("vat", "show", "K000001").exit_code == 2
    assert asking.json("vat", "check", "K000001")["asked"]["valid"] == 1
    assert service.asked == ["DE129274202"]
    shown = asking.json("vat", "show", "K000001")["vat"]
    assert (shown["prefix"], shown["number"], shown["answer"]) == ("DE", "129274202", "valid")
    assert shown["consultation"].startswith("WAPI")


def test_numbers_without_an_answer_are_listed_with_their_customers(asking: Shell, service: Simulated) -> None:
    service.outages["DE129274202"] = Outage(cause="MS_UNAVAILABLE")
    asking.run("vat", "check")
    (row,) = asking.rows("vat", "list", "--unknown")
    assert (row["number"], row["cause"], row["customers"]) == ("DE129274202", "MS_UNAVAILABLE", "K000001")
    assert asking.rows("vat", "list", "--unknown", "--days", 1) == []
    assert [row["number"] for row in asking.rows("vat", "list", "--answer", "invalid")] == ["DE143454214"]
    assert [one["customers"] for one in asking.json("vat", "list")["numbers"]] == [["K000001"], ["K000002"]]


def test_a_service_that_gives_no_answers_is_an_exit_code(asking: Shell, service: Simulated) -> None:
    service.outages = {number: Outage(cause="SERVICE_UNAVAILABLE") for number in ("DE129274202", "DE143454214")}
    asked = asking.json("vat", "check", code=4)["asked"]
    assert (asked["unknown"], asked["stopped"]) == (1, "SERVICE_UNAVAILABLE")


@pytest.mark.parametrize("code", ["K000003", "K000099", "nobody"])
def test_a_customer_without_such_a_number_is_told_so(asking: Shell, code: str) -> None:
    assert asking.run("vat", "check", code).exit_code == 2


def test_switched_off_it_says_how_to_switch_it_on(shell: Shell) -> None:
    result = shell.run("vat", "check")
    assert result.exit_code == 7
    assert "enabled = true" in result.stderr


def test_the_issue_of_an_unregistered_number_can_be_retried(asking: Shell, service: Simulated) -> None:
    asking.run("vat", "check")
    (issue,) = [one for one in asking.json("attention", "list")["issues"] if one["code"] == "vat-invalid"]
    service.registered.add("DE143454214")
    asking.run("attention", "retry", issue["id"])
    asking.run("vat", "check")
    assert [one for one in asking.json("attention", "list")["issues"] if one["code"] == "vat-invalid"] == []
