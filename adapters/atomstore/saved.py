"""What did the shop say about each user that it was sent? Pure.

``SetUsers`` answers ``OK``, or a list of what it saved, or a sentence. The list is compared with what was sent by ids,
never by place: it may come in another order, and whoever is missing in it was not saved.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from syncd import xml
from syncd.errors import InvalidRecord, OutcomeUnknown, RecordError

__all__ = ["Sent", "outcomes"]


_TAKEN: Final = re.compile(r"innego|należy|zajęt|istnieje|używan|already|taken|in use", re.IGNORECASE)
"""Words of a sentence about an e-mail that somebody else has; the real ones are not documented."""


class Sent(msgspec.Struct, frozen=True):
    """One user of a batch.

    Attributes:
        atom_id: The shop's number; ``""`` for one that is to be made.
        external_id: The ERP's, where the shop was to go by it.
    """

    atom_id: str = ""
    external_id: str = ""


def outcomes(sent: Sequence[Sent], answer: str) -> list[str | RecordError]:
    """For each user sent, in that order: its number in the shop, or its error.

    Where the shop said no more than ``OK``, the number of a new user is ``""``.

    Raises:
        OutcomeUnknown: If the answer is broken, so that nobody knows what was saved.
    """
    if answer == "OK":
        return [one.atom_id for one in sent]
    if not answer.startswith("<"):
        return [_refused(one, answer) for one in sent]
    try:
        root = xml.parse(answer.encode())
    except InvalidRecord as error:
        raise OutcomeUnknown(error.message, code=error.code, cure=error.cure) from None
    saved = [(xml.text(one, "user_id"), xml.text(one, "external_id")) for one in xml.children(root, "savedUser")]
    if xml.local_name(root) == "savedUser":  # a list of one without its root
        saved.append((xml.text(root, "user_id"), xml.text(root, "external_id")))
    return [_found(one, saved, alone=len(sent) == 1) for one in sent]


def _found(one: Sent, saved: Sequence[tuple[str, str]], *, alone: bool) -> str | RecordError:
    for atom_id, external_id in saved:
        if one.atom_id == atom_id if one.atom_id else one.external_id == external_id and external_id:
            return atom_id
    if alone and not one.atom_id and not one.external_id and len(saved) == 1:
        return saved[0][0]  # it was sent by no key, and is the only one
    return InvalidRecord(
        "the customer is missing in the list of those that the shop saved",
        code="not-saved",
        record=one.atom_id or None,
        cure="Look into the shop's own log; retry sends it again.",
    )


def _refused(one: Sent, sentence: str) -> RecordError:
    """The sentence is not repeated, since it may quote a customer, and not only this one; a field may be told by it."""
    words = {"email": r"e-?mail", "tax_id": r"\bnip\b", "groups": r"client_group|grup", "number": r"external_?id"}
    told = next((field for field, word in words.items() if re.search(word, sentence, re.IGNORECASE)), None)
    if told == "email" and _TAKEN.search(sentence):
        return InvalidRecord(
            "another customer of the shop has this e-mail",
            code="login-taken",
            record=one.atom_id or None,
            field="email",
            cure="Give one of the two another e-mail, or merge them.",
        )
    return InvalidRecord(
        "the shop refused the customer by a sentence",
        code="refused",
        record=one.atom_id or None,
        field=told,
        cure="Look for a customer with the same e-mail in the shop, and into the shop's own log.",
    )
