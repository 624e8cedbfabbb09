"""Which kinds of number does a country give, what is each one's form, and what checks it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import mul
from types import SimpleNamespace
from typing import Any, Final

import msgspec
from stdnum import get_cc_module

from syncd.domain.tax import own
from syncd.sentence import Sentence

__all__ = ["KINDS", "WHERE", "Checker", "checker", "guess"]

KINDS: Final[Mapping[str, str]] = {
    "nip": "NIP",
    "regon": "REGON",
    "inn": "INN",
    "kpp": "KPP",
    "ogrn": "OGRN",
    "ogrnip": "OGRNIP",
    "okpo": "OKPO",
    "bik": "BIK",
    "vat": Sentence("VAT number"),
    "orgno": Sentence("organisation number"),
    "eori": Sentence("EORI number"),
    "bin": "BIN",
    "iin": "IIN",
    "edrpou": "EDRPOU",
    "rntrc": "RNTRC",
    "unp": "UNP",
    "siren": "SIREN",
    "siret": "SIRET",
}
"""Every kind that has a rule, and its name in a sentence."""


class Shape(msgspec.Struct, frozen=True):
    """One kind of number that a country gives beside its VAT number.

    Attributes:
        lengths: How many characters it has.
        check: Name of python-stdnum's module, or a function of `own`.
        tax: Whether it may stand where a tax id is asked for. A register's number may not, but for the countries
            where it is the tax id as well.
        right: True for right numbers only, for a kind of which lists have hundreds of thousands: the library cleans
            each number of what nobody typed, which takes longer than to check it. May be false for a right one.
    """

    lengths: tuple[int, ...]
    check: str | Callable[[str], object]
    tax: bool = True
    right: Callable[[str], bool] | None = None


_NIP_WEIGHTS: Final = (6, 5, 7, 2, 3, 4, 5, 6, 7, -1)
"""python-stdnum's, with the check digit's own. They add up to a multiple of 11, so characters do as well as digits."""


def _is_right_nip(number: str) -> bool:
    return (
        len(number) == 10
        and number.isascii()
        and number.isdigit()
        and sum(map(mul, _NIP_WEIGHTS, number.encode())) % 11 == 0
    )


SHAPES: Final[Mapping[str, Mapping[str, Shape]]] = {
    "PL": {"nip": Shape((10,), "nip", right=_is_right_nip), "regon": Shape((9, 14), "regon", tax=False)},
    "RU": {
        "inn": Shape((10, 12), "inn"),
        "kpp": Shape((9,), own.kpp, tax=False),
        "ogrn": Shape((13,), "ogrn", tax=False),
        "ogrnip": Shape((15,), own.ogrnip, tax=False),
        "okpo": Shape((8, 10), own.okpo, tax=False),
        "bik": Shape((9,), own.bik, tax=False),
    },
    "SE": {"orgno": Shape((10,), "orgnr")},
    "NO": {"orgno": Shape((9,), "orgnr")},
    "CH": {"orgno": Shape((12,), "uid")},
    "KZ": {"bin": Shape((12,), own.bin_), "iin": Shape((12,), own.iin)},
    "UA": {"edrpou": Shape((8,), "edrpou"), "rntrc": Shape((10,), "rntrc"), "okpo": Shape((8,), "edrpou", tax=False)},
    "BY": {"unp": Shape((9,), "unp")},
    "FR": {"siren": Shape((9,), "siren"), "siret": Shape((14,), "siret")},
}
"""Countries with more than a VAT number, or another one. The first kind is what a number of no fitting form is
compared with; of two kinds with one length the first is taken for meant."""

WHERE: Final = {"nip": "PL", "regon": "PL"} | dict.fromkeys("inn kpp ogrn ogrnip okpo bik".split(), "RU") | {
    "bin": "KZ",
    "iin": "KZ",
    "edrpou": "UA",
    "rntrc": "UA",
    "unp": "BY",
    "siren": "FR",
    "siret": "FR",
}  # fmt: skip
"""The country that a kind speaks of by itself."""

_LIKE: Final = {"IM": "GB"}
"""Countries whose VAT numbers are another one's."""

_SUFFIXES: Final = {"CH": ("MWST", "TVA", "IVA", "TPV"), "NO": ("MVA",)}
"""What makes a business number a VAT number."""

_VAT_CHARACTERS: Final = {"PL": (10,), "DE": (9,), "SE": (12,), "RU": (10, 12), "GB": (9, 12)}


class Checker(msgspec.Struct, frozen=True):
    """The rule of one kind in one country.

    Attributes:
        lengths: Lengths that it allows, for a sentence; empty where that is not one number.
        validate: Raises one of python-stdnum's errors.
        format: The form in which people write it.
        right: As in `Shape`.
    """

    lengths: tuple[int, ...]
    validate: Callable[[str], object]
    format: Callable[[str], str]
    right: Callable[[str], bool] | None = None


@lru_cache(maxsize=1024)
def checker(country: str, kind: str) -> Checker | None:
    """The rule for a number of that kind; ``None`` where none is known."""
    if kind == "eori":
        return Checker((), own.eori, str)
    shape = SHAPES.get(country, {}).get(kind)
    if shape is None and kind != "vat":
        return None
    module: Any
    if shape is not None and not isinstance(shape.check, str):
        module = SimpleNamespace(validate=shape.check)
    else:
        name = shape.check if shape is not None and isinstance(shape.check, str) else "vat"
        module = get_cc_module(_LIKE.get(country, country), name)
    if module is None:
        return None
    lengths = shape.lengths if shape else _VAT_CHARACTERS.get(country, ())
    return Checker(lengths, module.validate, getattr(module, "format", str), shape.right if shape else None)


def guess(country: str, number: str, *, prefixed: bool, tax: bool = False) -> str:
    """The kind that fits `number` best.

    Args:
        number: Compact, without the prefix of a VAT number.
        prefixed: Whether it had one.
        tax: Whether only those count that may stand where a tax id is asked for.
    """
    if country in _SUFFIXES:
        return "vat" if number.endswith(_SUFFIXES[country]) else "orgno"
    if prefixed:
        return "vat"
    if country == "KZ":
        return "bin" if number[4:5] in {"4", "5", "6"} else "iin"
    if country == "SE" and len(number) == 12:
        return "vat"
    return _by_length(country, len(number), tax=tax)


@lru_cache(maxsize=1024)
def _by_length(country: str, length: int, *, tax: bool) -> str:
    shapes = {kind: shape for kind, shape in SHAPES.get(country, {}).items() if shape.tax or not tax}
    return next((kind for kind, shape in shapes.items() if length in shape.lengths), next(iter(shapes), "vat"))
