"""What does InSales mean by a refused call, in each of its shapes?

A refused value comes as ``{"email": ["..."]}``, as ``{"errors": ["..."]}`` or, from the XML twin and some proxies, as
``<errors><error>...</error></errors>``; which of them when is not documented, so all are read. The sentences are the
shop's own and may quote what was sent: whatever looks like somebody's data is left out of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from syncd.errors import AuthFailed, InvalidRecord, SyncError
from syncd.sentence import Sentence
from syncd.xml import parse, texts

__all__ = ["explain", "refused"]

_FIELDS: Final = {
    "name": "name",
    "surname": "last_name",
    "middlename": "first_name",
    "email": "email",
    "phone": "phones",
    "inn": "tax_id",
    "kpp": "registrations",
    "ogrn": "registrations",
    "okpo": "registrations",
    "bik": "accounts",
    "bank_name": "accounts",
    "settlement_account": "accounts",
    "correspondent_account": "accounts",
    "juridical_address": "addresses",
    "client_group": "groups",
    "client_group_id": "groups",
    "password": "registered",
    "type": "kind",
    "fields_values": "custom",
}
_WORDS: Final = {"e-mail": "email", "почта": "email", "телефон": "phones", "имя": "name", "инн": "tax_id"}
"""First words of sentences that are about no field by name."""

_TAKEN: Final = re.compile(r"использ|занят|существует|taken|already", re.IGNORECASE)
_PERSONAL: Final = re.compile(r"\"[^\"]*\"|'[^']*'|«[^»]*»|\S*@\S*|\+?\d[\d\s()-]{3,}\d")
_LONGEST: Final = 160
_DEEPEST: Final = 4


def explain(status: int, body: bytes) -> SyncError | None:
    """InSales' own reading of a failed answer; ``None`` leaves it to the table that all platforms share."""
    if status == 403:
        return AuthFailed(
            "the API key lacks a right (HTTP 403)",
            code="no-rights",
            cure="Give it the rights to read and write clients, then resume the connection.",
        )
    return refused(_decoded(body)) if status == 422 else None


def refused(answer: Any) -> InvalidRecord:
    """The error for a refusal in any of its shapes; one that says nothing is one too."""
    found = next(_sentences(answer, "", 0), ("", ""))
    where, sentence = found
    field = _FIELDS.get(where)
    if field is None and where in {"", "errors", "error", "base", "message"}:
        first = sentence.split(" ", 1)[0].casefold()
        field = _FIELDS.get(first) or next((known for word, known in _WORDS.items() if first.startswith(word)), None)
    if field == "email" and _TAKEN.search(sentence):
        return InvalidRecord(
            "the shop has another client with this e-mail",
            code="login-taken",
            field="email",
            cure="Give one of the two another e-mail, or merge them.",
        )
    plain = " ".join(_PERSONAL.sub("…", sentence).split())[:_LONGEST]
    return InvalidRecord(
        _said(where if where in _FIELDS else "", plain),
        code="refused",
        field=field,
        cure="Correct the value where it comes from; the next run takes it.",
    )


def _said(name: str, plain: str) -> Sentence:
    """The refusal, of what and with the shop's own words where they are known."""
    match bool(name), bool(plain):
        case True, True:
            return Sentence("the shop refused a value for its %(name)s: %(reason)s", name=name, reason=plain)
        case True, False:
            return Sentence("the shop refused a value for its %(name)s", name=name)
        case False, True:
            return Sentence("the shop refused a value: %(reason)s", reason=plain)
        case _:
            return Sentence("the shop refused a value")


def _decoded(body: bytes) -> Any:
    if body.lstrip()[:1] == b"<":
        return {"errors": _xml_errors(body)}
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _xml_errors(body: bytes) -> list[str]:
    try:
        return texts(parse(body), "error")
    except SyncError:
        return []  # a page of a proxy: the status says enough


def _sentences(answer: Any, where: str, depth: int) -> Iterator[tuple[str, str]]:
    """Every sentence with the name of what it is about."""
    if depth > _DEEPEST:
        return
    if isinstance(answer, str):
        yield where, answer
    elif isinstance(answer, list):
        for member in answer:
            yield from _sentences(member, where, depth + 1)
    elif isinstance(answer, dict):
        for name, member in answer.items():
            inner = name if isinstance(name, str) and name not in {"errors", "error"} else where
            yield from _sentences(member, inner, depth + 1)
