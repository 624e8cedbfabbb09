"""How is a file put into the folder of the configuration, or taken out: whole or not at all?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from syncd.errors import Misconfigured

__all__ = ["file_of", "is_open", "put_in", "take_out"]

_PRIVATE: Final = 0o600
_CURE: Final = "Let the user under which syncd runs write into the folder, or write the file by hand."


def file_of(folder: Path, name: str) -> Path:
    """The file of one connection."""
    return folder / f"{name}.toml"


def is_open(folder: Path | None) -> bool:
    """Whether files can be put in: the folder is there and may be written to. That is how an admin allows it."""
    return folder is not None and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def put_in(file: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        Misconfigured: If it is there, or cannot be written.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        file.hardlink_to(draft)  # unlike a rename it never replaces what another one put there
    except FileExistsError:
        raise Misconfigured(f"there is a file {file} already", cure="Choose another name, or remove it.") from None
    except OSError as error:
        raise Misconfigured(f"{file} cannot be written: {error.strerror}", cure=_CURE) from None
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
        raise Misconfigured(f"{file} cannot be deleted: {error.strerror}", cure=_CURE) from None
    _settle(file.parent)


def _settle(folder: Path) -> None:
    """What a folder lists survives a power cut only once the folder itself is written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
