"""How is it told that the registry's database is away: once for all processes of a worker, and once that it is back?

Each tick, sweep and ring fails while it is, in whichever process it comes to. What they know of the outage is a moment
in memory that they share with the main process since their birth, under a lock of the system, which ends with whoever
holds it.
"""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from celery import Task
from celery.exceptions import Ignore
from sqlalchemy.exc import DBAPIError

from syncd.registry.trouble import away
from workers.schedule import SWEEP, TICK

__all__ = ["Patient", "answered", "noticed"]

_MOMENT: Final = struct.Struct("d")


def _shared() -> int:
    """A file without a name, as long as the process."""
    number, path = tempfile.mkstemp(prefix="syncd-")
    Path(path).unlink()
    os.ftruncate(number, _MOMENT.size)
    return number


_file: Final = _shared()
_since: Final = mmap.mmap(_file, _MOMENT.size)
"""When the outage began; 0 while there is none."""
_thread: Final = threading.Lock()
"""The system's lock is one of processes."""

_log = logging.getLogger(__name__)


def noticed(error: DBAPIError) -> None:
    """Tell that the database is away, unless that was told."""
    with _alone():
        if _began():
            _log.debug("the registry's database is still away", exc_info=error)
            return
        _MOMENT.pack_into(_since, 0, time.time())
    _log.warning(
        "The registry's database does not answer (%s). Work goes on from its rows when it is back, which will be said: "
        "it is asked for slots that are due every %d s, and for runs and pushes that wait or were cut short every "
        "%d s. Check that its server runs; `syncd doctor` tells what is wrong.",
        str(error.orig).strip().partition("\n")[0],
        TICK.total_seconds(),
        SWEEP.total_seconds(),
    )


def answered() -> None:
    """Tell that the database is back, where it was told that it is away."""
    if not _began():
        return
    with _alone():
        began = _began()
        _MOMENT.pack_into(_since, 0, 0.0)
    if began:
        _log.warning("The registry's database answers again, after %.0f s: work goes on.", time.time() - began)


def _began() -> float:
    began: float = _MOMENT.unpack_from(_since)[0]
    return began


@contextmanager
def _alone() -> Iterator[None]:
    with _thread:
        fcntl.lockf(_file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(_file, fcntl.LOCK_UN)


class Patient(Task):  # type: ignore[type-arg] # only the stubs take one
    """A task that a database that is away is no error of: another ring tries it again."""

    abstract = True

    def __call__(self, *given: Any, **named: Any) -> Any:
        try:
            done = super().__call__(*given, **named)
        except DBAPIError as error:
            if not away(error):
                raise
            noticed(error)
            raise Ignore from error
        answered()
        return done
