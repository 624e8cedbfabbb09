"""What has the shop no room for? Looked at before anything is sent, in the fields that are to change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from adapters.esklep.accounts import check_default
from syncd.domain.contractor import Contractor
from syncd.domain.country import alpha2
from syncd.errors import Unstorable
from syncd.sentence import Counted, Sentence

__all__ = ["NAME_LENGTH", "check"]

NAME_LENGTH: Final = 250
"""Characters of a name, as the manual of the shop says."""


def check(contractor: Contractor, fields: Collection[str]) -> None:
    """Refuse what the shop would cut or misread in one of `fields`.

    Raises:
        Unstorable: Naming the field and the cure.
        InvalidRecord: For more than one default log-in.
    """
    if "name" in fields and len(contractor.name) > NAME_LENGTH:
        raise Unstorable(
            Sentence(
                Counted(
                    "the name has %(count)s character, and the shop takes %(limit)s",
                    "the name has %(count)s characters, and the shop takes %(limit)s",
                ),
                count=len(contractor.name),
                limit=NAME_LENGTH,
            ),
            field="name",
            cure="Shorten it where it comes from; nothing was cut.",
        )
    if "country" in fields and not _storable(contractor.country):
        raise _no_code("country")
    if "addresses" in fields and not all(_storable(address.country) for address in contractor.addresses):
        raise _no_code("addresses")
    if "employees" in fields:
        check_default(contractor)


def _storable(country: str) -> bool:
    return not country or alpha2(country) == country


def _no_code(field: str) -> Unstorable:
    return Unstorable(
        "the country has no code of two letters, and the shop takes nothing else",
        field=field,
        cure="Correct the country where it comes from, or say here which one is meant.",
    )
