"""Are exactly the files deleted in which somebody occurs?"""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.domain.encoding import CHUNK
from syncd.errors import SuspiciousRun
from syncd.folder.claiming import Folder, Terms
from syncd.folder.scrub import delete_holding, holds_text
from syncd.sentence import Sentence


def kept(root: Path, *contents: bytes, place: str = "archive") -> Folder:
    folder = Folder(root, Terms(), lambda _: True, lambda _: None)
    for number, content in enumerate(contents, 1):
        (folder.made(place) / f"{number:09d}__list").write_bytes(content)
    return folder


def deleted(folder: Folder, *keys: str, encoding: str = "") -> list[Sentence]:
    return delete_holding(folder, keys, holds_text(encoding))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("K/7", "K/7;Anna\n"),
        ("k-7", "<id>K-7</id>"),
        ('a"b', '"a""b";Anna\n'),
        ("A&B", "<id>A&amp;B</id>"),
        ("Łąka 7", '{"id": "\\u0141\\u0105ka 7"}'),
    ],
)
def test_a_key_is_found_as_each_format_writes_it(tmp_path: Path, key: str, text: str) -> None:
    assert deleted(kept(tmp_path, text.encode(), b"nobody"), key) == ["file 1 in archive/"]


def test_a_key_inside_of_a_longer_one_is_somebody_else(tmp_path: Path) -> None:
    assert deleted(kept(tmp_path, b"17;Anna\n71;Jan\nA7;Ewa\n"), "7") == []


@pytest.mark.parametrize("before", range(-4, 3))
def test_a_key_across_two_pieces_is_found(tmp_path: Path, before: int) -> None:
    text = b" " * (CHUNK + before) + b"K-12345 " + b" " * CHUNK
    assert deleted(kept(tmp_path, text), "K-12345") == ["file 1 in archive/"]


def test_a_file_in_a_legacy_page_is_read_in_it_and_a_broken_one_byte_by_byte(tmp_path: Path) -> None:
    folder = kept(tmp_path, "Łąka;1\n".encode("cp1250"), b"\xef\xbb\xbfK-7;\xd8")
    assert deleted(folder, "Łąka", "K-7", encoding="cp1250") == ["file 1 in archive/", "file 2 in archive/"]


def test_a_file_that_was_not_read_yet_is_left_to_the_read(tmp_path: Path) -> None:
    folder = kept(tmp_path, b"K-7\n", b"K-7\n", place="processing")
    assert deleted(folder, "K-7") == []
    assert delete_holding(folder, ["K-7"], holds_text(""), known={2}) == ["file 2 in processing/"]


def test_the_report_of_a_quarantined_file_goes_with_it(tmp_path: Path) -> None:
    folder = kept(tmp_path, b"K-7\n", place="quarantine")
    report = tmp_path / "quarantine" / "000000001__list.error.txt"
    report.write_text(f"{SuspiciousRun('cut')}")
    assert deleted(folder, "K-7") == ["file 1 in quarantine/"]
    assert not report.exists()


def test_scrubbing_again_finds_nothing(tmp_path: Path) -> None:
    folder = kept(tmp_path, b"K-7\n")
    assert (deleted(folder, "K-7"), deleted(folder, "K-7")) == (["file 1 in archive/"], [])
