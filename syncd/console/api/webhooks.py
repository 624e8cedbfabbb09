"""What can a program ask about whom syncd calls, and have sent?"""

from __future__ import annotations

import msgspec

from syncd import alerts
from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint
from syncd.settings import WebhookSettings
from syncd.sync.news import WebhookRow, list_webhooks, webhook_of

__all__ = ["ENDPOINTS"]


class Webhooks(msgspec.Struct, frozen=True):
    """All that are configured."""

    items: list[WebhookRow]


class SentAgain(msgspec.Struct, frozen=True):
    """How many messages are sent again."""

    again: int


def _list(call: Call) -> Webhooks:
    return Webhooks(list_webhooks(call.app))


def _test(call: Call) -> Done:
    return Done(alerts.send_test(call.app, _pick(call)))


def _retry(call: Call) -> SentAgain:
    return SentAgain(alerts.send_again(call.app, _pick(call)))


def _pick(call: Call) -> WebhookSettings:
    return webhook_of(call.app, call.path["webhook"])


ENDPOINTS = (
    Endpoint("GET", "/webhooks", Role.VIEWER, "List whom syncd calls, and what each still has to be told.", _list,
             Webhooks),
    Endpoint(
        "POST", "/webhooks/{webhook}/test", Role.ADMIN, "Send a webhook a message that means nothing, now and once.",
        _test, Done,
    ),
    Endpoint(
        "POST", "/webhooks/{webhook}/retry", Role.ADMIN, "Send a webhook again what was given up after all tries.",
        _retry, SentAgain,
    ),
)  # fmt: skip
