"""Is it found out, named and repaired that a side does not hold what the registry says?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete, update

from syncd.domain.contractor import Contractor
from syncd.domain.difference import Cause
from syncd.ports import Remote
from syncd.registry import certificates, tables
from syncd.registry.engine import reading, writing
from syncd.settings import GuardSettings
from syncd.sync.repair import plan_repair
from syncd.sync.review import approve
from syncd.sync.verify import Verified, both_sides, prove, verify
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Through

GROUPS = ("Detal", "Hurt", "VIP")
COUNTRIES = ("PL", "DE", "FR")


@pytest.fixture
def synced(house: House) -> House:
    """Three customers, the same everywhere, and every echo heard."""
    return filled(house, 3)


def filled(house: House, count: int) -> House:
    for number in range(count):
        house.erp.add(firm(f"A{number:06d}", country=COUNTRIES[number % 3], groups=(GROUPS[number % 3],)))
    house.run("erp")
    house.push()
    house.run("shop")
    return house


def found_on_both_sides(house: House, count: int) -> House:
    """The same for very many: a shop in memory looks through all of its customers before it makes one more."""
    for number in range(count):
        one = firm(f"A{number:06d}", country=COUNTRIES[number % 3], groups=(GROUPS[number % 3],))
        house.erp.add(one)
        house.shop.add(one)
    house.run("erp")
    house.run("shop")
    house.push()
    return house


def at(house: House, name: str = "shop") -> Verified:
    return verify(house.app, house.app.connection(name))


def causes(found: Verified) -> dict[str, str | None]:
    """Cause by external id, or by code where there is no record."""
    return {one.external_id or one.code or "": one.cause for one in found.differences}


def shop_ids(house: House) -> dict[str, str]:
    return {remote.contractor.number: id_ for id_, remote in house.shop.holds().items()}


def contractor_id(house: House, number: str) -> int:
    return int(house.one(tables.Contractor, number=number)["id"])


def repair(house: House, name: str) -> list[int]:
    connected = house.app.connection(name)
    runs = plan_repair(house.app, prove(house.app, connected, by="anna"), by="anna")
    for run_id in runs:
        assert house.row(run_id)["state"] == "planned"
        approve(house.app, run_id, by="anna")
        house.execute(run_id)
        assert house.row(run_id)["state"] in {"succeeded", "partial"}
    house.finish()
    house.push()
    return runs


def forget_push(house: House, contractor: int) -> None:
    with writing(house.app.engine) as connection:
        connection.execute(delete(tables.Push).where(tables.Push.contractor_id == contractor))


def planted(build: OpenHouse, count: int) -> tuple[House, Mapping[str, str | None]]:
    """So many customers that agree, and seven that do not, each for another reason."""
    house = build(connections={"shop": {"guard": GuardSettings(first_run="apply", blocks_percent=100)}})
    found_on_both_sides(house, count)
    ids = shop_ids(house)
    house.shop.edit(ids["A000001"], email="elsewhere@firma.example")
    house.shop.edit(ids["A000002"], country="SE")
    house.shop.edit(ids["A000003"], active=False)
    house.shop.remove(ids["A000004"])
    stranger = house.shop.add(firm("S1", country="PL"))
    renamed = contractor_id(house, "A000005")
    house.erp.edit(next(i for i, r in house.erp.holds().items() if r.contractor.number == "A000005"), name="Nowa")
    house.run("erp")
    forget_push(house, renamed)
    house.erp.add(firm("N1", country="PL"))
    house.run("erp")
    new = contractor_id(house, "N1")
    forget_push(house, new)
    return house, {
        ids["A000001"]: Cause.EDITED,
        ids["A000002"]: Cause.EDITED,
        ids["A000003"]: Cause.EDITED,
        ids["A000004"]: Cause.MISSING,
        stranger: Cause.UNKNOWN,
        ids["A000005"]: Cause.NOT_PUSHED,
        f"K{new:06d}": Cause.NOT_CREATED,
    }


def assert_found_and_repaired(build: OpenHouse, count: int) -> None:
    house, expected = planted(build, count)
    before = len(house.calls("shop", "get"))
    found = at(house)
    assert causes(found) == expected
    assert (found.compared, found.agree, found.complete) == (count + 2, count + 2 - 7, True)
    reads = len(house.calls("shop", "get")) - before
    assert reads == found.record_reads == 4
    assert reads < count * 0.05
    assert found.expected != found.stated
    assert len(repair(house, "shop")) == 2
    house.settle()
    for side in both_sides(house.app, house.app.connection("shop")):
        again = verify(house.app, side)
        assert (again.differences, again.agree, again.record_reads) == ([], again.compared, 0)
        assert again.expected == again.stated


def test_seven_differences_among_a_thousand_are_found_with_few_reads_and_repaired(build: OpenHouse) -> None:
    assert_found_and_repaired(build, 1000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_seven_differences_among_a_hundred_thousand_are_found_with_few_reads_and_repaired(build: OpenHouse) -> None:
    assert_found_and_repaired(build, 100_000)


def test_verifying_changes_nothing_and_writes_nothing(synced: House) -> None:
    synced.shop.edit(next(iter(synced.shop.holds())), name="Inna")
    before = (synced.count(tables.Run), synced.writes(), synced.rows(tables.Binding))
    at(synced)
    assert (synced.count(tables.Run), synced.writes(), synced.rows(tables.Binding)) == before


def test_a_push_that_is_due_is_the_cause_where_there_is_one(synced: House) -> None:
    synced.erp.edit("1", name="Nowa")
    synced.run("erp")
    assert [one.cause for one in at(synced).differences] == [Cause.PENDING]
    assert plan_repair(synced.app, at(synced), by="anna") == []


def test_a_record_with_an_open_issue_is_excused_and_named(synced: House) -> None:
    spoiled = next(iter(synced.shop.holds()))
    synced.shop.spoil(spoiled)
    assert not at(synced).agrees
    synced.run("shop")
    found = at(synced)
    assert [(one.cause, one.issue) for one in found.differences] == [(Cause.ISSUE, "invalid-record")]
    assert (found.agrees, found.agree) == (True, 2)


def test_a_value_that_the_side_keeps_in_another_form_is_named_by_its_field(house: House) -> None:
    class Cuts(Through):
        def create(self, contractor: Contractor) -> Remote:
            remote: Remote = self.inner.create(contractor)
            return self.inner.update(remote, _shorter(remote.contractor))

    house.through("shop", Cuts)
    house.erp.add(firm("A1"))
    house.run("erp")
    house.push()
    found = at(house)
    assert [(one.cause, one.fields) for one in found.differences] == [(Cause.DEGRADED, ("name",))]
    assert plan_repair(house.app, found, by="anna") == []


def _shorter(contractor: Contractor) -> Contractor:
    return Contractor(**{f: getattr(contractor, f) for f in contractor.__struct_fields__} | {"name": "Firm"})


def test_a_record_that_moved_while_it_was_compared_is_no_difference(synced: House) -> None:
    class Late(Through):
        def read(self, cursor: str | None, *, full: bool) -> Any:
            yield from self.inner.read(cursor, full=full)

        def get(self, external_id: str) -> Remote:
            synced.shop.edit(external_id, name=before.contractor.name)
            return self.inner.get(external_id)

    id_, before = next(iter(synced.shop.holds().items()))
    synced.shop.edit(id_, name="Inna")
    synced.through("shop", Late)
    found = at(synced)
    assert (found.differences, found.record_reads) == ([], 1)


def test_so_many_differences_that_each_cannot_be_looked_at_are_counted(house: House) -> None:
    filled(house, 60)
    for id_ in house.shop.holds():
        house.shop.edit(id_, name="Inna")
    found = at(house)
    assert found.by_cause == {"edited_there": 50, "not_looked_at": 10}
    assert found.record_reads == 50


def test_a_list_that_is_not_proven_complete_proves_nothing(synced: House) -> None:
    class Unsure(Through):
        def read(self, cursor: str | None, *, full: bool) -> Any:
            for page in self.inner.read(cursor, full=full):
                end = page.end and type(page.end)(complete=False, how="no closing line")
                yield type(page)(records=page.records, cursor=page.cursor, end=end)

    synced.through("shop", Unsure)
    found = at(synced)
    assert (found.differences, found.agrees, found.how) == ([], False, "no closing line")


def test_a_record_that_is_gone_from_the_erp_is_not_made_again(synced: House) -> None:
    synced.erp.remove("1")
    found = at(synced, "erp")
    assert causes(found) == {"1": Cause.MISSING}
    assert plan_repair(synced.app, found, by="anna") == []


def test_a_record_whose_customer_is_blocked_because_it_is_gone_is_no_difference_that_anybody_has_to_find(
    build: OpenHouse,
) -> None:
    house = found_on_both_sides(build(connections={"erp": {"guard": GuardSettings(first_run="apply")}}), 3)
    house.erp.remove("1")
    for _ in range(2):
        house.run("erp", "full")
    found = at(house, "erp")
    assert (causes(found), found.unexcused, found.record_reads) == ({"1": Cause.GONE}, 0, 0)
    assert plan_repair(house.app, found, by="anna") == []


def test_a_certificate_is_kept_with_who_when_and_figures_and_without_names_of_strangers(synced: House) -> None:
    gone = next(iter(synced.shop.holds()))
    synced.shop.remove(gone)
    synced.shop.add(firm("S1"))
    found = prove(synced.app, synced.app.connection("shop"), by="anna")
    with reading(synced.app.engine) as connection:
        row = certificates.latest(connection)["shop"]
    assert (row.asked_by, row.compared, row.agree, row.finished_at) == ("anna", 4, 2, synced.now)
    assert row.by_cause == found.by_cause == {"missing_there": 1, "unknown_here": 1}
    assert list(row.differing) == ["missing_there"]


def test_a_repair_that_was_overtaken_leaves_the_record_alone(synced: House) -> None:
    gone = next(iter(synced.shop.holds()))
    synced.shop.remove(gone)
    (run_id,) = plan_repair(synced.app, at(synced), by="anna")
    with writing(synced.app.engine) as connection:
        connection.execute(update(tables.Binding).where(tables.Binding.external_id == gone).values(raw_hash=b"new"))
    approve(synced.app, run_id, by="anna")
    assert synced.execute(run_id)["counts"]["stale"] == 1
    assert synced.count(tables.Push) == 0
