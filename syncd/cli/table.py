"""How is a table shown on a terminal that may be narrower than it?

Nothing is cut: cells are wrapped between words as long as each column has room for its longest one. Where that is more
than the terminal has, each row is a paragraph with a line for each column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["show"]

Cell: TypeAlias = tuple[str, str]
"""A text and its style."""

_GAP: Final = 1
_WORD: Final = 24
"""A word that is longer than this may be broken: an address of a page, a list of names without blanks."""


def show(columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, color: bool) -> None:
    """Print rows under their columns, or one below the other."""
    console = Console(no_color=not color or None, highlight=False)
    texts = [[name, *(row[at][0] for row in rows)] for at, name in enumerate(columns)]
    least = [max(min(_longest(text), _WORD) for text in column) for column in texts]
    if sum(least) + _GAP * (len(columns) - 1) <= console.width:
        _side_by_side(console, columns, rows, least)
    else:
        _one_below_the_other(console, columns, rows)


def _side_by_side(
    console: Console, columns: Sequence[str], rows: Sequence[Sequence[Cell]], least: Sequence[int]
) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for column, width in zip(columns, least, strict=True):
        table.add_column(column, overflow="fold", min_width=width)
    for row in rows:
        table.add_row(*(Text(text, style=style) for text, style in row))
    console.print(table)


def _one_below_the_other(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    widest = max(map(cell_len, columns))
    for number, row in enumerate(rows):
        if number:
            console.print()
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, _GAP, 0, 0))
        table.add_column(style="bold", no_wrap=True, min_width=widest)
        table.add_column(overflow="fold")
        for column, (text, style) in zip(columns, row, strict=True):
            if text != "-":
                table.add_row(column, Text(text, style=style))
        console.print(table)


def _longest(text: str) -> int:
    return max((cell_len(word) for word in text.split()), default=0)
