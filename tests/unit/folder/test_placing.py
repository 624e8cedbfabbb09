"""Does a file appear whole, or not at all?"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from syncd.folder.placing import moved, place


def test_a_file_is_there_whole_and_nothing_beside_it(tmp_path: Path) -> None:
    place(tmp_path, "a.xml", b"<a/>")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.xml": b"<a/>"}


def test_whoever_watches_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    versions = [bytes([letter]) * 200_000 for letter in b"ab"]
    place(tmp_path, "a.xml", versions[0])
    seen: set[bytes] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.update(path.read_bytes() for path in tmp_path.glob("[!.]*"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(20):
        place(tmp_path, "a.xml", versions[number % 2])
    stop.set()
    watcher.join()
    assert seen <= set(versions)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    place(tmp_path, "a.xml", b"old")
    (tmp_path / ".a.xml.part").mkdir()
    with pytest.raises(IsADirectoryError):
        place(tmp_path, "a.xml", b"new")
    assert (tmp_path / "a.xml").read_bytes() == b"old"


def test_moving_answers_where_the_file_is_now(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"x")
    assert moved(tmp_path / "upload", tmp_path / "a.xml").read_bytes() == b"x"
    assert not (tmp_path / "upload").exists()
