"""Where does an export go, and how does an import appear? Renames inside one folder, so that nothing is half done.

An export that was claimed has its number in its name (``000000017__klienci.xml``) and keeps it.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from syncd.errors import Misconfigured, SyncError, Unavailable

__all__ = ["Claimed", "Folder", "place_file", "reachable", "sha256_of"]

_UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp")
_CLAIMED: Final = re.compile(r"(\d{9})__(.+)")
_DAY_SECONDS: Final = 86_400


class Claimed(msgspec.Struct, frozen=True, order=True):
    """An export that is ours.

    Attributes:
        seq: Its number in the order of claiming, from 1.
        name: What the panel called it.
        written: When it was written, in seconds of the epoch: what it says was so until then.
    """

    seq: int
    name: str
    path: Path
    written: float = 0.0


class Folder:
    """The folder for exports, with its subfolders.

    Args:
        pattern: Names of exports.
        settle_seconds: Pause between two looks at a file that may still be written.
    """

    def __init__(self, root: Path, pattern: str, settle_seconds: float, sleep: Callable[[float], None]) -> None:
        self.root = root
        self._pattern = pattern
        self._settle_seconds = settle_seconds
        self._sleep = sleep

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    def waiting(self) -> list[Path]:
        """Exports that nobody has claimed, oldest first; finished or not.

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

    def claim(self, number: Callable[[], int]) -> list[Claimed]:
        """Take every finished export into ``processing/``, oldest first.

        Args:
            number: Gives the next one, to one caller only.
        """
        paths = self.waiting()
        before = {path: _look(path) for path in paths}
        if paths:
            self._sleep(self._settle_seconds)
        claimed = []
        for path in paths:
            look = before[path]
            if look is None or _look(path) != look:
                continue  # still being written
            seq = number()
            target = self._made("processing") / f"{seq:09d}__{path.name}"
            try:
                path.rename(target)
            except (FileNotFoundError, PermissionError):
                continue  # Taken away again, or its writer holds it open: it is still there next time.
            claimed.append(Claimed(seq, path.name, target, look[1] / 1e9))
        return claimed

    def claimed(self, place: str) -> list[Claimed]:
        """Exports in ``processing``, ``archive`` or ``quarantine``, by number."""
        with reachable(), contextlib.suppress(FileNotFoundError):
            return sorted(
                Claimed(int(match[1]), match[2], path, path.stat().st_mtime)
                for path in (self.root / place).iterdir()
                if (match := _CLAIMED.fullmatch(path.name)) and not path.name.endswith(".error.txt")
            )
        return []

    def archive(self, file: Claimed) -> None:
        """Put an export that was read and stored out of the way."""
        with reachable(), contextlib.suppress(FileNotFoundError):
            file.path.rename(self._made("archive") / file.path.name)

    def quarantine(self, file: Claimed, error: SyncError, at: datetime) -> None:
        """Put an export that cannot be read aside, with a report beside it."""
        report = (
            f"File:  {file.name}\nWhen:  {at.isoformat(timespec='seconds')}\n"
            f"Cause: {error.message} ({error.code})\nCure:  {error.cure}\n"
            "       Then export again into the folder above.\n"
        )
        with reachable():
            folder = self._made("quarantine")
            (folder / f"{file.path.name}.error.txt").write_text(report, encoding="utf-8")
            file.path.rename(folder / file.path.name)

    def prune(self, now: datetime, days: int) -> None:
        """Delete read exports older than `days`; the last one stays, from which the state can be made anew."""
        oldest = now.timestamp() - days * _DAY_SECONDS
        for file in self.claimed("archive")[:-1]:
            if file.written < oldest:
                self.delete(file)

    def delete(self, file: Claimed) -> None:
        """Delete an export and its report."""
        with reachable():
            file.path.unlink(missing_ok=True)
            file.path.with_name(f"{file.path.name}.error.txt").unlink(missing_ok=True)

    def _wanted(self, name: str) -> bool:
        lower = name.lower()
        if lower.startswith((".", "~$")) or lower.endswith(_UNFINISHED):
            return False
        return fnmatch.fnmatch(lower, self._pattern.lower())

    def _made(self, name: str) -> Path:
        folder = self.root / name
        with reachable():
            folder.mkdir(exist_ok=True)
        return folder


def place_file(folder: Path, name: str, data: bytes) -> None:
    """Write beside, then rename: nobody sees half a file, and a power cut leaves all or nothing."""
    part = folder / f".{name}.part"
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.rename(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Identity of a file's content."""
    with reachable(), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _look(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; ``None`` if it is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


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
