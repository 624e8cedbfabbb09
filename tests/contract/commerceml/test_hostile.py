"""Is what is broken, cut or hostile refused as a whole, with the place, the cure, and the file put aside?"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.commerceml.simulated.client import zipped
from syncd.errors import SuspiciousRun
from tests.contract.commerceml.hands import connect, drop, listed, names, read, simple

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
MANY = listed(*(simple(f"id-{n}", f"Фирма {n}") for n in range(900)))
AFTER_TWO = MANY.index("<Контрагент><Ид>id-2<") + 20

HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "an external entity": (
        f'{HEAD}<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>{listed(simple("1", "&x;"))}'.encode(),
        "xml-doctype",
        "DOCTYPE",
    ),
    "a billion laughs": (
        f'{HEAD}<!DOCTYPE a [<!ENTITY l0 "ха">{LAUGHS}]>{listed(simple("1", "&l9;"))}'.encode(),
        "xml-doctype",
        "DOCTYPE",
    ),
    "a DOCTYPE alone": (f"{HEAD}<!DOCTYPE КоммерческаяИнформация>{listed()}".encode(), "xml-doctype", "DOCTYPE"),
    "5,000 levels": (
        (HEAD + listed("<Контрагент>" * 5000 + "</Контрагент>" * 5000)).encode(),
        "xml-broken",
        "line 1, column",
    ),
    "a wrong declared encoding": (
        (HEAD + listed(simple("1", "Ромашка"))).encode("cp1251"),
        "encoding-broken",
        "byte 39 does not fit the encoding UTF-8",
    ),
    "cut after record 2 of 900": (
        (HEAD + MANY[:AFTER_TWO]).encode(),
        "xml-broken",
        "2 records were whole until there",
    ),
    "an undeclared entity": ((HEAD + listed(simple("1", "&y;"))).encode(), "xml-broken", "line 1, column"),
    "empty": (b"", "xml-broken", "does not begin with an XML element"),
    "a web page": (b"<html><body><p>log in</body></html>", "xml-broken", "not well-formed"),
    "an encoding that is none": (b'<?xml version="1.0" encoding="rot13"?><a/>', "encoding-unknown", "encoding"),
}


@pytest.mark.parametrize(("data", "code", "why"), HOSTILE.values(), ids=HOSTILE.keys())
def test_it_is_refused_with_file_place_and_cure(tmp_path: Path, data: bytes, code: str, why: str) -> None:
    endpoint = connect(tmp_path, snapshot="*.xml")
    drop(tmp_path, listed(simple("1", "А"), simple("2", "Б")))
    cursor = read(endpoint).cursor
    (tmp_path / "b.xml").write_bytes(data)
    with pytest.raises(SuspiciousRun) as caught:
        read(endpoint, cursor)
    error = caught.value
    assert (error.code, "b.xml" in error.message, why in error.message, bool(error.cure)) == (code, True, True, True)
    assert names(tmp_path, "quarantine") == ["000000002__b.xml", "000000002__b.xml.error.txt"]
    report = (tmp_path / "quarantine/000000002__b.xml.error.txt").read_text(encoding="utf-8")
    assert (why in report, "Cure:" in report, "SHA-256:" in report) == (True, True, True)
    # Nothing was concluded from it, and the next file is read.
    assert read(endpoint, cursor, full=True).ids == ["1", "2"]
    drop(tmp_path, listed(simple("1", "В"), simple("2", "Б")), "c.xml")
    assert read(endpoint, cursor).ids == ["1"]
    assert "1 file is in quarantine" in endpoint.check().warnings[0]


def test_a_control_character_is_the_matter_of_the_one_contractor_that_has_it(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, snapshot="*.xml")
    drop(tmp_path, listed(simple("1", "А"), simple("2", "Б"), simple("3", "В")))
    cursor = read(endpoint).cursor
    drop(tmp_path, listed(simple("1", "Г"), simple("2", "Б&#11;"), simple("3", "Д")), "b.xml")
    got = read(endpoint, cursor, full=True)
    assert (sorted(got.ids), got.proof.complete) == (["1", "2", "3"], True)
    ((id_, error),) = [(one.external_id, one.error) for one in got.rejected]
    assert (id_, error.field, bool(error.cure)) == ("2", "Наименование", True)
    assert endpoint.get("2").contractor.name == "Б"  # as it was said last


def packed(*entries: tuple[str, bytes], encrypted: bool = False) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    found = bytearray(stream.getvalue())
    if encrypted:
        found[6] |= 1
        found[found.index(b"PK\x01\x02") + 8] |= 1
    return bytes(found)


GOOD = listed(simple("1", "А")).encode()
ZIPS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a bomb": (lambda: packed(("a.xml", GOOD + b" " * 60_000_000)), "zip-bomb", "bomb"),
    "a name that climbs": (lambda: packed(("../../etc/a.xml", GOOD)), "zip-unsafe", "climbs"),
    "a name that climbs in Windows": (lambda: packed(("..\\a.xml", GOOD)), "zip-unsafe", "climbs"),
    "an absolute name": (lambda: packed(("/tmp/a.xml", GOOD)), "zip-unsafe", "climbs"),
    "a drive": (lambda: packed(("C:a.xml", GOOD)), "zip-unsafe", "climbs"),
    "an archive in it": (
        lambda: packed(("a.xml", GOOD), ("b.ZIP", zipped({"c.xml": GOOD}))),
        "zip-unsafe",
        "another archive",
    ),
    "a password": (lambda: packed(("a.xml", GOOD), encrypted=True), "zip-unsafe", "encrypted"),
    "a cut": (lambda: packed(("a.xml", GOOD))[:-30], "file-broken", "broken or cut"),
    "damage": (
        lambda: packed(("a.xml", GOOD * 50)).replace(b"\x00\x00a.xml", b"\x00\x00a.xml\xff\xff", 1),
        "file-broken",
        "",
    ),
    "hostile XML in it": (lambda: packed(("a.xml", HOSTILE["an external entity"][0])), "xml-doctype", "DOCTYPE"),
}


@pytest.mark.parametrize(("pack", "code", "why"), ZIPS.values(), ids=ZIPS.keys())
def test_a_zip_that_is_not_harmless_is_refused_as_a_whole(
    tmp_path: Path, pack: Callable[[], bytes], code: str, why: str
) -> None:
    (tmp_path / "v8.zip").write_bytes(pack())
    endpoint = connect(tmp_path)
    with pytest.raises(SuspiciousRun) as caught:
        read(endpoint)
    assert (caught.value.code, why in caught.value.message, bool(caught.value.cure)) == (code, True, True)
    assert read(endpoint, full=True).ids == []
    assert names(tmp_path, "quarantine")[0] == "000000001__v8.zip"
    assert not list(tmp_path.rglob("*.xml"))


def test_a_zip_may_not_unpack_to_more_than_the_option_says(tmp_path: Path) -> None:
    (tmp_path / "v8.zip").write_bytes(packed(("a.xml", GOOD)))
    with pytest.raises(SuspiciousRun, match="bomb"):
        read(connect(tmp_path, unpacked_limit=100))


def test_a_zip_is_read_as_one_file_and_pictures_in_it_are_left_alone(tmp_path: Path) -> None:
    two = listed(simple("2", "Б")).encode()
    (tmp_path / "v8.zip").write_bytes(packed(("a.xml", GOOD), ("import_files/1.jpg", b"\xff\xd8"), ("sub/b.xml", two)))
    assert read(connect(tmp_path)).ids == ["1", "2"]


def test_a_list_of_everybody_may_lie_in_a_zip_and_in_several_parts(tmp_path: Path) -> None:
    two = listed(simple("2", "Б")).encode()
    (tmp_path / "v8.zip").write_bytes(packed(("contragents_1.xml", GOOD), ("contragents_2.xml", two)))
    got = read(connect(tmp_path, snapshot="contragents*.xml"), full=True)
    assert (got.ids, got.proof.complete) == (["1", "2"], True)


def test_a_zip_by_another_name_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "import.xml").write_bytes(packed(("a.xml", GOOD)))
    assert read(connect(tmp_path)).ids == ["1"]
