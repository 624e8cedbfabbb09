"""Where is a file of 1C, and what became of it? Claim, archive, quarantine: renames inside one folder.

A claimed file is named by its number in the order of claiming (``000000017__contragents.xml``) and keeps that name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from adapters.commerceml.options import Options
from syncd.errors import Misconfigured, SyncError, Unavailable

__all__ = ["PLACES", "Claimed", "Folder", "moved", "place", "reachable", "sha256_of", "stamped"]

PLACES: Final = ("processing", "archive", "quarantine")
_SUFFIXES: Final = (".xml", ".zip")
_MARKERS: Final = (".ok", ".done")
_CLAIMED: Final = re.compile(r"(\d{9})__(?:\d{8}T\d{12}~)?(.+)")
_DAY_SECONDS: Final = 86_400


class Claimed(msgspec.Struct, frozen=True, order=True):
    """A file that is ours.

    Attributes:
        seq: Its number in the order of claiming, from 1.
        name: What 1C called it.
    """

    seq: int
    name: str
    path: Path

    @property
    def arrived(self) -> float:
        """When it was written, in seconds since 1970."""
        return self.path.stat().st_mtime


class Folder:
    """The drop folder with its subfolders.

    Args:
        sleep: Waits between two looks at a file that may still be written.
    """

    def __init__(self, root: Path, options: Options, sleep: Callable[[float], None]) -> None:
        self.root = root
        self._options = options
        self._sleep = sleep

    def waiting(self) -> list[Path]:
        """Dropped files, oldest first; finished or not.

        Raises:
            Misconfigured: If the folder is not there or may not be read.
        """
        with reachable():
            found = [
                (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
                for entry in os.scandir(self.root)
                # A link could point anywhere: somebody who may drop files must not get others read.
                if entry.is_file(follow_symlinks=False)
                and entry.name.lower().endswith(_SUFFIXES)
                and not entry.name.startswith((".", "~$"))
            ]
        return [self.root / name for _, name in sorted(found)]

    def claim(self, after: int) -> list[Claimed]:
        """Take every finished file into ``processing/``, oldest first.

        Args:
            after: Highest number that was ever given.
        """
        claimed = []
        for path in self._ready(self.waiting()):
            target = self.made("processing") / f"{after + 1:09d}__{path.name}"
            try:
                path.rename(target)
            except (FileNotFoundError, PermissionError):
                continue  # Taken away again, or its writer holds it open: it is still there next time.
            after += 1
            claimed.append(_claimed(target))
            for marker in _markers(path):
                marker.unlink(missing_ok=True)
        return claimed

    def claimed(self, where: str) -> list[Claimed]:
        """Files in one of `PLACES`, by number."""
        with reachable(), contextlib.suppress(FileNotFoundError):
            return sorted(
                _claimed(self.root / where / name)
                for name in os.listdir(self.root / where)  # noqa: PTH208 - names are all that is asked for
                if _CLAIMED.fullmatch(name) and not name.endswith(".error.txt")
            )
        return []

    def archive(self, file: Claimed) -> None:
        """A file whose content is stored goes out of the way."""
        with reachable():
            file.path.rename(self.made("archive") / file.path.name)

    def quarantine(self, path: Path, name: str, error: SyncError, at: datetime) -> None:
        """Put a file that cannot be read aside as `name`, with a report beside it."""
        report = (
            f"File:  {path.name}\nWhen:  {at.isoformat(timespec='seconds')}\nSHA-256: {sha256_of(path)}\n"
            f"Cause: {error.message} ({error.code})\nCure:  {error.cure}\n"
            "       Then put the file, or a new export, back into the folder above, or let 1C exchange again.\n"
        )
        with reachable():
            folder = self.made("quarantine")
            (folder / f"{name}.error.txt").write_text(report, encoding="utf-8")
            path.rename(folder / name)

    def prune(self, now: datetime, keep: int) -> None:
        """Delete archived files that are older than the options keep them, but for the one numbered `keep`."""
        oldest = now.timestamp() - self._options.archive_days * _DAY_SECONDS
        for file in self.claimed("archive"):
            with reachable(), contextlib.suppress(FileNotFoundError):
                if file.seq != keep and file.arrived < oldest:
                    file.path.unlink()

    def made(self, name: str) -> Path:
        """A subfolder, made if it is not there."""
        folder = self.root / name
        with reachable():
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _ready(self, paths: list[Path]) -> list[Path]:
        if self._options.ready == "marker":
            return [path for path in paths if _is_marked(path)]
        before = {path: _look(path) for path in paths}
        if paths:
            self._sleep(self._options.settle_seconds)
        return [path for path in paths if before[path] is not None and _look(path) == before[path]]


def stamped(name: str, at: datetime) -> str:
    """A name that no other file has, and that is still known as `name`."""
    return f"{at.strftime('%Y%m%dT%H%M%S%f')}~{name}"


def _claimed(path: Path) -> Claimed:
    match = _CLAIMED.fullmatch(path.name)
    assert match is not None, "claimed files are named by us"  # noqa: S101
    return Claimed(int(match[1]), match[2], path)


def _is_marked(path: Path) -> bool:
    # A marker that is older than its file was for the file before: the writer is at work on this one.
    written = _look(path)
    marks = [mark for marker in _markers(path) if (mark := _look(marker)) is not None]
    return written is not None and any(mark[1] >= written[1] for mark in marks)


def _markers(path: Path) -> list[Path]:
    return [base.with_name(base.name + end) for base in (path, path.with_suffix("")) for end in _MARKERS]


def _look(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; ``None`` if it is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def place(folder: Path, name: str, data: bytes) -> Path:
    """Write beside, then rename: nobody sees half a file, and a power cut leaves all or nothing."""
    part = folder / f".{name}.part"
    with reachable():
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        return moved(part, folder / name)


def moved(path: Path, target: Path) -> Path:
    """Rename for good: after a power cut the file is there under its new name."""
    path.rename(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return target


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
