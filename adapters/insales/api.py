"""How is one call made to a shop's Admin API, how fast may it be, and is the answer one?

500 calls in five minutes are allowed, counted from the first call of a series, and every answer says how many were
made. The shared limiter keeps to that; the header corrects it for what other programs of the same application call:
the nearer the limit, the longer the pause before the next call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from adapters.insales.options import Options, password_of
from adapters.insales.refusal import explain, refused
from syncd.errors import InvalidRecord, Misconfigured, NotFound, OutcomeUnknown, RateLimited, Unavailable
from syncd.http import Client, Response, moment_of
from syncd.ports import Context
from syncd.sentence import Sentence, sentence_of

__all__ = ["Api", "Batch", "pause_for"]

DEADLINE_SECONDS: Final = 60.0
"""InSales itself gives up after 50 s, with HTTP 504: that is worth hearing."""

UNTOLD_SECONDS: Final = 150.0
"""Pause after a refusal for the rate that names none, as InSales' own client makes."""

_USAGE: Final = re.compile(r"(\d+)\s*/\s*(\d+)")
_STEEP: Final = 16
_LONGEST_PAUSE: Final = 4.0
_SHORTEST_PAUSE: Final = 0.1


class Batch(NamedTuple):
    """A list, and when the shop says that it sent it."""

    rows: Sequence[Any]
    sent: datetime | None


class Api:
    """The Admin API of one shop. Safe to use from several threads."""

    def __init__(self, options: Options, context: Context) -> None:
        self._throttle = context.throttle
        self._client = Client(
            f"{options.url.rstrip('/').removesuffix('/admin')}/admin",
            auth=(options.login, password_of(options)),
            headers={"accept": "application/json"},
            throttle=context.throttle,
            explain=explain,
            deadline=DEADLINE_SECONDS,
            patience=DEADLINE_SECONDS,
            now=context.now,
            sleep=context.sleep,
        )

    def list(self, path: str, params: Mapping[str, str | int] | None = None) -> Batch:
        """Ask for a list.

        Raises:
            Misconfigured: If the address is not that of an InSales shop.
        """
        try:
            answer = self._heard(lambda: self._client.read("GET", path, params=params))
        except NotFound:
            raise _not_a_shop() from None
        except InvalidRecord as error:
            raise Misconfigured(
                Sentence("the shop refused to list %(path)s: %(reason)s", path=path, reason=sentence_of(error.message)),
                code="refused-read",
                cure="Lower the option page_size; if that does not help, ask InSales.",
            ) from None
        rows = answer.json()
        if not isinstance(rows, list):
            raise _not_a_shop()
        return Batch(rows, moment_of(answer.headers.get("date")))

    def count(self, path: str) -> int:
        """Ask how many there are.

        Raises:
            Misconfigured: If the address is not that of an InSales shop.
            Unavailable: If the answer is no number.
        """
        try:
            answer = self._ask(path)
        except NotFound:
            raise _not_a_shop() from None
        count = answer.get("count") if isinstance(answer, dict) else None
        if not isinstance(count, int):
            raise Unavailable("the answer to a question for a count holds none", code="unexpected-form")
        return count

    def get(self, path: str) -> dict[str, Any]:
        """Ask for one object.

        Raises:
            NotFound: If there is none.
        """
        answer = self._ask(path)
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
            raise Unavailable("the answer is not the object that was asked for", code="unexpected-form")
        return answer

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make or change one object, once; answer what the shop says that it now holds.

        Raises:
            OutcomeUnknown: If no usable answer came.
            InvalidRecord: If the shop refused a value, with whatever status it did.
        """
        answer = self._heard(lambda: self._client.write(method, path, json=body)).json()
        if not isinstance(answer, dict):
            raise OutcomeUnknown("the answer to a write is not an object", code="unexpected-form")
        if not isinstance(answer.get("id"), int):
            if "errors" in answer or "error" in answer:
                raise refused(answer)
            raise OutcomeUnknown("the answer to a write does not say what is held now", code="unexpected-form")
        return answer

    def delete(self, path: str) -> None:
        """Delete one object."""
        self._heard(lambda: self._client.write("DELETE", path))

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _ask(self, path: str) -> Any:
        return self._heard(lambda: self._client.read("GET", path)).json()

    def _heard(self, call: Callable[[], Response]) -> Response:
        """Make a call; let all processes slow down as the limit comes near."""
        try:
            answer = call()
        except RateLimited as error:
            if error.retry_after is not None:
                raise
            self._throttle.pause(UNTOLD_SECONDS)
            raise RateLimited(error.message, retry_after=UNTOLD_SECONDS) from None
        pause = pause_for(answer.headers.get("api-usage-limit", ""))
        if pause >= _SHORTEST_PAUSE:
            self._throttle.pause(pause)
        return answer


def pause_for(usage: str) -> float:
    """Seconds to pause after an answer whose header ``API-Usage-Limit`` says ``37/500``.

    A curve that is flat until about three quarters and steep at the end. Its form comes from a public client; it ends
    where a call that has to wait twice is still not given up (`syncd.ports.Throttle`).
    """
    found = _USAGE.fullmatch(usage.strip())
    if found is None or int(found[2]) == 0:
        return 0.0
    return float(min(int(found[1]) / int(found[2]), 1.0) ** _STEEP * _LONGEST_PAUSE)


def _not_a_shop() -> Misconfigured:
    return Misconfigured(
        "the address answers, and not as an InSales shop does",
        field="url",
        cure="Give the shop's own address, https://NAME.myinsales.ru, without a path.",
    )
