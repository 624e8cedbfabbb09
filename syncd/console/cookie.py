"""What does the browser hold?"""

from __future__ import annotations

from starlette.responses import Response

from syncd.settings import ConsoleSettings

__all__ = ["cookie_name", "drop_cookie", "set_cookie"]


def cookie_name(console: ConsoleSettings) -> str:
    """Behind TLS a name that browsers take from this very host only, and only over https.

    The port is in the other one: browsers do not keep two consoles on one machine apart.
    """
    return "__Host-syncd" if console.behind_tls_proxy else f"syncd-{console.port}"


def set_cookie(response: Response, console: ConsoleSettings, key: str) -> None:
    """Give the browser a session's key: no script reads it, and it goes when the browser ends."""
    response.set_cookie(
        cookie_name(console), key, path="/", secure=console.behind_tls_proxy, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, console: ConsoleSettings) -> None:
    """Take it back."""
    response.delete_cookie(
        cookie_name(console), path="/", secure=console.behind_tls_proxy, httponly=True, samesite="lax"
    )
