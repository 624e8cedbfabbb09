"""Which of the kept exports hold certain customers? They are deleted: the state has everything else that they say.

An export has everybody, so nearly always all of them go. One is searched as text and not understood: one that is broken
must not keep anybody either.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final
from xml.sax.saxutils import escape

from adapters.esklep.folder import Claimed, Folder, reachable
from syncd.domain.encoding import CHUNK, Decoder, detect
from syncd.errors import InvalidRecord

__all__ = ["delete_holding"]

_WORD: Final = "[0-9A-Za-z]"
_LONGEST: Final = 2000


def delete_holding(folder: Folder, external_ids: Collection[str], encoding: str) -> list[str]:
    """Delete exports that hold one of these customers; say which, by place and number."""
    keys = {key.removeprefix("#") for key in external_ids}
    forms = keys | {escape(key) for key in keys} | {key.replace('"', '""') for key in keys}
    pattern = re.compile(f"(?<!{_WORD})(?:{'|'.join(map(re.escape, sorted(forms)))})(?!{_WORD})")
    deleted = []
    for place in ("archive", "quarantine"):
        for file in folder.claimed(place):
            if _holds(file, pattern, encoding):
                folder.delete(file)
                deleted.append(f"export {file.seq} in {place}/")
    return deleted


def _holds(file: Claimed, pattern: re.Pattern[str], encoding: str) -> bool:
    """Whether an id occurs. An export that is not text in its own encoding is searched byte by byte."""
    with reachable():
        try:
            with file.path.open("rb") as stream:
                decoder = Decoder(detect(stream, fallback=encoding))
                return _occurs(pattern, iter(lambda: decoder.decode(stream.read(CHUNK)), ""))
        except InvalidRecord:
            with file.path.open(encoding="latin-1") as text:
                return _occurs(pattern, iter(lambda: text.read(CHUNK), ""))
        except FileNotFoundError:
            return False  # deleted a moment ago


def _occurs(pattern: re.Pattern[str], chunks: Iterator[str]) -> bool:
    """Search piece by piece; what stands across two pieces is found in both together."""
    tail = ""
    for chunk in chunks:
        if pattern.search(tail + chunk):
            return True
        tail = chunk[-_LONGEST:]
    return False
