"""Does the main loop hold between a real ERP and a real shop, in both directions, while processes are being killed?

The tests run in the order in which they stand: each goes on from what the one before it left.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.real.expected import differences, expected_customers, shown_customers
from tests.real.read_back import (
    erp_parties,
    shop_customers,
    shop_history,
    shop_login,
    shop_register,
    shop_set_password,
    shop_update_profile,
)
from tests.real.seed import seed
from tests.real.servers import Servers, running
from tests.real.site import Site, installed, killing
from tests.real.vendure_api import VendureApi

pytestmark = pytest.mark.real

PARTIES = int(os.environ.get("REAL_PARTIES", "2000"))  # fewer while a test is being written
KILLS = int(os.environ.get("REAL_KILLS", "16"))  # each of the seven processes at least twice
PASSWORD = "Haslo-do-sklepu-1"


@dataclass(frozen=True)
class Trial:
    servers: Servers
    site: Site

    def parties(self) -> list[dict[str, Any]]:
        return erp_parties(self.servers.erp.api())

    def customers(self) -> list[dict[str, Any]]:
        return shop_customers(self.servers.shop.admin())

    def disagreements(self) -> list[tuple[str, str, object, object]]:
        """Fields of customers in which the shop is not what the ERP says; of many, the first of each field."""
        found = differences(expected_customers(self.parties()), shown_customers(self.customers()))
        return [row for index, row in enumerate(found) if row[1] not in {other[1] for other in found[:index]}]

    def accounts(self, disagreements: list[tuple[str, str, object, object]]) -> str:
        """What the shop and syncd have to say of customers in which the two disagree: by the next run it is gone."""
        told = [f"{disagreements}"]
        for code in {row[0] for row in disagreements if row[1]}:
            history = shop_history(self.servers.shop.admin(), self.customer(code)["id"])
            told += [f"{code} at the shop: {json.dumps(history, ensure_ascii=False)}"]
            # A number of the ERP may be the id of somebody else at the shop.
            found = json.loads(self.site.syncd("customers", "list", code, "--json"))["customers"]
            for ours in (row["code"] for row in found if row["number"] == code):
                told += [self.site.syncd(*command, ours) for command in (("explain",), ("customers", "history"))]
        return "\n".join(told)

    def write(self, party: dict[str, Any], **values: Any) -> None:
        self.servers.erp.api().call("party.party", "write", [party["id"]], values)

    def customer(self, code: str) -> dict[str, Any]:
        return next(row for row in self.customers() if row["customFields"]["erpCode"] == code)

    def pick(self, country: str, position: int = 0) -> dict[str, Any]:
        """An active party of that country with an e-mail, in a category, whose code is a plain one or not."""
        found = [
            party
            for party in self.parties()
            if party["active"]
            and party["categories."]
            and any(row["type"] == "email" for row in party["contact_mechanisms."])
            and party["addresses."]
            and (party["addresses."][0].get("country.") or {}).get("code") == country
            and any(row["type"] in {"pl_vat", "eu_vat"} for row in party["identifiers."])
        ]
        return found[position]

    def shopper(self, email: str) -> VendureApi:
        visitor = self.servers.shop.shopper()
        shop_set_password(visitor, self.servers.shop.mail, email, PASSWORD)
        shopper = self.servers.shop.shopper()
        assert shop_login(shopper, email, PASSWORD)
        return shopper


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    with running() as servers:
        seed(servers.erp.api(), servers.shop.admin(), PARTIES)
        with installed(servers) as site:
            yield Trial(servers, site)


def email_of(party: dict[str, Any]) -> str:
    return next(str(row["value"]) for row in party["contact_mechanisms."] if row["type"] == "email").lower()


def test_the_shop_holds_every_active_party_in_every_field_although_processes_were_killed(trial: Trial) -> None:
    planned = trial.site.sync("erp", "--full", "--dry-run")
    assert trial.customers() == []
    assert planned["counts"]["created"] == PARTIES
    trial.site.restart_dead()
    with killing(trial.site, trial.servers, every=(2.0, 6.0), seed=1) as killed:
        while len(killed) < KILLS:
            time.sleep(1)
    trial.site.settle(300)
    found = trial.disagreements()
    assert not found, trial.accounts(found)
    done = json.loads(trial.site.syncd("runs", "show", trial.site.first_run("erp"), "--json"))
    assert done["changes"] == planned["changes"], "a dry run and the run after it list the same changes"


def test_a_second_run_writes_nothing_at_either_side(trial: Trial) -> None:
    for name in ("shop", "erp"):
        trial.site.sync(name, "--full")
    trial.site.settle(300)
    proxies = (trial.servers.erp_proxy, trial.servers.shop_proxy)
    before = [len(proxy.calls) for proxy in proxies]
    for name in ("erp", "shop"):
        counts = trial.site.sync(name, "--full")["counts"]
        assert counts["read"] == counts["unchanged"] + counts["failed"] + counts["conflict"], counts
    trial.site.settle(120)
    assert [proxy.writes(since) for proxy, since in zip(proxies, before, strict=True)] == [{}, {}]


def test_a_deactivated_party_can_no_longer_log_in_at_the_shop(trial: Trial) -> None:
    party = trial.pick("PL", 0)
    trial.shopper(email_of(party))
    trial.write(party, active=False)
    trial.site.sync("erp")
    trial.site.settle(60)
    assert trial.customer(party["code"])["customFields"]["status"] == "blocked-by-erp"
    assert not shop_login(trial.servers.shop.shopper(), email_of(party), PASSWORD)
    trial.write(party, active=True)
    trial.site.sync("erp")
    trial.site.settle(60)
    assert shop_login(trial.servers.shop.shopper(), email_of(party), PASSWORD)


def test_a_group_removed_in_the_erp_is_removed_in_the_shop(trial: Trial) -> None:
    party = trial.pick("PL", 1)
    gone = party["categories."][0]
    trial.write(party, categories=[["remove", [gone["id"]]]])
    trial.site.sync("erp")
    trial.site.settle(60)
    groups = {group["name"] for group in trial.customer(party["code"])["groups"]}
    assert groups == {row["rec_name"] for row in party["categories."]} - {gone["rec_name"]}


def test_a_domestic_customers_own_edit_reaches_the_erp(trial: Trial) -> None:
    party = trial.pick("PL", 2)
    shop_update_profile(trial.shopper(email_of(party)), phoneNumber="+48 601 222 333")
    trial.site.sync("shop")
    trial.site.settle(60)
    mine = next(row for row in trial.parties() if row["id"] == party["id"])
    phones = [row["value"].replace(" ", "") for row in mine["contact_mechanisms."] if row["type"] == "phone"]
    assert "+48601222333" in phones


def test_a_foreign_customers_edit_is_set_back(trial: Trial) -> None:
    party = trial.pick("DE", 0)
    before = trial.customer(party["code"])["phoneNumber"]
    shop_update_profile(trial.shopper(email_of(party)), phoneNumber="+49 30 9999999")
    trial.site.sync("shop")
    trial.site.settle(60)
    assert trial.customer(party["code"])["phoneNumber"] == before
    mine = next(row for row in trial.parties() if row["id"] == party["id"])
    assert not any("9999999" in row["value"].replace(" ", "") for row in mine["contact_mechanisms."])


def test_a_registration_in_the_shop_reaches_the_erp(trial: Trial) -> None:
    shop_register(
        trial.servers.shop.shopper(), "nowak@rejestracja.example", PASSWORD, firstName="Ewa", lastName="Nowak"
    )
    trial.site.sync("shop")
    trial.site.settle(60)
    found = [
        party
        for party in trial.parties()
        if any(row["value"] == "nowak@rejestracja.example" for row in party["contact_mechanisms."])
    ]
    assert [party["name"] for party in found] == ["Ewa Nowak"]


def test_after_all_that_both_sides_agree_and_a_further_round_writes_nothing(trial: Trial) -> None:
    for name in ("erp", "shop"):
        trial.site.sync(name, "--full")
        trial.site.settle(120)
    # The registration has its number from the ERP, and a phone number may stand there in the ERP's own form.
    found = trial.disagreements()
    assert not found, trial.accounts(found)
    proxies = (trial.servers.erp_proxy, trial.servers.shop_proxy)
    before = [len(proxy.calls) for proxy in proxies]
    for name in ("erp", "shop"):
        trial.site.sync(name, "--full")
    trial.site.settle(120)
    assert [proxy.writes(since) for proxy, since in zip(proxies, before, strict=True)] == [{}, {}]
    assert json.loads(trial.site.syncd("status", "--json"))
