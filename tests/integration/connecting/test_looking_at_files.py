"""Does a look at dropped files leave everything in the folder as it is?"""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.errors import Misconfigured, SuspiciousRun
from syncd.sync.app import App
from syncd.sync.connecting import drafts
from syncd.sync.connecting.drafts import Draft
from syncd.sync.connecting.samples import read_samples

CSV = "Kod;Nazwa;Kraj\nA1;Zażółć;PL\nA2;Gęślą;PL\n"
FIELDS = 'name = "Nazwa"\nnumber = "Kod"\ncountry = "Kraj"'
OPTIONS = {"key": "Kod", "delimiter": ";", "fields": FIELDS, "settle_seconds": "0"}


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    made = tmp_path / "drop"
    made.mkdir()
    return made


def filled(app: App, folder: Path, **options: str) -> Draft:
    begun = drafts.find(app, drafts.begin(app, name="csv", kind="files", side="erp", by="anna"))
    return drafts.fill(app, begun, OPTIONS | {"folder": str(folder)} | options)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_file_that_waits_is_read_and_stays(app: App, dropped: Path) -> None:
    (dropped / "kontrahenci.csv").write_text(CSV, encoding="utf-8")
    before = contents(dropped)
    draft = filled(app, dropped)
    assert [sample.name for sample in read_samples(app, draft.connected)] == ["Zażółć", "Gęślą"]
    assert contents(dropped) == before


def test_a_file_that_an_option_does_not_fit_stays_too_and_is_read_once_it_is_right(app: App, dropped: Path) -> None:
    (dropped / "kontrahenci.csv").write_text(CSV, encoding="cp1250")
    before = contents(dropped)
    draft = filled(app, dropped)
    with pytest.raises(SuspiciousRun) as caught:
        read_samples(app, draft.connected)
    assert "kontrahenci.csv" in caught.value.message
    assert "quarantine" not in caught.value.cure
    assert contents(dropped) == before
    right = drafts.fill(app, draft, OPTIONS | {"folder": str(dropped), "encoding": "cp1250"})
    assert [sample.name for sample in read_samples(app, right.connected)] == ["Zażółć", "Gęślą"]
    assert contents(dropped) == before


@pytest.mark.parametrize("place", ["processing", "archive"])
def test_where_no_file_waits_what_was_read_last_is_shown(app: App, dropped: Path, place: str) -> None:
    (dropped / place).mkdir()
    (dropped / place / "000000007__kontrahenci.csv").write_text(CSV, encoding="utf-8")
    before = contents(dropped)
    draft = filled(app, dropped)
    assert len(read_samples(app, draft.connected)) == 2
    assert contents(dropped) == before


def test_an_empty_folder_has_no_records(app: App, dropped: Path) -> None:
    assert read_samples(app, filled(app, dropped).connected) == []
    assert contents(dropped) == {}


def test_a_folder_that_is_not_there_is_named(app: App, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        read_samples(app, filled(app, tmp_path / "none").connected)


@pytest.mark.parametrize(
    ("kind", "side", "options"),
    [
        ("files", "erp", OPTIONS | {"record": "KONTRAHENT"}),
        ("optima", "erp", {"read": "xml", "write": "none"}),
        ("commerceml", "erp", {}),
        ("esklep", "shop", {"transport": "file", "edition": "standard"}),
    ],
)
def test_whatever_lies_in_the_folder_stays_there(
    app: App, dropped: Path, kind: str, side: str, options: dict[str, str]
) -> None:
    for name in ("half.xml", "half.csv"):
        (dropped / name).write_bytes(b'<?xml version="1.0"?><ROOT><KONTRAHENT')
    before = contents(dropped)
    begun = drafts.find(app, drafts.begin(app, name="looked", kind=kind, side=side, by="anna"))
    draft = drafts.fill(app, begun, options | {"folder": str(dropped)})
    with pytest.raises(SuspiciousRun, match=r"half\.(xml|csv)"):
        read_samples(app, draft.connected)
    assert contents(dropped) == before
