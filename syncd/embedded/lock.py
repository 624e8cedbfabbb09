"""How is it made sure that only one ``syncd up`` works in a folder?"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from syncd.errors import Misconfigured, SyncError

__all__ = ["AlreadyUp", "state_folder"]


class AlreadyUp(SyncError):
    """Another one is at work here."""

    code = "already-up"
    cure = "Stop that one first, or leave it at it."


@contextlib.contextmanager
def state_folder(folder: Path) -> Iterator[Path]:
    """Make the folder, and keep every other ``syncd up`` out of it. The kernel lets go when the process ends.

    Raises:
        AlreadyUp: With the process id of the one that is at work.
        Misconfigured: If the folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="ascii")
        lock = (folder / "up.lock").open("a+", encoding="ascii")
    except OSError as error:
        raise Misconfigured(
            f"{folder} cannot be written: {error.strerror}", cure="Run it as a user who may, or in another folder."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyUp(f"`syncd up` runs already in {folder.parent}, as process {lock.read().strip()}.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield folder
