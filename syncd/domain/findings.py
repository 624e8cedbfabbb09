"""What in a contractor's statement should a person look at?

A finding never stops the record it is about: the value is kept as stated, and an issue names field and cure. What
cannot be kept at all is an `InvalidRecord`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Final

import msgspec

from syncd.domain import tax
from syncd.domain.answers import Answer
from syncd.domain.contractor import Address, Contractor
from syncd.domain.country import Said, Verdict, Zone, prefix_country
from syncd.domain.employees import default_doubt, set_default_answers, wrong_emails
from syncd.domain.proof import fills_a_field
from syncd.errors import InvalidRecord
from syncd.sentence import Counted, Sentence, joined

__all__ = [
    "CAUSES",
    "EVIDENCE",
    "KEY_LENGTH",
    "NAME_LENGTH",
    "PART_LENGTH",
    "SOMEBODY_ELSE",
    "Finding",
    "check_storable",
    "findings",
]

NAME_LENGTH: Final = 250
"""Characters of a contractor's name: Comarch e-Sklep's limit, which the registry keeps for all."""

KEY_LENGTH: Final = 500
"""Characters of what is searched by: more does not fit into an index of the database in every alphabet."""

_SEARCHED: Final = ("name", "number", "tax_id", "email", "country")
"""Fields that have a column of their own in the registry; phones and groups are searched by as well."""

_searched: Final = attrgetter(*_SEARCHED)

_PARTS: Final = ("name", "street", "postal_code", "city", "region", "phone")
_parts_of: Final = attrgetter(*_PARTS)

EVIDENCE: Final = frozenset(
    "name country tax_id tax_id_stated tax_prefix tax_class addresses registrations accounts employees email"
    " login_email groups".split()
)
"""Fields on which findings rest."""

PART_LENGTH: Final = 250
"""Characters of a part of an address beyond which nobody meant it. Shops that take less say so by themselves."""

_OFFERED: Final = 4

_SPEAKERS: Final[Mapping[Said, str]] = {
    Said.DECLARED: "the declared country",
    Said.ADDRESS: "the country of the main address",
    Said.TAX_PREFIX: "the tax id's country",
}

CAUSES: Final = frozenset(
    "country-unknown country-former country-contradiction country-unresolved country-unserved name-without-letters"
    " tax-id-invalid no-default-login several-default-logins email-invalid address-long groups-many".split()
)
"""Codes that `findings` can give: who looks at a contractor anew closes issues of these, and no others."""


class Finding(msgspec.Struct, frozen=True, gc=False):
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


SOMEBODY_ELSE: Final = Finding(
    "record-is-another",
    "number",
    "the record states another number, tax id, e-mail and name than before: it seems to be somebody else's now",
    "Correct it there if that is a mistake. If the id was given to another company, let the record go.",
    (Answer(key="release", label="it is another company: let the record go and match it anew"),),
)
"""Nothing of it is taken over."""


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
            Sentence(
                Counted(
                    "the name has %(count)s character; at most %(name_length)s can be stored",
                    "the name has %(count)s characters; at most %(name_length)s can be stored",
                ),
                count=len(contractor.name),
                name_length=NAME_LENGTH,
            ),
            code="name-too-long",
            record=external_id,
            field="name",
            cure="Shorten it where it comes from; the next run takes it. Nothing was cut.",
        )
    texts = (*_searched(contractor), *contractor.phones, *contractor.groups)
    together = "".join(texts)
    if "\0" not in together and (len(together) <= KEY_LENGTH or max(map(len, texts)) <= KEY_LENGTH):
        return
    fields = (*_SEARCHED, *repeat("phones", len(contractor.phones)), *repeat("groups", len(contractor.groups)))
    for field, text in zip(fields, texts, strict=True):
        _check_searchable(field, text, external_id)


def _check_searchable(field: str, text: str, external_id: str) -> None:
    if len(text) > KEY_LENGTH:
        raise InvalidRecord(
            Sentence(
                Counted(
                    "the value has %(count)s character; at most %(key_length)s can be searched by",
                    "the value has %(count)s characters; at most %(key_length)s can be searched by",
                ),
                count=len(text),
                key_length=KEY_LENGTH,
            ),
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


def findings(contractor: Contractor, verdict: Verdict, shops: Sequence[str] = (), *, groups_most: int) -> list[Finding]:
    """List what a person should look at.

    Args:
        shops: Shops that the contractor can come to and that do not serve every country.
        groups_most: Groups beyond which nobody meant it: a column that holds something else, or a wrong separator.
    """
    found: list[Finding] = []
    if not any(map(str.isalnum, contractor.name)):
        found.append(
            Finding(
                "name-without-letters",
                "name",
                "the name has neither a letter nor a digit",
                "Write the name where the record comes from; until then it is kept as stated.",
            )
        )
    if verdict.zone is Zone.UNRESOLVED:
        found.append(_unresolved(contractor, verdict))
    if Said.UNSERVED in verdict.evidence:
        found.append(_unserved(verdict.country, shops))
    found.extend(_wrong_numbers(contractor, verdict.country))
    if wrong := wrong_emails(contractor):
        found.extend(_email_findings(wrong))
    for address in contractor.addresses:
        # Asked of everybody, so the parts are named: to gather them takes three times as long.
        if (
            len(address.street) > PART_LENGTH
            or len(address.name) > PART_LENGTH
            or len(address.city) > PART_LENGTH
            or len(address.region) > PART_LENGTH
            or len(address.postal_code) > PART_LENGTH
            or len(address.phone) > PART_LENGTH
        ):
            found.append(_long_address(address))
            break
    if len(contractor.groups) > groups_most:
        found.append(_too_many_groups(len(contractor.groups), groups_most))
    if contractor.employees:
        found.extend(_login_findings(contractor))
    return found


def _email_findings(wrong: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    for field, stated in wrong.items():
        if not all(map(fills_a_field, stated)):
            yield Finding(
                "email-invalid",
                field,
                "what is stated as an e-mail is none",
                "Write one e-mail, like name@firm.example, where the record comes from; until then no shop is told of "
                "it.",
            )


def _long_address(address: Address) -> Finding:
    parts: tuple[str, ...] = _parts_of(address)
    longest = max(parts, key=len)
    return Finding(
        "address-long",
        f"addresses.{_PARTS[parts.index(longest)]}",
        Sentence(
            Counted("a part of an address has %(count)s character", "a part of an address has %(count)s characters"),
            count=len(longest),
        ),
        "Shorten it where the record comes from; until then it is kept as stated, and nothing is cut.",
    )


def _too_many_groups(number: int, most: int) -> Finding:
    return Finding(
        "groups-many",
        "groups",
        Sentence(
            Counted(
                "the contractor is in %(count)s group, and nobody means more than %(most)s",
                "the contractor is in %(count)s groups, and nobody means more than %(most)s",
            ),
            count=number,
            most=most,
        ),
        "Look where the record comes from whether the groups are parted by the right sign; drop this issue, or raise "
        "the connection's `groups_most`, if all are meant.",
    )


def _unserved(country: str, shops: Sequence[str]) -> Finding:
    return Finding(
        "country-unserved",
        "country",
        Sentence("no shop that this contractor can come to serves %(country)s", country=country),
        "Let the shop serve the country, by an answer or the connection's `served`; or leave the contractor out.",
        _servings(country, shops),
    )


def _servings(country: str, shops: Sequence[str]) -> tuple[Answer, ...]:
    """Who may serve a country that nobody serves."""
    serve = tuple(
        Answer(key="serve-country", label=f"let {shop} serve {country}", values={"at": shop, "country": country})
        for shop in shops[:_OFFERED]
    )
    return (*serve, Answer(key="leave-unserved", label="leave it: the country is not served"))


def _unresolved(contractor: Contractor, verdict: Verdict) -> Finding:
    why, said = joined(verdict.reasons), verdict.evidence
    field = "country" if verdict.unread in {"", " ".join(contractor.country.split())} else "addresses"
    answers = _meanings(verdict)
    cure = "Say where it is; the answer counts until one of these statements changes. Or correct what is wrong."
    if Said.CONTRADICTION in said:
        return Finding("country-contradiction", field, why, cure, _places(verdict))
    if Said.UNKNOWN in said and not any(map(str.isalnum, verdict.unread)):
        return Finding("country-unknown", field, why, cure, answers)
    if Said.UNKNOWN in said or Said.CONTESTED in said:
        cure = "Say what it means, for everybody who states it; or correct it where the record comes from."
        return Finding("country-unknown", field, why, cure, answers)
    if Said.FORMER in said:
        cure = "Say which successor is meant, for everybody who states it; or correct it where the record comes from."
        return Finding("country-former", field, why, cure, answers)
    cure = "State a country, a main address or a tax id with its prefix where the record comes from."
    return Finding("country-unresolved", field, why, cure)


def _places(verdict: Verdict) -> tuple[Answer, ...]:
    """Which of the statements that contradict each other is right."""
    offered = [
        Answer(key=f"trust-{said}", label=f"{_SPEAKERS[said]} is right: {country}", values={"country": country})
        for said, country in verdict.spoken_for
    ]
    if not offered and verdict.country:  # the ERP's class speaks against all of them
        country = verdict.country
        offered.append(Answer(key="settle-country", label=f"it is in {country}", values={"country": country}))
    return (*offered, Answer(key="settle-country", label="it is in another country", asks="country"))


def _meanings(verdict: Verdict) -> tuple[Answer, ...]:
    """What a country that could not be read may mean."""
    stated = verdict.unread
    if not stated:
        return ()
    if not any(map(str.isalnum, stated)):  # ?????? is what many names become in a code page that cannot hold them
        return (Answer(key="settle-country", label="say in which country it is", asks="country"),)
    offered = tuple(
        Answer(
            key="map-country",
            label=f"always map {stated!r} to {country}",
            values={"stated": stated, "country": country},
        )
        for country in verdict.candidates[:_OFFERED]
    )
    other = Answer(
        key="map-country", label=f"always map {stated!r} to another country", values={"stated": stated}, asks="country"
    )
    return (*offered, other)


def _wrong_numbers(contractor: Contractor, country: str) -> Iterator[Finding]:
    """Numbers that cannot be what they are stated to be."""
    issuer = (prefix_country(contractor.tax_prefix) or "") if contractor.tax_prefix else country
    if wrong := tax.fault(contractor.tax_id, issuer, stated=_stated(contractor)):
        yield _wrong("tax_id", Sentence("the tax id cannot be one of %(country)s: %(why)s", country=issuer, why=wrong))
    for kind, number in contractor.registrations.items():
        if wrong := tax.registration_fault(kind, number, country):
            base = kind.partition(".")[0]
            yield _wrong(
                f"registrations.{base}",
                Sentence("the %(kind)s cannot be right: %(why)s", kind=Sentence(tax.KINDS[base]), why=wrong),
            )
    for account in contractor.accounts:
        if wrong := tax.registration_fault("bik", account.bik, country):
            yield _wrong("accounts.bik", Sentence("the bank's BIK cannot be right: %(why)s", why=wrong))


def _wrong(field: str, message: str) -> Finding:
    return Finding(
        "tax-id-invalid",
        field,
        message,
        "Correct the number where the record comes from; until then it is kept as stated.",
    )


def _stated(contractor: Contractor) -> str:
    """The tax id as it was typed; fields are merged one by one, so it may be that of an earlier number."""
    text = contractor.tax_id_stated
    return text if text and tax.split(text).number == contractor.tax_id else ""


def _login_findings(contractor: Contractor) -> Iterator[Finding]:
    doubt = default_doubt(contractor)
    if doubt is not None:
        yield Finding(
            "several-default-logins" if doubt.defaults else "no-default-login",
            "employees",
            Sentence(
                Counted(
                    "of %(logins)s employees that can log in for this active customer "
                    "%(count)s is the default log-in; exactly one should be",
                    "of %(logins)s employees that can log in for this active customer "
                    "%(count)s are the default log-in; exactly one should be",
                ),
                logins=doubt.logins,
                count=doubt.defaults,
            ),
            "Answer who it is, or mark exactly one where the record comes from.",
            set_default_answers(contractor),
        )
