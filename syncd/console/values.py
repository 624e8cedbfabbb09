"""How is the value of a field shown to a person? In lines of words, whatever it is in JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

__all__ = ["lines_of"]

_ADDRESS: Final = ("name", "street", "postal_code", "city", "region", "country")
_LONGEST: Final = 400
_MOST: Final = 30
"""Entries of a list that are shown."""


def lines_of(value: Any, _: Callable[[str], str]) -> list[str]:
    """Lines that say what a value is; none where nothing is set.

    Args:
        _: Translates a word.
    """
    if value is None or value in ("", [], {}):
        return []
    if isinstance(value, bool):
        return [_("yes") if value else _("no")]
    if isinstance(value, Mapping):
        parts = ((name, _inline(part, _)) for name, part in value.items())
        return [_("%(name)s: %(what)s") % {"name": name, "what": _short(text)} for name, text in parts if text]
    if isinstance(value, (list, tuple)):
        shown = [_short(line) for one in value[:_MOST] if (line := _inline(one, _))]
        return [*shown, "…"] if len(value) > _MOST else shown
    return [_short(str(value))]


def _inline(value: Any, _: Callable[[str], str]) -> str:
    if isinstance(value, Mapping):
        if "city" in value or "street" in value:
            return _address(value, _)
        parts = ((name, _inline(part, _)) for name, part in value.items() if name != "key")
        return ", ".join(_("%(name)s: %(what)s") % {"name": name, "what": text} for name, text in parts if text)
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, (_inline(one, _) for one in value)))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def _address(value: Mapping[str, Any], _: Callable[[str], str]) -> str:
    """An address as it stands on a letter; what else is said of it follows."""
    known = [str(value[name]) for name in _ADDRESS if value.get(name)]
    rest = {name: part for name, part in value.items() if name not in {*_ADDRESS, "key"} and part}
    kind = rest.pop("kind", None)
    more = _inline(rest, _) if rest else ""
    return " · ".join(filter(None, (str(kind) if kind else "", ", ".join(known), more)))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
