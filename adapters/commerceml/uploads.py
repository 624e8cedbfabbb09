"""What does 1C send in one exchange, and when is a file of it good enough to be read?

Pieces are appended to a file that nobody else looks at. When 1C asks to import it, it is looked through in the
background: whole and harmless files go into the drop folder in one rename, others into quarantine with a report.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final, Protocol

from adapters.commerceml.archives import is_zip, names_in, opened
from adapters.commerceml.documents import Document
from adapters.commerceml.options import Options
from syncd.domain.encoding import CHUNK
from syncd.errors import SuspiciousRun, SyncError
from syncd.folder.claiming import Folder, reachable, stamped
from syncd.folder.placing import moved

__all__ = ["Body", "Refused", "Uploads"]

_KEPT: Final = (".xml", ".zip")
_NAME_LENGTH: Final = 120


class Body(Protocol):
    """What is left of one call."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; none at the end."""


class Refused(Exception):
    """What 1C asks for cannot be done; the text, in ASCII, is what it is told."""


class Uploads:
    """The files of one exchange."""

    def __init__(
        self, folder: Folder, options: Options, checks: ThreadPoolExecutor, now: Callable[[], datetime]
    ) -> None:
        self._folder = folder
        self._options = options
        self._checks = checks
        self._now = now
        self._size = 0
        self._files: dict[str, Path] = {}
        self._imports: dict[str, Future[None]] = {}

    def append(self, name: str, body: Body, length: int) -> None:
        """Add a piece to the file called `name`; pictures and the like are taken and forgotten.

        Raises:
            Refused: If the name is not harmless, or the exchange too large.
        """
        plain = _harmless(name)
        if not plain.lower().endswith(_KEPT):
            _copy(body, length, None)
            return
        if self._size + length > self._options.upload_limit:
            raise Refused(f"the exchange is larger than {self._options.upload_limit} bytes")
        if plain in self._imports:
            del self._imports[plain]
        path = self._files.setdefault(plain, self._folder.made("uploads") / uuid.uuid4().hex)
        with reachable(), path.open("ab") as stream:
            before = stream.tell()
            try:
                self._size += _copy(body, length, stream)
            except (ConnectionError, TimeoutError) as error:
                stream.truncate(before)  # 1C sends the piece again, and it must not be there one and a half times
                raise Refused("the piece was cut") from error

    def import_(self, name: str, patience: float) -> bool:
        """Let the file called `name` be read; answer whether that is done, or has to be asked again.

        Args:
            patience: Seconds to wait for the look at it.

        Raises:
            Refused: If there is no such file, or it cannot be read; says why.
        """
        plain = _harmless(name)
        if plain not in self._imports:
            self._begin(plain)
        future = self._imports[plain]
        try:
            future.result(timeout=patience)
        except TimeoutError:
            return False
        except SyncError as error:
            raise Refused(f"{plain}: {error.message} ({error.code}). {error.cure}") from None
        return True

    def discard(self) -> None:
        """Forget what was sent and not imported."""
        for path in self._files.values():
            path.unlink(missing_ok=True)
        self._files.clear()
        self._imports.clear()
        self._size = 0

    def _begin(self, name: str) -> None:
        """Start the look at a file; a file inside of a zip is imported with the whole zip."""
        if name in self._files:
            self._imports[name] = self._checks.submit(self._hand_over, name, self._files.pop(name))
            return
        for other, path in list(self._files.items()):
            if is_zip(path):
                try:
                    inner = names_in(path)
                except SuspiciousRun:
                    inner = [name]  # the look at it says what is wrong with it
                future = self._checks.submit(self._hand_over, other, self._files.pop(other))
                self._imports.update(dict.fromkeys([other, *inner], future))
        if name not in self._imports:
            raise Refused(f"no file called {name} was sent in this exchange")

    def _hand_over(self, name: str, path: Path) -> None:
        """Look through a whole file, then put it where syncd reads it.

        Raises:
            SuspiciousRun: If it cannot be read. It is in quarantine then.
        """
        # A name of its own: the file of the exchange before may still be there.
        given = stamped(name, self._now())
        try:
            with opened(path, limit=self._options.unpacked_limit) as streams:
                for _name, stream in streams:
                    for _ in Document(stream, encoding=self._options.encoding, roles=self._options.roles):
                        pass
        except SuspiciousRun as error:
            self._folder.put_aside(path, f"{0:09d}__{given}", given, error, self._now())
            raise
        with reachable():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
            moved(path, self._folder.root / given)


def _copy(body: Body, length: int, target: IO[bytes] | None) -> int:
    left = length
    while left:
        chunk = body.read(min(left, CHUNK))
        if not chunk:
            raise ConnectionError("the body ended before its length")
        left -= len(chunk)
        if target is not None:
            target.write(chunk)
    return length


def _harmless(name: str) -> str:
    """The last part of a name that does not climb.

    Raises:
        Refused: If it does.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    plain = path.name
    if path.is_absolute() or ".." in path.parts or not plain or plain.startswith(".") or not plain.isprintable():
        raise Refused("the file name is not harmless")
    if ":" in name or len(plain.encode()) > _NAME_LENGTH:
        raise Refused("the file name is not harmless, or too long")
    return plain
