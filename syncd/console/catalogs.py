"""In which languages does the console speak, and where are their words?

Catalogues are text files (``locale/<language>/messages.po``), compiled in memory when first needed: nothing that is
made from them lies beside them and grows old.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from babel.core import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from syncd.languages import LANGUAGES

__all__ = ["LOCALES", "Catalog", "best_of", "catalog", "has", "locale_of", "mark", "mark_in", "meant", "phrase"]

LOCALES: Final = Path(__file__).parent / "locale"

_BETWEEN: Final = "\4"
"""What gettext keeps between a context and a text."""

Catalog = NullTranslations
"""Babel's: has ``gettext`` and ``ngettext``."""


def mark(text: str) -> str:
    """Mark a text for translation where it stands; it is translated when it is shown. Import it as `_`."""
    return text


def mark_in(context: str, text: str) -> str:
    """The same for a text that means something else elsewhere. Import it as `_in`; `meant` translates it."""
    return f"{context}{_BETWEEN}{text}"


def meant(words: Catalog, marked: str) -> str:
    """What a marked text is in a language."""
    translated: str = words.gettext(marked)
    return translated.rpartition(_BETWEEN)[2]


def phrase(words: Catalog, text: str, count: object) -> str:
    """What a text is in a language, in the form that its number needs.

    Args:
        text: One of the two that English has, if it has two.
        count: What it counts, if it counts anything.
    """
    found = words.ngettext(text, text, count) if isinstance(count, int) else text
    return words.gettext(text) if found is text else found


def has(words: Catalog, text: str) -> bool:
    """Whether a language has the text, be it the same there, as many names are."""
    return words.gettext(text) is not text  # what is not found is answered itself, and no copy of it


@cache
def catalog(language: str) -> Catalog:
    """The words of a language; texts are written in English, which needs none."""
    path = LOCALES / language / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        written = read_po(file, locale=language, domain="messages")
    for message in list(written):
        if message.pluralizable:  # a sentence remembers the English that it was said in, which may be of one or of many
            written.add((message.id[1],) * 2, message.string, context=message.context)
    compiled = io.BytesIO()
    write_mo(compiled, written)
    compiled.seek(0)
    return Translations(compiled, domain="messages")


@cache
def locale_of(language: str) -> Locale:
    """How numbers and dates are written in it."""
    return Locale.parse(language)


def best_of(wanted: Iterable[str]) -> str:
    """The first language that we speak, else English.

    Args:
        wanted: Language tags such as ``pl`` or ``pl-PL``, the best first.
    """
    return negotiate_locale([tag.replace("-", "_") for tag in wanted], list(LANGUAGES)) or "en"
