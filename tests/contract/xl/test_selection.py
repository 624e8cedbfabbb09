"""Who belongs to the shop, and is it said of those who do not any more?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from syncd.errors import Misconfigured
from tests.contract.xl.bases import FIRM, age, company, opened, read, run, told

ESKLEP: dict[str, Any] = {"only_esklep": True}
HURT: dict[str, Any] = {"only_groups": ["Hurt"]}


def test_who_loses_the_shops_mark_is_switched_off_at_once() -> None:
    with company(**ESKLEP) as (sandbox, endpoint):
        stays, goes = sandbox.add(FIRM), sandbox.add(msgspec.structs.replace(FIRM, number="K2"))
        cursor = age(sandbox)
        run(
            sandbox,
            "UPDATE KntKarty SET Knt_ESklep = 0, Knt_LastModL = ? WHERE Knt_GIDNumer = 2",
            sandbox.program.stamp,
        )
        assert {key: one.active for key, one in told(endpoint, read(endpoint, cursor)).items()} == {goes: False}
        whole = told(endpoint, read(endpoint, full=True))
        assert {key: one.active for key, one in whole.items()} == {stays: True, goes: False}


def test_who_gets_the_mark_is_switched_on() -> None:
    with company(**ESKLEP) as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "UPDATE KntKarty SET Knt_ESklep = NULL")
        assert not endpoint.get(number).contractor.active
        run(sandbox, "UPDATE KntKarty SET Knt_ESklep = 1")
        assert endpoint.get(number).contractor.active


def test_a_group_selects_with_the_groups_below_it() -> None:
    with company() as (sandbox, _):
        for number, groups in (("K1", ("Hurt",)), ("K2", ("Detal", "Hurt / VIP")), ("K3", ("Detal",)), ("K4", ())):
            sandbox.add(msgspec.structs.replace(FIRM, number=number, groups=groups))
        with opened(sandbox, **HURT) as endpoint:
            active = [one.active for one in told(endpoint, read(endpoint, full=True)).values()]
            assert active == [True, True, False, False]


def test_both_conditions_have_to_be_met() -> None:
    with company() as (sandbox, _):
        number = sandbox.add(msgspec.structs.replace(FIRM, groups=("Hurt",)))
        with opened(sandbox, **ESKLEP, **HURT) as endpoint:
            assert endpoint.get(number).contractor.active
            run(sandbox, "UPDATE KntKarty SET Knt_ESklep = 0")
            assert not endpoint.get(number).contractor.active


def test_left_out_is_not_told_and_the_read_is_complete_all_the_same() -> None:
    with company(**ESKLEP, outside="left_out") as (sandbox, endpoint):
        sandbox.add(FIRM)
        sandbox.add(msgspec.structs.replace(FIRM, number="K2"))
        run(sandbox, "UPDATE KntKarty SET Knt_ESklep = 0 WHERE Knt_GIDNumer = 2")
        got = read(endpoint, full=True)
        assert (got.ids, got.proof.complete) == (["1"], True)
        # Asked by name it is there, switched off: else it would be made a second time.
        assert not endpoint.get("2").contractor.active
        assert [
            one.external_id for one in endpoint.find(msgspec.structs.replace(FIRM, tax_id="", email="", number="K2"))
        ] == ["2"]


@pytest.mark.parametrize("column", ["Knt_Archiwalny", "Knt_Anonim"])
def test_who_is_archived_or_anonymised_is_always_told(column: str) -> None:
    with company(**ESKLEP, outside="left_out") as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, f"UPDATE KntKarty SET Knt_ESklep = 0, {column} = 1")
        got = told(endpoint, read(endpoint, full=True))
        assert [key for key, one in got.items() if not one.active] == [number]


def test_a_page_on_which_all_are_left_out_does_not_end_the_read() -> None:
    with company(**ESKLEP, outside="left_out", page=2) as (sandbox, endpoint):
        for number in range(5):
            sandbox.add(msgspec.structs.replace(FIRM, number=f"K{number}"))
        run(sandbox, "UPDATE KntKarty SET Knt_ESklep = 0 WHERE Knt_GIDNumer < 5")
        assert read(endpoint, full=True).ids == ["5"]


@pytest.mark.parametrize("call", ["check", "read", "get"])
def test_a_group_that_is_not_there_is_said_and_blocks_nobody(call: str) -> None:
    with company() as (sandbox, _), opened(sandbox, only_groups=["Hurtownia"]) as endpoint:
        sandbox.add(FIRM)
        calls: dict[str, Any] = {
            "check": endpoint.check,
            "read": lambda: read(endpoint, full=True),
            "get": lambda: endpoint.get("1"),
        }
        with pytest.raises(Misconfigured, match="Hurtownia"):
            calls[call]()


def test_a_new_contractor_is_made_where_this_connection_reads() -> None:
    with company() as (sandbox, _):
        sandbox.add(msgspec.structs.replace(FIRM, groups=("Hurt",)))
        new = msgspec.structs.replace(FIRM, number="N1", tax_id="", email="n@f.example", groups=())
        with opened(sandbox, **ESKLEP, **HURT) as endpoint:
            made = endpoint.create(new)
            assert (made.contractor.active, made.contractor.groups) == (True, ("Hurt",))


def test_a_customer_that_becomes_a_supplier_only_is_missing() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        sandbox.add(msgspec.structs.replace(FIRM, number="K2"))
        run(sandbox, "UPDATE KntKarty SET Knt_Typ = 8 WHERE Knt_GIDNumer = 2")
        got = read(endpoint, full=True)
        assert (got.ids, got.proof.complete) == (["1"], True)


@pytest.mark.parametrize(
    ("option", "table", "column"),
    [
        ({"only_esklep": True}, "KntKarty", "Knt_ESklep"),
        ({"persons": "esklep"}, "KntOsoby", "KnS_ESklep"),
        ({"blocks_count": True}, "KntKarty", "Knt_BlokadaZam"),
    ],
)
def test_an_option_that_goes_by_a_missing_column_blocks_nobody(option: dict[str, Any], table: str, column: str) -> None:
    with company() as (sandbox, _):
        sandbox.add(FIRM)
        run(sandbox, f"ALTER TABLE {table} DROP COLUMN {column}")
        with opened(sandbox, **option) as endpoint, pytest.raises(Misconfigured) as caught:
            read(endpoint)
        assert (caught.value.code, caught.value.field) == ("column-missing", next(iter(option)))
        with opened(sandbox, persons="all") as endpoint:
            assert endpoint.get("1").contractor.active
