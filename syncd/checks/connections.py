"""Does each platform let us in?"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from typing import Final

from syncd.checks.check import Check, broken, failed, fine, weak
from syncd.errors import SyncError
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected

__all__ = ["check_connections"]

_SECONDS: Final = 20.0
"""Longest time for all of them together: who asks wants an answer, and so does a platform that hangs."""


def check_connections(app: App, chosen: Sequence[Connected]) -> list[Check]:
    """Log in at several platforms at once; change nothing."""
    found: dict[str, list[Check]] = {}

    def ask(connected: Connected) -> None:
        found[connected.name] = _check(app, connected)

    # Daemon threads: one that hangs must not keep the program from ending.
    threads = [threading.Thread(target=ask, args=(connected,), daemon=True) for connected in chosen]
    for thread in threads:
        thread.start()
    ends = app.now().timestamp() + _SECONDS
    for thread in threads:
        thread.join(max(0.0, ends - app.now().timestamp()))
    silent = Sentence("no answer within %(seconds)s s", seconds=round(_SECONDS))
    cure = "Check its address, and that it is reachable from this machine."
    return [
        check
        for connected in chosen
        for check in found.get(connected.name, [failed(connected.name, silent, cure, cause="reach")])
    ]


def _check(app: App, connected: Connected) -> list[Check]:
    name = connected.name
    try:
        with closing(app.open(connected)) as endpoint:
            health = endpoint.check()
    except SyncError as error:
        return [broken(name, error)]
    except Exception as error:  # noqa: BLE001 - an adapter's mistake is one connection's finding
        return [
            failed(name, Sentence("the adapter failed with %(name)s", name=type(error).__name__), "Please report it.")
        ]
    return [
        fine(name, health.detail),
        *(weak(name, warning, "See the platform's page in the manual.") for warning in health.warnings),
    ]
