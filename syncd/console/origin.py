"""Did a page of ours send this, and was it sent to us?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.datastructures import URL

from syncd.egress import is_loopback
from syncd.settings import ConsoleSettings

__all__ = ["address_of", "asked_for", "is_own_host", "is_own_page", "page_before", "safe_path"]

_PATH: Final = re.compile(
    r"/(?!/|\\|%2f|%5c)(?:[a-z0-9/_.~-]|%[0-9a-f]{2})*"  # names of groups have blanks, and letters of any alphabet
    r"(?:\?[!-~]{0,24000})?",  # a filter of the length that is read, each letter of which takes six characters
    re.IGNORECASE,
)


def address_of(console: ConsoleSettings) -> str:
    """What people write into the browser."""
    return console.address


def is_own_host(host: str | None, public_url: str) -> bool:
    """Whether a ``Host`` header names us: a name that a stranger lets point here is theirs, not ours."""
    try:
        name = urlsplit(f"//{host or ''}").hostname or ""
    except ValueError:
        return False
    return is_loopback(name) or (bool(public_url) and name == urlsplit(public_url).hostname)


def is_own_page(headers: Mapping[str, str], scheme: str, console: ConsoleSettings) -> bool:
    """Whether a browser says that no other site made it send this.

    All current browsers say where a request comes from; for others ``Origin`` has to be our own. One that says neither
    is refused.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    own = console.public_url.rstrip("/") if console.behind_tls_proxy else f"{scheme}://{headers.get('host', '')}"
    return headers.get("origin", "").lower() == own.lower()


def asked_for(url: URL) -> str:
    """What a request asks for, as an address says it: `url.path` has a group's name as it is read."""
    return quote(url.path) + (f"?{url.query}" if url.query else "")


def safe_path(path: str) -> str:
    """A path of ours to go to after the log-in; anything else leads to the first page."""
    return path if _PATH.fullmatch(path) else "/"


def page_before(headers: Mapping[str, str], path: str) -> str:
    """The page of ours that led to a path; empty where none did, or where it is the first one."""
    try:
        came = urlsplit(headers.get("referer", ""))
    except ValueError:
        return ""
    if came.netloc != headers.get("host") or came.path == path:
        return ""
    before = safe_path(came.path + (f"?{came.query}" if came.query else ""))
    return "" if before == "/" else before
