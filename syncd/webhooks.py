"""How does a message go to one of ``[[webhooks]]``?"""

from __future__ import annotations

import base64
import secrets
from contextlib import closing
from typing import Any, Final

import msgspec

from syncd.domain.standard_webhooks import PREFIX, headers_of, keys_of
from syncd.errors import NotFound
from syncd.http import Client
from syncd.registry.notices import Notification
from syncd.settings import WebhookSettings

__all__ = ["Gone", "body_of", "id_of", "new_key", "post"]

_DEADLINE: Final = 15.0
"""Seconds for one try, the answer included; the specification asks for 15 to 30."""

_ANSWER_BYTES: Final = 64 * 1024
"""Of the answer nothing is wanted but its status."""

_GONE: Final = 410


class Gone(Exception):
    """The receiver wants to hear nothing more of this."""


def new_key() -> str:
    """A key as it is written into an environment."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def id_of(notice: Notification) -> str:
    """Names the message; the same at every try, and not used again after an older database was restored."""
    return f"msg_{notice.id}_{int(notice.at.timestamp())}"


def body_of(notice: Notification) -> bytes:
    """The message as JSON, the same at every try."""
    content: dict[str, Any] = {
        "type": notice.event,
        "timestamp": notice.at,
        "id": id_of(notice),
        "data": notice.told,
    }
    return msgspec.json.encode(content, enc_hook=str)


def post(to: WebhookSettings, notice: Notification, at: int) -> None:
    """Send a message once. Redirects are not followed, and the address is judged by `syncd.egress`.

    Args:
        at: Seconds since 1970.

    Raises:
        SyncError: If it was not taken.
        Gone: If it is not to be sent again.
    """
    gone = NotFound("the receiver wants no more")
    url, body = to.url.reveal(), body_of(notice)
    headers = headers_of(keys_of(to.secret.reveal()), id_of(notice), at, body)
    client = Client(
        url,
        headers={"content-type": "application/json"},
        explain=lambda status, _: gone if status == _GONE else None,
        deadline=_DEADLINE,
        body_bytes=_ANSWER_BYTES,
    )
    with closing(client):
        try:
            client.write("POST", url, content=body, headers=headers)
        except NotFound as error:
            if error is gone:
                raise Gone from None
            raise
