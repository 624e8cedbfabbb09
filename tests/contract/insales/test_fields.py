"""Are additional fields and groups made once, whoever else makes them, and is each value written where it is held?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from adapters.insales.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor, Kind
from syncd.errors import InvalidRecord, Misconfigured, OutcomeUnknown, Unstorable, VersionConflict
from syncd.once import found_or_made
from tests.contract.insales.conftest import Open
from tests.contract.insales.looking import client, field, told

Start = Callable[..., Simulated]


def named(shop: Simulated) -> Counter[tuple[str, int]]:
    return Counter((f.office_title, f.destiny) for f in shop.shop.state.fields.values() if not f.system_name)


def titles(shop: Simulated) -> Counter[str]:
    return Counter(group.title for group in shop.shop.state.groups.values())


def test_reading_and_testing_make_no_field(start: Start, connect_to: Open, firm: Contractor) -> None:
    shop = start(fields=())
    shop.add(firm)
    endpoint = connect_to(shop)
    endpoint.check()
    list(endpoint.read(None, full=True))
    endpoint.find(firm)
    assert named(shop) == {}


def test_the_first_write_makes_the_fields_that_it_needs_for_its_type(
    start: Start, connect_to: Open, firm: Contractor, person: Contractor
) -> None:
    shop = start(fields=())
    endpoint = connect_to(shop)
    endpoint.create(firm)
    assert named(shop) == {("erp_id", 5): 1, ("erp_country", 5): 1, ("erp_details", 5): 1}
    endpoint.create(person)
    assert named(shop)["erp_id", 2] == 1


def test_made_fields_are_for_the_staff_and_not_for_buyers(start: Start, connect_to: Open, firm: Contractor) -> None:
    shop = start(fields=())
    endpoint = connect_to(shop)
    made = endpoint.create(firm)
    kinds = {f.office_title: f.type for f in shop.shop.state.fields.values() if not f.system_name}
    assert kinds == {
        "erp_id": "Field::TextField",
        "erp_country": "Field::TextField",
        "erp_details": "Field::TextArea",
    }
    assert made.contractor.number == firm.number


def test_fields_are_not_made_again_by_the_next_connection(start: Start, connect_to: Open, firm: Contractor) -> None:
    shop = start(fields=())
    connect_to(shop).create(firm)
    connect_to(shop).create(msgspec.structs.replace(firm, email="b@bereza.example"))
    assert set(named(shop).values()) == {1}


def test_two_processes_that_start_together_make_each_field_and_group_once(
    start: Start, connect_to: Open, firm: Contractor
) -> None:
    shop = start(fields=())
    endpoints = [connect_to(shop), connect_to(shop)]
    wanted = [firm, msgspec.structs.replace(firm, number="К/1043", email="b@bereza.example")]
    # Both have looked before either's first write arrives.
    shop.faults.plan(*[Fault(kind="latency", only="write", seconds=0.2)] * 6)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda pair: pair[0].create(pair[1]), zip(endpoints, wanted, strict=True)))
    assert set(named(shop).values()) == {1}
    assert set(titles(shop).values()) == {1}
    assert [told(connect_to(shop), one.external_id).number for one in made] == ["К/1042", "К/1043"]


def test_of_two_that_were_made_together_the_older_one_counts_and_the_other_goes() -> None:
    there: list[int] = []

    def make() -> int:
        there.extend([10, 11])  # somebody else was faster by a blink
        return 11

    assert found_or_made(lambda: list(there), make, there.remove) == 10
    assert there == [10]


def test_a_lost_answer_is_looked_up_and_not_sent_again() -> None:
    there: list[int] = []

    def make() -> int:
        there.append(10)
        raise OutcomeUnknown("lost")

    assert found_or_made(lambda: list(there), make, there.remove) == 10


def test_what_could_not_be_made_is_told() -> None:
    def make() -> int:
        raise InvalidRecord("no")

    with pytest.raises(InvalidRecord):
        found_or_made(list, make, print)


def test_a_field_that_was_made_twice_is_read_and_written_in_both(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    made = connect().create(firm).external_id
    twin = shop.shop.make_field({"type": "Field::TextField", "office_title": "erp_id", "destiny": 5})
    shop.shop.update(client(shop, made), {"fields_values_attributes": [{"field_id": twin.id, "value": "К/1042"}]})
    endpoint = connect()
    remote = endpoint.get(made)
    assert endpoint.update(remote, msgspec.structs.replace(remote.contractor, number="К/2")).contractor.number == "К/2"
    assert [one.value for one in client(shop, made).fields if one.value.startswith("К/")] == ["К/2", "К/2"]


def test_a_value_is_written_over_the_one_that_is_there(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect()
    remote = endpoint.create(firm)
    for number in ("К/2", "К/3"):
        remote = endpoint.update(remote, msgspec.structs.replace(remote.contractor, number=number))
    fields = Counter(one.field for one in client(shop, remote.external_id).fields)
    assert set(fields.values()) == {1}


def test_a_field_that_may_not_be_made_stops_the_connection(start: Start, connect_to: Open, firm: Contractor) -> None:
    shop = start(fields=())
    endpoint = connect_to(shop, create_fields=False)
    with pytest.raises(Misconfigured) as caught:
        endpoint.create(firm)
    assert caught.value.code == "custom-field-missing"
    assert shop.shop.state.clients == {}


def test_a_field_is_found_by_the_title_that_the_staff_gave_it(start: Start, connect_to: Open, firm: Contractor) -> None:
    shop = start(fields=("Код в 1С",))
    endpoint = connect_to(shop, number="Код в 1С")
    made = endpoint.create(firm)
    assert made.contractor.number == firm.number
    assert named(shop)["Код в 1С", 5] == 1


def test_a_field_of_the_form_is_none_of_ours(start: Start, connect_to: Open, firm: Contractor) -> None:
    shop = start(fields=())
    for destiny in (2, 5):
        built_in = shop.shop.make_field({"type": "Field::TextField", "office_title": "erp_id", "destiny": destiny})
        built_in.system_name = "erp_id"
    made = connect_to(shop).create(firm)
    assert made.contractor.number == firm.number
    assert named(shop)["erp_id", 5] == 1


def demanded(shop: Simulated, title: str) -> None:
    for destiny in (2, 5):
        field = {"type": "Field::TextField", "office_title": title, "destiny": destiny, "obligatory": True}
        shop.shop.make_field(field)


def test_a_field_that_the_shop_demands_is_asked_for_before_anything_is_sent(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    demanded(shop, "ОКВЭД")
    endpoint = connect()
    assert "ОКВЭД" in " ".join(endpoint.check().warnings)
    with pytest.raises(Unstorable) as caught:
        endpoint.create(firm)
    assert (caught.value.code, caught.value.field) == ("field-demanded", "custom")
    assert not any(call.writes for call in shop.journal)


def test_a_field_that_the_shop_demands_is_filled_from_the_contractors_own(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    demanded(shop, "ОКВЭД")
    endpoint = connect(custom_fields=["ОКВЭД"])
    made = endpoint.create(msgspec.structs.replace(firm, custom={"ОКВЭД": "46.90"}))
    assert made.contractor.custom == {"ОКВЭД": "46.90"}


@pytest.mark.parametrize("errors", ["fields", "list", "nested", "xml"])
def test_a_change_that_a_shop_refuses_for_a_field_it_demands_names_that_field(
    start: Start, connect_to: Open, firm: Contractor, errors: str
) -> None:
    shop = start(demands_of_all=True, errors=errors)
    endpoint = connect_to(shop, custom_fields=["ОКВЭД"])
    remote = endpoint.create(firm)
    demanded(shop, "ОКВЭД")
    changes: list[dict[str, Any]] = [{"name": "ООО Новая"}, {"active": False}, {"number": "К/2"}]
    for change in changes:
        with pytest.raises(Unstorable, match="ОКВЭД") as caught:
            endpoint.update(remote, msgspec.structs.replace(remote.contractor, **change))
        refused = caught.value
        assert (refused.code, refused.field, refused.record) == ("field-demanded", "custom", remote.external_id)
    filled = msgspec.structs.replace(remote.contractor, name="ООО Новая", custom={"ОКВЭД": "46.90"})
    kept = endpoint.update(remote, filled)
    assert kept.contractor.custom == {"ОКВЭД": "46.90"}
    with pytest.raises(Unstorable, match="ОКВЭД"):
        endpoint.update(kept, msgspec.structs.replace(kept.contractor, custom={}))
    assert endpoint.update(kept, msgspec.structs.replace(kept.contractor, name="ООО Старая")).contractor.custom


def test_the_shops_other_fields_are_neither_read_nor_touched(shop: Simulated, connect: Open, firm: Contractor) -> None:
    shop.shop.make_field({"type": "Field::TextField", "office_title": "День_рождения", "destiny": 5})
    endpoint = connect()
    remote = endpoint.create(firm)
    shop.operator.type_in(remote.external_id, "День_рождения", "1 апреля")
    remote = endpoint.get(remote.external_id)
    assert remote.contractor.custom == {}
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, number="К/2", custom={"a": "b"}))
    assert "1 апреля" in [one.value for one in client(shop, remote.external_id).fields]


def test_the_names_of_all_groups_survive_in_a_field_of_their_own(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    endpoint = connect()
    wanted = msgspec.structs.replace(firm, custom={"erp_groups": "Опт; VIP; Дилеры"})
    made = endpoint.create(wanted)
    assert field(shop, made.external_id, "erp_groups") == "Опт; VIP; Дилеры"
    assert (made.contractor.groups, made.contractor.custom) == (wanted.groups, wanted.custom)


def test_two_groups_at_once_are_refused_and_not_cut_to_one(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect()
    assert not endpoint.capabilities.many_groups
    with pytest.raises(Unstorable) as caught:
        endpoint.create(msgspec.structs.replace(firm, groups=("VIP", "Опт")))
    assert (caught.value.code, caught.value.field) == ("one-group-only", "groups")
    assert shop.shop.state.clients == {}


def test_a_group_that_may_not_be_made_is_an_issue(shop: Simulated, connect: Open, firm: Contractor) -> None:
    with pytest.raises(Unstorable) as caught:
        connect(create_groups=False).create(firm)
    assert (caught.value.code, caught.value.field) == ("group-missing", "groups")


def test_a_group_deleted_after_it_was_looked_up_is_looked_up_again(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    endpoint = connect()
    endpoint.create(firm)
    (group,) = shop.shop.state.groups
    shop.shop.delete_group(group)
    other = msgspec.structs.replace(firm, number="К/2", email="b@bereza.example")
    with pytest.raises(VersionConflict):
        endpoint.create(other)
    assert endpoint.create(other).contractor.groups == ("Опт",)


def test_fields_of_persons_and_of_organisations_are_two(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect()
    one = endpoint.create(firm)
    two = endpoint.create(msgspec.structs.replace(firm, kind=Kind.PERSON, number="Ч-1", email="b@bereza.example"))
    destinies = {f.id: f.destiny for f in shop.shop.state.fields.values()}
    for remote, destiny in ((one, 5), (two, 2)):
        assert {destinies[value.field] for value in client(shop, remote.external_id).fields} == {destiny}
