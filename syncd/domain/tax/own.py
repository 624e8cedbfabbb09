"""Which numbers does python-stdnum not know, or judge wrongly?

Each function returns when the number can be right and raises one of python-stdnum's errors when it cannot, so that
both kinds of rule are called alike. Where each rule comes from: docs/explanation/tax-ids.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.ru import ogrn as organisation
from stdnum.ua import edrpou, rntrc

__all__ = ["bik", "bin_", "edrpou_of", "eori", "iin", "ipn", "kpp", "ogrn", "ogrnip", "okpo"]

_DIGITS: Final = re.compile(r"[0-9]+")
_KPP: Final = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_EORI: Final = re.compile(r"[A-Z]{2}(?=.*[0-9])[0-9A-Z]{1,15}")
_EORI_PREFIXES: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split()
)
_RISING: Final = tuple(range(1, 12))
_SHIFTED: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_PRIMES: Final = (11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_NEXT_PRIMES: Final = (*_PRIMES[1:], 53)


def _digits(number: str, *lengths: int) -> None:
    if not _DIGITS.fullmatch(number):
        raise InvalidFormat
    if len(number) not in lengths:
        raise InvalidLength


def _remainder(digits: str, weights: Iterable[int]) -> int:
    """Weighted sum by 11; digits beyond the weights, such as the check digit, are left out."""
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False)) % 11


def kpp(number: str) -> None:
    """Why a Russian organisation is registered there: tax office, reason, count. It has no check digit."""
    if len(number) != 9:
        raise InvalidLength
    if not _KPP.fullmatch(number):
        raise InvalidFormat


def bik(number: str) -> None:
    """Code of a Russian bank, or of a body that is served by the Bank of Russia itself. It has no check digit.

    Banks begin with the country, 04; treasury bodies and other participants of the payment system with 00 to 02.
    """
    _digits(number, 9)
    if number[:2] not in {"00", "01", "02", "04"}:
        raise InvalidComponent


def okpo(number: str) -> None:
    """Code in the Russian register of enterprises: 8 digits, 10 of an entrepreneur."""
    _digits(number, 8, 10)
    body = number[:-1]
    rest = _remainder(body, _RISING)
    if rest == 10:
        rest = _remainder(body, _SHIFTED) % 10
    if rest != int(number[-1]):
        raise InvalidChecksum


def ogrnip(number: str) -> None:
    """Registration of a Russian entrepreneur; the check digit is the *last* digit of the remainder by 13.

    python-stdnum 2.2 compares the whole remainder, which refuses the right numbers whose remainder has two digits.
    """
    _digits(number, 15)
    if number[0] not in "34":
        raise InvalidComponent
    if int(number[:-1]) % 13 % 10 != int(number[-1]):
        raise InvalidChecksum


def ogrn(number: str) -> None:
    """Registration of a Russian organisation; systems keep an entrepreneur's in the same field."""
    if len(number) == 15:
        ogrnip(number)
    else:
        organisation.validate(number)


def bin_(number: str) -> None:
    """Number of a Kazakh organisation: year and month of registration, then 4, 5 or 6 for what it is."""
    iin(number)
    if not "01" <= number[2:4] <= "12" or number[4] not in "456":
        raise InvalidComponent


def iin(number: str) -> None:
    """Number of a Kazakh person; since 2013 it need not begin with the date of birth, so that is not looked at."""
    _digits(number, 12)
    rest = _remainder(number, _RISING)
    if rest == 10:
        rest = _remainder(number, _SHIFTED)
    # A number that leaves 10 both times is never given out.
    if rest != int(number[-1]):
        raise InvalidChecksum


def ipn(number: str) -> None:
    """VAT number of a Ukrainian company: its EDRPOU without check digit, region, district; of a person, the RNTRC."""
    if len(number) == 10:
        rntrc.validate(number)
        return
    _digits(number, 12)
    rest = _remainder(number, _PRIMES)
    if rest == 10:
        rest = _remainder(number, _NEXT_PRIMES) % 10
    if rest != int(number[-1]):
        raise InvalidChecksum


def edrpou_of(number: str) -> str | None:
    """EDRPOU of the company with this Ukrainian VAT number of twelve digits; ``None`` where it can be no such number.

    The number holds it without its check digit, which follows from the rest. Who is no company has a number of another
    length: a person ten digits, a joint activity or a foreigner's establishment nine. Sources:
    docs/explanation/tax-ids.md.
    """
    if len(number) != 12:
        return None
    try:
        ipn(number)
    except ValidationError:
        return None
    return number[:7] + edrpou.calc_check_digit(number[:7])


def eori(number: str) -> None:
    """Number of a trader at customs: the issuing state and up to 15 letters and digits. It has no check digit."""
    if len(number) > 17:
        raise InvalidLength
    if not _EORI.fullmatch(number):
        raise InvalidFormat
    if number[:2] not in _EORI_PREFIXES:
        raise InvalidComponent
