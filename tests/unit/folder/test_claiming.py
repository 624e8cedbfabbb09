"""Is a dropped file taken once, when it is whole, and never lost between two places?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from syncd.errors import Misconfigured, SuspiciousRun
from syncd.folder.claiming import SUBFOLDERS, BrokenFile, Folder, Terms, stamped

PLAIN = Terms()
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def folder(root: Path, terms: Terms = PLAIN, sleep: Callable[[float], None] = lambda _: None) -> Folder:
    return Folder(root, terms, lambda name: name.endswith(".csv"), sleep)


def drop(root: Path, name: str, text: str = "1;A\n", *, age: float = 0) -> Path:
    path = root / name
    path.write_text(text)
    moment = NOW.timestamp() - age
    os.utime(path, (moment, moment))
    return path


def after(last: int) -> Callable[[], int]:
    return count(last + 1).__next__


def places(root: Path) -> dict[str, list[str]]:
    return {place: [file.path.name for file in folder(root).claimed(place)] for place in SUBFOLDERS}


def test_the_oldest_file_gets_the_lowest_number(tmp_path: Path) -> None:
    drop(tmp_path, "a.csv", age=1)
    drop(tmp_path, "b.csv", age=9)
    claimed = folder(tmp_path).claim(after(6))
    assert [(file.seq, file.name) for file in claimed] == [(7, "b.csv"), (8, "a.csv")]
    assert places(tmp_path)["processing"] == ["000000007__b.csv", "000000008__a.csv"]
    assert claimed[0].written == NOW.timestamp() - 9


def test_a_broken_file_says_where_it_lies_and_what_helps_by_itself(tmp_path: Path) -> None:
    drop(tmp_path, "a.csv")
    own = folder(tmp_path)
    (file,) = own.claim(after(0))
    with pytest.raises(BrokenFile) as caught, own.whole(file, lambda: NOW):
        raise SuspiciousRun("it is cut", code="file-broken", cure="Export again.")
    error = caught.value
    assert (error.message, error.code, error.helps) == ("file a.csv: it is cut", "file-broken", "Export again.")
    assert "quarantine/" in error.cure
    assert places(tmp_path)["quarantine"] == ["000000001__a.csv"]


def test_a_link_is_not_followed_and_a_folder_is_no_file(tmp_path: Path) -> None:
    outside = drop(tmp_path.parent, "outside.csv")
    (tmp_path / "link.csv").symlink_to(outside)
    (tmp_path / "dir.csv").mkdir()
    assert folder(tmp_path).claim(after(0)) == []


def test_a_file_that_is_gone_when_it_is_its_turn_does_not_stop_the_others(tmp_path: Path) -> None:
    gone = drop(tmp_path, "a.csv", age=9)
    drop(tmp_path, "b.csv")
    numbers = after(0)

    def number() -> int:
        gone.unlink(missing_ok=True)  # another process was faster
        return numbers()

    assert [file.name for file in folder(tmp_path).claim(number)] == ["b.csv"]


RACER = """
import json, sys, time
from itertools import count
from pathlib import Path
from syncd.folder.claiming import Folder, Terms
root, first = Path(sys.argv[1]), int(sys.argv[2])
folder = Folder(root, Terms(), lambda name: name.endswith(".csv"), lambda _: None)
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps([file.name for file in folder.claim(count(first).__next__)]))
"""


def test_of_several_processes_that_claim_at_once_each_file_goes_to_one(tmp_path: Path) -> None:
    names = [f"{number:03}.csv" for number in range(60)]
    for name in names:
        drop(tmp_path, name)
    # Programs, not forks: a fork of a process with threads can inherit a lock that nobody will open.
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path), str(1 + 1000 * racer)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for racer in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    taken = [name for racer in racers for name in json.loads(racer.communicate()[0])]
    assert sorted(taken) == names
    assert len(places(tmp_path)["processing"]) == 60


def test_what_a_process_claimed_before_it_died_is_found_by_the_next(tmp_path: Path) -> None:
    drop(tmp_path, "a.csv")
    folder(tmp_path).claim(after(0))
    drop(tmp_path, "a.csv", "2;B\n")
    (stale,) = folder(tmp_path).claimed("processing")
    assert (stale.seq, stale.name, stale.path.read_text()) == (1, "a.csv", "1;A\n")
    assert [file.seq for file in folder(tmp_path).claim(after(stale.seq))] == [2]


def test_a_moment_before_a_name_is_no_part_of_it(tmp_path: Path) -> None:
    drop(tmp_path, stamped("list.csv", NOW))
    (file,) = folder(tmp_path).claim(after(0))
    assert (file.name, file.path.name) == ("list.csv", "000000001__20260301T080000000000~list.csv")


def test_a_file_that_grows_between_two_looks_is_left(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv")

    def writer(_seconds: float) -> None:
        path.write_text("more than before\n")

    assert folder(tmp_path, sleep=writer).claim(after(0)) == []
    assert path.exists()


def test_a_marker_older_than_its_file_is_of_the_file_before(tmp_path: Path) -> None:
    marked = folder(tmp_path, Terms(ready="marker"))
    marker = drop(tmp_path, "a.csv.ok", age=9)
    drop(tmp_path, "a.csv")
    assert marked.claim(after(0)) == []
    os.utime(marker, (NOW.timestamp(), NOW.timestamp()))
    assert [file.name for file in marked.claim(after(0))] == ["a.csv"]
    assert not marker.exists()


def test_a_file_in_quarantine_has_its_report_beside_it_and_both_are_deleted_together(tmp_path: Path) -> None:
    drop(tmp_path, "a.csv")
    own = folder(tmp_path, Terms(again="Then ask for another."))
    (file,) = own.claim(after(0))
    own.quarantine(file, SuspiciousRun("it is cut", cure="Export again."), NOW)
    report = (tmp_path / "quarantine" / "000000001__a.csv.error.txt").read_text()
    assert ("it is cut" in report, "SHA-256: " in report, report.endswith("Then ask for another.\n")) == (True,) * 3
    (aside,) = own.claimed("quarantine")
    own.delete(aside)
    own.delete(aside)
    assert list((tmp_path / "quarantine").iterdir()) == []


def test_archiving_twice_is_archiving_once(tmp_path: Path) -> None:
    drop(tmp_path, "a.csv")
    (file,) = folder(tmp_path).claim(after(0))
    for _ in range(2):
        folder(tmp_path).archive(file)
    assert places(tmp_path) == {"processing": [], "archive": ["000000001__a.csv"], "quarantine": []}


def test_old_archived_files_go_but_for_the_one_that_is_needed(tmp_path: Path) -> None:
    own = folder(tmp_path, Terms(archive_days=1))
    for name, age in (("a.csv", 3 * 86_400), ("b.csv", 2 * 86_400), ("c.csv", 0)):
        drop(tmp_path, name, age=age)
    for file in own.claim(after(0)):
        own.archive(file)
    own.prune(NOW, keep=2)
    assert places(tmp_path)["archive"] == ["000000002__b.csv", "000000003__c.csv"]
    own.prune(NOW + timedelta(days=2))
    assert places(tmp_path)["archive"] == []


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    for ask in (Folder.waiting, Folder.require):
        with pytest.raises(Misconfigured, match="not there"):
            ask(folder(tmp_path / "unmounted"))


def test_subfolders_have_the_permissions_that_were_asked_for(tmp_path: Path) -> None:
    assert folder(tmp_path, Terms(mode=0o700)).made("archive").stat().st_mode & 0o777 == 0o700
