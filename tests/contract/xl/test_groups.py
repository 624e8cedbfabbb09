"""Are groups read with their tree, and is nobody put into one that is none?"""

from __future__ import annotations

import msgspec
import pytest

from adapters.xl.groups import Definition, Groups
from syncd.errors import Ambiguous, Misconfigured
from tests.contract.xl.bases import FIRM, company, opened, run

TREE = [
    Definition(1, 0, "Hurt", 10),
    Definition(2, 1, "VIP", 20),
    Definition(3, 0, "Detal", 10),
    Definition(4, 3, "VIP", 10),
]


def test_a_group_is_called_by_its_path_or_by_its_code() -> None:
    assert [Groups(TREE, "path").name(number) for number in (1, 2, 4)] == ["Hurt", "Hurt / VIP", "Detal / VIP"]
    assert Groups(TREE, "code").name(2) == "VIP"


@pytest.mark.parametrize("number", [0, 77])
def test_the_root_and_what_is_not_defined_have_no_name(number: int) -> None:
    assert Groups([*TREE, Definition(0, 0, "Grupa główna")], "path").name(number) == ""


def test_a_circle_of_groups_ends() -> None:
    groups = Groups([Definition(1, 2, "A"), Definition(2, 1, "B"), Definition(3, 3, "C")], "path")
    assert [groups.name(number) for number in (1, 2, 3)] == ["B / A", "A / B", "C"]
    assert groups.below({1}) == {1, 2}


def test_a_tree_deeper_than_any_ends() -> None:
    groups = Groups([Definition(number, number - 1, "G") for number in range(1, 500)], "path")
    assert groups.name(499).count("G") == 100


def test_a_parent_that_is_not_defined_is_the_top() -> None:
    assert Groups([Definition(5, 99, "Sierota")], "path").name(5) == "Sierota"


def test_groups_below_a_changed_one_are_changed() -> None:
    groups = Groups(TREE, "path")
    assert groups.changed(15) == {2}
    assert groups.changed(21) == frozenset()
    assert Groups([*TREE, Definition(5, 1, "Nowa", 30), Definition(6, 5, "Pod", 1)], "path").changed(30) == {5, 6}


def test_a_group_of_no_stamp_counts_as_changed() -> None:
    assert Groups([Definition(1, 0, "A", None)], "path").changed(99) == {1}


def test_a_configured_group_is_found_by_path_or_by_a_code_that_only_one_has() -> None:
    groups = Groups(TREE, "path")
    assert (groups.named("hurt / vip"), groups.named("detal")) == (2, 3)
    with pytest.raises(Misconfigured, match="2 groups"):
        groups.named("VIP")
    with pytest.raises(Misconfigured, match="no group"):
        groups.named("Hurtownia")


def test_a_name_that_several_groups_have_is_ambiguous() -> None:
    groups = Groups(TREE, "code")
    assert groups.twins == ["VIP"]
    with pytest.raises(Ambiguous):
        groups.number("VIP")


def test_a_contractor_is_in_many_groups_and_at_home_in_one() -> None:
    with company(home_group_field="home") as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, groups=("Detal", "Hurt / VIP")))
        got = endpoint.get(number).contractor
        assert (got.groups, got.custom) == (("Detal", "Hurt / VIP"), {"home": "Detal"})


def test_a_membership_of_the_root_or_of_a_deleted_group_is_none() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        with sandbox.program.database() as db:
            for group in (0, 77):
                sandbox.program.join(db, int(number), group)
        assert endpoint.get(number).contractor.groups == ("Detal",)


def test_a_home_without_a_membership_is_a_group_too() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(FIRM)
        run(sandbox, "DELETE FROM KntGrupy WHERE KnG_GIDTyp = 32")
        assert endpoint.get(number).contractor.groups == ("Detal",)


def test_rows_of_the_tree_among_the_homes_are_nobodys_home() -> None:
    with company(home_group_field="home") as (sandbox, endpoint):
        number = sandbox.add(FIRM)  # a card of number 1 beside a group of number 1
        run(sandbox, "DELETE FROM KntGrupyDom WHERE KGD_GIDTyp = 32 AND KGD_GIDNumer = 1")
        run(sandbox, "UPDATE KntGrupyDom SET KGD_GrONumer = 1 WHERE KGD_GIDTyp = -32")
        assert endpoint.get(number).contractor.custom == {}


def test_groups_of_one_code_are_said_by_the_connection_test() -> None:
    with company() as (sandbox, _), opened(sandbox, group_names="code") as endpoint:
        sandbox.add(msgspec.structs.replace(FIRM, groups=("Detal / VIP", "Hurt / VIP")))
        assert any("several groups" in warning for warning in endpoint.check().warnings)
