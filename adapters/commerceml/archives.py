"""Which XML files does a zip hold, and is it safe to look? Nothing is unpacked to disk, and no name of it is used.

A zip is refused as a whole: for names that climb out, archives inside of archives, passwords, and bombs (by what
really comes out, never by what its own table says).
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Final

from syncd.domain.encoding import CHUNK
from syncd.errors import SuspiciousRun
from syncd.sentence import Counted, Sentence

__all__ = ["is_zip", "names_in", "opened"]

RATIO: Final = 400
"""Most bytes that one packed byte may become. XML of contractors packs to a twentieth; a bomb to a thousandth."""

FREE_BYTES: Final = 16 * 1024 * 1024
"""What may come out whatever the ratio."""

ENTRIES: Final = 10_000
_ARCHIVES: Final = (".zip", ".rar", ".7z", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".jar")
_MEMORY: Final = 8 * 1024 * 1024


def is_zip(path: Path) -> bool:
    """Whether the file begins as a zip, whatever it is called."""
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def names_in(path: Path) -> list[str]:
    """Names of the XML files in a zip, without folders.

    Raises:
        SuspiciousRun: If the zip is broken or not safe.
    """
    with _open(path) as archive:
        return [PurePosixPath(entry.filename).name for entry in _entries(archive)]


@contextmanager
def opened(path: Path, *, limit: int) -> Iterator[Iterator[tuple[str, BinaryIO]]]:
    """The XML files that `path` is or holds, in the order of their names, each with its name.

    Args:
        limit: Most bytes that may come out of one zip.

    Raises:
        SuspiciousRun: If the zip is broken or not safe.
    """
    if not is_zip(path):
        with path.open("rb") as stream:
            yield iter([(path.name, stream)])
        return
    with _open(path) as archive:
        yield _streams(archive, _Budget(path.stat().st_size, limit))


class _Budget:
    """Bytes that may still come out of one zip."""

    def __init__(self, packed: int, limit: int) -> None:
        self._left = min(limit, max(packed * RATIO, FREE_BYTES))

    def spend(self, number: int) -> None:
        self._left -= number
        if self._left < 0:
            raise _unsafe("it unpacks to more than it may: a bomb, or a catalogue of products", code="zip-bomb")


def _streams(archive: zipfile.ZipFile, budget: _Budget) -> Iterator[tuple[str, BinaryIO]]:
    for entry in _entries(archive):
        # Into a file first: the reader of XML has to go back to the beginning, and a zip's stream cannot.
        with tempfile.SpooledTemporaryFile(max_size=_MEMORY) as unpacked:
            _copy(archive, entry, unpacked, budget)
            unpacked.seek(0)
            yield PurePosixPath(entry.filename).name, unpacked  # type: ignore[misc]  # reads and seeks as any file


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: IO[bytes], budget: _Budget) -> None:
    try:
        with archive.open(entry) as stream:
            while chunk := stream.read(CHUNK):
                budget.spend(len(chunk))
                target.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _unsafe(
            Sentence("it cannot be unpacked (%(kind)s)", kind=type(error).__name__), code="file-broken"
        ) from None


@contextmanager
def _open(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise _unsafe(
            Sentence("it is broken or cut (%(kind)s)", kind=type(error).__name__), code="file-broken"
        ) from None
    with archive:
        yield archive


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Entries with XML, in the order of their names. Pictures of products and the like are left alone."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > ENTRIES:
        raise _unsafe(
            Sentence(Counted("it has more than %(count)s entry", "it has more than %(count)s entries"), count=ENTRIES),
            code="zip-bomb",
        )
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or ":" in name or "\0" in entry.orig_filename:
            raise _unsafe("a name in it climbs out of its folder", code="zip-unsafe")
        if name.lower().endswith(_ARCHIVES):
            raise _unsafe("it holds another archive", code="zip-unsafe")
        if entry.flag_bits & 0x1:
            raise _unsafe("it is encrypted", code="zip-unsafe")
    return sorted((entry for entry in entries if entry.filename.lower().endswith(".xml")), key=lambda e: e.filename)


def _unsafe(what: str, *, code: str) -> SuspiciousRun:
    return SuspiciousRun(
        Sentence("the zip was refused: %(what)s", what=what),
        code=code,
        cure="Let 1C send the files again; if it sends such zips, switch its packing off.",
    )
