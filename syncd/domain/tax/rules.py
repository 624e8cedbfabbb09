"""Which kinds of number does a country give, what is each one's form, and what checks it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import mul
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import msgspec
from stdnum import get_cc_module

from syncd.domain.tax import own
from syncd.sentence import Sentence

__all__ = ["KINDS", "WHERE", "Checker", "checker", "guess", "kind_of"]

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
    "cf": "codice fiscale",
}
"""The kinds that are recognised, and their names in a sentence. Others that python-stdnum knows can be said."""

_CALLED: Final = {
    "vat": "vatid vatno vatnr vatnumber vatin euvat vateu vatue nipue ustid ustidnr tva btw iva piva partitaiva mva"
    " moms ipn іпн",
    "orgno": "orgnr organisationno organisationnumber organizationnumber organisationsnummer organisasjonsnummer",
    "inn": "инн", "kpp": "кпп", "ogrn": "огрн", "ogrnip": "огрнип", "okpo": "окпо", "bik": "бик", "bin": "бин",
    "iin": "иин", "unp": "унп", "edrpou": "едрпоу єдрпоу", "cf": "codicefiscale",
    "stnr": "steuernummer", "idnr": "steuerid", "": "taxid taxnumber",
}  # fmt: skip
_KIND_OF: Final = {word: kind for kind, words in _CALLED.items() for word in words.split()}


class Shape(msgspec.Struct, frozen=True):
    """One kind of number that a country gives beside its VAT number, or that one where it is told by its length.

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
        "ogrnip": Shape((15,), own.ogrnip, tax=False),
        "ogrn": Shape((13, 15), own.ogrn, tax=False),
        "okpo": Shape((8, 10), own.okpo, tax=False),
        "bik": Shape((9,), own.bik, tax=False),
    },
    "SE": {"orgno": Shape((10,), "orgnr")},
    "NO": {"orgno": Shape((9,), "orgnr")},
    "CH": {"orgno": Shape((12,), "uid")},
    "KZ": {"bin": Shape((12,), own.bin_), "iin": Shape((12,), own.iin)},
    "UA": {
        "edrpou": Shape((8,), "edrpou"),
        "rntrc": Shape((10,), "rntrc"),
        "vat": Shape((12, 10), own.ipn),
        "okpo": Shape((8,), "edrpou", tax=False),
    },
    "BY": {"unp": Shape((9,), "unp")},
    "FR": {"siren": Shape((9,), "siren"), "siret": Shape((14,), "siret"), "vat": Shape((11,), "vat")},
    "IT": {"cf": Shape((16,), "codicefiscale")},
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
    "cf": "IT",
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
        return _library_rule(country, kind)
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


def _library_rule(country: str, kind: str) -> Checker | None:
    """The rule of a kind that is never guessed: ``pesel``, ``stnr``, ``nie``, as python-stdnum calls its modules."""
    found: object = get_cc_module(country, kind) if kind.isidentifier() else None
    if not isinstance(found, ModuleType) or not callable(getattr(found, "validate", None)):
        return None
    return Checker((), found.validate, getattr(found, "format", str))


def kind_of(stated: str) -> str:
    """The name of a kind however people call it: ``Org.nr`` is ``orgno``; a name of none stays as stated."""
    plain = "".join(filter(str.isalnum, stated.lower()))
    return _KIND_OF.get(plain, plain if plain in KINDS else stated.strip().lower())


def guess(country: str, number: str, *, prefixed: bool, tax: bool = False) -> str:
    """The kind that fits `number` best.

    Args:
        number: Compact, without the prefix of a VAT number.
        prefixed: Whether it had one.
        tax: Whether only those count that may stand where a tax id is asked for.
    """
    if country in _SUFFIXES:
        return "vat" if number.endswith(_SUFFIXES[country]) else "orgno"
    if prefixed and country != "UA":  # whose VAT numbers have none of their own: UA stands before any kind
        return "vat"
    if country == "KZ":
        return "bin" if number[4:5] in {"4", "5", "6"} else "iin"
    if country == "SE" and len(number) == 12:
        return "vat"
    if country == "IT":  # a company has the digits of its VAT number as codice fiscale
        return "cf" if len(number) == 16 else "vat"
    return _by_length(country, len(number), tax=tax)


@lru_cache(maxsize=1024)
def _by_length(country: str, length: int, *, tax: bool) -> str:
    shapes = {kind: shape for kind, shape in SHAPES.get(country, {}).items() if shape.tax or not tax}
    return next((kind for kind, shape in shapes.items() if length in shape.lengths), next(iter(shapes), "vat"))
