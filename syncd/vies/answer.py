"""What does an answer of VIES say? Only two of its forms say anything about the number; all others are ``unknown``.

The service answers outages with HTTP 200 and ``"valid": false`` beside the reason, so that looking at ``valid`` alone
makes good customers bad ones.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from syncd.domain.compact import squeeze
from syncd.domain.country import VatAnswer

__all__ = ["EVERYBODYS", "MALFORMED", "Answered", "cause_in", "read_answer"]

MALFORMED: Final = "malformed"
"""Cause of an answer that contradicts itself, is about another number, or has another shape."""

EVERYBODYS: Final = frozenset(
    "SERVICE_UNAVAILABLE SERVER_BUSY GLOBAL_MAX_CONCURRENT_REQ GLOBAL_MAX_CONCURRENT_REQ_TIME IP_BLOCKED"
    " INVALID_REQUESTER_INFO".split()
)
"""Causes that would meet any number: asking for the next one is of no use."""

_CAUSE: Final = re.compile(r"[A-Z][A-Z_]{1,47}")
_SAYS_NOTHING: Final = {"", "VALID", "INVALID"}


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one question.

    Attributes:
        consultation: VIES' own number of the consultation, which proves it to a tax office; only for a requester.
        cause: Why nothing is known: VIES' own word in capitals, or the client's.
        everybodys: Whether the cause would meet any number.
    """

    answer: VatAnswer
    consultation: str = ""
    cause: str = ""
    everybodys: bool = False


class _Wrapper(msgspec.Struct):
    error: str = ""


class _Body(msgspec.Struct, rename="camel"):
    valid: bool | None = None
    user_error: str | None = None
    action_succeed: bool | None = None
    error_wrappers: list[_Wrapper] | None = None
    request_identifier: str | None = None
    country_code: str | None = None
    vat_number: str | None = None


def read_answer(body: Any, prefix: str, number: str) -> Answered:
    """Understand the decoded body of a success."""
    try:
        said = msgspec.convert(body, _Body)
    except msgspec.ValidationError:
        return unknown(MALFORMED)
    if said.error_wrappers or said.action_succeed is False:
        return unknown(_cause(said))
    error = (said.user_error or "").upper()
    if error not in _SAYS_NOTHING:
        return unknown(error)
    if said.valid is None or (error and (error == "VALID") is not said.valid):
        return unknown(MALFORMED)
    if not _is_about(said, prefix, number):
        return unknown(MALFORMED)
    answer = VatAnswer.VALID if said.valid else VatAnswer.INVALID
    return Answered(answer=answer, consultation=said.request_identifier or "")


def unknown(cause: str, *, everybodys: bool = False) -> Answered:
    """No answer, for this reason."""
    known = cause if cause == cause.lower() or _CAUSE.fullmatch(cause) else MALFORMED
    return Answered(answer=VatAnswer.UNKNOWN, cause=known, everybodys=everybodys or known in EVERYBODYS)


def cause_in(content: bytes) -> str | None:
    """VIES' own word in the body of a refusal; ``None`` where there is none."""
    try:
        said = msgspec.json.decode(content, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    cause = _cause(said)
    return cause if _CAUSE.fullmatch(cause) else None


def _cause(said: _Body) -> str:
    return next((wrapper.error for wrapper in said.error_wrappers or () if wrapper.error), MALFORMED)


def _is_about(said: _Body, prefix: str, number: str) -> bool:
    """Whether it repeats the question: a cache between may answer somebody else's."""
    country, vat = said.country_code or prefix, said.vat_number or number
    # Belgium had numbers without the zero that now begins them all.
    return squeeze(country) == prefix and squeeze(vat).removeprefix(prefix).lstrip("0") == number.lstrip("0")
