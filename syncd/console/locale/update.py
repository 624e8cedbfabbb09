"""Are all texts of the console translated? A program for whoever changes one.

    python -m syncd.console.locale.update           bring the catalogues up to date; new texts are empty in them
    python -m syncd.console.locale.update --check   say what is missing, obsolete or wrong, and change nothing

Catalogues hold neither dates nor places in the code: a change of them shows what was translated, and nothing else.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from syncd.console.catalogs import LOCALES
from syncd.console.locale.sentences import texts
from syncd.languages import LANGUAGES

__all__ = ["main", "problems", "texts_of_the_code"]

_CONSOLE: Final = LOCALES.parent
_SETTINGS: Final = _CONSOLE.parent / "settings"
_METHODS: Final = [("**.py", "python"), ("templates/**.html", "jinja2")]
_OPTIONS: Final = {
    "templates/**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "newstyle_gettext": "true", "trimmed": "true"}
}
_KEYWORDS: Final = DEFAULT_KEYWORDS | {"_in": ((1, "c"), 2)}
_DATES: Final = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team): .*\n', re.MULTILINE)
_PLACE: Final = re.compile(r"%\((\w+)\)[a-z]")
_NUMBERS: Final = {"num", "count"}
"""What a translation may leave out where it can only be one."""

_FREE: Final = {"a"}
"""What it may leave out anywhere: an English article."""

_MANY: Final = range(2, 200)


def main() -> int:
    """Update or check, as the arguments say; answer the exit code."""
    template = texts_of_the_code()
    if "--check" in sys.argv[1:]:
        found = [problem for language in _translated() for problem in problems(language, template)]
        sys.stdout.writelines(f"{problem}\n" for problem in found)
        if found:
            sys.stdout.write("`python -m syncd.console.locale.update` adds what is missing; translate it there.\n")
        return 1 if found else 0
    for language in _translated():
        _update(language, template)
    return 0


def problems(language: str, template: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, in sentences.

    Args:
        template: All texts as the code has them.
    """
    catalog = _read(language)
    for message in template:
        if message.id and catalog.get(message.id, message.context) is None:
            yield f"{language}: {_short(message)} is missing"
    form_of = c2py(catalog.plural_expr)
    many = {form_of(number) for number in _MANY}
    for message in catalog:
        if not message.id:
            continue
        if template.get(message.id, message.context) is None:
            yield f"{language}: {_short(message)} is not used any more"
        elif message.fuzzy:
            yield f"{language}: {_short(message)} is fuzzy"
        else:
            yield from _wrong(language, catalog, message, many)


def _wrong(language: str, catalog: Catalog, message: Message, many: Collection[int]) -> Iterator[str]:
    """What is wrong with one translation; `many` are the forms of numbers of two and more."""
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    if message.pluralizable and len(texts) != catalog.num_plurals:
        yield f"{language}: {_short(message)} has {len(texts)} plural forms, not {catalog.num_plurals}"
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    wanted = {name for one in ids for name in _PLACE.findall(one)}
    for form, text in enumerate(texts):
        free = _FREE if form in many or not message.pluralizable else _FREE | _NUMBERS
        if not text:
            yield f"{language}: {_short(message)} is not translated"
        elif set(_PLACE.findall(text)) - free != wanted - free:
            yield f"{language}: {_short(message)} has other placeholders: {text!r}"


def _translated() -> list[str]:
    return [language for language in LANGUAGES if language != "en"]


@cache
def texts_of_the_code() -> Catalog:
    """All texts as the code has them: one catalogue for all who ask, and a matter of seconds the first time."""
    template = Catalog(charset="utf-8")
    for folder, methods, keywords in (
        (_CONSOLE, _METHODS, _KEYWORDS),
        (_SETTINGS, _METHODS, {"_described": None}),  # what each setting means is shown on the page of settings
    ):
        for _, _, text, _, context in extract_from_dir(folder, methods, _OPTIONS, keywords):
            template.add(text, context=context)
    for text in texts():
        template.add(text)
    return template


def _path(language: str) -> Path:
    return LOCALES / language / "messages.po"


def _read(language: str) -> Catalog:
    path = _path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _update(language: str, template: Catalog) -> None:
    catalog = _read(language)
    catalog.update(template, no_fuzzy_matching=True)
    path = _path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=110, no_location=True, sort_output=True, ignore_obsolete=True)
    path.write_text(_DATES.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")


def _short(message: Message) -> str:
    text = message.id[0] if isinstance(message.id, tuple | list) else message.id
    return repr(text if len(text) < 70 else f"{text[:67]}...")


if __name__ == "__main__":
    sys.exit(main())
