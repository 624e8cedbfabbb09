"""What does a tax number look like that passes its check digits but belongs to nobody we know?"""

from __future__ import annotations

from random import Random

from stdnum.iso7064 import mod_11_10
from stdnum.luhn import calc_check_digit as luhn_digit
from stdnum.no import orgnr
from stdnum.pl import nip


def polish(random: Random) -> str:
    """Ten digits, as a NIP."""
    # The check digit is a remainder by 11, and some numbers have none: draw until one fits.
    while True:
        number = f"{random.randint(1, 9)}{random.randint(1, 9)}{random.randint(1, 9)}{random.randint(0, 9_999_999):07}"
        if nip.is_valid(number):
            return number


def german(random: Random) -> str:
    digits = str(random.randint(10_000_000, 99_999_999))
    return f"DE{digits}{mod_11_10.calc_check_digit(digits)}"


def french(random: Random) -> str:
    """The key of two digits stands before the SIREN."""
    digits = str(random.randint(30_000_000, 89_999_999))
    siren = digits + luhn_digit(digits)
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def british(random: Random) -> str:
    """Nine digits, without GB or XI."""
    digits = str(random.randint(1_000_000, 9_999_999))
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=True))
    return f"{digits}{97 - total % 97:02}"


def norwegian(random: Random) -> str:
    """Nine digits of the organisation, with the MVA of those who charge the tax."""
    while True:
        number = f"9{random.randint(0, 99_999_999):08}"
        if orgnr.is_valid(number):
            return f"{number}MVA"


def american(random: Random) -> str:
    """An EIN has no check digit."""
    return f"{random.choice((10, 20, 35, 47, 58, 71, 94))}-{random.randint(1_000_000, 9_999_999)}"
