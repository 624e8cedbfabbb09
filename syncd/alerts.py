"""Who is told that something is late, and how often is it tried?

What is to be told is a row (`syncd.registry.notices`), one for each channel; a channel that fails is tried again with
growing pauses, and the others are not told twice. An alert names a connection, times and a reason, and nobody's data.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import subprocess
from contextlib import closing
from datetime import timedelta
from typing import Any, Final

import msgspec

from syncd.errors import SyncError
from syncd.http import Client
from syncd.registry import notices
from syncd.registry.notices import Notification
from syncd.sync.app import App

__all__ = ["SIGNATURE", "deliver", "signature"]

SIGNATURE: Final = "x-syncd-signature"
TRIES: Final = 12
"""Over about a day and a half."""

_PAUSE: Final = timedelta(seconds=30)
_LONGEST: Final = timedelta(hours=6)
_COMMAND_SECONDS: Final = 30

_log: Final = logging.getLogger("syncd.alerts")


class _Untold(Exception):
    """A channel did not take an alert."""


def deliver(app: App) -> int:
    """Tell what is due; answer how many were told."""
    told = 0
    for notice in notices.claim(app.engine, app.now()):
        try:
            _CHANNELS[notice.channel](app, notice)
        except (_Untold, SyncError) as error:
            _put_off(app, notice, str(error))
        except Exception as error:  # noqa: BLE001 - one channel's trouble must not keep the others from being told
            _put_off(app, notice, type(error).__name__)
        else:
            told += 1
            notices.done(app.engine, notice.id, "told")
    return told


def signature(key: str, at: int, body: bytes) -> str:
    """What proves that an alert comes from this syncd: HMAC-SHA256 over the moment, a dot and the body."""
    digest = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _put_off(app: App, notice: Notification, why: str) -> None:
    given_up = notice.attempts >= TRIES
    pause = min(_PAUSE * 2 ** (notice.attempts - 1), _LONGEST)
    _log.warning("alert %d was not told by %s: %s", notice.id, notice.channel, why)
    again_at = None if given_up else app.now() + pause
    notices.done(app.engine, notice.id, f"given up: {why}" if given_up else why, again_at=again_at)


def _body(notice: Notification) -> bytes:
    """The alert as JSON; the same at every try, so that who gets it twice can tell by its id."""
    content: dict[str, Any] = {"version": 1, "id": notice.id, "event": notice.event, "at": notice.at, **notice.details}
    return msgspec.json.encode(content)


def _by_log(_app: App, notice: Notification) -> None:
    _log.warning("%s", _body(notice).decode())


def _by_command(app: App, notice: Notification) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the admin's own program, without a shell
            app.settings.alerts.command, input=_body(notice), capture_output=True, timeout=_COMMAND_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _Untold(f"the command could not be run: {type(error).__name__}") from None
    if done.returncode:
        raise _Untold(f"the command ended with {done.returncode}")


def _by_webhook(app: App, notice: Notification) -> None:
    own = app.settings.alerts
    if own.webhook is None or own.signing_key is None:
        raise _Untold("no webhook is configured any more")
    body = _body(notice)
    headers = {
        "content-type": "application/json",
        SIGNATURE: signature(own.signing_key.reveal(), int(app.now().timestamp()), body),
    }
    with closing(Client(own.webhook.reveal())) as client:
        client.write("POST", own.webhook.reveal(), content=body, headers=headers)


_CHANNELS: Final = {"log": _by_log, "command": _by_command, "webhook": _by_webhook}
