"""Does an incremental read deliver what changed, in whichever of the four tables, at whatever hour?"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from adapters.xl import clarion
from syncd.errors import Misconfigured
from tests.contract.xl.bases import ANNA, FIRM, MAIN, age, company, opened, read, rows, run, told

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("stamp", "wall"),
    [
        (1141724389, datetime(2026, 3, 7, 9, 39, 49, tzinfo=WARSAW)),
        (1164103200, datetime(2026, 11, 21, 10, 0, 0, tzinfo=WARSAW)),
    ],
)
def test_a_stamp_counts_seconds_of_a_wall_clock_since_1990(stamp: int, wall: datetime) -> None:
    assert clarion.stamp_of(wall, WARSAW) == stamp
    assert clarion.moment_of(stamp, WARSAW) == wall.astimezone(UTC)


@pytest.mark.parametrize("stamp", [0, -5])
def test_zero_is_no_moment(stamp: int) -> None:
    assert clarion.moment_of(stamp, WARSAW) is None


def test_the_simulators_day_is_clarions() -> None:
    with company() as (sandbox, _):
        sandbox._still = datetime(2026, 11, 21, 12, tzinfo=UTC)
        assert sandbox.program.day == 82508


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE KntAdresy SET KnA_Miasto = 'Hel', KnA_LastModL = ? WHERE KnA_KntNumer = 2",
        "UPDATE KntAdresy SET KnA_DataArc = 82508, KnA_LastModL = ? WHERE KnA_KntNumer = 2",
        "UPDATE KntOsoby SET KnS_Nazwa = 'Ewa', KnS_CzasModyfikacji = ? WHERE KnS_KntNumer = 2",
        "UPDATE KntGrupy SET KnG_CzasModyfikacji = ? WHERE KnG_GIDTyp = 32 AND KnG_GIDNumer = 2",
        "UPDATE KntKarty SET Knt_LastModL = ? WHERE Knt_GIDNumer = 2",
    ],
)
def test_a_change_in_one_table_alone_is_delivered(statement: str) -> None:
    with company() as (sandbox, endpoint):
        for number in range(3):
            sandbox.add(msgspec.structs.replace(FIRM, number=f"K{number}"))
        cursor = age(sandbox)
        stamp = sandbox.program.stamp
        run(sandbox, statement, stamp)
        if "KntKarty" not in statement:
            assert rows(sandbox, "SELECT MAX(Knt_LastModL) FROM KntKarty")[0][0] < stamp
        assert read(endpoint, cursor).ids == ["2"]


@pytest.mark.parametrize("change", ["addresses", "employees", "groups"])
def test_what_an_operator_changes_beside_the_card_is_delivered(change: str) -> None:
    new = {
        "addresses": (msgspec.structs.replace(MAIN, street="Krótka 9"),),
        "employees": (msgspec.structs.replace(ANNA, phone="601"),),
        "groups": ("Detal", "Hurt"),
    }[change]
    with company() as (sandbox, endpoint):
        one = sandbox.add(FIRM)
        sandbox.add(msgspec.structs.replace(FIRM, number="K2"))
        cursor = age(sandbox)
        sandbox.edit(one, **{change: new})
        got = told(endpoint, read(endpoint, cursor))
        assert list(got) == [one]
        stated = getattr(got[one], change)
        assert stated == new if change == "groups" else stated[0].key != ""


def test_a_renamed_group_delivers_its_members_and_those_of_the_groups_below() -> None:
    with company() as (sandbox, endpoint):
        for number, groups in (("K1", ("Hurt",)), ("K2", ("Hurt / VIP",)), ("K3", ("Detal",))):
            sandbox.add(msgspec.structs.replace(FIRM, number=number, groups=groups))
        cursor = age(sandbox)
        with sandbox.program.database() as db:
            sandbox.program.rename_group(db, sandbox.program.group(db, ["Hurt"]), "Hurtownie")
        got = told(endpoint, read(endpoint, cursor))
        assert {key: one.groups for key, one in got.items()} == {"1": ("Hurtownie",), "2": ("Hurtownie / VIP",)}


def test_a_group_that_was_left_shows_in_the_next_full_read() -> None:
    with company() as (sandbox, endpoint):
        number = sandbox.add(msgspec.structs.replace(FIRM, groups=("Detal", "Hurt")))
        cursor = age(sandbox)
        sandbox.edit(number, groups=("Detal",))
        assert read(endpoint, cursor).ids == []
        assert told(endpoint, read(endpoint, cursor, full=True))[number].groups == ("Detal",)


def test_a_record_without_a_stamp_is_always_delivered() -> None:
    with company() as (sandbox, endpoint):
        for number in range(3):
            sandbox.add(msgspec.structs.replace(FIRM, number=f"K{number}"))
        cursor = age(sandbox)
        run(sandbox, "UPDATE KntKarty SET Knt_LastModL = NULL WHERE Knt_GIDNumer = 1")
        run(sandbox, "UPDATE KntOsoby SET KnS_CzasModyfikacji = NULL WHERE KnS_KntNumer = 3")
        assert read(endpoint, cursor).ids == ["1", "3"]


def test_memberships_from_before_stamps_are_old() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        cursor = age(sandbox)
        run(sandbox, "UPDATE KntGrupy SET KnG_CzasModyfikacji = 0, KnG_CzasZalozenia = 0")
        sandbox.add(msgspec.structs.replace(FIRM, number="K2", groups=()))
        assert read(endpoint, cursor).ids == ["2"]


def test_a_stamp_from_the_future_is_delivered_and_moves_nothing() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        age(sandbox)
        run(sandbox, "UPDATE KntAdresy SET KnA_LastModL = ?", sandbox.program.stamp + 40_000_000)
        got = read(endpoint, full=True)
        point = clarion.point_of(got.cursor)
        assert point is not None
        assert point < sandbox.program.stamp - 100_000
        assert read(endpoint, got.cursor).ids == ["1"]


def test_the_hour_that_autumn_repeats_loses_nothing() -> None:
    with company(way="http") as (sandbox, endpoint):
        sandbox._still = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)  # 02:59:59, before the clock goes back
        other = sandbox.add(msgspec.structs.replace(FIRM, number="K2"))
        age(sandbox)
        sandbox.add(FIRM)
        cursor = read(endpoint, full=True).cursor
        before = sandbox.program.stamp
        sandbox._still = datetime(2026, 10, 25, 1, 0, 1, tzinfo=UTC)  # 02:00:01, two seconds later
        assert sandbox.program.stamp < before
        sandbox.edit(other, name="Po zmianie czasu")
        assert other in read(endpoint, cursor).ids


def test_a_clock_that_was_set_back_hides_no_change() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        age(sandbox)
        sandbox.add(msgspec.structs.replace(FIRM, number="K2"))
        ahead = f"stamps:{sandbox.program.stamp + 86_400}"
        got = read(endpoint, ahead)
        assert got.ids == ["2"]
        assert got.cursor is not None
        assert got.cursor < ahead


def test_a_cursor_never_goes_back() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        cursor = read(endpoint, full=True).cursor
        age(sandbox)
        assert read(endpoint, cursor).cursor == cursor


@pytest.mark.parametrize("cursor", ["tracking:17", "clarion_seconds:5", "stamps:x", ""])
def test_the_cursor_of_another_kind_reads_everything_once(cursor: str) -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        age(sandbox)
        got = read(endpoint, cursor)
        assert got.ids == ["1"]
        assert (got.cursor or "").startswith("stamps:")


def test_an_overlap_shorter_than_the_repeated_hour_is_refused() -> None:
    with company() as (sandbox, _), pytest.raises(Misconfigured, match="overlap"), opened(sandbox, overlap=3600):
        pass


def test_a_time_zone_that_is_not_known_is_refused() -> None:
    with company() as (sandbox, _), pytest.raises(Misconfigured, match="zone"), opened(sandbox, zone="Europe/Krakow"):
        pass


def test_a_home_group_that_alone_changes_is_delivered_where_its_row_has_a_stamp() -> None:
    with company(home_group_field="home") as (sandbox, _):
        sandbox.add(msgspec.structs.replace(FIRM, groups=("Detal", "Hurt")))
        run(sandbox, "ALTER TABLE KntGrupyDom ADD COLUMN KGD_CzasModyfikacji INTEGER DEFAULT 0")
        cursor = age(sandbox)
        with opened(sandbox, home_group_field="home") as endpoint:
            assert read(endpoint, cursor).ids == []
            run(
                sandbox,
                "UPDATE KntGrupyDom SET KGD_GrONumer = 2, KGD_CzasModyfikacji = ? WHERE KGD_GIDTyp = 32"
                " AND KGD_GIDNumer = 1",
                sandbox.program.stamp,
            )
            assert told(endpoint, read(endpoint, cursor))["1"].custom == {"home": "Hurt"}
