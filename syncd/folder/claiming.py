"""Where does a dropped file go? Claim, archive, quarantine: renames inside one folder, so that none is half done.

A claimed file is named by its number in the order of claiming (``000000017__kontrahenci.csv``) and keeps that name. A
moment before a name that comes again and again (`stamped`) is no part of it. What is no text in a name, or has no room
behind a number and before the end of a report's name, is left out: a file must not be stuck for what it is called. Nor
for its capitals, which do not count where most exports are written.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from syncd.errors import Misconfigured, SuspiciousRun, SyncError, Unavailable
from syncd.sentence import Sentence, sentence_of

__all__ = ["SUBFOLDERS", "BrokenFile", "Claimed", "Folder", "Terms", "fits", "reachable", "sha256_of", "stamped"]

SUBFOLDERS: Final = ("processing", "archive", "quarantine")
"""Subfolders with files that are ours."""


_UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp")
_MARKERS: Final = (".ok", ".done")
_CLAIMED: Final = re.compile(r"(\d{9})__(?:\d{8}T\d{12}~)?(.+)", re.DOTALL)
_HEAD_BYTES: Final = 160
_TAIL_BYTES: Final = 40
_DAY_SECONDS: Final = 86_400


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """When a file may be taken, and how long it is kept.

    Attributes:
        ready: ``stable``: its size and time did not move for `settle_seconds`; ``marker``: a .ok or .done file lies
            beside it.
        archive_days: Days after which archived files are deleted.
        mode: Permissions of the subfolders that are made.
        again: What to do with a file when its trouble is over: ends the report of a quarantined one.
    """

    ready: Literal["stable", "marker"] = "stable"
    settle_seconds: float = 2.0
    archive_days: int = 30
    mode: int = 0o777
    again: str = "Then put the file, or a new export, back into the folder above."


class Claimed(msgspec.Struct, frozen=True, order=True):
    """A file that is ours.

    Attributes:
        seq: Its number in the order of claiming, from 1.
        name: What its writer called it.
    """

    seq: int
    name: str
    path: Path

    @property
    def written(self) -> float:
        """When it was written, in seconds of the epoch; the file has to be there."""
        with reachable():
            return self.path.stat().st_mtime


class BrokenFile(SuspiciousRun):
    """A file that could not be read as a whole and lies in ``quarantine/``.

    Attributes:
        helps: What helps by itself, without where the file lies now.
    """

    def __init__(self, name: str, error: SuspiciousRun) -> None:
        self.helps = error.cure
        super().__init__(
            Sentence("file %(name)s: %(reason)s", name=name, reason=sentence_of(error.message)),
            code=error.code,
            cure=Sentence(
                "%(cure)s It is in quarantine/ with a report beside it; nothing was concluded from it.",
                cure=sentence_of(error.cure),
            ),
        )


class Folder:
    """The drop folder with its subfolders.

    Args:
        wanted: Which names of files are asked for.
        sleep: Waits between two looks at a file that may still be written.
    """

    def __init__(self, root: Path, terms: Terms, wanted: Callable[[str], bool], sleep: Callable[[float], None]) -> None:
        self.root = root
        self._terms = terms
        self._asked_for = wanted
        self._sleep = sleep

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    def require(self) -> None:
        """Look whether the folder is there.

        Raises:
            Misconfigured: If it is not.
        """
        with reachable():
            self.root.stat()

    def waiting(self) -> list[Path]:
        """Dropped files that are asked for, oldest first; finished or not.

        Raises:
            Misconfigured: If the folder is not there or may not be read.
        """
        with reachable():
            entries = list(os.scandir(self.root))
        found = []
        for entry in entries:
            # A link could point anywhere: somebody who may drop files must not get others read.
            if entry.is_file(follow_symlinks=False) and self._wanted(entry.name):
                with contextlib.suppress(FileNotFoundError):  # another process claimed it meanwhile
                    found.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name))
        return [self.root / name for _, name in sorted(found)]

    def claim(self, number: Callable[[], int]) -> list[Claimed]:
        """Take every finished file into ``processing/``, oldest first.

        Args:
            number: Gives a number above all that were ever given. Of two processes with one file, one gets it.
        """
        claimed = []
        waiting, spelled = self.waiting(), self._spelled()
        for path in self._ready(waiting, spelled):
            target = self.made("processing") / f"{number():09d}__{_short(path.name)}"
            try:
                path.rename(target)
            except (FileNotFoundError, PermissionError):
                continue  # Taken away again, or its writer holds it open: it is still there next time.
            claimed.append(_claimed(target))
            for marker in self._markers(path, spelled):
                marker.unlink(missing_ok=True)
        return claimed

    def claimed(self, place: str) -> list[Claimed]:
        """Files in one of `SUBFOLDERS`, by number."""
        with reachable(), contextlib.suppress(FileNotFoundError):
            return sorted(
                _claimed(self.root / place / name)
                for name in os.listdir(self.root / place)  # noqa: PTH208 - names are all that is asked for
                if _CLAIMED.fullmatch(name) and not name.endswith(".error.txt")
            )
        return []

    def archive(self, file: Claimed) -> None:
        """A file that was read and stored goes out of the way; another process may have been faster."""
        with reachable(), contextlib.suppress(FileNotFoundError):
            file.path.rename(self.made("archive") / file.path.name)

    @contextlib.contextmanager
    def whole(self, file: Claimed, now: Callable[[], datetime]) -> Iterator[None]:
        """Read a file that may turn out to be broken.

        Raises:
            BrokenFile: If it is; it is in quarantine then.
        """
        try:
            yield
        except SuspiciousRun as error:
            self.quarantine(file, error, now())
            raise BrokenFile(file.name, error) from None

    def quarantine(self, file: Claimed, error: SyncError, at: datetime) -> None:
        """Put a file that cannot be read aside under the name that it has, with a report beside it."""
        self.put_aside(file.path, file.path.name, file.name, error, at)

    def put_aside(self, path: Path, name: str, known_as: str, error: SyncError, at: datetime) -> None:
        """The same for a file that was never claimed.

        Args:
            name: What it is called in ``quarantine/``.
            known_as: What its writer called it, for the report.
        """
        report = (
            f"File:  {known_as}\nWhen:  {at.isoformat(timespec='seconds')}\nSHA-256: {sha256_of(path)}\n"
            f"Cause: {error.message} ({error.code})\nCure:  {error.cure}\n       {self._terms.again}\n"
        )
        with reachable():
            folder = self.made("quarantine")
            (folder / f"{name}.error.txt").write_text(report, encoding="utf-8")
            path.rename(folder / name)

    def prune(self, now: datetime, keep: int | None = None) -> None:
        """Delete archived files that are older than they are kept, but for the one numbered `keep`."""
        oldest = now.timestamp() - self._terms.archive_days * _DAY_SECONDS
        for file in self.claimed("archive"):
            with reachable(), contextlib.suppress(FileNotFoundError):
                if file.seq != keep and file.path.stat().st_mtime < oldest:
                    file.path.unlink()

    def delete(self, file: Claimed) -> None:
        """Delete a file and its report."""
        with reachable():
            file.path.unlink(missing_ok=True)
            file.path.with_name(f"{file.path.name}.error.txt").unlink(missing_ok=True)

    def made(self, name: str) -> Path:
        """A subfolder, made if it is not there."""
        folder = self.root / name
        with reachable():
            folder.mkdir(mode=self._terms.mode, exist_ok=True)
        return folder

    def _wanted(self, name: str) -> bool:
        lower = name.lower()
        if lower.startswith((".", "~$")) or lower.endswith((*_UNFINISHED, *_MARKERS)):
            return False
        return self._asked_for(name)

    def _ready(self, paths: list[Path], spelled: Mapping[str, list[str]]) -> list[Path]:
        if self._terms.ready == "marker":
            return [path for path in paths if self._is_marked(path, spelled)]
        before = {path: _look(path) for path in paths}
        if paths:
            self._sleep(self._terms.settle_seconds)
        return [path for path in paths if before[path] is not None and _look(path) == before[path]]

    def _is_marked(self, path: Path, spelled: Mapping[str, list[str]]) -> bool:
        # A marker that is older than its file was for the file before: the writer is at work on this one.
        written = _look(path)
        marks = [mark for marker in self._markers(path, spelled) if (mark := _look(marker)) is not None]
        return written is not None and any(mark[1] >= written[1] for mark in marks)

    def _markers(self, path: Path, spelled: Mapping[str, list[str]]) -> list[Path]:
        """Those that lie beside a file; of two files that differ in capitals only, each has those written like it."""
        own = {f"{base.name}{end}" for base in (path, path.with_suffix("")) for end in _MARKERS}
        found = [name for key in {name.casefold() for name in own} for name in spelled.get(key, ())]
        alone = len(spelled.get(path.name.casefold(), ())) < 2
        return [path.with_name(name) for name in found if alone or name in own]

    def _spelled(self) -> Mapping[str, list[str]]:
        """Names in the folder as they are written, by what they are without capitals."""
        spelled: dict[str, list[str]] = defaultdict(list)
        with reachable():
            for name in os.listdir(self.root):  # noqa: PTH208 - names are all that is asked for
                spelled[name.casefold()].append(name)
        return spelled


def fits(name: str, pattern: str) -> bool:
    """Whether a file of this name is one that a pattern like ``customers-*.csv`` asks for."""
    return fnmatch.fnmatchcase(name.casefold(), pattern.casefold())


def stamped(name: str, at: datetime) -> str:
    """A name that no other file has, and that is still known as `name`."""
    return f"{at.strftime('%Y%m%dT%H%M%S%f')}~{name}"


def _claimed(path: Path) -> Claimed:
    match = _CLAIMED.fullmatch(path.name)
    assert match is not None, "claimed files are named by us"  # noqa: S101
    return Claimed(int(match[1]), _legible(match[2]), path)


def _legible(name: str) -> str:
    """A name as text: other systems keep names as bytes of their code page, and some with line breaks in them."""
    return "".join(character if character.isprintable() else "_" for character in name)


def _short(name: str) -> str:
    """A name that is legible, with its end, by which the format is known; of a very long one the middle is missing."""
    data = _legible(name).encode()
    if len(data) <= _HEAD_BYTES + _TAIL_BYTES:
        return data.decode()
    return f"{data[:_HEAD_BYTES].decode(errors='ignore')}~{data[-_TAIL_BYTES:].decode(errors='ignore')}"


def _look(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; ``None`` if it is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def sha256_of(path: Path) -> str:
    """Identity of a file's content."""
    with reachable(), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def reachable() -> Iterator[None]:
    """Say what an error of the file system means for the connection."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Misconfigured(
            "the folder is not there",
            code="folder-missing",
            field="folder",
            cure="Make it, mount it, or correct the option.",
        ) from error
    except PermissionError as error:
        raise Misconfigured(
            "the folder may not be read and written",
            code="folder-forbidden",
            field="folder",
            cure="Let the user that runs syncd read, write and rename files there.",
        ) from error
    except OSError as error:
        raise Unavailable(Sentence("the folder cannot be reached: %(reason)s", reason=error.strerror)) from error
