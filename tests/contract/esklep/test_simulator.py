"""Does the simulated shop keep the rules of the panel's manual, and its state?"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from adapters.esklep.simulated.customer import Status
from adapters.esklep.simulated.panel import REQUIRED, import_xml
from adapters.esklep.simulated.rules import Forbidden
from adapters.esklep.simulated.seed import fill
from adapters.esklep.simulated.shop import Setup, Shop
from syncd.domain.contractor import Employee
from syncd.errors import InvalidRecord, NotFound
from tests.fixtures.trusted import TRUSTED

from .conftest import company


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "x" * 251}, "name", "too_long"),
        ({"country": "XX"}, "country", "invalid"),
        ({"tax_class": "eksport"}, "tax_class", "invalid"),
        ({"email": "BIURO@brzoza.example"}, "email", "duplicate"),
        ({"employees": (Employee(email="biuro@brzoza.example"),)}, "employees", "duplicate"),
        ({"employees": (Employee(email="a", default_login=True),) * 2}, "employees", "invalid"),
    ],
)
def test_the_shop_refuses_what_it_cannot_hold(values: dict[str, Any], field: str, reason: str) -> None:
    shop = Shop()
    shop.add(company())
    with pytest.raises(InvalidRecord) as caught:
        shop.add(company(**{"email": "inny@firma.example", **values}))
    assert (caught.value.field, caught.value.code) == (field, reason)


def test_an_id_of_an_erp_is_given_once() -> None:
    shop = Shop()
    shop.add(company(), erp_id="1042")
    with pytest.raises(InvalidRecord):
        shop.add(company(email="inny@firma.example"), erp_id="1042")


def test_a_name_of_250_characters_is_held() -> None:
    assert len(Shop().add(company(name="Ż" * 250)).data.name) == 250


def test_who_registers_is_domestic_whatever_the_country() -> None:
    assert Shop().register(company(country="DE", tax_class="wewnatrzunijny")).data.tax_class == "krajowy"


def test_who_registers_waits_where_an_admin_accepts() -> None:
    shop = Shop(Setup(accepts_by_hand=True))
    assert shop.register(company()).status is Status.PENDING
    assert not shop.get("1").may_log_in("biuro@brzoza.example")
    assert shop.set_status("1", Status.ACTIVE).may_log_in("biuro@brzoza.example")


def test_only_a_domestic_customer_edits_the_own_profile() -> None:
    shop = Shop()
    shop.add(company(tax_class="pozaunijny"))
    with pytest.raises(Forbidden):
        shop.edit_profile("1", phones=("1",))
    shop.edit("1", tax_class="krajowy")
    assert shop.edit_profile("1", phones=("1",)).data.phones == ("1",)


def test_who_was_anonymised_has_no_data_and_never_comes_back() -> None:
    shop = Shop()
    shop.add(company(discount=None))
    gone = shop.anonymise("1")
    assert (gone.data.email, gone.data.tax_id, gone.data.discount) == ("", "", None)
    with pytest.raises(NotFound):
        shop.write("1", None, {"name": "x"})
    with pytest.raises(NotFound):
        shop.set_status("1", Status.ACTIVE)


@pytest.mark.parametrize("missing", REQUIRED)
def test_an_import_without_one_of_the_elements_is_refused(missing: str) -> None:
    shop = Shop()
    tags = "".join(f"<{tag}/>" for tag in REQUIRED if tag != missing)
    (outcome,) = import_xml(shop, f'<Kontrahenci><Kontrahent erpId="7">{tags}</Kontrahent></Kontrahenci>'.encode())
    assert missing in outcome.why
    assert shop.customers() == []


def test_a_seed_makes_the_same_customers_each_time() -> None:
    one, two = Shop(), Shop()
    for shop in (one, two):
        fill(shop, 60, 3)
    assert [customer.data for customer in one.customers()] == [customer.data for customer in two.customers()]
    assert {customer.status for customer in one.customers()} == {Status.ACTIVE, Status.BLOCKED, Status.ANONYMISED}
    assert [customer for customer in one.customers() if customer.status is Status.ACTIVE and not customer.login_ready]


def test_a_state_survives_its_process() -> None:
    shop, again = Shop(), Shop()
    fill(shop, 30, 1)
    again.load(shop.dump())
    assert (again.customers(), again.last_change) == (shop.customers(), shop.last_change)
    assert again.add(company()).id == 31


def test_as_a_program_it_serves_shoppers_admins_and_faults_and_keeps_its_state(tmp_path: Path) -> None:
    state = tmp_path / "shop.json"
    command = [sys.executable, "-m", "adapters.esklep.simulator", "--port", "0", "--contractors", "5"]
    command += ["--state", str(state), "--token", "t"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().split()[0]
        with httpx.Client(base_url=url, trust_env=False, verify=TRUSTED) as client:
            admin = {"authorization": "Bearer t"}
            body = msgspec.to_builtins(company(), str_keys=True)
            made = client.post("/storefront/registrations", json={"contractor": body}).json()
            assert client.post(f"/panel/customers/{made['id']}/block").status_code == 401
            blocked = client.post(f"/panel/customers/{made['id']}/block", headers=admin).json()
            assert blocked["status"] == "zablokowany"
            assert client.post("/-/faults", json=[{"kind": "status", "status": 503}]).status_code == 204
            assert client.get("/contractors", headers=admin).status_code == 503
            assert client.get("/contractors", headers=admin).json()["total"] == 6
            assert client.get("/health").status_code == 401
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    shop = Shop()
    shop.load(state.read_bytes())
    assert shop.get(made["id"]).status is Status.BLOCKED


def test_as_a_program_it_works_in_a_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "adapters.esklep.simulator", "--folder", str(tmp_path / "x"), "--contractors", "5"]
    with subprocess.Popen([*command, "--busy", "0.05"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().endswith(b"5 customers\n")
        assert (tmp_path / "x/klienci.xml").exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
