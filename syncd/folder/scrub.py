"""Which of the kept files hold certain contractors? They are deleted: the state has everything else that they say.

A file is searched as text, and not understood: one that is broken, or whose options have changed since, must not keep
anybody. So a file in which a key merely occurs goes as well, which loses a copy and no data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias
from xml.sax.saxutils import escape

from syncd.domain.encoding import CHUNK, Decoder, Encoding, detect
from syncd.errors import InvalidRecord
from syncd.folder.claiming import SUBFOLDERS, Folder, reachable
from syncd.sentence import Counted, Sentence

__all__ = ["Holds", "Pattern", "delete_holding", "forgotten", "holds_text", "occurs", "some"]

_WORD: Final = "[0-9A-Za-z]"

Pattern: TypeAlias = re.Pattern[str]
Holds: TypeAlias = Callable[[Path, Pattern], bool]
"""Whether what is searched for occurs in a file."""


def delete_holding(
    folder: Folder, external_ids: Collection[str], holds: Holds, known: Collection[int] | None = None
) -> list[Sentence]:
    """Delete the files that hold one of these contractors; say which, by place and number.

    Args:
        known: Numbers of files whose content is in the state: only those in ``processing/`` may go. ``None``: those
            in ``processing/`` are left to the read that they wait for.
    """
    pattern = _pattern_of(external_ids)
    deleted: list[Sentence] = []
    for place in SUBFOLDERS:
        for file in folder.claimed(place):
            if (place != "processing" or file.seq in (known or ())) and _is_in(file.path, pattern, holds):
                folder.delete(file)
                deleted.append(Sentence("file %(number)s in %(place)s/", number=file.seq, place=place))
    return deleted


def forgotten(rows: int) -> list[Sentence]:
    """What is said of the statements that a state forgot; nothing of none."""
    return some(Counted("%(count)s statement in the state", "%(count)s statements in the state"), rows)


def some(said: Counted, count: int) -> list[Sentence]:
    """What is said of so many things that were removed; nothing of none."""
    return [Sentence(said, count=count)] if count else []


def _pattern_of(external_ids: Collection[str]) -> Pattern:
    """Finds a key as it may stand in CSV, XML or JSON, and not inside of a longer one."""
    forms: set[str] = set()
    for key in external_ids:
        texts = json.dumps(key), json.dumps(key, ensure_ascii=False)
        forms.update({key, escape(key), key.replace('"', '""'), *(text[1:-1] for text in texts)})
    keys = "|".join(re.escape(form) for form in sorted(forms))
    return re.compile(f"(?<!{_WORD})(?:{keys})(?!{_WORD})", re.IGNORECASE)


def holds_text(encoding: str) -> Holds:
    """Search files that are text as they lie there.

    Args:
        encoding: Code page of files that do not tell it themselves.
    """

    def holds(path: Path, pattern: Pattern) -> bool:
        with path.open("rb") as stream:
            return occurs(pattern, stream, lambda stream: detect(stream, fallback=encoding))

    return holds


def occurs(pattern: Pattern, stream: BinaryIO, encoding_of: Callable[[BinaryIO], Encoding]) -> bool:
    """Search piece by piece. What is not text in its own encoding is searched byte by byte."""
    try:
        decoder = Decoder(encoding_of(stream))
        return _found(pattern, iter(lambda: decoder.decode(stream.read(CHUNK)), ""))
    except InvalidRecord:
        stream.seek(0)
        return _found(pattern, iter(lambda: stream.read(CHUNK).decode("latin-1"), ""))


def _is_in(path: Path, pattern: Pattern, holds: Holds) -> bool:
    with reachable():
        try:
            return holds(path, pattern)
        except FileNotFoundError:
            return False  # deleted a moment ago


def _found(pattern: Pattern, chunks: Iterator[str]) -> bool:
    """What stands across two pieces is found in both together."""
    longest = len(pattern.pattern)
    tail = ""
    for chunk in chunks:
        if pattern.search(tail + chunk):
            return True
        tail = chunk[-longest:]
    return False
