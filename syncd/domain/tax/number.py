"""What is this number: its kind, its forms, and whether it can be right?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError

from syncd.domain.compact import parts_of, split, squeeze
from syncd.domain.country import alpha2, prefix_country, recognise
from syncd.domain.tax.looks import certainly_not, hardly, resembles
from syncd.domain.tax.rules import KINDS, WHERE, Checker, checker, guess, kind_of
from syncd.sentence import Counted, Sentence, joined

__all__ = ["TaxNumber", "fault", "identify", "registration_fault", "shortened", "unread"]


class TaxNumber(msgspec.Struct, frozen=True, kw_only=True):
    """One number, understood.

    Attributes:
        kind: What it was said to be, or which of `KINDS` fits best.
        country: ISO 3166-1 alpha-2; as stated where no country of that name is known.
        raw: As it was stated.
        compact: Upper case without separators; a VAT number keeps the prefix that it was stated with.
        display: As people write it; a number that is wrong stays compact.
        reason: Why it cannot be right, without repeating the number; where no rule is known, that there is none.
    """

    kind: str
    country: str
    raw: str
    compact: str
    display: str
    valid: bool
    reason: str = ""


NO_RULE: Final = "no rule is known for such a number; only its look was judged"

_CENTURIES: Final = frozenset({"16", "18", "19", "20"})
"""What comes before the ten digits: 16 for companies, the century of birth for persons."""

_ADOSZAM: Final = re.compile(r"[0-9]{8}[1-5][0-9]{2}")

_PREFIX_OF: Final = {"MC": "FR", "IM": "GB"}
"""Countries whose VAT numbers carry another one's prefix."""


def identify(country: str, stated: str, kind: str = "") -> TaxNumber:
    """Understand a number; any text gives an answer.

    Args:
        country: A country as anybody states it; a prefix such as ``EL`` or ``XI`` is understood as well. Where none is
            stated, the number's own prefix tells it, or the kind, if one country alone has it.
        kind: What it is said to be, in any case; empty to find out.
    """
    kind = kind_of(kind)
    where = _country(country) if country.strip() else prefix_country(split(stated).prefix) or WHERE.get(kind)
    if where is None:
        reason = "the country is none that is known here" if country.strip() else "no country is stated"
    elif kind and kind not in KINDS and checker(where, kind) is None:
        reason = f"there is no such kind of number; the kinds are {', '.join(KINDS)}"
    else:
        return _identify(where, stated, kind)
    return unread(where or country.strip(), stated, kind, reason)


def unread(country: str, stated: str, kind: str, reason: str) -> TaxNumber:
    """The answer for a number that could not even be looked at."""
    compact = squeeze(stated)
    return TaxNumber(
        kind=kind, country=country, raw=stated, compact=compact, display=compact, valid=False, reason=reason
    )


def fault(number: str, country: str, *, stated: str = "") -> str | None:
    """Say in words why `number` cannot be a tax id of `country`; ``None`` when it can, or when no rule is known.

    Args:
        number: Compact, without prefix; a business number passes for a VAT number, whose suffix systems leave out.
        country: ISO 3166-1 alpha-2.
        stated: What the number was made of, where that is known: it tells a date or an e-mail address better.
    """
    if not number or not country or _is_plainly_right(number, country, stated or number):
        return None
    return _fault(_read(country, number, "", tax=True), country, stated or number)


def registration_fault(kind: str, number: str, country: str) -> str | None:
    """Say in words why `number` cannot be of that kind; ``None`` when it can, or when no rule is known.

    Args:
        kind: As in a contractor's registrations: the second of a kind is called ``regon.2``.
        country: The contractor's; another country's "INN" or "OKPO" is not judged by Russia's rules.
    """
    base = kind.partition(".")[0]
    where = country or WHERE.get(base, "")
    if base not in KINDS or base == "vat" or not number or (base != "eori" and checker(where, base) is None):
        return None
    return _fault(_read(where, number, base), where, number)


def _is_plainly_right(number: str, country: str, stated: str) -> bool:
    """Whether nothing of a number has to be taken apart to see that it is right: so are nearly all of a long list."""
    rule = checker(country, guess(country, number, prefixed=False, tax=True))
    right = None if rule is None else rule.right
    return right is not None and right(number) and certainly_not(stated, number) is None


@lru_cache(maxsize=256)
def _country(stated: str) -> str | None:
    return alpha2(stated) or prefix_country(stated) or recognise(stated).country or None


def _identify(country: str, stated: str, kind: str) -> TaxNumber:
    read = _read(country, stated, kind)
    reason = _reason(read, country, stated)
    if reason is NO_RULE:
        reason = hardly(read.number) or NO_RULE
    good = not reason and read.rule is not None
    return TaxNumber(
        kind=read.kind,
        country=country,
        raw=stated,
        compact=read.prefix + read.number,
        display=read.rule.format(read.number) if read.rule and good and not read.prefix else read.prefix + read.number,
        valid=good or reason is NO_RULE,
        reason=reason,
    )


def _fault(read: _Read, country: str, stated: str) -> str | None:
    reason = _reason(read, country, stated)
    return None if not reason or reason is NO_RULE else reason


class _Read(msgspec.Struct, frozen=True, gc=False):
    """A number with the rule that it has to follow.

    Attributes:
        prefix: Its own country's, where the kind has one.
        number: What the rule is about.
        foreign: Another country whose prefix it seems to have.
    """

    kind: str
    prefix: str
    number: str
    foreign: str
    rule: Checker | None


def _read(country: str, stated: str, kind: str, *, tax: bool = False) -> _Read:
    compact = squeeze(stated)
    parts = parts_of(compact)
    issuer = prefix_country(parts.prefix)
    own = issuer is not None and issuer in {country, _PREFIX_OF.get(country)}
    # Letters that are no prefix of this country belong to the number: GD8888… is a British one.
    prefix, number = (parts.prefix, parts.number) if own else ("", compact)
    if not own:
        number = shortened(country, number)
    kind = kind or guess(country, number, prefixed=own, tax=tax)
    if kind == "eori":
        return _Read(kind, "", compact, "", checker(country, kind))
    if country == "CH" and (own or number[:9].isdigit()):
        prefix, number = "", f"CHE{number}"
    elif kind != "vat" or country == "NO":
        prefix = ""
    return _Read(kind, prefix, number, "" if own else issuer or "", checker(country, kind))


def shortened(country: str, number: str) -> str:
    """The number of the register out of a longer national form.

    Sweden: registers of persons write twelve digits, companies with 16 before. Hungary: the adószám goes on with how
    the firm is taxed and its county. Sources: docs/explanation/tax-ids.md.
    """
    if country == "SE" and len(number) == 12 and number.isdigit() and number[:2] in _CENTURIES:
        short, vat = (_follows("SE", "orgno", one) for one in (number[2:], number[:10]))
        return number[2:] if short and not (vat and number.endswith("01")) else number
    if country == "HU" and _ADOSZAM.fullmatch(number) and _follows("HU", "vat", number[:8]):
        return number[:8]
    return number


def _follows(country: str, kind: str, number: str) -> bool:
    rule = checker(country, kind)
    return rule is not None and not _violation(rule, number, kind)


def _reason(read: _Read, country: str, stated: str) -> str:
    """Why a number cannot be right; empty when it can."""
    number, rule = read.number, read.rule
    if not number:
        return Sentence("no number is stated")
    if what := certainly_not(stated, number):
        return Sentence("it looks like %(what)s", what=what)
    if rule is None:
        if read.kind == "vat":
            return NO_RULE
        return Sentence("%(country)s gives no %(kind)s", country=country, kind=Sentence(KINDS[read.kind]))
    wrong = _violation(rule, number, read.kind)
    if not wrong:
        return ""
    if read.foreign:
        return Sentence("its prefix is that of %(foreign)s, not of %(country)s", foreign=read.foreign, country=country)
    if not any(map(str.isdigit, number)):
        return Sentence("it holds no digit")
    what = resembles(number, country)
    return joined((wrong, Sentence("it looks like %(what)s", what=what))) if what else wrong


def _violation(rule: Checker, number: str, kind: str) -> str:
    if rule.right is not None and rule.right(number):
        return ""
    try:
        rule.validate(number)
    except InvalidLength:
        if not rule.lengths:
            return Sentence("its length is wrong")
        kinds = _named(kind) | {"lengths": " or ".join(map(str, rule.lengths))}
        return Sentence(
            Counted(
                "it has %(count)s character, and %(a)s %(kind)s has %(lengths)s",
                "it has %(count)s characters, and %(a)s %(kind)s has %(lengths)s",
            ),
            count=len(number),
            **kinds,
        )
    except InvalidChecksum:
        return Sentence("its check digit is wrong")
    except InvalidComponent:
        return Sentence("a part of it is none that %(a)s %(kind)s can have", **_named(kind))
    except ValidationError:
        return Sentence("it does not have the form of %(a)s %(kind)s", **_named(kind))
    return ""


def _named(kind: str) -> dict[str, str]:
    name = KINDS.get(kind, kind.upper())
    return {"a": "an" if name[0] in "aeioAEIO" else "a", "kind": Sentence(name)}
