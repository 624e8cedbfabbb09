"""Who may place and lift which block, and what becomes of somebody who was anonymised?"""

from __future__ import annotations

import msgspec
import pytest

from adapters.esklep.simulated.customer import Customer, Status
from adapters.esklep.simulator import BridgeShop, FolderShop
from syncd.domain.contractor import Employee
from syncd.errors import InvalidRecord, NotFound, Unstorable
from syncd.ports import Endpoint, Record, Remote

from .conftest import Connect, company

Sandbox = BridgeShop | FolderShop


def customer(sandbox: Sandbox) -> Customer:
    """The only customer of the shop, after everything that waits was imported."""
    sandbox.holds()
    (only,) = sandbox.shop.customers()
    return only


def switch(endpoint: Endpoint, remote: Remote, *, active: bool) -> Remote:
    return endpoint.update(remote, msgspec.structs.replace(remote.contractor, active=active))


def admin(sandbox: Sandbox, status: Status) -> None:
    sandbox.shop.set_status(customer(sandbox).external_id, status)
    if isinstance(sandbox, FolderShop):
        sandbox.export()


def test_an_erp_blocks_by_its_own_status_and_nobody_logs_in_any_more(endpoint: Endpoint, sandbox: Sandbox) -> None:
    buyer = Employee(name="Ewa Kos", email="ewa@brzoza.example")
    made = endpoint.create(company(employees=(Employee(email="biuro@brzoza.example", default_login=True), buyer)))
    assert customer(sandbox).may_log_in("ewa@brzoza.example")
    assert not switch(endpoint, made, active=False).contractor.active
    assert customer(sandbox).status is Status.BLOCKED_BY_ERP
    assert not customer(sandbox).may_log_in("ewa@brzoza.example")


def test_an_erp_lifts_its_own_block(endpoint: Endpoint, sandbox: Sandbox) -> None:
    made = endpoint.create(company(active=False))
    assert customer(sandbox).status is Status.BLOCKED_BY_ERP
    assert switch(endpoint, made, active=True).contractor.active
    assert customer(sandbox).status is Status.ACTIVE


def test_an_erp_does_not_lift_the_block_of_an_admin(endpoint: Endpoint, sandbox: Sandbox) -> None:
    made = endpoint.create(company())
    admin(sandbox, Status.BLOCKED)
    seen = endpoint.get(made.external_id)
    assert not seen.contractor.active
    assert not switch(endpoint, seen, active=True).contractor.active
    assert customer(sandbox).status is Status.BLOCKED


def test_an_admin_does_not_lift_the_block_of_an_erp(endpoint: Endpoint, sandbox: Sandbox) -> None:
    made = endpoint.create(company())
    blocked = switch(endpoint, made, active=False)
    admin(sandbox, Status.ACTIVE)
    assert customer(sandbox).status is Status.BLOCKED_BY_ERP
    assert switch(endpoint, endpoint.get(blocked.external_id), active=True).contractor.active


def test_a_block_of_an_admin_outlives_that_of_an_erp(endpoint: Endpoint, sandbox: Sandbox) -> None:
    made = endpoint.create(company())
    switch(endpoint, made, active=False)
    admin(sandbox, Status.BLOCKED)
    switch(endpoint, endpoint.get(made.external_id), active=True)
    assert customer(sandbox).status is Status.BLOCKED


def test_who_waits_to_be_accepted_is_neither_active_nor_approved(connect: Connect, bridge: BridgeShop) -> None:
    bridge.shop.register(company(email="nowy@firma.example"))
    bridge.shop.set_status("1", Status.PENDING)
    told = connect(bridge).get("1").contractor
    assert (told.active, told.approved) == (False, False)


@pytest.mark.parametrize("status", [Status.PENDING, Status.REJECTED])
def test_who_is_accepted_here_is_accepted_there(connect: Connect, bridge: BridgeShop, status: Status) -> None:
    bridge.shop.register(company())
    bridge.shop.set_status("1", status)
    endpoint = connect(bridge)
    told = switch(endpoint, endpoint.get("1"), active=True).contractor
    assert (told.active, told.approved) == (True, True)


def test_a_status_that_no_word_fits_is_an_issue_and_not_an_active_customer(panel: FolderShop, connect: Connect) -> None:
    endpoint = connect(panel, words={"status.blocked": "wstrzymany"})
    external_id = panel.add(company(active=False))
    (page,) = endpoint.read(None, full=True)
    (rejected,) = page.records
    assert not isinstance(rejected, Record)
    assert (rejected.external_id, rejected.error.field) == (external_id, "active")


def test_who_was_anonymised_is_not_read_not_found_and_never_written(endpoint: Endpoint, sandbox: Sandbox) -> None:
    external_id = sandbox.add(company())
    kept = sandbox.add(company(number="K/2", email="inny@firma.example", tax_id=""))
    remote = endpoint.get(external_id)
    sandbox.remove(external_id)
    assert [record.external_id for page in endpoint.read(None, full=True) for record in page.records] == [kept]
    assert endpoint.find(company()) == []
    with pytest.raises(NotFound):
        endpoint.get(external_id)
    with pytest.raises(NotFound):
        endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="Brzoza Nowa"))
    gone = sandbox.shop.customers()[0]
    assert (gone.status, gone.data.name) == (Status.ANONYMISED, "Klient 1")


def test_an_import_does_not_bring_back_who_was_anonymised_meanwhile(panel: FolderShop, connect: Connect) -> None:
    endpoint = connect(panel)
    remote = endpoint.get(panel.add(company()))
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="Brzoza Nowa"))
    panel.shop.anonymise("1")
    panel.take_in()
    assert panel.outcomes[-1].why == "anonymised"
    assert panel.shop.customers()[0].data.name == "Klient 1"


@pytest.mark.parametrize("values", [{"name": "x" * 251}, {"country": "Lechia"}])
def test_a_block_is_not_held_up_by_another_field_that_has_no_room(
    endpoint: Endpoint, sandbox: Sandbox, values: dict[str, object]
) -> None:
    made = endpoint.create(company())
    with pytest.raises(Unstorable) as caught:
        endpoint.update(made, msgspec.structs.replace(made.contractor, active=False, **values))
    assert caught.value.record == made.external_id
    assert customer(sandbox).status is Status.BLOCKED_BY_ERP


def test_a_block_is_not_held_up_by_an_email_that_the_shop_refuses(connect: Connect, bridge: BridgeShop) -> None:
    bridge.add(company(number="K/2", email="inny@firma.example"))
    endpoint = connect(bridge)
    made = endpoint.create(company())
    with pytest.raises(InvalidRecord) as caught:
        endpoint.update(made, msgspec.structs.replace(made.contractor, active=False, email="inny@firma.example"))
    assert caught.value.field == "email"
    assert bridge.shop.get(made.external_id).status is Status.BLOCKED_BY_ERP
