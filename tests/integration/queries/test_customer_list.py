"""Does the list of customers hold exactly those that a filter and a search mean, in order, on both databases?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, inspect, select, update

from syncd.domain.contractor import Address, Contractor
from syncd.domain.filter import FIELDS, InvalidFilter
from syncd.domain.side import Side
from syncd.registry import connections, listings, outbox
from syncd.registry import tables as t
from syncd.registry.engine import is_sqlite, reading, writing
from syncd.registry.lines import snapshot
from syncd.registry.queries import customer_list
from syncd.registry.queries.customer_filter import _READERS, Missing
from syncd.registry.queries.customer_list import count, page_of, read_columns, read_order, select_ids, selection
from syncd.registry.queries.customer_rows import COLUMNS, Place, cell
from tests.fixtures.properties import stories

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LODZ = Contractor(
    name="Łódź-Bud Sp. z o.o.", number="KH1", tax_prefix="PL", tax_id="5260250274", email="Biuro@Lodz.example",
    phones=("+48 600 100 299",), addresses=(Address(city="Łódź"),), groups=("Hurt", "VIP"), caretaker="Anna",
    newsletter=True,
)  # fmt: skip
ZUBR = Contractor(name="Żubr", number="KH2", phones=("600 100 200",), groups=("Hurt",), newsletter=False)
STEEL = Contractor(name="Северсталь", addresses=(Address(city="Череповец"),), email="info@steel.example")
ECLAIR = Contractor(name='Éclair 100% "Le Bon"', number="50%_x", tax_prefix="FR", tax_id="40303265045")
BY_CODE = (LODZ, ZUBR, STEEL, ECLAIR)
ROWS = (
    ("PL", "domestic", "active", 10),
    ("PL", "domestic", "blocked_by_erp", 3),
    ("RU", "extra_eu", "active", 3),
    ("", "unresolved", "pending", 0),
)


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def filled(registry: Engine) -> Engine:
    """Four customers; an ERP has the first three, a shop the first two and waits for a person with the second."""
    with writing(registry) as connection:
        for id_, name, side in ((1, "erp", "erp"), (2, "shop-pl", "shop")):
            connection.execute(insert(t.Connection).values(id=id_, name=name, kind="memory", side=side))
        connection.execute(insert(t.Group), [{"id": 1, "name": "Hurt"}, {"id": 2, "name": "VIP"}])
        connection.execute(update(t.Group).where(t.Group.id == 2).values(label="Ważni", color="#d63939"))
        for id_, (doc, (country, zone, status, days)) in enumerate(zip(BY_CODE, ROWS, strict=True), start=1):
            made = days_ago(days)
            connection.execute(
                insert(t.Contractor).values(
                    id=id_, name=doc.name, country=country, zone=zone, reasons="[]", status=status, holds="[]",
                    doc=snapshot(doc), version=1, created_at=made, updated_at=made,
                )
            )  # fmt: skip
        for group, who, by in ((1, 1, "Hurt"), (1, 2, "Hurt"), (2, 1, None)):
            connection.execute(insert(t.Membership).values(contractor_id=who, group_id=group, sorted_by=by))
        for at, who, settled in ((1, 1, b"x"), (1, 2, b"x"), (1, 3, None), (2, 1, b"x")):
            connection.execute(
                insert(t.Binding).values(
                    connection_id=at, external_id=f"x{who}", contractor_id=who, agreed="{}", settled_hash=settled
                )
            )
        for who, due, attempts in ((1, NOW, 2), (2, None, 5)):
            connection.execute(
                insert(t.Push).values(
                    connection_id=2, contractor_id=who, run_id=1, since=NOW, due_at=due, attempts=attempts
                )
            )
        for whose, code in ((2, "no-default-login"), (3, "country-unknown")):
            connection.execute(
                insert(t.Issue).values(
                    fingerprint=f"{whose}{code}", code=code, contractor_id=whose, message="m", cure="c", state="open",
                    seen=1, first_at=NOW, last_at=NOW, details={},
                )
            )  # fmt: skip
        told(connection, (1, 5), (1, 1), (2, 9))
        assert listings.refresh(connection, range(1, 5)) == 0
    return registry


def members(pairs: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Of two groups, the first of which is called Hurt and the second VIP, as their names are in order."""
    firsts: dict[int, int] = {}
    for id_, group in pairs:
        firsts.setdefault(id_, group)
    return [
        {
            "contractor_id": id_,
            "group_id": group,
            "sorted_by": ("Hurt", "VIP")[group - 1] if firsts[id_] == group else None,
        }
        for id_, group in pairs
    ]


def told(connection: Connection, *effects: tuple[int, int]) -> None:
    """Something was brought about for customers, so many days ago."""
    rows = [(2, who, 1, days_ago(days), "update", "name", None, 1.0) for who, days in effects]
    outbox.delivered(connection, rows)


@pytest.fixture
def asked(filled: Engine) -> Iterator[Connection]:
    with reading(filled) as connection:
        yield connection


def found(connection: Connection, filter_: str = "", search: str = "", sort: str = "", at: datetime = NOW) -> str:
    """The numbers of whom the list holds, in its order."""
    chosen = selection(filter_, search, at=at)
    ids = select_ids(connection, chosen, read_order(sort))
    assert count(connection, chosen) == len(ids)
    return "".join(map(str, ids))


SEARCHES = {
    "lodz": "1", "żubr": "2", "ZUBR": "2", "северсталь": "3", "eclair": "4", "": "1234",
    "k000003": "3", "K3": "3", "kh2": "2", "526-025-02-74": "1", "600 100": "12", "+48 600100299": "1",
    "BIURO@lodz": "1", "череп": "3", "severstal": "3", "bud łódź": "1", "lodz zubr": "", "100%": "4", "50%_x": "4",
    '"le bon"': "4", "zu": "2", "ub": "", "lo zu": "", "zu kh2": "2", 'z"': "", "l": "1", "%": "", "_": "",
}  # fmt: skip


def test_a_search_finds_any_piece_in_any_spelling(asked: Connection) -> None:
    assert {search: found(asked, search=search) for search in SEARCHES} == SEARCHES


FILTERS = {
    "status:eq:active": "13", "status:ne:active": "24", "status:in:pending,blocked_by_erp": "24",
    "country:eq:pl": "12", "country:empty": "4", "country:filled": "123", "zone:eq:extra_eu": "3",
    "group:has:hurt": "12", "group:has:VIP,hurt": "12", "group:has-all:vip,hurt": "1", "group:has-not:vip": "234",
    "group:empty": "34", "group:filled": "12", "group:has:wazni": "1",
    "name:has:LODZ": "1", "name:eq:zubr": "2", "number:eq:kh1": "1", "number:has:kh": "12", "number:empty": "3",
    "number:has:50%_": "4", "email:has:example": "13", "email:empty": "24", "email:filled": "13",
    "tax_id:eq:PL5260250274": "1", "tax_id:eq:526-025-02-74": "1", "tax_id:has:0303": "4", "tax_id:empty": "23",
    "city:eq:lodz": "1", "city:filled": "13", "caretaker:eq:ANNA": "1", "caretaker:empty": "234",
    "code:eq:K000002": "2", "code:in:1,k4": "14", "code:gt:2": "34", "code:ge:2": "234", "code:lt:2": "1",
    "code:le:2": "12", "kind:eq:organisation": "1234", "kind:eq:person": "",
    "newsletter:eq:yes": "1", "newsletter:eq:no": "2", "newsletter:in:unknown,no": "234", "newsletter:ne:yes": "234",
    "sync:eq:stuck": "2", "sync:eq:retrying": "1", "sync:eq:queued": "", "sync:eq:never": "4", "sync:eq:differs": "3",
    "sync:eq:in_sync": "", "sync:in:stuck,never": "24", "sync:ne:stuck": "134", "sync.erp:eq:in_sync": "12",
    "sync.SHOP-PL:eq:never": "34", "sync.erp:eq:differs": "3",
    "bound:has:erp": "123", "bound:has-not:shop-pl": "234", "bound:has-all:erp,shop-pl": "1", "bound:empty": "4",
    "issue:eq:no-default-login": "2", "issue:filled": "23", "issue:empty": "14", "issue:ne:country-unknown": "124",
    "created:ge:7d": "234", "created:le:2026-04-24": "1", "created:eq:2026-05-01": "23", "created:gt:2026-05-01": "4",
    "created:lt:2026-05-01": "1", "changed:ge:today": "4", "changed:ge:1h": "4",
    "synced:ge:2026-05-01": "1", "synced:le:2026-04-26": "2", "synced:empty": "34", "synced:filled": "12",
    "status:eq:active AND (country:eq:PL OR group:empty)": "13", "country:eq:PL OR zone:eq:unresolved": "124",
}  # fmt: skip


def test_a_filter_means_whom_it_says(asked: Connection) -> None:
    assert {filter_: found(asked, filter_) for filter_ in FILTERS} == FILTERS


def test_every_field_that_can_be_read_can_be_asked() -> None:
    assert _READERS.keys() == FIELDS.keys()


def test_a_day_begins_where_the_reader_is(asked: Connection) -> None:
    early = "created:ge:2026-05-05"  # at noon in London it is this day already on Kiritimati, fourteen hours ahead
    assert found(asked, early) == ""
    assert found(asked, early, at=NOW.astimezone(ZoneInfo("Pacific/Kiritimati"))) == "4"


SORTS = {
    "code": "1234", "-code": "4321", "name": "4123", "-name": "3214", "number": "4123", "-number": "2143",
    "email": "1324", "-email": "3142", "phone": "1234", "tax_id": "4123", "city": "1324", "kind": "1234",
    "-newsletter": "1243", "caretaker": "1234", "country": "1234", "-country": "3214", "zone": "1234",
    "status": "1324", "status,-name": "3124", "created": "1234", "-changed": "4321", "groups": "1234",
    "-sync": "2143", "synced": "2134", "-synced": "1243", "-issues": "3241",
}  # fmt: skip


def test_the_list_is_sorted_by_any_column_and_then_by_code(asked: Connection) -> None:
    assert {sort: found(asked, sort=sort) for sort in SORTS} == SORTS


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_a_page_is_that_piece_of_the_whole_list_however_it_is_found(filled: Engine, sort: str) -> None:
    with writing(filled) as connection:
        connection.execute(insert(t.Group), [{"id": 3, "name": "A group of nobody"}, {"id": 4, "name": "Detal"}])
        connection.execute(insert(t.Membership), [{"contractor_id": who, "group_id": 4} for who in (2, 3)])
        connection.execute(update(t.Membership).where(t.Membership.contractor_id == 2).values(sorted_by=None))
        named = t.Membership.group_id == 4
        connection.execute(update(t.Membership).where(named).values(sorted_by="Detal"))
        # At the same moment, twice for one, and one who is not there.
        told(connection, (1, 1), (3, 1), (2, 1), (9, 0))
    with reading(filled) as connection:
        chosen, order = selection(at=NOW), read_order(sort)
        whole = select_ids(connection, chosen, order)
        assert sorted(whole) == [1, 2, 3, 4]
        for offset in range(5):
            for limit in range(1, 5):
                piece = select_ids(connection, chosen, order, limit=limit, offset=offset)
                assert piece == whole[offset : offset + limit], (offset, limit)


MANY = 400
EVERY = stories(brief=7, thorough=1, soak=1)
"""Of many filters in as many orders, which are looked at: one in so many, so that each filter and each order is."""
BOUNDS = {"_NEAR": 330, "_FEW": 330, "_FAR": 1650}
"""A sixth of what the product takes for many and for far, so that a sixth of its many customers shows the same."""


DENSE = (
    "", "status:eq:active", "group:has:hurt", "group:has:hurt,vip", "country:eq:DE OR group:has:vip", "city:filled",
    "group:has-not:vip", "country:eq:DE",
)  # fmt: skip
ORDERS = ("", "name", "-name", "city", "-city", "-changed", "country", "-created", "city,name")
STANDING = (
    "sync:eq:in_sync", "sync:ne:in_sync", "sync:eq:never", "sync:ne:never", "sync:eq:differs", "sync.erp:eq:in_sync",
    "sync.shop-pl:ne:never", "sync:eq:in_sync AND group:has:hurt", "changed:ge:3d", "bound:has:erp,shop-pl",
)  # fmt: skip
ORDERS_TOO = ("", "-email", "number", "-newsletter", "kind", "sync", "-issues", "-synced", "changed", "groups")


@pytest.fixture
def crowd(registry: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Customers of four cities, one of which is none, in two countries, the second one's last; most are in a group.

    They are more than are sorted sooner than found along an index.
    """
    for name, value in BOUNDS.items():
        monkeypatch.setattr(customer_list, name, value)
    cities = ("Łódź", "Kraków", "", "Poznań")
    docs = [
        msgspec.structs.replace(ZUBR, name=f"F{id_ * 7919 % MANY}", addresses=(Address(city=cities[id_ % 4]),))
        for id_ in range(1, MANY + 1)
    ]
    rows = [
        {
            "id": id_, "name": doc.name, "country": ("PL", "DE")[id_ > MANY // 2], "zone": "domestic", "reasons": "[]",
            "status": "active", "holds": "[]", "doc": snapshot(doc), "version": 1, "created_at": days_ago(id_ % 9),
            "updated_at": days_ago(id_ % 7),
        }
        for id_, doc in enumerate(docs, start=1)
    ]  # fmt: skip
    pairs = [(id_, group) for id_ in range(1, MANY + 1) for group in (1, 2) if id_ % (5 * group)]
    with writing(registry) as connection:
        connection.execute(insert(t.Group), [{"id": 1, "name": "Hurt"}, {"id": 2, "name": "VIP"}])
        connection.execute(insert(t.Contractor), rows)
        connection.execute(insert(t.Membership), members(pairs))
        listings.refresh(connection, range(1, MANY + 1))
    return registry


@pytest.fixture
def standing(crowd: Engine) -> Engine:
    """Of whom most are known at the ERP, some differ at the shop, and a few wait."""
    with writing(crowd) as connection:
        connections.ensure(connection, {"erp": ("memory", Side.ERP), "shop-pl": ("memory", Side.SHOP)})
        bound = [
            {
                "connection_id": one, "external_id": str(id_), "contractor_id": id_, "agreed": "{}",
                "settled_hash": None if one == 2 and id_ % 97 == 0 else b"x",
            }
            for id_ in range(1, MANY + 1) for one in (1, 2) if id_ % (40 * one)
        ]  # fmt: skip
        connection.execute(insert(t.Binding), bound)
        pushes = [
            {"connection_id": 2, "contractor_id": id_, "run_id": 1, "since": NOW, "due_at": None, "attempts": id_ % 3}
            for id_ in (80, 97, 300, 390)
        ]
        connection.execute(insert(t.Push), pushes)
        connection.execute(update(t.Listing).where(t.Listing.contractor_id % 3 == 0).values(newsletter=True))
        connection.execute(update(t.Listing).where(t.Listing.contractor_id % 4 == 0).values(email="", number="7"))
    return crowd


def test_a_page_of_many_is_that_piece_of_the_whole_list_however_it_is_found(crowd: Engine) -> None:
    compare_pages(crowd, DENSE, ORDERS, every=EVERY)


@pytest.mark.parametrize("search", ["kh2", "f1", "f kh", "f12"])
def test_a_page_of_those_who_are_found_is_that_piece_of_the_whole_list(crowd: Engine, search: str) -> None:
    compare_pages(crowd, ("", "country:eq:PL"), ("", "name", "-city", "groups", "changed"), search)


def test_a_page_of_those_who_stand_alike_is_that_piece_of_the_whole_list(standing: Engine) -> None:
    compare_pages(standing, STANDING, ORDERS_TOO, every=EVERY)


def compare_pages(
    engine: Engine, filters: Sequence[str], orders: Sequence[str], search: str = "", *, every: int = 1
) -> None:
    with reading(engine) as connection:
        for filter_, sort in [*product(filters, orders)][::every]:
            chosen, order = selection(filter_, search, at=NOW), read_order(sort)
            whole = select_ids(connection, chosen, order)
            last = -(-len(whole) // 8)
            for number in (1, 3, last, last + 1):
                page = page_of(connection, chosen, order, number=number, size=8, columns=("code",))
                known = (page.total, [row.id for row in page.rows])
                assert known == (len(whole), whole[(page.number - 1) * 8 :][:8]), (filter_, sort, number)


def test_every_column_can_be_sorted_by_and_shown(asked: Connection) -> None:
    for column in COLUMNS:
        assert sorted(found(asked, sort=f"-{column}")) == list("1234")
        page = page_of(asked, selection(at=NOW), columns=[column])
        assert len([cell(row, column) for row in page.rows]) == 4


def test_a_page_tells_all_of_its_rows_and_how_many_there_are(asked: Connection) -> None:
    page = page_of(asked, selection(at=NOW), read_order("code"), number=1, size=2)
    first, second = page.rows
    assert (page.total, page.pages, page.number) == (4, 2, 1)
    assert (first.code, first.name, first.city, first.phone) == ("K000001", LODZ.name, "Łódź", "+48 600 100 299")
    assert [(tag.name, tag.label, tag.color) for tag in first.groups] == [
        ("Hurt", None, None),
        ("VIP", "Ważni", "#d63939"),
    ]
    assert first.places == (Place("erp", "erp", "in_sync"), Place("shop-pl", "shop", "retrying"))
    assert (first.sync, second.sync, first.synced_at) == ("retrying", "stuck", days_ago(1))
    assert (first.no_login, second.no_login) == (False, True)
    assert [row.code for row in page_of(asked, selection(at=NOW), number=9, size=3).rows] == ["K000004"]


def test_what_a_filter_names_and_is_no_more_is_said(asked: Connection) -> None:
    chosen = selection("group:has:Gone OR sync.nowhere:eq:stuck OR bound:has:lost OR group:has:Gone", at=NOW)
    page = page_of(asked, chosen)
    assert page.total == 0
    assert page.missing == (Missing("group", "Gone"), Missing("connection", "nowhere"), Missing("connection", "lost"))
    assert found(asked, "group:has-all:hurt,gone") == ""


TWINS = {
    "group:has:Hurt": "12", "group:has:HURT": "3", "group:has-not:HURT": "124", "group:has-all:Hurt": "12",
    "group:has:hurt": "123", "group:has-not:hurt": "4", "group:has-all:hurt,vip": "1", "group:has:hurt,Hurt": "123",
    "group:has:wazni": "134", "group:has:ważni": "134",
}  # fmt: skip


def test_of_groups_that_look_alike_the_one_that_is_called_just_so_is_meant(filled: Engine) -> None:
    with writing(filled) as connection:
        labelled = {"id": 4, "name": "Retail", "label": "WAŻNI"}
        connection.execute(insert(t.Group), [{"id": 3, "name": "HURT", "label": "Ważni"}, labelled])
        connection.execute(
            insert(t.Membership), [{"contractor_id": 3, "group_id": 3}, {"contractor_id": 4, "group_id": 4}]
        )
        assert {filter_: found(connection, filter_) for filter_ in TWINS} == TWINS


@pytest.mark.parametrize("read", [read_order, read_columns])
def test_a_column_that_there_is_not_is_named_with_the_nearest(read: Any) -> None:
    with pytest.raises(InvalidFilter, match=r"no column 'nmae'.*Did you mean name\?"):
        read("code,nmae")


def indexed(connection: Connection) -> set[int]:
    """Whose trigrams are in SQLite's index."""
    connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, listings_text, 'instance')")
    ids = {row[0] for row in connection.exec_driver_sql("SELECT DISTINCT doc FROM temp.v")}
    connection.exec_driver_sql("DROP TABLE temp.v")
    return ids


def told_by_deliveries(connection: Connection) -> dict[int, datetime]:
    latest = select(t.Delivery.contractor_id, func.max(t.Delivery.at)).group_by(t.Delivery.contractor_id)
    return {row[0]: row[1] for row in connection.execute(latest)}


def told_by_the_list(connection: Connection) -> dict[int, datetime]:
    return {row[0]: row[1] for row in connection.execute(select(t.Told.contractor_id, t.Told.at))}


def test_who_was_told_last_and_when_follows_deliveries_of_whoever_is_listed(filled: Engine) -> None:
    with writing(filled) as connection:
        told(connection, (3, 4), (3, 2), (9, 1))
        known = told_by_deliveries(connection)
        assert told_by_the_list(connection) == {id_: at for id_, at in known.items() if id_ != 9}
        doc = connection.execute(select(t.Contractor.__table__).where(t.Contractor.id == 3)).mappings().one()
        connection.execute(delete(t.Contractor).where(t.Contractor.id == 3))
        listings.refresh(connection, [3])
        assert 3 not in told_by_the_list(connection)
        connection.execute(insert(t.Contractor).values(**doc))  # two that were made one are two again
        listings.refresh(connection, [3])
        assert told_by_the_list(connection)[3] == known[3]


def test_what_a_program_of_before_brought_about_is_caught_up_on(filled: Engine) -> None:
    with writing(filled) as connection:
        effect = {"connection_id": 2, "contractor_id": 4, "run_id": 1, "action": "update", "fields": "name"}
        connection.execute(insert(t.Delivery).values(**effect, at=days_ago(0)))
        listings.catch_up_on_told(connection, since=days_ago(1))
        assert told_by_the_list(connection) == told_by_deliveries(connection)


def test_whom_a_program_of_before_moved_between_groups_is_caught_up_on(filled: Engine) -> None:
    with writing(filled) as connection:
        connection.execute(insert(t.Group).values(id=3, name="Detal"))
        connection.execute(insert(t.Membership).values(contractor_id=2, group_id=3))
        assert found(connection, sort="groups") == "1234"
        listings.catch_up_on_groups(connection, since=days_ago(30))
        assert found(connection, sort="groups") == "2134"


def test_the_list_follows_what_is_changed_and_taken_out(filled: Engine) -> None:
    with writing(filled) as connection:
        doc = snapshot(Contractor(name="Kowal"))
        connection.execute(
            update(t.Contractor).where(t.Contractor.id == 1).values(doc=doc, status="blocked", version=2)
        )
        connection.execute(delete(t.Contractor).where(t.Contractor.id == 2))
        assert listings.refresh(connection, [1, 2]) == 2
        assert listings.refresh(connection, [1, 2]) == 0
    with writing(filled) as connection:
        assert [found(connection, search=word) for word in ("lodz", "kowal", "zubr", "3")] == ["", "1", "", "3"]
        assert found(connection, "status:eq:blocked") == "1"
        if is_sqlite(connection):
            assert indexed(connection) == {1, 3, 4}
            connection.exec_driver_sql("INSERT INTO listings_text (listings_text) VALUES ('integrity-check')")


def test_what_an_older_syncd_wrote_is_caught_up_with(filled: Engine) -> None:
    with writing(filled) as connection:
        doc = snapshot(Contractor(name="Kowal"))
        connection.execute(update(t.Contractor).where(t.Contractor.id == 1).values(doc=doc, version=2))
        connection.execute(delete(t.Contractor).where(t.Contractor.id == 2))
        connection.execute(delete(t.Listing).where(t.Listing.contractor_id == 3))
        connection.execute(update(t.Contractor).where(t.Contractor.id == 4).values(listed=0))
    with writing(filled) as connection:
        assert listings.catch_up(connection) == 4
        assert listings.catch_up(connection) == 0
        assert found(connection, sort="code") == "134"
        assert set(connection.execute(select(t.Contractor.id, t.Contractor.listed))) == {(1, 2), (3, 1), (4, 1)}
        assert found(connection, search="kowal") == "1"


def test_a_change_that_the_list_shows_nothing_of_moves_the_customer_within_it_all_the_same(filled: Engine) -> None:
    with writing(filled) as connection:
        later = {"version": 2, "listed": 2, "updated_at": NOW + timedelta(minutes=1)}
        connection.execute(update(t.Contractor).where(t.Contractor.id == 1).values(**later))
    with reading(filled) as connection:
        assert [found(connection, sort=sort) for sort in ("-changed", "changed")] == ["1432", "2341"]
        assert [found(connection, "group:filled", sort=sort) for sort in ("-changed", "changed")] == ["12", "21"]
        assert [found(connection, asked) for asked in ("changed:ge:1h", "changed:lt:2026-05-04")] == ["14", "23"]
        everybody, latest = selection(at=NOW), read_order("-changed")
        assert select_ids(connection, everybody, latest, limit=2) == [1, 4]
        assert select_ids(connection, everybody, latest, limit=4) == [1, 4, 3, 2]
        assert select_ids(connection, everybody, latest, limit=2, offset=1) == [4, 3]
        assert [row.id for row in page_of(connection, selection("changed:ge:1h", at=NOW)).rows] == [1, 4]
        some = selection("status:in:active,pending", at=NOW)
        for sort, wanted in (("-changed", [1, 4, 3]), ("changed", [3, 4, 1])):
            pages = [page_of(connection, some, read_order(sort), number=number, size=2) for number in (1, 2, 3)]
            assert [[row.id for row in page.rows] for page in pages] == [wanted[:2], wanted[2:], wanted[2:]]
            assert [(page.total, page.number) for page in pages] == [(3, 1), (3, 2), (3, 2)]


def indexes(engine: Engine) -> set[str]:
    return {str(index["name"]) for index in inspect(engine).get_indexes("listings")}


def test_postgresql_gets_its_indexes_when_they_pay_and_finds_the_same(filled: Engine) -> None:
    if filled.dialect.name == "sqlite":
        assert listings.make_indexes(filled)
        assert {"ix_listings_name", "ix_listings_by_state"} <= indexes(filled)
        return
    assert (listings.make_indexes(filled), indexes(filled)) == (False, set())
    assert listings.make_indexes(filled, many=1) is True
    assert {"ix_listings_name", "ix_listings_by_state"} <= indexes(filled)
    if listings.INDEX not in indexes(filled):
        pytest.skip("this PostgreSQL has no pg_trgm")
    assert listings.make_indexes(filled) is True
    with reading(filled) as connection:
        assert found(connection, search="lodz") == "1"
        assert found(connection, search="северсталь") == "3"


def test_half_an_index_that_a_failure_left_is_made_anew(filled: Engine) -> None:
    if filled.dialect.name == "sqlite":
        return
    listings.make_indexes(filled, many=1)
    broken = "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'ix_listings_name'::regclass"
    asked = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_listings_name'::regclass"
    with writing(filled) as connection:
        connection.exec_driver_sql(broken)
    assert listings.make_indexes(filled, many=1) is True
    with reading(filled) as connection:
        assert connection.exec_driver_sql(asked).scalar_one() is True


def test_listings_hold_nothing_that_is_not_in_the_registry(asked: Connection) -> None:
    assert set(asked.scalars(select(t.Listing.contractor_id))) == set(asked.scalars(select(t.Contractor.id)))
