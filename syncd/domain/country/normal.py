"""How is a stated country kept? As a code, where the text means a country and nothing more."""

from __future__ import annotations

from operator import attrgetter
from typing import Final, TypeVar

import msgspec

from syncd.domain.contractor import Address, Contractor
from syncd.domain.country.codes import COUNTRIES
from syncd.domain.country.names import NOTHING_MAPPED, Names, recognise

__all__ = ["as_code", "with_codes"]

Place = TypeVar("Place", Contractor, Address)

_SETTLED: Final = COUNTRIES | {""}
_country: Final = attrgetter("country")


def as_code(stated: str, names: Names = NOTHING_MAPPED) -> str:
    """Turn a country into its ISO 3166-1 alpha-2 code.

    What means none stays as stated, for a person to see; and so does ``Irlandia Północna``: the code would say less.
    """
    if stated in COUNTRIES and not names:
        return stated
    read = recognise(stated, names)
    if not read.country or (read.territory is not None and not read.territory.code):
        return stated
    return read.country


def with_codes(contractor: Contractor, names: Names = NOTHING_MAPPED) -> Contractor:
    """The same contractor with codes for the countries of itself and its addresses."""
    if not names and _SETTLED.issuperset(map(_country, (contractor, *contractor.addresses))):
        return contractor
    coded = _coded(contractor, names)
    addresses = tuple([_coded(address, names) for address in contractor.addresses])
    return coded if addresses == contractor.addresses else msgspec.structs.replace(coded, addresses=addresses)


def _coded(place: Place, names: Names) -> Place:
    code = as_code(place.country, names) if place.country else ""
    return place if code == place.country else msgspec.structs.replace(place, country=code)
