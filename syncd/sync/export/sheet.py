"""What is a table that is to be written, whatever the format?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

__all__ = ["Sheet"]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A table.

    Attributes:
        name: What it is a table of, in the plural; also the root element in XML.
        item: One of them.
        columns: Codes, which are also names of elements.
        rows: Values in the order of the columns, as the registry has them; read once.
    """

    name: str
    item: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
