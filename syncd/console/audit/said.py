"""How is a value that an act changed, or that is known of it, said in the reader's language?

The log keeps codes: what is looked for there, and exported from it, is the same for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from syncd.console.attention.labels import label_of
from syncd.console.catalogs import locale_of, meant
from syncd.console.language import Reader
from syncd.console.moments import moment_of
from syncd.console.words import WORDS
from syncd.domain.answers import Answer

__all__ = ["say_value"]

_KINDS: Final[Mapping[str, str]] = {
    "role": "role",
    "scopes": "scope",
    "columns": "column",
    "run_state": "run",
    "match": "match",
    "cause": "cause",
    "failed": "cause",
    "left_out": "left_out",
    "owner": "side",
    "edit": "edit",
    "empty": "empty",
    "forbidden": "forbidden",
    "is": "verdict",
    "what": "taken_back",
}
"""Values that are codes, by the names of what they say, and of which kind."""

_COUNTS: Final = frozenset({
    "changed", "kept", "left", "number", "pushes", "records", "reversed", "rows", "rules", "secrets", "sessions_ended",
    "waiting",
})  # fmt: skip
"""Values that say how many; other numbers name something."""

_MOMENTS: Final = frozenset({"until", "said_at"})


def say_value(action: str, name: str, value: Any, beside: Mapping[str, Any], reader: Reader) -> str:
    """One value as text; ``""`` for none.

    Args:
        beside: All that is known of the act: an answer's words say it with its values.
    """
    if name in _MOMENTS:
        return _moment(value, reader)
    if name == "answer":
        return _answer(value, beside, reader)
    if name == "format":
        return str(value).upper()
    kind = "yes" if (action, name) == ("customers-newsletter", "value") else _KINDS.get(name, "")
    return _said(name, value, kind, reader)


def _said(name: str, value: Any, kind: str, reader: Reader) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        word = WORDS[kind].get(value) if kind else None
        return value if word is None else meant(reader.text, word)
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, int):
        return reader.number(value) if name in _COUNTS else str(value)
    if isinstance(value, list):
        return ", ".join(_said(name, one, kind, reader) for one in value)
    if kind and isinstance(value, dict):
        pair = reader.text.gettext("%(name)s: %(what)s")
        parts = ((_said("", code, kind, reader), _said("number", what, "", reader)) for code, what in value.items())
        return ", ".join(pair % {"name": code, "what": what} for code, what in parts)
    return msgspec.json.encode(value).decode()


def _moment(value: Any, reader: Reader) -> str:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)
    return moment_of(at, locale_of(reader.language), reader.zone)


def _answer(key: str, beside: Mapping[str, Any], reader: Reader) -> str:
    """What stood on the button, with its values; what the person typed themselves is not kept with the answer."""
    values = {name: value for name, value in beside.items() if isinstance(value, str) and name != "answer"}
    offered = label_of(Answer(key=key, label=key, values=values), reader.text.gettext)
    return label_of(Answer(key=key, label=key, asks=key), reader.text.gettext) if offered == key else offered
