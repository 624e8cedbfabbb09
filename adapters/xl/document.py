"""What does a bridge beside XL get to import, and what does it answer? See docs/reference/xl-bridge-contract.md."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal, Protocol

import msgspec

from syncd.errors import InvalidRecord, NotFound, OutcomeUnknown, RecordError, SyncError, Unstorable, VersionConflict
from syncd.sentence import Sentence

__all__ = ["CONTRACT", "FIELD_OF", "Answer", "Carrier", "Document", "answer_of", "encode_document", "refusal"]

CONTRACT: Final = "syncd-xl/1"

FIELD_OF: Final[Mapping[str, str]] = {
    "Akronim": "number",
    "Nazwa1": "name",
    "Nazwa2": "name",
    "Nazwa3": "name",
    "Osoba": "kind",
    "NipE": "tax_id",
    "NipPrefiks": "tax_prefix",
    "Regon": "registrations",
    "GLN": "registrations",
    "Kraj": "country",
    "EMail": "email",
    "Telefon1": "phones",
    "Telefon2": "phones",
    "URL": "website",
    "Wojewodztwo": "addresses",
    "Adresy": "addresses",
    "Osoby": "employees",
    "Grupy": "groups",
    "GrupaDomyslna": "groups",
    "Cena": "price_list",
    "FormaPl": "payment_form",
    "Symbol": "currency",
    "Rabat": "discount",
    **{f"{stem}{slot}": "custom" for stem in ("Atrybut", "Wartosc") for slot in (1, 2, 3)},
    "Archiwalny": "active",
}
"""Contractor's field by the member of ``set`` that carries it."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One change.

    Attributes:
        id: Equal for the same change: a bridge imports it once, however often it comes.
        at: When it was asked for, RFC 3339 in UTC.
        GIDNumer: The contractor; ``None`` for one that is to be made.
        Akronim: The contractor's code, for a cross-check; of a new one the code to give.
        seen: The latest stamp of what syncd saw; 0 for a new one.
        set: Columns without their prefix and their new values; nothing else is to change.
    """

    contract: str = CONTRACT
    id: str
    operation: Literal["create", "update"]
    at: str
    GIDNumer: int | None
    Akronim: str
    seen: int
    set: dict[str, Any]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a document.

    Attributes:
        GIDNumer: The contractor that it made or changed.
        reason: Why it was refused, one of a few words; the program's own text may hold data of people.
        field: The member of ``set`` that is at fault.
        error: The number that XL's API gave.
    """

    id: str
    state: Literal["imported", "waiting", "refused"]
    GIDNumer: int | None = None
    reason: Literal["too_long", "unstorable", "required", "duplicate", "invalid", "missing", "stale"] = "invalid"
    field: str = ""
    error: int | None = None


class Carrier(Protocol):
    """A way for documents to reach the bridge."""

    def send(self, document: Document) -> Answer:
        """Hand a document over and wait a while for what becomes of it; refusals are raised.

        Raises:
            SyncError: As `refusal` says, or when it could not be handed over.
        """

    def waiting(self, numbers: Collection[int]) -> Mapping[int, Sequence[Mapping[str, Any]]]:
        """What is on its way for these, where this side keeps it: ``set`` of each document, the oldest first."""

    def refused(self) -> Sequence[tuple[str, RecordError]]:
        """Changes refused after nobody waited for them any more, by contractor, and answers that cannot be read."""

    def scrub(self, numbers: frozenset[int]) -> Sequence[str]:
        """Forget what is kept here of these contractors; say what it was."""

    def check(self) -> str:
        """What is to be said of the way: who answers, or what waits."""

    def close(self) -> None:
        """Give back connections."""


encode_document: Final = msgspec.json.Encoder(order="sorted", decimal_format="string").encode
_decode: Final = msgspec.json.Decoder(Answer).decode

_KINDS: Final[Mapping[str, type[SyncError]]] = {
    "too_long": Unstorable,
    "unstorable": Unstorable,
    "missing": NotFound,
    "stale": VersionConflict,
}
_SAID: Final[Mapping[str, Sentence]] = {
    "too_long": Sentence("XL has no room for the value"),
    "unstorable": Sentence("XL has no letters for the value"),
    "required": Sentence("XL needs a value here"),
    "duplicate": Sentence("another contractor has this value in XL"),
    "invalid": Sentence("XL refused the value"),
    "missing": Sentence("XL has no such contractor"),
    "stale": Sentence("the contractor changed in XL meanwhile"),
}


def answer_of(content: bytes) -> Answer:
    """Read an answer.

    Raises:
        OutcomeUnknown: If it is none; the document may have been imported.
    """
    try:
        # Programs of Windows like to begin a file with the mark of UTF-8.
        return _decode(content.removeprefix(codecs.BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise OutcomeUnknown(
            "the bridge's answer is not of the contract",
            code="not-json",
            cure="Check that it is a bridge to XL, and its version of the contract.",
        ) from None


def refusal(answer: Answer, record: str) -> SyncError:
    """The error that a refusal means. Only words of the contract are repeated."""
    said = _SAID[answer.reason]
    if answer.error is not None:
        said = Sentence("%(reason)s (error %(code)s)", reason=said, code=str(answer.error))
    kind = _KINDS.get(answer.reason, InvalidRecord)
    more = {"code": "refused"} if kind is InvalidRecord else {}
    return kind(
        said,
        record=record or None,
        field=FIELD_OF.get(answer.field),
        cure="Correct the value; the bridge's own log has XL's words.",
        **more,
    )
