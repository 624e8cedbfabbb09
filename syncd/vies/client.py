"""How is one number asked for?"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from syncd.domain.tax import split
from syncd.errors import InvalidRecord, RateLimited, SyncError
from syncd.http import Client
from syncd.ports import Throttle
from syncd.vies.answer import Answered, cause_in, read_answer, unknown

__all__ = ["Vies"]

PATIENCE_SECONDS: Final = 25.0
"""Longest wait for the next bytes: some member states are seen to take more than 15 s."""

_FORM: Final = re.compile(r"(?=.*[0-9])[0-9A-Z+*]{2,12}")
"""What the service's own description takes for a number, which has a digit as well."""


class Vies:
    """The service, as one installation may use it.

    Args:
        url: Root of the REST API.
        requester: Our own VAT number with its prefix; ``""`` asks without one, and gets no consultation numbers.
        throttle: Shared by all processes.
    """

    def __init__(self, url: str, *, requester: str, throttle: Throttle) -> None:
        self._throttle = throttle
        self._client = Client(
            url, throttle=_Pauses(throttle), explain=_explain, patience=PATIENCE_SECONDS, deadline=2 * PATIENCE_SECONDS
        )
        own = split(requester)
        self._own = {"requesterMemberStateCode": own.prefix, "requesterNumber": own.number} if own.number else {}

    def ask(self, prefix: str, number: str) -> Answered:
        """Ask for one number; everything that is no answer about it is ``unknown``.

        What VIES would not take, an e-mail address in the field for instance, is not sent there.

        Raises:
            RateLimited: If our own limit forbids to ask now; nothing was asked.
        """
        if not _FORM.fullmatch(number):
            return unknown("INVALID_INPUT")
        self._throttle.wait()
        body: Any = {"countryCode": prefix, "vatNumber": number, **self._own}
        try:
            # Once: whoever gets no answer is asked again later anyway.
            answer = self._client.write("POST", "check-vat-number", json=body)
            return read_answer(answer.json(), prefix, number)
        except RateLimited as error:
            return unknown(error.code, everybodys=True)
        except InvalidRecord as error:
            return unknown(error.code)
        except SyncError as error:
            return unknown(error.code, everybodys=True)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _explain(status: int, content: bytes) -> SyncError | None:
    """Take VIES' own word for a refusal; a pause that it asks for is left to the client."""
    if status == 429 or status >= 500:
        return None
    cause = cause_in(content)
    return InvalidRecord("VIES refused the question", code=cause) if cause else None


class _Pauses(msgspec.Struct, frozen=True):
    """The throttle without the waiting, which `Vies.ask` has done."""

    throttle: Any

    def wait(self) -> None:
        """Return at once."""

    def pause(self, seconds: float) -> None:
        """Let nobody ask before `seconds` have passed."""
        self.throttle.pause(seconds)
