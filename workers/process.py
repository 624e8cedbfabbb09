"""What does a process of a worker keep open between tasks?

One `App`, made in the process that uses it: a database connection must not be carried into a child.
"""

from __future__ import annotations

import contextlib
import os
import threading
from datetime import UTC, datetime

from billiard.util import get_pdeathsig  # type: ignore[attr-defined] # stubs leave it out
from sqlalchemy.exc import SQLAlchemyError

from syncd.bootstrap import inherited, open_app, renewed
from syncd.errors import SyncError
from syncd.registry.presence import say_alive
from syncd.settings import load_settings
from syncd.sync.app import App
from syncd.sync.sweep import sweep
from workers.doorbell import CeleryDoorbell
from workers.heart import Heart
from workers.stop import stopping

__all__ = ["close", "opened", "rehearse", "ticked"]


class _Opened:
    def __init__(self) -> None:
        self.pid = os.getpid()
        if _rehearsed is not None:
            self.app = inherited(_rehearsed, doorbell=CeleryDoorbell(), stopping=stopping)
        else:
            loaded = load_settings(None, os.environ)
            self.app = open_app(loaded.settings, loaded=loaded, doorbell=CeleryDoorbell(), stopping=stopping)
        self.heart = Heart(self.app.engine, "worker", bounded=True)


_lock = threading.Lock()
_opened: _Opened | None = None
_rehearsed: App | None = None


def rehearse() -> None:
    """Do once what every child would begin with, so that they share the memory which that takes.

    What is wrong here the children find, and say.
    """
    global _rehearsed  # noqa: PLW0603 - as in `opened`
    with contextlib.suppress(OSError):
        # A child lets itself be killed when its parent dies. Asking for that loads a parser of C, five megabytes.
        get_pdeathsig()
    with contextlib.suppress(SyncError, SQLAlchemyError):
        loaded = load_settings(None, os.environ)
        app = open_app(loaded.settings, loaded=loaded)
        with contextlib.closing(app):
            sweep(app)
            for connected in app.connections.values():
                app.open(connected).close()
        _rehearsed = app


def opened() -> App:
    """This process' `App`, opened when first asked for, and under the configuration of this moment.

    Asked for at the beginning of every task, so that what changed counts from the next task on and takes nothing from
    the one that is at work.

    Raises:
        Misconfigured: While the configuration is wrong or the database has no tables; the next task tries again.
    """
    global _opened  # noqa: PLW0603 - a process has one, and Celery's tasks are functions
    with _lock:
        if _opened is None or _opened.pid != os.getpid():
            _opened = _Opened()
        else:
            _opened.app = renewed(_opened.app)
        return _opened.app


def close() -> None:
    """Give everything back."""
    global _opened, _rehearsed  # noqa: PLW0603 - as above
    with _lock:
        if _opened is not None and _opened.pid == os.getpid():
            _opened.heart.stop()
            _opened.app.close()
        _opened = _rehearsed = None


def ticked() -> None:
    """Say when the schedule was last looked at: `doctor` tells from it whether a beat and a worker are there."""
    say_alive(opened().engine, "tick", "tick", now=datetime.now(UTC))
