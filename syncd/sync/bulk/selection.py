"""Which customers are meant?"""

from __future__ import annotations

from collections.abc import Iterable

from syncd.domain.code import id_of
from syncd.errors import InvalidRecord

__all__ = ["ids_of"]


def ids_of(codes: Iterable[str]) -> list[int]:
    """Customers named by their codes, each once, in the order of the codes.

    Raises:
        InvalidRecord: When one is no code; one that nobody has is left out when it is acted on, and counted.
    """
    found: dict[int, None] = {}
    for code in codes:
        id_ = id_of(code)
        if id_ is None:
            raise InvalidRecord(
                f"{code[:40]!r} is no customer code", code="no-such-code", field="code", cure="Codes look like K000231."
            )
        found[id_] = None
    return sorted(found)
