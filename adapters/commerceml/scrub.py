"""Which of the kept files hold certain contractors? They are deleted: the state has everything else that they say.

A file is searched as text, and not understood, so that a broken one keeps nobody. A zip that cannot be looked into is
deleted as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

from adapters.commerceml.archives import opened
from adapters.commerceml.folder import PLACES, Claimed, Folder, reachable
from adapters.commerceml.options import Options
from syncd import xml
from syncd.domain.encoding import CHUNK, Decoder
from syncd.errors import InvalidRecord, SuspiciousRun

__all__ = ["delete_holding"]

_WORD: Final = "[0-9A-Za-z]"


def delete_holding(folder: Folder, names: Collection[str], known: Collection[int], options: Options) -> list[str]:
    """Delete the files in which one of these ids occurs; say which, by place and number.

    Args:
        known: Numbers of files whose content is in the state: only those in ``processing/`` may go.
    """
    forms = {form for name in names for form in (name, escape(name))}
    pattern = re.compile(f"(?<!{_WORD})(?:{'|'.join(map(re.escape, sorted(forms)))})(?!{_WORD})", re.IGNORECASE)
    deleted = []
    for where in PLACES:
        for file in folder.claimed(where):
            if (where != "processing" or file.seq in known) and _holds(file, pattern, options):
                with reachable():
                    file.path.unlink(missing_ok=True)
                    file.path.with_name(f"{file.path.name}.error.txt").unlink(missing_ok=True)
                deleted.append(f"file {file.seq} in {where}/")
    return deleted


def _holds(file: Claimed, pattern: re.Pattern[str], options: Options) -> bool:
    with reachable():
        try:
            with opened(file.path, limit=options.unpacked_limit) as streams:
                return any(_occurs(pattern, stream, options.encoding) for _, stream in streams)
        except SuspiciousRun:
            return True
        except FileNotFoundError:
            return False  # deleted a moment ago


def _occurs(pattern: re.Pattern[str], stream: BinaryIO, encoding: str) -> bool:
    """Search piece by piece. A file that is not text in its own encoding is searched byte by byte."""
    try:
        decoder = Decoder(xml.encoding_of(stream, fallback_encoding=encoding))
        return _found(pattern, iter(lambda: decoder.decode(stream.read(CHUNK)), ""))
    except InvalidRecord:
        stream.seek(0)
        return _found(pattern, iter(lambda: stream.read(CHUNK).decode("latin-1"), ""))


def _found(pattern: re.Pattern[str], chunks: Iterator[str]) -> bool:
    """What stands across two pieces is found in both together."""
    longest = len(pattern.pattern)
    tail = ""
    for chunk in chunks:
        if pattern.search(tail + chunk):
            return True
        tail = chunk[-longest:]
    return False
