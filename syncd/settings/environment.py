"""What does the environment say about one setting?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from syncd.errors import Misconfigured
from syncd.sentence import Sentence
from syncd.settings.stamp import Stamp, stamps

__all__ = ["PREFIX", "Found", "look_up", "read_secret_file", "variable"]

PREFIX: Final = "SYNCD_"


class Found(NamedTuple):
    """A value as text, with the place that it comes from in words."""

    value: str
    origin: str


def variable(*parts: str) -> str:
    """Name of the variable for a setting: ``("optima-main", "token")`` gives ``SYNCD_OPTIMA_MAIN_TOKEN``."""
    return PREFIX + "_".join(re.sub(r"[^0-9A-Za-z]", "_", part) for part in parts).upper()


def look_up(
    environ: Mapping[str, str], *names: str, files: list[Stamp] | None = None, file_too: bool = True
) -> Found | None:
    """Find the first of several variables; an empty one counts as not set.

    Args:
        names: Variables in the order of their precedence.
        files: As of `read_secret_file`.
        file_too: Whether ``NAME_FILE`` may name a file that holds the value.

    Raises:
        Misconfigured: If a variable and its ``_FILE`` form are both set, or the file cannot be read.
    """
    for name in names:
        in_file = environ.get(f"{name}_FILE") if file_too else None
        if environ.get(name) and in_file:
            raise Misconfigured(
                Sentence("both %(name)s and %(name)s_FILE are set", name=name), cure="Unset one of them."
            )
        if environ.get(name):
            return Found(environ[name], f"environment {name}")
        if in_file:
            return read_secret_file(Path(in_file), f"{name}_FILE", f"environment {name}_FILE", files)
    return None


def read_secret_file(path: Path, named_by: str, origin: str, files: list[Stamp] | None) -> Found:
    """Read a value from a file of its own; line ends at its end do not belong to it.

    Args:
        files: Filled with the file as it was before it was read, whether it can be or not: who makes or mends it
            later is noticed.

    Raises:
        Misconfigured: If it cannot be read or is empty.
    """
    if files is not None:
        files += stamps([path])
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else Sentence("not UTF-8 text")
        raise Misconfigured(
            Sentence("%(named_by)s names the file %(path)s: %(reason)s", named_by=named_by, path=path, reason=reason),
            cure="Correct the path or the file.",
        ) from None
    if not text:
        raise Misconfigured(
            Sentence("%(named_by)s names the file %(path)s, which is empty", named_by=named_by, path=path),
            cure="Put the value into it.",
        )
    return Found(text, origin)
