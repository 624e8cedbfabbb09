"""What of a call to a platform may be kept, to be looked at by a person? Neither secrets nor more than a few kilobytes.

Headers are masked unless they are known to be harmless; what the configuration calls a secret is masked wherever it
stands, in the forms in which it is sent; and so is what a platform hands out itself (a session, a token), by its name.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import msgspec

__all__ = ["BODY", "MASK", "Exchange", "kept"]

BODY: Final = 8 * 1024
"""Characters of a body that are kept."""

MASK: Final = "•••"

_MARGIN: Final = 4 * 1024
"""So much more is looked through, so that a secret that the cut goes through is masked as a whole."""

_SHOWN: Final = frozenset(
    {
        "accept", "accept-encoding", "age", "allow", "cache-control", "connection", "content-encoding",
        "content-language", "content-length", "content-type", "date", "etag", "expires", "host", "if-match",
        "if-none-match", "last-modified", "prefer", "retry-after", "server", "soapaction", "transfer-encoding",
        "user-agent", "vary", "x-correlation-id", "x-request-id",
    }
)  # fmt: skip

_NAME: Final = (
    r"[\w.-]*(?:passw|pwd|secret|token|api[-_]?key|apikey|auth|session|signature|credential|licen[cs]e|\bkey\b)[\w.-]*"
)
_JSON: Final = re.compile(rf'("{_NAME}"\s*:\s*)("(?:[^"\\]|\\.)*"?|[\w.+-]+)', re.IGNORECASE)
_XML: Final = re.compile(rf"(<(?:[\w.-]+:)?{_NAME}(?:\s[^>]*)?>)([^<]+)", re.IGNORECASE)
_FORM: Final = re.compile(rf"((?:^|[?&\n])(?:{_NAME})=)([^&\s#]*)", re.IGNORECASE)
_USER: Final = re.compile(r"(://)[^/@\s]+(@)")


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A call and its answer, fit to be shown.

    Attributes:
        status: ``None`` if no answer came.
        cut: Whether a body was longer than what is kept of it.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: str
    status: int | None
    answer_headers: dict[str, str]
    answer: str
    cut: bool = False


def kept(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    status: int | None,
    answer_headers: Mapping[str, str],
    answer: bytes,
    secrets: Collection[str],
) -> Exchange:
    """Reduce a call to what may be kept of it.

    Args:
        secrets: What must stand nowhere.
    """
    known = _forms(secrets)
    sent, sent_cut = _body(body, known)
    got, got_cut = _body(answer, known)
    return Exchange(
        method=method,
        url=_clean(_USER.sub(rf"\1{MASK}\2", url[:2000]), known),
        headers=_headers(headers, known),
        body=sent,
        status=status,
        answer_headers=_headers(answer_headers, known),
        answer=got,
        cut=sent_cut or got_cut,
    )


def _headers(headers: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    return {
        name.lower(): _clean(value[:200], known) if name.lower() in _SHOWN else MASK for name, value in headers.items()
    }


def _body(content: bytes, known: Collection[str]) -> tuple[str, bool]:
    text = content[: 4 * (BODY + _MARGIN)].decode("utf-8", "replace")[: BODY + _MARGIN]
    # What neither database stores, and what no page shows.
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "�", text)
    text = _clean(text, known)
    return text[:BODY], len(text) > BODY or len(content) > 4 * (BODY + _MARGIN)


def _clean(text: str, known: Collection[str]) -> str:
    for form in known:
        text = text.replace(form, MASK)
    text = _JSON.sub(rf'\1"{MASK}"', text)
    text = _XML.sub(rf"\1{MASK}", text)
    return _FORM.sub(rf"\1{MASK}", text)


def _forms(secrets: Collection[str]) -> list[str]:
    """Each secret as it may be written, the longest first: a short one may be part of a long one."""
    found = {form for secret in secrets if len(secret) >= 3 for form in _written(secret)}
    return sorted(found, key=len, reverse=True)


def _written(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield escape(secret)
    yield escape(secret, {'"': "&quot;", "'": "&apos;"})
    yield msgspec.json.encode(secret).decode()[1:-1]
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
