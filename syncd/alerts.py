"""How do others hear of what happened, and how often is it tried?

What is to be told is a row (`syncd.registry.notices`), one for each channel; a channel that fails is tried again with
growing pauses, and the others are not told twice. A message holds names of ours, counts and times, and nobody's data.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any, Final

import msgspec

from syncd import mail, webhooks
from syncd.domain.news import News
from syncd.errors import Misconfigured, SyncError, Unavailable
from syncd.http import Client
from syncd.registry import issues, notices
from syncd.registry.engine import writing
from syncd.registry.notices import Notification
from syncd.sentence import Counted, Sentence, sentence_of
from syncd.settings import WebhookSettings
from syncd.sync.app import App
from syncd.sync.attention import UNDELIVERED
from syncd.sync.news import TO, channels

__all__ = ["SIGNATURE", "TRIES", "deliver", "send_again", "send_test", "signature", "try_alerts"]

SIGNATURE: Final = "x-syncd-signature"
TRIES: Final = 16
"""Over about a day: the pauses are drawn by lot, and are 38 hours at most."""

_ROUND: Final = 100
"""Messages that one call of `deliver` tries."""

_PAUSE: Final = timedelta(seconds=30)
_LONGEST: Final = timedelta(hours=6)
_COMMAND_SECONDS: Final = 30

_log: Final = logging.getLogger("syncd.alerts")


class _Untold(Exception):
    """A channel did not take a message."""


class _Unwanted(Exception):
    """Nobody wants this message any more."""


def deliver(app: App) -> int:
    """Tell what is due, in the order in which it happened; answer how much was told.

    A channel that fails is left alone for the rest of this round, so that it holds up no other for long.
    """
    told = 0
    failed: set[str] = set()
    for _ in range(_ROUND):
        notice = notices.claim(app.engine, app.now(), but=failed)
        if notice is None:
            break
        if _told(app, notice):
            told += 1
        else:
            failed.add(notice.channel)
    return told


def _told(app: App, notice: Notification) -> bool:
    """Try once; whether nothing is left to do for it."""
    if notice.attempts > TRIES:
        _give_up(app, notice, Sentence("processes died over it"))
        return False
    try:
        _by(notice.channel)(app, notice)
    except _Unwanted as why:
        _end(app, notice, f"dropped: {why}")
    except (_Untold, SyncError) as error:
        _put_off(app, notice, _why(error), getattr(error, "retry_after", None))
        return False
    except Exception as error:  # noqa: BLE001 - one channel's trouble must not keep the others from being told
        _put_off(app, notice, type(error).__name__, None)
        return False
    else:
        _end(app, notice, "told", heals=True)
    return True


def send_test(app: App, to: WebhookSettings) -> str:
    """Send one webhook a message that means nothing, now and once; answer its id.

    Raises:
        Unavailable: If it was not taken.
    """
    now = app.now()
    message = Notification(
        id=0, at=now, event="webhook.test", details={"webhook": to.name}, channel=f"{TO}{to.name}", attempts=1
    )
    try:
        webhooks.post(to, message, int(now.timestamp()))
    except webhooks.Gone:
        raise Unavailable("the receiver wants no more (HTTP 410)") from None
    except SyncError as error:
        raise Unavailable(
            Sentence("the message was not taken: %(message)s", message=error.message), cure=error.cure
        ) from None
    return webhooks.id_of(message)


def try_alerts(app: App) -> list[str]:
    """Send a message that means nothing by every channel of alerts, now and once; answer which those are.

    Raises:
        Misconfigured: If there is no channel but the log.
        Unavailable: Naming the channel that did not take it.
    """
    ways = [name for name in channels(app, News.RUN_HELD) if name in _CHANNELS and name != "log"]
    if not ways:
        raise Misconfigured("alerts go to the log alone", cure="Name a channel in [alerts]: keep-it-fresh.md.")
    for name in ways:
        notice = Notification(id=0, at=app.now(), event=mail.TEST, details={}, channel=name, attempts=1)
        try:
            _CHANNELS[name](app, notice)
        except (_Untold, SyncError) as error:
            raise Unavailable(
                Sentence("%(name)s did not take the alert: %(why)s", name=name, why=_why(error))
            ) from None
    return ways


def send_again(app: App, to: WebhookSettings) -> int:
    """Send one webhook, in the next rounds, what it did not take in all tries; answer how much that is."""
    with writing(app.engine) as connection:
        return notices.again(connection, f"{TO}{to.name}", app.now())


def signature(key: str, at: int, body: bytes) -> str:
    """What proves that an alert comes from this syncd: HMAC-SHA256 over the moment, a dot and the body."""
    digest = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _put_off(app: App, notice: Notification, why: str, pause: float | None) -> None:
    """Try again later, with full jitter, or when the channel itself says; after so many tries it is a person's turn."""
    _log.warning("%s %d was not told by %s: %s", notice.event, notice.id, notice.channel, why)
    if notice.attempts >= TRIES:
        _give_up(app, notice, why)
        return
    longest = min(_PAUSE * 2 ** (notice.attempts - 1), _LONGEST)
    later = timedelta(seconds=pause) if pause else app.random.uniform(0, 1) * longest
    with writing(app.engine) as connection:
        notices.done(connection, notice.id, why, again_at=app.now() + later)


def _give_up(app: App, notice: Notification, why: str) -> None:
    with writing(app.engine) as connection:
        notices.done(connection, notice.id, f"{notices.GIVEN_UP}: {why}")
        issues.open_issues(connection, [_undelivered(notice.channel, why)], run_id=None, now=app.now())


def _undelivered(channel: str, why: str) -> issues.Report:
    name = channel.removeprefix(TO)
    return issues.Report(
        connection_id=None,
        code=UNDELIVERED,
        message=Sentence(
            Counted(
                "%(name)s did not take what it was to be told, %(count)s time over about a day: %(why)s",
                "%(name)s did not take what it was to be told, %(count)s times over about a day: %(why)s",
            ),
            name=name,
            count=TRIES,
            why=why,
        ),
        cure="Mend or remove the receiver; Retry then sends everything again that was given up.",
        about=f"channel {channel}",
        details={"channel": channel},
    )


def _end(app: App, notice: Notification, outcome: str, *, heals: bool = False) -> None:
    with writing(app.engine) as connection:
        notices.done(connection, notice.id, outcome)
        mended = _undelivered(notice.channel, "").fingerprint
        if heals and mended in issues.unresolved(connection, [UNDELIVERED]):
            issues.resolve(connection, [mended], by=notice.channel, now=app.now())


def _body(notice: Notification) -> bytes:
    """The alert as JSON; the same at every try, so that who gets it twice can tell by its id."""
    content: dict[str, Any] = {"version": 1, "id": notice.id, "event": notice.event, "at": notice.at, **notice.told}
    return msgspec.json.encode(content, enc_hook=str)


def _why(error: _Untold | SyncError) -> str:
    """Why a channel did not take a message, and what helps where that is known."""
    return error.said if isinstance(error, SyncError) else sentence_of(error.args[0])


def _by_log(_app: App, notice: Notification) -> None:
    _log.warning("%s", _body(notice).decode())


def _by_command(app: App, notice: Notification) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the admin's own program, without a shell
            app.settings.alerts.command, input=_body(notice), capture_output=True, timeout=_COMMAND_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _Untold(Sentence("the command could not be run: %(kind)s", kind=type(error).__name__)) from None
    if done.returncode:
        raise _Untold(Sentence("the command ended with %(code)s", code=str(done.returncode)))


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


def _by_email(app: App, notice: Notification) -> None:
    if not app.settings.alerts.mail_to:
        raise _Untold("no address is configured any more")
    mail.send(app.settings.alerts, notice, app.settings.console.address)


def _to_webhook(app: App, notice: Notification) -> None:
    name = notice.channel.removeprefix(TO)
    to = next((one for one in app.settings.webhooks if one.name == name), None)
    if to is None:
        raise _Unwanted("this webhook is not configured any more")
    try:
        webhooks.post(to, notice, int(app.now().timestamp()))
    except webhooks.Gone:
        raise _Unwanted("the receiver wants no more (410)") from None


def _by(channel: str) -> Callable[[App, Notification], None]:
    return _to_webhook if channel.startswith(TO) else _CHANNELS[channel]


_CHANNELS: Final = {"log": _by_log, "command": _by_command, "webhook": _by_webhook, "email": _by_email}
