"""What does a read bring, what does it prove, and what does it cost?"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adapters.atomstore import Options
from adapters.atomstore.endpoint import AtomStoreEndpoint
from adapters.atomstore.options import MORE
from adapters.atomstore.reading import look_back, pages
from adapters.atomstore.simulator import AtomStore
from syncd.certify.samples import contractor
from syncd.domain.contractor import Activity, Contractor, Kind
from syncd.errors import InvalidRecord, Misconfigured, NotFound, SuspiciousRun, Unavailable
from syncd.ports import Context, Page, Record, Rejected, Remote, parse_options
from tests.contract.atomstore.conftest import Connect, Start

SUMMER_ENDS = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
"""02:50 on the shop's wall; ten minutes later it is 02:00 there again."""


def names(*pages: Page) -> list[str]:
    return [record.external_id for page in pages for record in page.records]


def told(endpoint: AtomStoreEndpoint) -> dict[str, Remote]:
    records = [record for page in endpoint.read(None, full=True) for record in page.records]
    return {record.external_id: endpoint.parse(record) for record in records if isinstance(record, Record)}


def calls(shop: AtomStore) -> list[str]:
    return [call.name for call in shop.journal]


def test_a_full_read_of_2000_customers_costs_one_call_whatever_the_page(shop: AtomStore, connect: Connect) -> None:
    for number in range(2000):
        shop.add(contractor(number, AtomStore.samples))
    endpoint = connect(page_size=500)
    read = list(endpoint.read(None, full=True))
    assert [len(page.records) for page in read] == [500] * 4
    assert calls(shop) == ["GetUsers"]
    assert read[-1].end is not None
    assert read[-1].end.complete


def test_an_incremental_read_of_10_registrations_among_2000_costs_one_call_and_carries_10(
    shop: AtomStore, endpoint: AtomStoreEndpoint
) -> None:
    shop.pass_time(-86400)
    for number in range(2000):
        shop.add(contractor(number, AtomStore.samples))
    shop.pass_time(86400)
    latest = shop.add(contractor(2000, AtomStore.samples))
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    new = [shop.add(contractor(3000 + number, AtomStore.samples)) for number in range(10)]
    before = len(shop.journal)
    assert names(*endpoint.read(cursor, full=False)) == [latest, *new]
    assert calls(shop)[before:] == ["GetUsers"]


def test_a_change_of_a_customer_is_seen_by_a_full_read_only(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    shop.pass_time(-86400)
    old = shop.add(contractor(1, AtomStore.samples))
    shop.pass_time(86400)
    shop.add(contractor(2, AtomStore.samples))
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    shop.edit(old, active=False)
    assert old not in names(*endpoint.read(cursor, full=False))
    assert not told(endpoint)[old].contractor.active
    assert endpoint.capabilities.incremental == "created"
    assert any("full read" in sentence for sentence in endpoint.capabilities.degradations)


def test_an_hour_that_comes_twice_hides_nobody(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    shop.shop.now = lambda: SUMMER_ENDS
    shop.add(contractor(1, AtomStore.samples))
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    shop.pass_time(20 * 60)
    late = shop.add(contractor(2, AtomStore.samples))
    assert cursor is not None
    assert shop.user(late).texts["created"] < cursor
    assert late in names(*endpoint.read(cursor, full=False))


def test_a_registration_in_the_future_does_not_end_all_later_reads(
    shop: AtomStore, endpoint: AtomStoreEndpoint
) -> None:
    now = shop.add(contractor(1, AtomStore.samples))
    wrong = shop.add(contractor(2, AtomStore.samples))
    shop.user(wrong).texts["created"] = "2099-01-01 00:00:00"
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    assert cursor == shop.user(now).texts["created"]


@pytest.mark.parametrize("stamp", ["", "0000-00-00 00:00:00", "wczoraj", "9999-99-99 00:00:00"])
def test_a_registration_without_a_moment_moves_no_cursor(
    shop: AtomStore, endpoint: AtomStoreEndpoint, stamp: str
) -> None:
    shop.user(shop.add(contractor(1, AtomStore.samples))).texts["created"] = stamp
    shop.shop._fits = lambda *_: True  # type: ignore[method-assign]
    (page,) = endpoint.read(None, full=True)
    assert (len(page.records), page.cursor) == (1, None)


def test_a_cursor_of_another_platform_is_named(endpoint: AtomStoreEndpoint) -> None:
    for cursor in ("2026-01-01T00:00:00.000Z", "17", "0000-00-00 00:00:00"):
        with pytest.raises(Misconfigured) as caught:
            list(endpoint.read(cursor, full=False))
        assert caught.value.code == "bad-cursor"


def test_a_cursor_is_moved_on_the_shops_own_clock() -> None:
    assert look_back("2026-10-25 02:30:00", 120) == "2026-10-25 00:30:00"
    assert look_back("2026-01-01 00:30:00", 60) == "2025-12-31 23:30:00"


def test_a_cut_list_proves_nothing(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    ids = [shop.add(contractor(number, AtomStore.samples)) for number in range(30)]
    whole = shop.shop.get_users("", "", "0", "", "")
    for document in (whole[:-8], whole[: len(whole) // 2], whole.replace("</users>", "</user>")):
        shop.say(document)
        seen: list[Page] = []
        with pytest.raises(SuspiciousRun):
            seen += endpoint.read(None, full=True)
        assert all(page.end is None for page in seen)
    assert set(names(*endpoint.read(None, full=True))) == set(ids)


@pytest.mark.parametrize("answer", ["", "  ", "<error>brak uprawnień</error>", "<savedUsers/>", "<userss></userss>"])
def test_another_document_is_no_empty_list(shop: AtomStore, endpoint: AtomStoreEndpoint, answer: str) -> None:
    shop.add(contractor(1, AtomStore.samples))
    shop.say(answer)
    (page,) = endpoint.read(None, full=True)
    assert page.end is not None
    assert not page.end.complete
    assert page.cursor is None


@pytest.mark.parametrize("answer", ["<users/>", "<users></users>", '\ufeff<?xml version="1.0"?>\n<users>\n</users>'])
def test_an_empty_list_is_an_answer(shop: AtomStore, endpoint: AtomStoreEndpoint, answer: str) -> None:
    shop.say(answer)
    (page,) = endpoint.read(None, full=True)
    assert page.end is not None
    assert page.end.complete


def test_a_sentence_is_no_list(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    shop.say("Wystąpił błąd podczas pobierania Jan Kowalski")
    with pytest.raises(Unavailable) as caught:
        list(endpoint.read(None, full=True))
    assert caught.value.code == "text-instead-of-list"
    assert "Kowalski" not in str(caught.value)


def test_a_customer_without_a_number_is_rejected_and_makes_the_proof_incomplete(
    shop: AtomStore, endpoint: AtomStoreEndpoint
) -> None:
    good = "<user><atom_id>7</atom_id><name>A</name><active>1</active></user>"
    shop.say(f"<users><user><name>B</name></user>{good}<user><atom_id>0</atom_id></user></users>")
    (page,) = endpoint.read(None, full=True)
    assert [type(record) for record in page.records] == [Rejected, Record, Rejected]
    assert names(page)[1] == "7"
    assert page.end is not None
    assert not page.end.complete


@pytest.mark.parametrize("wrong", ["\x0b", "&#1;"])
def test_a_control_character_is_the_matter_of_the_one_customer_who_has_it(
    shop: AtomStore, endpoint: AtomStoreEndpoint, wrong: str
) -> None:
    user = "<user><atom_id>%s</atom_id><name>A</name><email>%s</email><active>1</active></user>"
    listed = f"<users>{user % (7, 'x@a.example')}{user % (8, f'y@{wrong}.example')}{user % (9, 'z@a.example')}</users>"
    shop.say(listed)
    (page,) = endpoint.read(None, full=True)
    assert (names(page), page.end and page.end.complete) == (["7", "8", "9"], True)
    good, bad, _ = [record for record in page.records if isinstance(record, Record)]
    assert endpoint.parse(good).contractor.email == "x@a.example"
    with pytest.raises(InvalidRecord, match="field email"):
        endpoint.parse(bad)
    shop.say(listed)
    with pytest.raises(InvalidRecord) as caught:
        endpoint.get("8")
    assert (caught.value.record, caught.value.field, bool(caught.value.cure)) == ("8", "email", True)
    shop.say(listed)  # a stranger who cannot be read hinders no look-up
    assert [remote.external_id for remote in endpoint.find(Contractor(name="A", email="z@a.example"))] == ["9"]


def test_a_list_of_more_than_ten_million_letters_is_read_in_pages(shop: AtomStore, connect: Connect) -> None:
    user = f"<user><atom_id>%d</atom_id><name>A</name><active>1</active><x>{'&amp; i ' * 10 + 'x' * 9950}</x></user>"
    shop.say(f"<users>{''.join(user % number for number in range(1, 1101))}</users>")
    read = list(connect(page_size=100).read(None, full=True))
    assert [len(page.records) for page in read] == [100] * 11
    assert read[-1].end is not None
    assert read[-1].end.complete


def test_a_list_larger_than_the_option_says_is_not_taken_in(shop: AtomStore, connect: Connect) -> None:
    for _ in range(3):
        shop.say("<users>" + "x" * (1 << 20) + "</users>")
    endpoint = connect(answer_mb=1)
    with pytest.raises(Unavailable, match="larger than syncd takes"):
        list(endpoint.read(None, full=True))


def test_the_shop_is_asked_for_blocked_customers_as_well(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    blocked = shop.add(contractor(1, AtomStore.samples, active=False))
    assert not told(endpoint)[blocked].contractor.active
    assert not endpoint.get(blocked).contractor.active


@pytest.mark.parametrize("external_id", ["0", "", "00", "-1", "ERP-1", "٣", "1 OR 1=1", "1.0"])
def test_an_id_that_the_shop_would_answer_with_everybody_is_not_asked_for(
    shop: AtomStore, endpoint: AtomStoreEndpoint, external_id: str
) -> None:
    shop.add(contractor(1, AtomStore.samples))
    with pytest.raises(NotFound):
        endpoint.get(external_id)
    assert "GetUsers" not in calls(shop)


def test_a_shop_that_pays_no_attention_to_ids_gives_nobody_elses_record(
    start: Start, connect_to: Connect, firm: Contractor
) -> None:
    shop = start(ignores_ids=True)
    other, wanted = shop.add(contractor(1, AtomStore.samples)), shop.add(firm)
    endpoint = connect_to(shop)
    assert endpoint.get(wanted).contractor.name == firm.name
    assert [one.external_id for one in endpoint.find(Contractor(name="", number=firm.number))] == [wanted]
    shop.remove(wanted)
    with pytest.raises(NotFound):
        endpoint.get(wanted)
    assert endpoint.get(other).external_id == other


@pytest.mark.parametrize(
    ("element", "stated", "field"),
    [
        ("active", "może", "active"),
        ("active", "", "active"),
        ("active", "2", "active"),
        ("payment_term", "14 dni", "payment_days"),
        ("payment_term", "14.5", "payment_days"),
        ("credit", "1 000,00", "credit_limit"),
        ("credit", "NaN", "credit_limit"),
        ("loyalty_point", "dużo", "activity"),
        ("name", "", "name"),
    ],
)
def test_what_cannot_be_meant_is_named_and_not_guessed(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor, element: str, stated: str, field: str
) -> None:
    id_ = shop.add(firm)
    shop.user(id_).texts[element] = stated
    with pytest.raises(InvalidRecord) as caught:
        endpoint.get(id_)
    assert (caught.value.record, caught.value.field) == (id_, field)
    assert not stated or stated not in str(caught.value)


def test_numbers_and_codes_are_understood_as_the_shop_writes_them(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    id_ = shop.add(firm)
    shop.user(id_).texts |= {"credit": "12500.50", "payment_term": "0", "loyalty_point": "15"}
    shop.user(id_).addresses[0] |= {"country_code": "pl", "nip": "PL 526-025-02-74"}
    told = endpoint.get(id_).contractor
    assert (told.credit_limit, told.payment_days) == (Decimal("12500.50"), 0)
    assert told.activity == Activity(points=15)
    assert (told.country, told.addresses[0].country) == ("PL", "PL")
    assert (told.tax_prefix, told.tax_id, told.tax_id_stated) == ("PL", "5260250274", "PL 526-025-02-74")


def test_a_customer_who_registered_as_a_person_is_one(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    id_ = shop.add(Contractor(name="Anna Lis", kind=Kind.PERSON, first_name="Anna", last_name="Lis", country="PL"))
    told = endpoint.get(id_).contractor
    assert (told.kind, told.first_name, told.addresses, told.country) == (Kind.PERSON, "Anna", (), "PL")


def test_a_customer_without_any_address_is_read(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    id_ = shop.add(Contractor(name="Firma"))
    shop.user(id_).addresses = []
    told = endpoint.get(id_).contractor
    assert (told.addresses, told.country, told.tax_id, told.kind) == ((), "", "", Kind.ORGANISATION)


def test_the_order_of_addresses_in_the_answer_says_nothing(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    id_ = shop.add(firm)
    before = endpoint.get(id_)
    shop.user(id_).addresses.reverse()
    assert endpoint.get(id_) == before


def test_fields_that_the_shop_has_no_place_for_are_kept_in_user_fields(shop: AtomStore, connect: Connect) -> None:
    endpoint = connect(more={field: f"erp_{field}" for field in MORE}, caretakers={})
    wanted = contractor(1, AtomStore.samples)
    made = endpoint.create(wanted)
    assert endpoint.capabilities.writes >= MORE
    assert [field for field in MORE if getattr(made.contractor, field) != getattr(wanted, field)] == []
    assert made.contractor.custom == wanted.custom
    second = contractor(1, AtomStore.samples, second=True)
    changed = endpoint.update(made, second)
    assert [field for field in MORE if getattr(changed.contractor, field) != getattr(second, field)] == []
    (discount,) = (field for field in shop.user(made.external_id).fields if field.key == "erp_discount")
    discount.value = "dużo"
    with pytest.raises(InvalidRecord) as caught:
        endpoint.get(made.external_id)
    assert caught.value.code == "custom-field-unreadable"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"url": "http://shop.example"}, "url"),
        ({"more": {"colour": "x"}}, "more"),
        ({"more": {"notes": "x", "website": "x"}}, "more"),
        ({"more": {"notes": ""}}, "more"),
    ],
)
def test_options_that_cannot_be_meant_so_are_named(connect: Connect, options: dict[str, object], field: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        connect(**options)
    assert caught.value.field == field


def test_a_page_is_cut_from_bytes_alone() -> None:
    """A record's bytes do not depend on its neighbours or its page."""
    one, two = (f"<user><atom_id>{number}</atom_id></user>" for number in (1, 2))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    raws = []
    for document in (f"<users>{one}{two}</users>", f"<users>\n  {two}\n  {one}\n</users>"):
        records = [record for page in pages(io.BytesIO(document.encode()), 1, now) for record in page.records]
        raws.append({record.external_id: record.raw for record in records})
    assert raws[0] == raws[1]


def test_opening_shows_no_password(shop: AtomStore) -> None:
    options = parse_options(Options, shop.options, connection="shop")
    endpoint = AtomStoreEndpoint(options, Context(connection="shop"))
    assert shop.setup.password not in f"{endpoint!r} {endpoint.__dict__!r} {options!r}"
    endpoint.close()
