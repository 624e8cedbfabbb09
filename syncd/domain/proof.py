"""Does a value say who somebody is, or does it only fill a field?

The one list of what proves nothing. Two customers who both have "brak" for a tax id, 000-000-000 for a phone or the
till's own noreply@ are not the same because of it.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final

from syncd.domain import tax
from syncd.domain.country import alpha2, prefix_country
from syncd.domain.folding import fold

__all__ = ["CROWD", "fills_a_field", "is_email", "proves_email", "proves_number", "proves_phone", "proves_tax_id"]

CROWD: Final = 20
"""Contractors who share an e-mail or a phone before it belongs to none of them: an office, a marketplace, a till."""

_NOBODY: Final = frozenset(
    "- -- . ... ? brak brakdanych nd niema nieznany none no null nil na n/a nan nodata unknown undefined empty test "
    "x xx xxx xxxx нет нету отсутствует неизвестно ingen inget saknas okant keine keiner unbekannt ohne aucun neant "
    "inconnu nessuno niente assente".split()
)
"""What people write into a field that they may not leave empty: Polish, English, Russian, Swedish, German, French,
Italian."""

_NOBODYS_MAILBOX: Final = frozenset(
    "noreply no-reply no_reply donotreply do-not-reply nie-odpowiadaj brak none nomail no-mail noemail no-email null "
    "unknown test mailer-daemon postmaster nobody".split()
)
_NOBODYS_DOMAIN: Final = re.compile(
    r"(.*\.)?(invalid|localhost|local|marketplace\.amazon\.[a-z.]+|allegromail\.pl|members\.ebay\.[a-z.]+)\Z"
)
"""Domains that no mail is sent to, and relays of marketplaces, which give one person an address for each order."""

_EMAIL: Final = re.compile(r"[^\s@()<>,;:\"\\[\]]++@[^\s@()<>,;:\"\\[\]./]++(?:\.[^\s@()<>,;:\"\\[\]./]++)*+\Z")
"""The form that browsers ask for (HTML standard, "valid e-mail address"), in any alphabet."""

_LONGEST: Final = max(map(len, _NOBODY)) + 4
"""Characters of the longest such word, with room for blanks."""

_BLANKS: Final = re.compile(r"[\s_]+")
_DIGIT: Final = re.compile(r"[0-9]")
_SHORTEST_PHONE: Final = 7
"""Digits below which a number is an extension or a typing error."""
_SHORTEST_TAX_ID: Final = 4
_ROW: Final = 7
"""Digits in a row from which on somebody ran a finger over the keys."""
_UP: Final = "01234567890123456789"
_DOWN: Final = "98765432109876543210"


def proves_number(number: str) -> bool:
    """Whether a customer number is one: not a word for "none", not zeros."""
    return not _is_nobody(number) and bool(number.strip("0 -"))


@lru_cache(maxsize=256)  # asked of one record several times, and of hardly two the same
def proves_tax_id(number: str, prefix: str, country: str) -> bool:
    """Whether a tax id is one: no filling, and no birthday that passes for a number nobody can check.

    Args:
        number: Without its prefix, compact.
        country: Declared country, for a number without a prefix.
    """
    if len(number) < _SHORTEST_TAX_ID or _is_nobody(number) or not any(map(str.isdigit, number)) or _is_filling(number):
        return False
    if not _is_date(number):
        return True
    issuer = prefix_country(prefix) if prefix else alpha2(country)
    return issuer is not None and tax.fault(number, issuer) is None


def fills_a_field(text: str) -> bool:
    """Whether somebody wrote a word for "none"."""
    return _is_nobody(text)


def is_email(text: str) -> bool:
    """Whether mail can be sent to it, by its form."""
    return _EMAIL.match(text) is not None or _EMAIL.match(text.strip()) is not None


def proves_email(email: str) -> bool:
    """Whether an e-mail is somebody's; by what stands before and after the ``@`` alone."""
    mailbox, at, domain = email.strip().casefold().rpartition("@")
    return bool(at and mailbox and domain) and not (
        mailbox in _NOBODYS_MAILBOX or mailbox.startswith("noreply") or _NOBODYS_DOMAIN.match(domain)
    )


def proves_phone(digits: str) -> bool:
    """Whether the digits of a phone number are somebody's number."""
    return len(digits) >= _SHORTEST_PHONE and not _is_filling(digits[-9:])


def _is_nobody(text: str) -> bool:
    # Almost every value is too long or has a digit, which none of these words has: those need no folding.
    return len(text) <= _LONGEST and not _DIGIT.search(text) and _BLANKS.sub("", fold(text)) in _NOBODY


def _is_filling(text: str) -> bool:
    """One sign again and again (``0000000000``), or a row of keys (``1234567890``)."""
    if not text.strip(text[:1]):
        return True
    return len(text) >= _ROW and (text in _UP or text in _DOWN)


def _is_date(number: str) -> bool:
    """Whether eight digits read as a day of somebody's life."""
    if len(number) != 8 or not (number.isascii() and number.isdigit()):
        return False
    year_first, year_last = (number[:4], number[4:6], number[6:]), (number[4:], number[2:4], number[:2])
    return _exists(*year_first) or _exists(*year_last)


def _exists(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year < 2040
    except ValueError:
        return False
