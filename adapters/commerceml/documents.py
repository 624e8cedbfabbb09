"""Which contractors does a CommerceML file hold? Those of its lists and its documents, and never their contact persons.

Products and offers, which may be most of a file, are passed over in constant memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO, Final

import msgspec

from adapters.commerceml.statement import identity, lines, word
from syncd import xml
from syncd.errors import InvalidRecord, SuspiciousRun
from syncd.sentence import Sentence

__all__ = ["Document", "Found"]

_CONTRACTOR: Final = "Контрагент"
_PASSED_OVER: Final = ("Представители", "Представитель", "Владелец", "Товар", "Предложение")
"""Elements that are dropped with all that is in them: many writers nest a Контрагент inside of a Представитель."""

_MENTION: Final = frozenset({"Ид", "Роль", "НомерВерсии"})
_ROOT: Final = "КоммерческаяИнформация"
_YES: Final = frozenset({"true", "1", "да"})


class Found(msgspec.Struct, frozen=True):
    """One contractor of a file.

    Attributes:
        external_id: ``""`` if it has none that can be read, which is an `error`.
        element: What it says; emptied when the next one is asked for.
        raw: The same as it stands in the file.
        inside: Whether it stands in a document, where writers state only what the document needs.
        line: Where it stands, from 1.
    """

    external_id: str
    element: xml.Element
    raw: bytes
    inside: bool
    line: int
    error: InvalidRecord | None = None


class Document:
    """One file, to be iterated once.

    Args:
        roles: Roles that make somebody a customer.

    Attributes:
        count: Contractors so far, whoever they are.
        partial: Whether the file says of itself that it has changes only, or has contractors in documents.
    """

    def __init__(self, stream: BinaryIO, *, encoding: str, roles: Collection[str]) -> None:
        self.count = 0
        self.partial = False
        self._roles = frozenset(role.casefold() for role in roles)
        try:
            self._records = xml.records(stream, (_CONTRACTOR, *_PASSED_OVER), fallback_encoding=encoding)
        except InvalidRecord as error:
            raise SuspiciousRun(error.message, code=error.code, cure=error.cure) from None

    @property
    def how(self) -> str:
        """How the bytes were read."""
        return self._records.encoding.how

    @property
    def offset(self) -> int:
        """Bytes read so far."""
        return self._records.offset

    def declared(self, attribute: str) -> int | None:
        """The number that an attribute of the root states; known after the last contractor."""
        stated = self._records.root.get(attribute, "").strip()
        return int(stated) if stated.isdecimal() else None

    def __iter__(self) -> Iterator[Found]:
        """Customers in the order of the file.

        Raises:
            SuspiciousRun: If the file is broken, hostile, cut, or no CommerceML; says how many were whole until there.
        """
        checked = False
        for item in self._records:
            if not checked:
                self._check_root(item.element)
                checked = True
            if xml.local_name(item.element) != _CONTRACTOR:
                continue
            self.count += 1
            found = self._found(item)
            if found is not None:
                yield found

    def _check_root(self, element: xml.Element) -> None:
        root = xml.local_name(element.getroottree().getroot())
        if root != _ROOT:
            raise SuspiciousRun(
                Sentence("the root element is not %(root)s", root=_ROOT),
                code="not-commerceml",
                cure="The file is of another format: take it away, and let 1C export CommerceML 2.",
            )

    def _found(self, item: xml.Item) -> Found | None:
        around = [xml.local_name(parent) for parent in item.element.iterancestors()]
        inside = "Документ" in around
        only_changes = any(
            word(parent.get("СодержитТолькоИзменения", "")).casefold() in _YES
            for parent in item.element.iterancestors()
        )
        self.partial = self.partial or inside or only_changes
        external_id = ""
        try:
            external_id = identity(xml.text(item.element, "Ид"))
            role = lines(xml.text(item.element, "Роль")).casefold()
            if role and role not in self._roles:
                return None
            # Here, and not when it is understood: what one statement leaves out is taken from the ones before it.
            xml.check_letters(item.element)
        except InvalidRecord as unreadable:
            return Found(external_id, item.element, item.raw, inside, item.line, unreadable)
        if _MENTION.issuperset(map(xml.local_name, item.element)):
            return None  # a mere mention: <Контрагент><Ид>…</Ид></Контрагент>
        error = None
        if not external_id:
            error = InvalidRecord(
                "the contractor has no Ид",
                code="invalid-record",
                field="Ид",
                cure="Let the export state the reference of the contractor (УникальныйИдентификатор) as its Ид.",
            )
        return Found(external_id, item.element, item.raw, inside, item.line, error)
