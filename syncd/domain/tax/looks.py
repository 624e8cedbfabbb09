"""What was typed into the field of a tax number, if it was none?

Only form is looked at, so the answer says "looks like". It is given to help a person find the mistake.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from stdnum import get_cc_module
from stdnum.pl import pesel

from syncd.sentence import Sentence

__all__ = ["certainly_not", "hardly", "resembles"]

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_YEAR_FIRST: Final = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})", re.ASCII)
_PLUS: Final = re.compile(r"\+\d{8,15}", re.ASCII)
_BRACKETS: Final = re.compile(r"\+?\d{0,3}\(\d{1,5}\)\d{5,9}", re.ASCII)
_ACCOUNT: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{14,30}|\d{26}", re.ASCII)
_OTHER_NUMBERS: Final = {
    "AT": {"tin": "Steuernummer"},
    "DE": {"idnr": "Steuer-Identifikationsnummer", "stnr": "Steuernummer"},
    "EE": {"registrikood": "registrikood"},
    "GB": {"utr": "UTR"},
    "PT": {"cc": "Cartão de Cidadão"},
}
"""Numbers that a country gives for something else, by python-stdnum's module, as people there call them."""
_NATIONAL_PHONE: Final = {"PL": re.compile(r"(48)?[1-9]\d{8}"), "RU": re.compile(r"[78]\d{10}")}
_INN_AND_KPP: Final = re.compile(r"\d{10}\d{4}[0-9A-Z]{2}\d{3}", re.ASCII)
_FEWEST: Final = 5
_MOST: Final = 30


def certainly_not(stated: str, compact: str) -> str | None:
    """Name what no country's number is, whatever its check digit says."""
    if len(compact) >= _FEWEST and compact.isdigit() and compact.count(compact[0]) == len(compact):
        return Sentence("a placeholder: one digit, repeated")
    if stated.isalnum():
        return None
    text = stated.strip()
    if _EMAIL.fullmatch(text):
        return Sentence("an e-mail address")
    if _is_written_date(text):
        return Sentence("a date")
    return None


def hardly(compact: str) -> str:
    """Why no country can have given such a number, where no rule of its own is known; empty when one can."""
    if not any(map(str.isdigit, compact)):
        return Sentence("it holds no digit")
    if len(compact) > _MOST:
        return "it is longer than any country's number"
    if len(set(compact)) == 1:
        return Sentence("it looks like %(what)s", what=Sentence("a placeholder: one digit, repeated"))
    return ""


def resembles(compact: str, country: str) -> str | None:
    """Name what a number that is wrong looks like."""
    if any(character.isalpha() and not character.isascii() for character in compact):  # a Cyrillic P before 526…
        return Sentence("a number with letters of another alphabet")
    if another := _another_kind(compact, country):
        return another
    if _is_date(compact):
        return Sentence("a date")
    if _ACCOUNT.fullmatch(compact):
        return Sentence("a bank account number")
    national = _NATIONAL_PHONE.get(country)
    if _PLUS.fullmatch(compact) or _BRACKETS.fullmatch(compact) or (national and national.fullmatch(compact)):
        return Sentence("a phone number")
    if len(compact) > 10 and compact.startswith("00") and compact.isdigit():
        return Sentence("a phone number")
    return None


def _another_kind(compact: str, country: str) -> str | None:
    """Name the number that a country gives for something else."""
    if country == "PL" and pesel.is_valid(compact):
        return Sentence("a PESEL, the number of a person")
    if country == "RU" and _INN_AND_KPP.fullmatch(compact):
        return Sentence("an INN and a KPP in one")
    for module, name in _OTHER_NUMBERS.get(country, {}).items():
        rule = get_cc_module(country, module)
        if rule is not None and rule.is_valid(compact):
            return Sentence("another number of that country, the %(name)s", name=name)
    return None


def _is_written_date(text: str) -> bool:
    if match := _YEAR_FIRST.fullmatch(text):
        return _exists(match[1], match[3], match[4])
    if match := _YEAR_LAST.fullmatch(text):
        return _exists(match[4], match[3], match[1]) or _exists(match[4], match[1], match[3])
    return False


def _is_date(digits: str) -> bool:
    if not (digits.isascii() and digits.isdigit()):
        return False
    if len(digits) == 8:
        return _exists(digits[:4], digits[4:6], digits[6:]) or _exists(digits[4:], digits[2:4], digits[:2])
    if len(digits) == 6:
        return any(
            _exists(century + year, digits[2:4], day)
            for century in ("19", "20")
            for year, day in ((digits[:2], digits[4:]), (digits[4:], digits[:2]))
        )
    return False


def _exists(year: str, month: str, day: str) -> bool:
    """Whether it is a day on which somebody alive, or a firm, may have begun."""
    if not 1900 <= int(year) <= 2099:
        return False
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
