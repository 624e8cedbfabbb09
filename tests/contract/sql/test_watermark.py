"""Is a source read to where it really was, in its own terms of time?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.sql.options import Watermark
from adapters.sql.watermark import Points
from syncd.errors import Misconfigured
from tests.contract.sql.bases import TABLE, connected, fill, read, run

WARSAW = "Europe/Warsaw"


def _points(kind: Any, **more: Any) -> Points:
    names = ("zone", "overlap")
    own = {name: more.pop(name) for name in names if name in more}
    return Points(Watermark(column="x", kind=kind, **{"overlap": 0, **own}), **more)


@pytest.mark.parametrize(
    ("kind", "value", "moment"),
    [
        ("clarion_seconds", 1141724389, datetime(2026, 3, 7, 9, 39, 49, tzinfo=UTC)),
        ("clarion_seconds", 1164103200, datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)),
        ("clarion_date", 82508, datetime(2026, 11, 21, 23, 59, tzinfo=UTC)),
        ("clarion_date", 72687, datetime(2000, 1, 1, tzinfo=UTC)),
        ("epoch", 1_760_000_000, datetime.fromtimestamp(1_760_000_000, UTC)),
        ("epoch_ms", 1_760_000_000_000, datetime.fromtimestamp(1_760_000_000, UTC)),
        ("datetime", "2026-11-21 10:00:00", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("datetime", datetime(2026, 11, 21, 10), datetime(2026, 11, 21, 10, tzinfo=UTC)),  # noqa: DTZ001
        ("datetime", date(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC)),
    ],
)
def test_a_value_and_the_clock_count_alike(kind: str, value: Any, moment: datetime) -> None:
    points = _points(kind)
    assert points.of(value) == points.of_clock(moment)


def test_wall_clocks_are_read_in_the_sources_zone() -> None:
    points = _points("datetime", zone=WARSAW)
    assert points.of("2026-07-01 12:00:00") == points.of_clock(datetime(2026, 7, 1, 10, tzinfo=UTC))
    aware = datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert points.of(aware) == points.of("2026-07-01 12:00:00")


def test_the_hour_that_autumn_repeats_is_read_again() -> None:
    points = _points("datetime", zone=WARSAW, overlap=60)
    before = points.of_clock(datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC))  # 02:59:59, before the clock goes back
    changed_after = "2026-10-25 02:00:01"  # 01:00:01 UTC, two seconds later
    assert points.start(before) <= datetime.fromisoformat(changed_after)


@pytest.mark.parametrize("value", [None, "", "yesterday", "0000-00-00", object()])
def test_what_is_no_moment_moves_nothing(value: Any) -> None:
    assert _points("datetime").of(value) is None


def test_an_overlap_is_in_the_columns_own_unit() -> None:
    assert _points("epoch", overlap=60).start(1000) == 940
    assert _points("epoch_ms", overlap=60).start(100_000) == 40_000
    assert _points("counter", overlap=5).start(100) == 95
    assert _points("clarion_date").start(82508) == 82507
    assert _points("rowversion", overlap=60).start(2001) == (2001).to_bytes(8, "big")


def test_text_moments_start_at_the_shortest_spelling_of_their_second() -> None:
    points = _points("datetime", text=True)
    start = points.start(points.of_clock(datetime(2026, 1, 1, 10, 0, 0, 500_000, tzinfo=UTC)))
    assert start == "2026-01-01 10:00:00"
    assert all(start <= other for other in ("2026-01-01 10:00:00.123", "2026-01-01T10:00:00"))


@pytest.mark.parametrize("first", ["1753-01-01 00:00:00", "1900-01-01 00:00:00", "0001-01-01 00:00:00"])
def test_nothing_is_asked_from_before_the_first_day_that_a_column_may_hold(first: str) -> None:
    points = _points("datetime", overlap=60)
    point = points.of(first)
    assert point is not None
    assert points.start(point) is None  # all is read


def test_columns_of_days_read_the_whole_day_again() -> None:
    points = _points("datetime", dates=True)
    assert points.start(points.of_clock(datetime(2026, 1, 2, 10, tzinfo=UTC))) == date(2026, 1, 1)


@pytest.mark.parametrize("kind", ["datetime", "epoch", "rowversion", "counter"])
def test_a_point_survives_being_a_cursor(kind: str) -> None:
    points = _points(kind)
    for point in (0, 2**53 + 1, 1_760_000_000):
        assert points.load(points.dump(point)) == point


@pytest.mark.parametrize("cursor", ["", "17", "epoch:17", "datetime:x", "datetime:null"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Misconfigured, match="cursor"):
        _points("datetime").load(cursor)


TIMES: dict[str, Any] = {"watermark": {"column": "zmiana", "overlap": 0}}


def test_changes_of_the_same_second_are_never_lost(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A"), (2, "B")])
    with connected(database_url, **TIMES) as endpoint:
        cursor = read(endpoint).cursor
        fill(database_url, [(3, "C")])
        assert "3" in read(endpoint, cursor).ids


def test_records_without_a_time_are_always_delivered(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A")])
    fill(database_url, [(2, "B")], when=None)
    with connected(database_url, **TIMES) as endpoint:
        first = read(endpoint)
        assert first.ids == ["1", "2"]
        fill(database_url, [(3, "C")], when="2026-01-02 10:00:00")
        assert read(endpoint, read(endpoint, first.cursor).cursor).ids == ["2", "3"]


def test_a_record_from_the_future_does_not_move_the_cursor(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A")])
    fill(database_url, [(2, "Tomorrow")], when="2099-01-01 10:00:00")
    with connected(database_url, **TIMES) as endpoint:
        before = datetime.now(UTC)
        cursor = read(endpoint).cursor
        assert cursor is not None
        assert before.timestamp() - 5 <= float(cursor.partition(":")[2]) <= datetime.now(UTC).timestamp() + 5
        now = datetime.now(UTC).replace(microsecond=0)
        fill(database_url, [(3, "C")], when=f"{now:%Y-%m-%d %H:%M:%S}")
        assert set(read(endpoint, cursor).ids) == {"2", "3"}


def test_the_sources_clock_counts_and_not_ours(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A")], when="2099-01-01 10:00:00")
    ours = datetime(2098, 1, 1, tzinfo=UTC)
    with connected(database_url, now=ours, **TIMES) as endpoint:
        cursor = read(endpoint).cursor
        assert cursor is not None
        assert float(cursor.partition(":")[2]) < datetime(2090, 1, 1, tzinfo=UTC).timestamp()
        (warning,) = endpoint.check().warnings
        assert "seconds apart" in warning


def test_a_clock_that_was_set_back_hides_no_change(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A")])
    with connected(database_url, **TIMES) as endpoint:
        kind = (read(endpoint).cursor or "").partition(":")[0]
        ahead = datetime.now(UTC).timestamp() + 86_400
        fill(database_url, [(2, "B")], when=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}")
        got = read(endpoint, f"{kind}:{ahead}")
        assert got.ids == ["2"]
        assert float((got.cursor or "").partition(":")[2]) < ahead


def test_a_counter_of_a_database_from_a_backup_is_followed(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A"), (2, "B")])
    counter = {"column": "id", "kind": "counter", "overlap": 1}
    with connected(database_url, watermark=counter) as endpoint:
        assert read(endpoint, "counter:900").ids == ["1", "2"]


def test_a_read_of_nothing_new_does_not_move_the_cursor_back(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A")])
    with connected(database_url, **TIMES) as endpoint:
        cursor = read(endpoint).cursor
        run(database_url, "DELETE FROM kontrahenci")
        assert read(endpoint, cursor).cursor == cursor


def test_only_the_last_page_moves_the_cursor(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A"), (2, "B"), (3, "C")])
    with connected(database_url, page=1, **TIMES) as endpoint:
        cursors = [page.cursor for page in endpoint.read(None, full=False)]
    assert cursors[-1] is not None
    assert set(cursors[:-1]) == {None}


KINDS: dict[str, tuple[str, Any, Any, Any]] = {
    "epoch": ("BIGINT", 1_600_000_000, 1_700_000_000, 1_700_000_100),
    "epoch_ms": ("BIGINT", 1_600_000_000_000, 1_700_000_000_000, 1_700_000_100_000),
    "clarion_seconds": ("INTEGER", 1_030_000_000, 1_040_000_000, 1_040_000_100),
    "clarion_date": ("INTEGER", 79_000, 80_000, 80_002),
    "counter": ("INTEGER", 12, 17, 18),
    "datetime": (
        "TIMESTAMP",
        datetime.fromisoformat("2024-01-01"),
        datetime.fromisoformat("2025-01-01"),
        datetime.fromisoformat("2025-01-02"),
    ),
}
"""Column, and the values of a record from long ago, of the last one read, and of one that is new."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_watermark_brings_what_changed_and_not_the_rest(database_url: str, kind: str) -> None:
    column, long_ago, last, new = KINDS[kind]
    run(
        database_url,
        f"CREATE TABLE kontrahenci (id INTEGER PRIMARY KEY, kod CHAR(10), nazwa TEXT, nip TEXT, w {column})",
    )
    insert = "INSERT INTO kontrahenci (id, nazwa, w) VALUES (:id, 'A', :w)"
    run(database_url, insert, id=1, w=long_ago)
    run(database_url, insert, id=2, w=last)
    with connected(database_url, watermark={"column": "w", "kind": kind, "overlap": 1}) as endpoint:
        cursor = read(endpoint).cursor
        run(database_url, insert, id=3, w=new)
        assert read(endpoint, cursor).ids == ["2", "3"]


def test_row_versions_are_bytes_that_rise(database_url: str) -> None:
    blob = "BYTEA" if database_url.startswith("postgresql") else "BLOB"
    run(
        database_url, f"CREATE TABLE kontrahenci (id INTEGER PRIMARY KEY, kod CHAR(10), nazwa TEXT, nip TEXT, w {blob})"
    )
    insert = "INSERT INTO kontrahenci (id, nazwa, w) VALUES (:id, 'A', :w)"
    for id_ in (1, 2):
        run(database_url, insert, id=id_, w=(2000 + id_).to_bytes(8, "big"))
    with connected(database_url, watermark={"column": "w", "kind": "rowversion"}) as endpoint:
        cursor = read(endpoint).cursor
        assert cursor == "rowversion:2002"
        run(database_url, insert, id=3, w=(2003).to_bytes(8, "big"))
        assert read(endpoint, cursor).ids == ["2", "3"]


@pytest.mark.postgres
def test_moments_with_a_zone_are_compared_as_moments(postgres_url: str) -> None:
    columns = "id INTEGER PRIMARY KEY, kod CHAR(10), nazwa TEXT, nip TEXT, w TIMESTAMPTZ"
    run(postgres_url, f"CREATE TABLE kontrahenci ({columns})")
    insert = "INSERT INTO kontrahenci (id, nazwa, w) VALUES (:id, 'A', CAST(:w AS TIMESTAMPTZ))"
    for id_, when in ((1, "2026-07-01T12:00:00+02:00"), (2, "2026-07-01T10:30:00+00:00")):
        run(postgres_url, insert, id=id_, w=when)
    watermark = {"column": "w", "zone": WARSAW, "overlap": 60}
    with connected(postgres_url, watermark=watermark) as endpoint:
        cursor = read(endpoint).cursor
        run(postgres_url, insert, id=3, w="2026-07-01T12:29:30+02:00")
        assert read(endpoint, cursor).ids == ["2", "3"]


def test_a_change_in_a_child_table_is_a_change_of_its_contractor(database_url: str) -> None:
    run(database_url, TABLE, "CREATE TABLE czlonkowie (kontrahent INTEGER, grupa VARCHAR(50), zmiana TIMESTAMP)")
    fill(database_url, [(1, "A"), (2, "B"), (3, "C")], when="2026-01-01 10:00:00")
    fill(database_url, [(4, "D")], when="2026-02-01 10:00:00")
    groups = {"table": "czlonkowie", "contractor": "kontrahent", "group": "grupa", "changed": "zmiana"}
    with connected(database_url, groups=groups, **TIMES) as endpoint:
        cursor = read(endpoint).cursor
        later = datetime(2026, 2, 1, 11)  # noqa: DTZ001
        run(database_url, "INSERT INTO czlonkowie VALUES (2, 'VIP', :at)", at=later)
        got = read(endpoint, cursor)
        assert got.ids == ["2", "4"]
        assert endpoint.parse(got.records[0]).contractor.groups == ("VIP",)


def test_without_a_watermark_every_read_is_of_everything(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A"), (2, "B")])
    with connected(database_url) as endpoint:
        first = read(endpoint)
        assert (first.cursor, first.proof.complete) == (None, True)
        assert read(endpoint, None).ids == ["1", "2"]
        assert endpoint.capabilities.incremental == "none"


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with (
        pytest.raises(Misconfigured, match="time zone"),
        connected("sqlite:///x.db", watermark={"column": "zmiana", "zone": "Europe/Krakow"}),
    ):
        pass


@pytest.mark.parametrize("zone", ["UTC", "Europe/Warsaw", "America/New_York"])
def test_a_table_whose_times_are_all_the_first_day_there_is_is_read_whole_each_time(
    database_url: str, zone: str
) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A"), (2, "B")], when="0001-01-01 00:00:00")
    with connected(database_url, watermark={"column": "zmiana", "zone": zone}) as endpoint:
        cursor = read(endpoint).cursor
        assert read(endpoint, cursor).ids == ["1", "2"]
