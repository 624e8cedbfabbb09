"""How is a contractor said to an AtomStore shop: which elements, which differ, and as which document? Pure.

The document travels as a text inside the SOAP message. It is escaped here once, as the document that it is, and once
more by `syncd.soap`, as the text that it is there; nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from typing import Final

import msgspec

from adapters.atomstore.addresses import Texts
from adapters.atomstore.mapping import say
from adapters.atomstore.options import Options
from syncd import xml
from syncd.domain.contractor import Contractor
from syncd.errors import Unstorable
from syncd.sentence import Counted, Sentence

__all__ = ["Change", "caretaker_of", "difference", "document", "texts_of", "user_fields_wanted", "verify_kept"]

_FIELDS: Final[Mapping[str, str]] = {
    "external_id": "number",
    "client_group": "groups",
    "payment_term": "payment_days",
    "credit": "credit_limit",
    "nip": "tax_id",
    "firstname": "first_name",
    "lastname": "last_name",
}
"""The contractor's field by the shop's element, where it is called otherwise."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is written of one user: all that is not mentioned stays as it is.

    Attributes:
        atom_id: The shop's number; ``""`` lets the shop go by ``external_id`` in `texts`.
        texts: Own elements by name.
        addresses: The whole list of addresses; ``None`` leaves all of them alone.
        fields: User fields by key, with what the shop calls them.
        caretaker: E-mail, first and last name.
    """

    atom_id: str = ""
    texts: Texts
    addresses: Sequence[Texts] | None = None
    fields: Mapping[str, tuple[str, str]] = {}
    caretaker: tuple[str, str, str] | None = None

    @property
    def is_empty(self) -> bool:
        return not self.texts and self.addresses is None and not self.fields and self.caretaker is None


def texts_of(contractor: Contractor) -> dict[str, str]:
    """Own elements of a user, as the shop writes numbers and flags."""
    days, credit = contractor.payment_days, contractor.credit_limit
    return {
        "external_id": contractor.number,
        "email": contractor.email,
        "name": contractor.name,
        "active": "1" if contractor.active else "0",
        "client_group": next(iter(contractor.groups), ""),
        "credit": "" if credit is None else f"{credit:f}",
        "payment_term": "" if days is None else str(days),
        "currency": contractor.currency,
    }


def user_fields_wanted(contractor: Contractor, options: Options) -> dict[str, str]:
    """User fields by key.

    Raises:
        Unstorable: If a custom field of the contractor has a key that the option ``more`` gives to another field.
    """
    fields = dict(contractor.custom)
    for field, key in options.more.items():
        if key in fields:
            raise Unstorable(
                Sentence(
                    "the user field %(key)s is both a custom field and the one for %(field)s", key=key, field=field
                ),
                field="custom",
                cure="Give one of them another key: see the option more.",
            )
        fields[key] = say(getattr(contractor, field))
    return fields


def difference(before: Texts, after: Texts) -> dict[str, str]:
    """Keep of `after` what differs; what only `before` has is emptied."""
    return {name: after.get(name, "") for name in {**before, **after} if before.get(name, "") != after.get(name, "")}


def caretaker_of(stated: str, options: Options) -> tuple[str, str, str]:
    """Find the administrator whom the shop knows by e-mail.

    Raises:
        Unstorable: If the option ``caretakers`` does not name one.
    """
    name, email = parseaddr(stated)
    if "@" not in email:
        name, email = stated, options.caretakers.get(stated, "")
    if not email:
        raise Unstorable(
            "the shop knows caretakers by e-mail, and none is known of this one",
            code="caretaker-unknown",
            field="caretaker",
            cure="Name the e-mail in the option caretakers, or leave the field out of the connection's fields.",
        )
    first, _, last = name.strip().rpartition(" ")
    return email, first, last


def document(changes: Sequence[Change], options: Options) -> bytes:
    """Write users as one document, without a declaration, since it is to be a text in another one.

    Raises:
        Unstorable: Naming the contractor's field that is too long, or has a character for which XML has no room.
    """
    root = xml.build("users")
    for change in changes:
        user = xml.add(root, "user")
        if change.atom_id:
            xml.add(user, "atom_id", change.atom_id)
        for name, text in change.texts.items():
            _put(user, name, text, options)
        if change.caretaker is not None:
            rep = xml.add(user, "salesrep")
            for name, text in zip(("email", "firstname", "lastname"), change.caretaker, strict=True):
                _put(rep, name, text, options, field="caretaker")
        if change.addresses is not None:
            _put_addresses(xml.add(user, "addresses"), change.addresses, options)
        if change.fields:
            book = xml.add(user, "user_fields")
            for key, (shown, value) in change.fields.items():
                one = xml.add(book, "user_field")
                for name, text in (("key", key), ("name", shown), ("value", value)):
                    _put(one, name, text, options, field="custom")
    return xml.write(root, declaration=False)


def verify_kept(change: Change, user: xml.Element, fields: Texts) -> None:
    """Compare what was sent with what the shop now holds; texts that it keeps in another form are no loss.

    Args:
        fields: User fields by key, as the shop now holds them.

    Raises:
        Unstorable: Naming a field of which the shop kept only the beginning, or put ``?`` for letters.
    """
    pairs = [(_FIELDS.get(name, name), text, xml.text(user, name)) for name, text in change.texts.items()]
    pairs += [("custom", text, fields.get(key, "")) for key, (_, text) in change.fields.items()]
    for field, sent, kept in pairs:
        wanted = sent.strip()
        cut = bool(kept) and len(kept) < len(wanted) and wanted.startswith(kept)
        if field != "credit_limit" and (cut or _lost_letters(wanted, kept)):
            raise Unstorable(
                Sentence(
                    Counted(
                        "the shop kept %(kept)s of %(count)s character, or not all letters",
                        "the shop kept %(kept)s of %(count)s characters, or not all letters",
                    ),
                    kept=len(kept),
                    count=len(wanted),
                ),
                code="text-cut",
                field=field,
                cure="Shorten or spell it differently where it comes from; the next run writes it again.",
            )


def _lost_letters(sent: str, kept: str) -> bool:
    pattern = "".join("." if letter == "?" else re.escape(letter) for letter in kept)
    return kept != sent and "?" in kept and re.fullmatch(pattern, sent, re.DOTALL) is not None


def _put_addresses(book: xml.Element, addresses: Sequence[Texts], options: Options) -> None:
    for texts in addresses:
        address = xml.add(book, "address")
        main = "nip" in texts
        for name, text in texts.items():
            own = _FIELDS.get(name) or ({"company": "name", "phone": "phones"}.get(name) if main else None)
            _put(address, name, text, options, field=own or "addresses")


def _put(parent: xml.Element, name: str, text: str, options: Options, *, field: str = "") -> None:
    field = field or _FIELDS.get(name, name)
    if len(text) > options.text_length:
        raise Unstorable(
            Sentence(
                Counted(
                    "the text for the shop's %(name)s has %(count)s character; %(limit)s is what it may hold",
                    "the text for the shop's %(name)s has %(count)s characters; %(limit)s is what it may hold",
                ),
                name=name,
                count=len(text),
                limit=options.text_length,
            ),
            code="text-too-long",
            field=field,
            cure="Shorten it where it comes from; the next run takes it. Nothing was cut.",
        )
    try:
        xml.add(parent, name, text, cdata=name == "name")
    except Unstorable as error:
        error.field = field
        raise
