"""What in a contractor's statement should a person look at?

A finding never stops the record it is about: the value is kept as stated, and an issue names field and cure. What
cannot be kept at all is an `InvalidRecord`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from syncd.domain import tax
from syncd.domain.answers import Answer
from syncd.domain.contractor import Contractor
from syncd.domain.country import Verdict, Zone, alpha2, prefix_country
from syncd.domain.employees import default_doubt, set_default_answers
from syncd.errors import InvalidRecord

__all__ = ["CAUSES", "EVIDENCE", "KEY_LENGTH", "NAME_LENGTH", "Finding", "check_storable", "findings"]

NAME_LENGTH: Final = 250
"""Characters of a contractor's name: Comarch e-Sklep's limit, which the registry keeps for all."""

KEY_LENGTH: Final = 500
"""Characters of what is searched by: more does not fit into an index of the database in every alphabet."""

EVIDENCE: Final = frozenset({"country", "tax_id", "tax_prefix", "addresses", "employees"})
"""Fields on which findings rest."""

PREFIXES_WITHOUT_RULE: Final = frozenset({"XI"})


CAUSES: Final = frozenset(
    {"country-unknown", "country-unresolved", "tax-id-invalid", "no-default-login", "several-default-logins"}
)
"""Codes that `findings` can give: who looks at a contractor anew closes issues of these, and no others."""


class Finding(msgspec.Struct, frozen=True):
    """One thing to look at.

    Attributes:
        code: Stable name of the cause, for grouping.
        field: The contractor's field concerned.
        answers: What settles it in one step.
    """

    code: str
    field: str
    message: str
    cure: str
    answers: tuple[Answer, ...] = ()


def check_storable(contractor: Contractor, external_id: str) -> None:
    """Refuse what the registry has no room for.

    Raises:
        InvalidRecord: Naming the record, the field and the cure.
    """
    if not contractor.name.strip():
        raise InvalidRecord(
            "the contractor has no name",
            code="name-missing",
            record=external_id,
            field="name",
            cure="Give it a name where it comes from; the next run takes it.",
        )
    if len(contractor.name) > NAME_LENGTH:
        raise InvalidRecord(
            f"the name has {len(contractor.name)} characters; at most {NAME_LENGTH} can be stored",
            code="name-too-long",
            record=external_id,
            field="name",
            cure="Shorten it where it comes from; the next run takes it. Nothing was cut.",
        )
    for field, text in _searched(contractor):
        if len(text) > KEY_LENGTH:
            raise InvalidRecord(
                f"the value has {len(text)} characters; at most {KEY_LENGTH} can be searched by",
                code="key-too-long",
                record=external_id,
                field=field,
                cure="Correct it where it comes from; the next run takes it.",
            )
        if "\0" in text:
            raise InvalidRecord(
                "the value holds a NUL character, which no database stores in a text",
                code="unstorable-character",
                record=external_id,
                field=field,
                cure="Remove it where it comes from; the next run takes it.",
            )


def _searched(contractor: Contractor) -> Iterator[tuple[str, str]]:
    """Values that have a column of their own in the registry."""
    yield "name", contractor.name
    yield "number", contractor.number
    yield "tax_id", contractor.tax_id
    yield "email", contractor.email
    yield "country", contractor.country
    for name in contractor.groups:
        yield "groups", name


def findings(contractor: Contractor, verdict: Verdict) -> list[Finding]:
    """List what a person should look at."""
    found = []
    if verdict.zone is Zone.UNRESOLVED:
        unknown = bool(contractor.country) and alpha2(contractor.country) is None
        found.append(
            Finding(
                "country-unknown" if unknown else "country-unresolved",
                "country",
                "; ".join(verdict.reasons),
                "Correct the country, the main address or the tax id's prefix where the record comes from.",
            )
        )
    country = prefix_country(contractor.tax_prefix) if contractor.tax_prefix else verdict.country
    wrong = None if contractor.tax_prefix in PREFIXES_WITHOUT_RULE else tax.fault(contractor.tax_id, country or "")
    if wrong:
        found.append(
            Finding(
                "tax-id-invalid",
                "tax_id",
                f"the tax id cannot be one of {country}: {wrong}",
                "Correct the number where the record comes from; until then it is kept as stated.",
            )
        )
    if contractor.employees:
        found.extend(_login_findings(contractor))
    return found


def _login_findings(contractor: Contractor) -> Iterator[Finding]:
    doubt = default_doubt(contractor)
    if doubt is not None:
        yield Finding(
            "several-default-logins" if doubt.defaults else "no-default-login",
            "employees",
            f"of {doubt.logins} employees that can log in for this active customer {doubt.defaults} are the default "
            "log-in; exactly one should be",
            "Answer who it is, or mark exactly one where the record comes from.",
            set_default_answers(contractor),
        )
