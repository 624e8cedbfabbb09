"""How does a test stop a process at an exact point of its work? Inert unless the environment sets ``SYNCD_FAULT``.

``SYNCD_FAULT=POINT:ACTION:FILE`` lets the first process that comes to `POINT` take `FILE` away and do `ACTION`, once:
``kill`` ends it as SIGKILL does, ``freeze`` stops it until somebody sends SIGCONT. Beside the file that is gone there
is then one with ``.hit`` at its end, with the process' id in it.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Final

__all__ = ["hit"]

_FAULT: Final = os.environ.get("SYNCD_FAULT", "")
_ACTIONS: Final = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}


def hit(point: str) -> None:
    """Tell that the work has come to `point`."""
    if _FAULT:
        _fail_at(point)


def _fail_at(point: str) -> None:
    planned, action, file = _FAULT.split(":", 2)
    if planned != point:
        return
    try:
        Path(file).unlink()
    except FileNotFoundError:
        return  # it has gone wrong already
    Path(f"{file}.hit").write_text(str(os.getpid()), encoding="ascii")
    os.kill(os.getpid(), _ACTIONS[action])
