"""Where does a dropped file go? Claim, archive, quarantine: renames inside one folder, so that none is half done.

A claimed file is named by its number in the order of claiming (``000000017__kontrahenci.csv``) and keeps that name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from syncd.errors import Misconfigured, SyncError, Unavailable

__all__ = ["Claimed", "Folder", "Terms", "reachable", "sha256_of"]

_UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp")
_MARKERS: Final = (".ok", ".done")
_CLAIMED: Final = re.compile(r"(\d{9})__(.+)")
_DAY_SECONDS: Final = 86_400


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """When a file may be taken, and how long it is kept.

    Attributes:
        ready: ``stable``: its size and time did not move for `settle_seconds`; ``marker``: a .ok or .done file lies
            beside it.
        archive_days: Days after which archived files are deleted.
    """

    ready: Literal["stable", "marker"] = "stable"
    settle_seconds: float = 2.0
    archive_days: int = 30


class Claimed(msgspec.Struct, frozen=True, order=True):
    """A file that is ours.

    Attributes:
        seq: Its number in the order of claiming, from 1.
        name: What the ERP called it.
    """

    seq: int
    name: str
    path: Path


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
            found = [
                (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
                for entry in os.scandir(self.root)
                # A link could point anywhere: somebody who may drop files must not get others read.
                if entry.is_file(follow_symlinks=False) and self._wanted(entry.name)
            ]
        return [self.root / name for _, name in sorted(found)]

    def claim(self, after: int) -> list[Claimed]:
        """Take every finished file into ``processing/``, oldest first.

        Args:
            after: Highest number that was ever given.
        """
        ready = self._ready(self.waiting())
        claimed = []
        for path in ready:
            target = self._made("processing") / f"{after + 1:09d}__{path.name}"
            try:
                path.rename(target)
            except (FileNotFoundError, PermissionError):
                continue  # Taken away again, or its writer holds it open: it is still there next time.
            after += 1
            claimed.append(Claimed(after, path.name, target))
            for marker in self._markers(path):
                marker.unlink(missing_ok=True)
        return claimed

    def claimed(self, place: str) -> list[Claimed]:
        """Files in ``processing``, ``archive`` or ``quarantine``, by number."""
        with reachable(), contextlib.suppress(FileNotFoundError):
            return sorted(
                Claimed(int(match[1]), match[2], self.root / place / name)
                for name in os.listdir(self.root / place)  # noqa: PTH208 - names are all that is asked for
                if (match := _CLAIMED.fullmatch(name)) and not name.endswith(".error.txt")
            )
        return []

    def archive(self, file: Claimed) -> None:
        """A file that was read and stored goes out of the way."""
        with reachable():
            file.path.rename(self._made("archive") / file.path.name)

    def quarantine(self, file: Claimed, error: SyncError, facts: str, at: datetime) -> None:
        """Put a file that cannot be read aside, with a report beside it."""
        report = (
            f"File:  {file.name}\nWhen:  {at.isoformat(timespec='seconds')}\n{facts}"
            f"Cause: {error.message} ({error.code})\nCure:  {error.cure}\n"
            "       Then put the file, or a new export, back into the folder above.\n"
        )
        with reachable():
            folder = self._made("quarantine")
            (folder / f"{file.path.name}.error.txt").write_text(report, encoding="utf-8")
            file.path.rename(folder / file.path.name)

    def prune(self, now: datetime) -> None:
        """Delete archived files that are older than they are kept."""
        oldest = now.timestamp() - self._terms.archive_days * _DAY_SECONDS
        for file in self.claimed("archive"):
            with reachable(), contextlib.suppress(FileNotFoundError):
                if file.path.stat().st_mtime < oldest:
                    file.path.unlink()

    def _wanted(self, name: str) -> bool:
        lower = name.lower()
        if lower.startswith((".", "~$")) or lower.endswith((*_UNFINISHED, *_MARKERS)):
            return False
        return self._asked_for(name)

    def _ready(self, paths: list[Path]) -> list[Path]:
        if self._terms.ready == "marker":
            return [path for path in paths if self._is_marked(path)]
        before = {path: _look(path) for path in paths}
        if paths:
            self._sleep(self._terms.settle_seconds)
        return [path for path in paths if before[path] is not None and _look(path) == before[path]]

    def _is_marked(self, path: Path) -> bool:
        # A marker that is older than its file was for the file before: the writer is at work on this one.
        written = _look(path)
        marks = [mark for marker in self._markers(path) if (mark := _look(marker)) is not None]
        return written is not None and any(mark[1] >= written[1] for mark in marks)

    @staticmethod
    def _markers(path: Path) -> list[Path]:
        return [base.with_name(base.name + end) for base in (path, path.with_suffix("")) for end in _MARKERS]

    def _made(self, name: str) -> Path:
        folder = self.root / name
        with reachable():
            folder.mkdir(exist_ok=True)
        return folder


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
        raise Unavailable(f"the folder cannot be reached: {error.strerror}") from error
