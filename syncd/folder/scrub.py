"""Which of the kept files hold certain contractors? They are deleted: the state has everything else that they say.

A file is searched as text, and not understood: one that is broken, or whose options have changed since, must not keep
anybody. So a file in which a key merely occurs goes as well, which loses a copy and no data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from syncd.domain.encoding import CHUNK, Decoder, detect
from syncd.errors import InvalidRecord
from syncd.folder.claiming import Claimed, Folder, reachable

__all__ = ["delete_holding"]

_WORD: Final = "[0-9A-Za-z]"


def delete_holding(folder: Folder, external_ids: Collection[str], known: Collection[int], encoding: str) -> list[str]:
    """Delete the files that hold one of these contractors; say which, by place and number.

    Args:
        known: Numbers of files whose content is in the state: only those in ``processing/`` may go.
        encoding: Code page of files that do not tell it themselves.
    """
    pattern = _pattern(external_ids)
    deleted = []
    for place in ("processing", "archive", "quarantine"):
        for file in folder.claimed(place):
            if (place != "processing" or file.seq in known) and _holds(file.path, pattern, encoding):
                _delete(file)
                deleted.append(f"file {file.seq} in {place}/")
    return deleted


def _pattern(external_ids: Collection[str]) -> re.Pattern[str]:
    """Finds a key as it may stand in CSV, XML or JSON, and not inside of a longer one."""
    forms: set[str] = set()
    for key in external_ids:
        texts = json.dumps(key), json.dumps(key, ensure_ascii=False)
        forms.update({key, escape(key), key.replace('"', '""'), *(text[1:-1] for text in texts)})
    keys = "|".join(re.escape(form) for form in sorted(forms))
    return re.compile(f"(?<!{_WORD})(?:{keys})(?!{_WORD})", re.IGNORECASE)


def _holds(path: Path, pattern: re.Pattern[str], encoding: str) -> bool:
    """Whether a key occurs. A file that is not text in its own encoding is searched byte by byte."""
    with reachable():
        try:
            with path.open("rb") as stream:
                decoder = Decoder(detect(stream, fallback=encoding))
                return _occurs(pattern, iter(lambda: decoder.decode(stream.read(CHUNK)), ""))
        except InvalidRecord:
            with path.open(encoding="latin-1") as text:
                return _occurs(pattern, iter(lambda: text.read(CHUNK), ""))
        except FileNotFoundError:
            return False  # deleted a moment ago


def _occurs(pattern: re.Pattern[str], chunks: Iterator[str]) -> bool:
    """Search piece by piece; what stands across two pieces is found in both together."""
    longest = len(pattern.pattern)
    tail = ""
    for chunk in chunks:
        if pattern.search(tail + chunk):
            return True
        tail = chunk[-longest:]
    return False


def _delete(file: Claimed) -> None:
    with reachable():
        file.path.unlink(missing_ok=True)
        file.path.with_name(f"{file.path.name}.error.txt").unlink(missing_ok=True)
