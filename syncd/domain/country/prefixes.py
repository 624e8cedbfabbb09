"""Whose tax ids begin with these letters?

A VAT prefix is not a country: Greece writes EL, and Northern Ireland's XI stands beside the country GB (Directive
2006/112/EC, art. 215, and Council Directive (EU) 2020/1756). EU and IM begin numbers of the one-stop shops, which say
nothing of where a firm is (Implementing Regulation (EU) 282/2011, art. 57b).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from syncd.domain.country.names import alpha2

__all__ = ["NORTHERN_IRELAND", "prefix_country"]

NORTHERN_IRELAND: Final = "XI"

_ISSUERS: Final = {"EL": "GR", NORTHERN_IRELAND: "GB", "CHE": "CH"}
_SCHEMES: Final = frozenset({"EU", "IM"})


@lru_cache(maxsize=1024)
def prefix_country(prefix: str) -> str | None:
    """Country that issues VAT numbers with `prefix`."""
    code = prefix.strip().upper()
    return None if code in _SCHEMES else _ISSUERS.get(code) or alpha2(code)
