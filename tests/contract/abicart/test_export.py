"""Does an export file save the first read some work, and can it never make it wrong?"""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.export_file import read_export
from adapters.abicart.options import Options
from adapters.abicart.simulated.seed import fill
from adapters.abicart.simulator import Simulated
from syncd.domain.contractor import Contractor
from syncd.errors import Misconfigured
from syncd.ports import Page, Record, parse_options
from tests.contract.abicart.conftest import Open
from tests.contract.abicart.pages import age

COUNTRIES = {"SE": "", "NO": "Norway", "DE": "Germany"}


def line(customer: dict[str, Any]) -> list[str]:
    """A customer in the twenty columns of an export."""
    info, own = customer["info"], customer["address"]
    country = COUNTRIES.get(own["country"], own["country"])
    return [
        own["firstName"], own["lastName"], info["email"], own["company"], info["orgNumber"], own["address"],
        own["zip"], own["city"], country, info["phoneDay"], info["phoneEvening"], "VIP,Norden",
        customer["username"], "", "1", customer["customerNumber"], "0", "", "", "",
    ]  # fmt: skip


def read(endpoint: AbicartEndpoint, *, full: bool = False) -> list[Page]:
    return list(endpoint.read(None, full=full))


def records(pages: Sequence[Page]) -> dict[str, bytes]:
    return {one.external_id: one.raw for page in pages for one in page.records if isinstance(one, Record)}


def named(pages: Sequence[Page], endpoint: AbicartEndpoint) -> list[Contractor]:
    """All but the customer without any name."""
    nameless = b'"company":"","country":"SE","firstName":""'
    raws = {uid: raw for uid, raw in records(pages).items() if nameless not in raw}
    return [endpoint.parse(Record(uid, raw)).contractor for uid, raw in raws.items()]


@pytest.fixture
def write(shop: Simulated, tmp_path: Path) -> Callable[..., Path]:
    """Exports the shop's customers; each line may be changed on its way."""

    def write(change: Callable[[list[str]], list[str]] = lambda cells: cells, encoding: str = "cp1252") -> Path:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        writer.writerows(change(line(customer)) for customer in shop.shop.state.customers.values())
        path = tmp_path / "kunder.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return write


@pytest.fixture(autouse=True)
def crowd(shop: Simulated) -> None:
    fill(shop.shop, 30, seed=2)
    age(shop, 3)


def test_a_first_read_with_a_file_delivers_the_same_bytes_as_one_without(
    connect: Open, write: Callable[..., Path]
) -> None:
    write()
    plain, filed = read(connect()), read(connect(csv_export="kunder.csv"))
    # An empty country means Sweden in a file, and nothing at the interface.
    wrong = {uid for uid, raw in records(plain).items() if raw != records(filed)[uid]}
    assert len(wrong) == 1
    assert filed[-1].end is not None
    assert filed[-1].end.complete
    assert "30 taken from the export file, 0 of its lines were of no use" in filed[-1].end.how


def test_the_shop_is_asked_neither_for_addresses_nor_for_phones_of_whom_the_file_tells(
    shop: Simulated, connect: Open, write: Callable[..., Path]
) -> None:
    write()
    endpoint = connect(csv_export="kunder.csv")
    read(endpoint)
    assert not any(call.name == "Customer.get" for call in shop.journal)
    options = parse_options(Options, {**shop.token_options}, connection="shop")
    select = read_export(write(), options).select
    assert "address" not in select
    assert select["info"] == {"email": True}
    assert {"username", "deliveryAddress", "groups", "isApproved", "uid", "changed"} <= select.keys()


def test_only_the_very_first_read_looks_at_the_file(connect: Open, write: Callable[..., Path]) -> None:
    path = write()
    endpoint = connect(csv_export="kunder.csv")
    cursor = read(endpoint)[-1].cursor
    path.unlink()
    list(endpoint.read(cursor, full=False))
    list(endpoint.read(cursor, full=True))
    with pytest.raises(Misconfigured) as caught:
        read(endpoint)
    assert (caught.value.code, caught.value.field) == ("export-unusable", "csv_export")


def test_a_customer_changed_since_a_day_before_the_file_is_taken_from_the_shop(
    shop: Simulated, connect: Open, write: Callable[..., Path]
) -> None:
    path = write(lambda cells: [*cells[:7], "Gammalstad", *cells[8:]])
    young = next(uid for uid in shop.shop.state.customers if shop.shop.customer(uid)["address"]["company"])
    shop.shop.customer(young)["changed"] = int(time.time()) - 3600 * 20
    told = records(read(connect(csv_export="kunder.csv")))
    assert [uid for uid, raw in told.items() if b"Gammalstad" not in raw] == [str(young)]
    os.utime(path, (0, 0))
    assert not any(b"Gammalstad" in raw for raw in records(read(connect(csv_export="kunder.csv"))).values())


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda cells: cells[:12],
        lambda cells: [*cells[:5], "=HYPERLINK(1)", *cells[6:]],
        lambda cells: [*cells[:5], "\t=1+1", *cells[6:]],
        lambda cells: [*cells[:4], "5,56E+09", *cells[5:]],
        lambda cells: [*cells[:5], "a\0b", *cells[6:]],
        lambda cells: [*cells[:2], "somebody@else.example", *cells[3:]],
        lambda cells: [*cells[:12], "somebody-else", *cells[13:]],
        lambda cells: [*cells[:2], "", *cells[3:12], "", *cells[13:]],
        lambda cells: [*cells[:12], "same", *cells[13:]],
    ],
    ids=["short", "formula", "hidden", "ruined", "nul", "email", "username", "keyless", "twice"],
)
def test_a_line_that_cannot_be_used_or_is_about_somebody_else_is_read_from_the_shop(
    connect: Open, write: Callable[..., Path], spoilt: Callable[[list[str]], list[str]]
) -> None:
    write(spoilt)
    plain, filed = read(connect()), read(connect(csv_export="kunder.csv"))
    assert records(plain) == records(filed)
    assert filed[-1].end is not None
    assert filed[-1].end.complete
    assert " 0 taken" in filed[-1].end.how


@pytest.mark.parametrize(
    ("cell", "meant"), [('="0701"', "0701"), ("'+46 70 1", "+46 70 1"), ("'=x", "=x"), ("+46 70 1", "+46 70 1")]
)
def test_what_keeps_a_spreadsheet_from_calculating_is_taken_off_a_cell(
    connect: Open, write: Callable[..., Path], cell: str, meant: str
) -> None:
    write(lambda cells: [*cells[:9], cell, *cells[10:]])
    endpoint = connect(csv_export="kunder.csv")
    phones = {one.phones for one in named(read(endpoint), endpoint)}
    assert phones == {(meant,)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_in_the_encoding_that_it_is_in(connect: Open, write: Callable[..., Path], encoding: str) -> None:
    write(encoding=encoding)
    names = b"".join(records(read(connect(csv_export="kunder.csv"))).values()).decode()
    assert "Å" in names
    assert "�" not in names
    assert "Ã" not in names


def test_bytes_that_fit_no_encoding_stop_the_read_and_name_the_option(connect: Open, tmp_path: Path) -> None:
    (tmp_path / "kunder.csv").write_bytes(b"Bj\x81rk;\xff\xfe")
    with pytest.raises(Misconfigured) as caught:
        read(connect(csv_export="kunder.csv"))
    assert caught.value.field == "csv_export"


def test_a_file_of_another_size_than_anybody_has_customers_is_not_opened(
    connect: Open, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    monkeypatch.setattr("adapters.abicart.export_file.MOST_BYTES", 100)
    with pytest.raises(Misconfigured, match="larger"):
        read(connect(csv_export="kunder.csv"))


def test_a_header_is_left_out_if_there_is_one(connect: Open, write: Callable[..., Path]) -> None:
    path = write()
    path.write_bytes(b";".join([b"Kolumn"] * 20) + b"\r\n" + path.read_bytes())
    end = read(connect(csv_export="kunder.csv", csv_header=True))[-1].end
    assert end is not None
    assert "30 taken" in end.how


def test_a_quote_that_never_ends_costs_the_lines_behind_it_and_nobody_else(
    connect: Open, write: Callable[..., Path]
) -> None:
    path = write()
    head, tail = path.read_bytes()[:2000], path.read_bytes()[2000:]
    path.write_bytes(head + b'\r\n"' + tail)
    plain, filed = records(read(connect())), read(connect(csv_export="kunder.csv"))
    assert records(filed).keys() == plain.keys()
    assert filed[-1].end is not None
    assert filed[-1].end.complete


def test_further_columns_can_be_named_and_others_skipped(
    shop: Simulated, connect: Open, write: Callable[..., Path]
) -> None:
    write(lambda cells: [*cells[:15], f"N{cells[15]}", *cells[16:]])
    columns = [*Options(webshop=1).csv_columns, "password", "", "number"]
    endpoint = connect(csv_export="kunder.csv", csv_columns=columns)
    told = [one.number for one in named(read(endpoint), endpoint)]
    assert told
    assert all(number.startswith("N") for number in told)
