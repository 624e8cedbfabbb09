"""How is a file put into the folder of the configuration, changed there, or taken out: whole or not at all?"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from syncd.errors import InvalidRecord, Misconfigured
from syncd.sentence import Sentence

__all__ = ["digest_of", "file_of", "is_open", "put_in", "replace_in", "take_out"]

_PRIVATE: Final = 0o600
_CURE: Final = "Let the user under which syncd runs write into the folder, or write the file by hand."


def file_of(folder: Path, name: str) -> Path:
    """The file of one connection."""
    return folder / f"{name}.toml"


def is_open(folder: Path | None) -> bool:
    """Whether files can be put in: the folder is there and may be written to. That is how an admin allows it."""
    return folder is not None and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def digest_of(text: str) -> str:
    """By what it is told whether a file is still what somebody saw."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def put_in(file: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        Misconfigured: If it is there, or cannot be written.
    """
    draft = _draft_of(file)
    try:
        _write(draft, text, _PRIVATE)
        file.hardlink_to(draft)  # unlike a rename it never replaces what another one put there
    except FileExistsError:
        raise Misconfigured(
            Sentence("there is a file %(file)s already", file=file), cure="Choose another name, or remove it."
        ) from None
    except OSError as error:
        raise Misconfigured(
            Sentence("%(file)s cannot be written: %(strerror)s", file=file, strerror=error.strerror), cure=_CURE
        ) from None
    finally:
        draft.unlink(missing_ok=True)
    _settle(file.parent)


def replace_in(file: Path, text: str, *, seen: str) -> None:
    """Write a file anew that is still as somebody saw it; who may read it stays.

    Args:
        seen: Digest of what it was then.

    Raises:
        InvalidRecord: If it was changed since.
        Misconfigured: If it cannot be written.
    """
    draft = _draft_of(file)
    with _alone(file.parent):
        try:
            now = file.read_text(encoding="utf-8")
            if digest_of(now) != seen:
                raise InvalidRecord(
                    Sentence("%(name)s was changed since you opened it; nothing was written", name=file.name),
                    code="file-changed",
                    cure="Open the form anew: it shows what is there now.",
                )
            _write(draft, text, stat.S_IMODE(file.stat().st_mode))
            draft.replace(file)
        except OSError as error:
            raise Misconfigured(
                Sentence("%(file)s cannot be written: %(strerror)s", file=file, strerror=error.strerror), cure=_CURE
            ) from None
        finally:
            draft.unlink(missing_ok=True)
    _settle(file.parent)


def take_out(file: Path) -> None:
    """Delete a file.

    Raises:
        Misconfigured: If it cannot be deleted.
    """
    try:
        file.unlink()
    except OSError as error:
        raise Misconfigured(
            Sentence("%(file)s cannot be deleted: %(strerror)s", file=file, strerror=error.strerror), cure=_CURE
        ) from None
    _settle(file.parent)


def _draft_of(file: Path) -> Path:
    return file.with_name(f".{file.name}.{os.getpid()}")


def _write(draft: Path, text: str, mode: int) -> None:
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fchmod(out.fileno(), mode)
        os.fsync(out.fileno())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Between a look at a file and its replacement no other program of ours replaces it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _settle(folder: Path) -> None:
    """What a folder lists survives a power cut only once the folder itself is written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
