"""How is a filter read?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, NoReturn

from syncd.domain.filter.fields import check
from syncd.domain.filter.problem import InvalidFilter
from syncd.domain.filter.tree import Condition, Expression, all_of, any_of
from syncd.sentence import Counted, Sentence

__all__ = ["parse"]

_LONGEST: Final = 4000
_DEEPEST: Final = 20
_MOST: Final = 100

_PIECES: Final = re.compile(
    r"""\s*(?:
        (?P<bracket>[()])
      | (?P<joint>(?:AND|OR)(?=[\s(]|\Z))
      | (?P<condition>[^\s()":]+:[^\s()":,]+(?::(?:"(?:[^"]|"")*"|[^\s,()"]+)(?:,(?:"(?:[^"]|"")*"|[^\s,()"]+))*)?
          (?=[\s()]|\Z))
      | (?P<other>\S+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_VALUES: Final = re.compile(r'"((?:[^"]|"")*)"|([^\s,()"]+)')


class _Piece(NamedTuple):
    kind: str
    text: str
    position: int


def parse(text: str) -> Expression | None:
    """Read a filter; ``None`` for an empty one.

    Raises:
        InvalidFilter: Naming the place, what is wrong there, and what would be right.
    """
    if len(text) > _LONGEST:
        raise InvalidFilter(
            Sentence(
                Counted("the filter has %(count)s character", "the filter has %(count)s characters"), count=len(text)
            ),
            cure=Sentence("At most %(longest)s are read.", longest=_LONGEST),
        )
    pieces = list(_pieces(text))
    if not pieces:
        return None
    if sum(piece.kind == "condition" for piece in pieces) > _MOST:
        raise InvalidFilter(
            "the filter has too many conditions", cure=Sentence("At most %(most)s are read.", most=_MOST)
        )
    reader = _Reader(pieces, len(text) + 1)
    expression = reader.either(0)
    if reader.next is not None:
        _refuse("nothing is left to close here" if reader.next.text == ")" else "AND or OR is missing", reader.next)
    return expression


def _pieces(text: str) -> Iterator[_Piece]:
    text = text.rstrip()
    at = 0
    while at < len(text):
        match = _PIECES.match(text, at)
        if match is None or match.lastgroup is None:
            return
        kind = match.lastgroup
        yield _Piece(kind, match[kind], match.start(kind) + 1)
        at = match.end()


class _Reader:
    """What is left to read."""

    def __init__(self, pieces: list[_Piece], end: int) -> None:
        self._pieces = pieces
        self._at = 0
        self._end = end

    @property
    def next(self) -> _Piece | None:
        return self._pieces[self._at] if self._at < len(self._pieces) else None

    def _takes(self, text: str) -> bool:
        taken = self.next is not None and self.next.kind != "condition" and self.next.text.upper() == text
        self._at += taken
        return taken

    def either(self, depth: int) -> Expression:
        found = [self._both(depth)]
        while self._takes("OR"):
            found.append(self._both(depth))
        return any_of(found) or found[0]

    def _both(self, depth: int) -> Expression:
        found = [self._one(depth)]
        while self._takes("AND"):
            found.append(self._one(depth))
        return all_of(found) or found[0]

    def _one(self, depth: int) -> Expression:
        piece = self.next
        if piece is None:
            _refuse("a condition is missing at the end", _Piece("", "", self._end))
        if self._takes("("):
            if depth == _DEEPEST:
                _refuse(Sentence("brackets stand more than %(deepest)s deep", deepest=_DEEPEST), piece)
            inner = self.either(depth + 1)
            if not self._takes(")"):
                _refuse("this bracket is not closed", piece)
            return inner
        if piece.kind != "condition" or "\0" in piece.text:  # no database is asked for a NUL
            _refuse(Sentence("%(text)s is no condition", text=repr(piece.text[:40])), piece)
        self._at += 1
        return _condition(piece)


def _condition(piece: _Piece) -> Condition:
    field, op, *rest = piece.text.split(":", 2)
    name, _, of = field.partition(".")
    values = tuple(
        match[1].replace('""', '"') if match[1] is not None else match[2]
        for match in _VALUES.finditer(rest[0] if rest else "")
    )
    return check(Condition(name.lower(), op.lower(), values, of), piece.position)


def _refuse(message: str, piece: _Piece) -> NoReturn:
    raise InvalidFilter(
        message,
        cure="Conditions look like status:eq:active, joined by AND or OR; quote values with blanks or commas.",
        position=piece.position,
    )
