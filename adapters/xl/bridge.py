"""How do changes reach a bridge by HTTP? Each is one POST, and its answer says what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from adapters.xl.document import Answer, Document, answer_of, encode_document, refusal
from syncd.errors import InvalidRecord, Misconfigured, OutcomeUnknown, RecordError, SyncError
from syncd.http import Client
from syncd.ports import Context, Secret
from syncd.sentence import Sentence

__all__ = ["Bridge"]

_JSON: Final = {"content-type": "application/json"}
_REFUSING: Final = frozenset({404, 409, 422})
"""Statuses whose body may be an answer of the contract."""


class Bridge:
    """The bridge's address.

    Args:
        seconds: How long the bridge may take to import.
    """

    def __init__(self, url: str, token: Secret, context: Context, *, seconds: float) -> None:
        self._client = Client(
            url,
            headers={"authorization": f"Bearer {token.reveal()}", "accept": "application/json"},
            throttle=context.throttle,
            explain=_explain,
            patience=max(seconds, 10.0),
            deadline=max(seconds, 10.0) + 20.0,
            now=context.now,
            sleep=context.sleep,
        )

    def send(self, document: Document) -> Answer:
        """Post a document.

        Raises:
            OutcomeUnknown: If the answer was lost; the same document may be sent again.
            SyncError: If it was refused.
        """
        record = "" if document.GIDNumer is None else str(document.GIDNumer)
        try:
            answer = self._client.write("POST", "/changes", content=encode_document(document), headers=_JSON)
            answer.json()  # a web page is the connection's fault, and said so
            told = answer_of(answer.content)
        except SyncError as error:
            error.record = error.record or record or None
            raise
        if told.state == "refused":
            raise refusal(told, record)
        if told.id != document.id:
            raise OutcomeUnknown("the bridge answered another document", record=record or None)
        return told

    def waiting(self, numbers: Collection[int]) -> Mapping[int, Sequence[Mapping[str, Any]]]:  # noqa: ARG002 - the same
        """Nothing is kept on this side."""
        return {}

    def refused(self) -> Sequence[tuple[str, RecordError]]:
        """Every refusal was an answer."""
        return ()

    def scrub(self, numbers: frozenset[int]) -> Sequence[str]:  # noqa: ARG002 - a carrier's call
        """Nothing is kept on this side."""
        return ()

    def check(self) -> str:
        told = self._client.read("GET", "/health").json()
        name = told.get("name") if isinstance(told, dict) else None
        if not isinstance(name, str):
            raise Misconfigured("the answer to /health names no bridge", cure="Check that the URL is a bridge's.")
        return Sentence("bridge to %(name)s", name=name)

    def close(self) -> None:
        self._client.close()


def _explain(status: int, body: bytes) -> SyncError | None:
    """Read a refusal's own words; what is no answer of the contract is left to its status."""
    if status not in _REFUSING:
        return None
    try:
        told = answer_of(body)
    except OutcomeUnknown:
        if status == 404:
            return Misconfigured("there is no bridge at this address", field="bridge_url", cure="Correct the address.")
        return InvalidRecord("the bridge refused the change", code="refused") if status == 422 else None
    return refusal(told, "") if told.state == "refused" else None
