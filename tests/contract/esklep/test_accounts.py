"""Who logs in for a customer, and what is done so that it is always exactly one?"""

from __future__ import annotations

import msgspec
import pytest

from adapters.esklep.simulator import BridgeShop, FolderShop
from syncd.domain.contractor import Employee
from syncd.domain.employees import default_doubt
from syncd.errors import InvalidRecord
from syncd.ports import Endpoint

from .conftest import company

Sandbox = BridgeShop | FolderShop

ANNA = Employee(name="Anna Lis", email="anna@brzoza.example", default_login=True)
EWA = Employee(name="Ewa Kos", email="ewa@brzoza.example")


def people(sandbox: Sandbox) -> tuple[Employee, ...]:
    sandbox.holds()
    (customer,) = sandbox.shop.customers()
    return customer.data.employees


def test_a_new_customer_has_one_account_which_is_the_log_in_and_no_employee(
    endpoint: Endpoint, sandbox: Sandbox
) -> None:
    made = endpoint.create(company())
    assert people(sandbox) == (Employee(email="biuro@brzoza.example", default_login=True),)
    assert (made.contractor.employees, made.contractor.login_email) == ((), "biuro@brzoza.example")


def test_an_erp_without_employees_never_takes_the_account_away(endpoint: Endpoint, sandbox: Sandbox) -> None:
    made = endpoint.create(company())
    endpoint.update(made, msgspec.structs.replace(made.contractor, employees=(), name="Brzoza Nowa"))
    assert len(people(sandbox)) == 1


def test_several_employees_are_kept_with_their_one_default(endpoint: Endpoint, sandbox: Sandbox) -> None:
    made = endpoint.create(company(employees=(ANNA, EWA)))
    assert made.contractor.employees == (ANNA, EWA)
    assert people(sandbox) == (ANNA, EWA)
    assert made.contractor.login_email == "anna@brzoza.example"


def test_two_default_log_ins_are_refused_before_anything_is_sent(endpoint: Endpoint, sandbox: Sandbox) -> None:
    both = (ANNA, msgspec.structs.replace(EWA, default_login=True))
    with pytest.raises(InvalidRecord) as caught:
        endpoint.create(company(employees=both))
    assert (caught.value.code, caught.value.field) == ("several-default-logins", "employees")
    assert not [call for call in sandbox.journal if call.writes]


def test_an_active_customer_without_a_default_log_in_is_told_as_what_the_panel_shows_in_red(
    endpoint: Endpoint, sandbox: Sandbox
) -> None:
    external_id = sandbox.add(company(employees=(msgspec.structs.replace(ANNA, default_login=False), EWA)))
    (customer,) = sandbox.shop.customers()
    assert not customer.login_ready
    doubt = default_doubt(endpoint.get(external_id).contractor)
    assert doubt is not None
    assert (doubt.defaults, doubt.logins) == (0, 2)


def test_the_red_row_is_cured_by_naming_one(endpoint: Endpoint, sandbox: Sandbox) -> None:
    remote = endpoint.get(sandbox.add(company(employees=(msgspec.structs.replace(ANNA, default_login=False), EWA))))
    cured = (ANNA, EWA)
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, employees=cured))
    assert people(sandbox) == cured


def test_another_log_in_does_not_change_the_customers_data(endpoint: Endpoint, sandbox: Sandbox) -> None:
    made = endpoint.create(company())
    told = endpoint.update(made, msgspec.structs.replace(made.contractor, login_email="sklep@brzoza.example"))
    assert (told.contractor.email, told.contractor.login_email) == ("biuro@brzoza.example", "sklep@brzoza.example")
    assert told.contractor.employees == ()
    assert people(sandbox) == (Employee(email="sklep@brzoza.example", default_login=True),)


def test_another_log_in_is_the_default_employees(endpoint: Endpoint, sandbox: Sandbox) -> None:
    made = endpoint.create(company(employees=(ANNA, EWA)))
    endpoint.update(made, msgspec.structs.replace(made.contractor, login_email="sklep@brzoza.example"))
    assert people(sandbox) == (msgspec.structs.replace(ANNA, email="sklep@brzoza.example"), EWA)
