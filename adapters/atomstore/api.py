"""How is an AtomStore shop called, and what does it mean when it answers with a sentence?

Every business error is a text in a success, refused credentials included, so each answer is looked at before it is
believed. The sentences are not known in full and may quote people's data: none is repeated.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import BinaryIO, Final

from adapters.atomstore.options import Options
from syncd import xml
from syncd.errors import AuthFailed, InvalidRecord, SuspiciousRun, Unavailable
from syncd.http import Client
from syncd.ports import Context
from syncd.soap import Caller, Value, explain

__all__ = ["EVER", "Api", "user_of"]

EVER: Final = "0000-00-00 00:00:00"
"""The moment from which all customers are listed."""

KNOWN_PARTS: Final = 6
"""Parameters of ``GetUsers`` in the version that is known."""

_REFUSED: Final = re.compile(r"wrong authorization|nieudana autoryzacja", re.IGNORECASE)
_SENTENCE_BYTES: Final = 1000


class Api:
    """Calls one shop; safe to use from several threads."""

    def __init__(self, options: Options, context: Context) -> None:
        self._who: Value = {"login": options.login, "password": options.password.reveal()}
        self._client = Client(
            options.url,
            throttle=context.throttle,
            explain=explain,
            patience=float(options.timeout_seconds),
            deadline=float(options.timeout_seconds),
            body_bytes=options.answer_mb << 20,
            now=context.now,
            sleep=context.sleep,
        )
        self._caller = Caller(self._client, wsdl="atom_api/wsdl/atom_api", endpoint="atom_api/call/atom_api")

    def check(self) -> None:
        """Log in.

        Raises:
            AuthFailed: If the account is refused.
        """
        answer = _checked(self._caller.read("CheckConnection", self._who))
        if _sentence(answer) != "OK":
            raise Unavailable("the shop does not say that the connection works", code="text-instead-of-list")

    def unknown_parts(self) -> str:
        """Names of the parameters of ``GetUsers`` that syncd leaves out; to be asked after it was called."""
        return ", ".join(self._caller.service().operations["GetUsers"].parts[KNOWN_PARTS:])

    def users(self, *, created: str = EVER, atom_id: int = 0, external_id: str = "", phrase: str = "") -> BinaryIO:
        """Ask for customers, the blocked ones included; answer the document with them, or nothing.

        Raises:
            Unavailable: If the shop answers with a sentence.
        """
        document = _checked(self._caller.read("GetUsers", self._who, created, "", atom_id, external_id, phrase))
        if _sentence(document):
            raise Unavailable(
                "the shop answers a sentence where customers are expected",
                code="text-instead-of-list",
                cure="Look into the shop's own log, and whether the account may use the API; it is tried again.",
            )
        return document

    def few_users(
        self, wanted: Callable[[xml.Element], bool], *, atom_id: int = 0, external_id: str = "", phrase: str = ""
    ) -> list[xml.Element]:
        """Ask for customers by a key, and take those that are `wanted` into memory.

        Raises:
            InvalidRecord: If one of these cannot be read. Strangers need not be, of whom a phrase brings many.
            Unavailable: If the document with them cannot be read.
        """
        document = self.users(atom_id=atom_id, external_id=external_id, phrase=phrase).read()
        if not document.strip():
            return []
        try:
            items = xml.records(io.BytesIO(document), "user")
            found = [(xml.text(item.element, "atom_id"), item.raw) for item in items if _fits(item.element, wanted)]
        except SuspiciousRun as error:
            raise Unavailable(error.message, code=error.code, cure=error.cure) from None
        return [user_of(raw, atom_id) for atom_id, raw in found]

    def set_users(self, document: bytes) -> str:
        """Send a document of users; answer what the shop says of it."""
        return _text(self._caller.write("SetUsers", self._who, {"xml": document.decode()}))

    def set_external_id(self, atom_id: int, external_id: str) -> str:
        """Give a customer another id of the ERP; answer what the shop says of it."""
        return _text(self._caller.write("SetUserExternalId", self._who, atom_id, external_id))

    def close(self) -> None:
        """Give back connections."""
        self._client.close()


def user_of(raw: bytes, atom_id: str) -> xml.Element:
    """One customer of a list.

    Raises:
        InvalidRecord: If something in it cannot be read.
    """
    user = xml.parse(raw)
    try:
        xml.check_letters(user)
    except InvalidRecord as error:
        error.record = atom_id
        raise
    return user


def _fits(user: xml.Element, wanted: Callable[[xml.Element], bool]) -> bool:
    try:
        return wanted(user)
    except InvalidRecord:  # what cannot be read is not the same as any key
        return False


def _sentence(answer: BinaryIO) -> str:
    """What an answer says, if it is no document; the answer is left at its beginning."""
    head = answer.read(_SENTENCE_BYTES).decode("utf-8", "replace").strip("\ufeff \t\r\n")
    answer.seek(0)
    return "" if head.startswith("<") else head


def _checked(answer: BinaryIO) -> BinaryIO:
    if _REFUSED.search(_sentence(answer)):
        raise AuthFailed("the shop refused login and password")
    return answer


def _text(answer: BinaryIO) -> str:
    return _checked(answer).read().decode().strip()
