"""How is a sentence said in the language of whoever reads it? What no catalogue has stays English, and is marked so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from babel.core import Locale
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from syncd.console.catalogs import Catalog, catalog, has, locale_of, meant, phrase
from syncd.console.catalogs import mark as _
from syncd.console.words import WORDS
from syncd.domain.trigger import trigger_of
from syncd.domain.via import name_of
from syncd.errors import SyncError
from syncd.sentence import Sentence, is_wordless, template_of

__all__ = ["IN_WORDS", "asker", "coded", "doer", "is_known", "refusal", "say", "show", "thing"]

_KINDS: Final[Mapping[str, str]] = {
    "field": "field",
    "fields": "field",
    "zones": "zone",
    "cause": "cause",
    "run_state": "run",
    "erasure_state": "erasure",
    "needs": "role",
    "yours": "role",
}
"""Values of sentences that are codes, and of which kind."""

IN_WORDS: Final = frozenset({*_KINDS, "asker", "approver"})
"""Values of sentences that are shown in words: a command with one of them would not be one that can be run."""

_NAMING: Final = frozenset({
    "case", "code_page", "column", "import_id", "issue", "line", "line_num", "look", "other_id", "record", "run",
    "runs", "seq",
})  # fmt: skip
"""Values of sentences that are numbers of things: they are written as an address has them."""

_BETWEEN: Final = (", ", " or ")


_MANY: Final = re.compile(r"([0-9]{1,15}) customers")
_THINGS: Final = (
    (re.compile(r"run (?P<run>[0-9]+)"), _("run %(run)s")),
    (re.compile(r"issue (?P<issue>[0-9]+)"), _("issue %(issue)s")),
    (re.compile(r"customer (?P<code>K[0-9]+)"), _("customer %(code)s")),
    (re.compile(r"user (?P<name>.+)"), _("user %(name)s")),
    (re.compile(r"connection (?P<name>.+)"), _("connection %(name)s")),
    (re.compile(r"token (?P<name>.+)"), _("token %(name)s")),
    (re.compile(r"view (?P<name>.+)"), _("view %(name)s")),
    (re.compile(r"import (?P<number>[0-9]+)"), _("import %(number)s")),
    (re.compile(r"field (?P<field>\w+)"), _("field %(field)s")),
    (re.compile(r"field (?P<field>\w+) at (?P<shop>.+)"), _("field %(field)s at %(shop)s")),
    (re.compile(r"country name (?P<name>.+)"), _("country name %(name)s")),
    (re.compile(r"registry"), _("registry")),
    (re.compile(r"customers"), _("customers")),
    (re.compile(r"groups"), _("groups")),
)
"""Objects of the audit log, which keeps them in English: what is looked for there is the same for everybody."""


def show(text: str, language: str) -> Markup:
    """For a page: what is not translated is marked as English, and what stands between backticks is code."""
    return coded(Markup(_said(catalog(language), locale_of(language), text, escape, _quoted(language))))  # noqa: S704 - its parts are escaped


def say(text: str, language: str) -> str:
    """The same as plain text."""
    return _said(catalog(language), locale_of(language), text, str, str)


def is_known(text: str, language: str) -> bool:
    """Whether the language has the sentence itself, whatever the values in it are."""
    template = template_of(text)
    return language == "en" or has(catalog(language), template)


def asker(text: str, language: str) -> Markup:
    """Who or what asked for a run: a name as it is, the schedule and the like in words."""
    return show(text, language) if isinstance(text, Sentence) else escape(_asker(catalog(language), text))


def doer(by: str, language: str) -> str:
    """Who did something: a person, a token or a connection by name, and what else does something in words."""
    named = name_of(by)
    if named != by:
        return named
    words = catalog(language)
    run = by.removeprefix("run ")
    if run != by and run.isdigit():
        return words.gettext("run %(run)s") % {"run": run}
    known = WORDS["maker"].get(by)
    return by if known is None else meant(words, known)


def thing(subject: str, action: str, language: str) -> str:
    """What something was done to, as the audit log names it; a name by itself is as somebody gave it."""
    if "group" in action and not action.startswith("customers-"):
        return subject
    words = catalog(language)
    many = _MANY.fullmatch(subject)
    if many is not None:
        number = int(many[1])
        counted = words.ngettext("%(num)s customer", "%(num)s customers", number)
        return str(counted % {"num": format_decimal(number, locale=locale_of(language))})
    for shape, text in _THINGS:
        named = shape.fullmatch(subject)
        if named is not None:
            locale = locale_of(language)
            values = {name: _value(words, locale, name, value) for name, value in named.groupdict().items()}
            return str(words.gettext(text) % values)
    return subject


def refusal(error: SyncError, language: str) -> str:
    """Why something was not done and what helps, as plain text."""
    message = say(error.message, language).rstrip(".")
    return f"{message}. {say(error.cure, language)}".strip()


def coded(text: str) -> Markup:
    """Text in which what stands between backticks is code."""
    parts = escape(text).split("`")
    return Markup().join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def _said(words: Catalog, locale: Locale, text: str, plain: Callable[[str], str], english: Callable[[str], str]) -> str:
    template = template_of(text)
    values = text.values if isinstance(text, Sentence) else {}
    translated = phrase(words, template, values.get("count")) if template else ""
    if is_wordless(template):
        colon, semicolon = words.gettext(":"), words.gettext(";")
        translated = translated.replace(": ", f"{colon} ").replace("; ", f"{semicolon} ")
    filled = plain(translated)
    if values:
        filled %= {
            name: _said(words, locale, value, plain, english)
            if isinstance(value, Sentence)
            else plain(_value(words, locale, name, value))
            for name, value in values.items()
        }
    return filled if has(words, template) or is_wordless(template) else english(filled)


def _value(words: Catalog, locale: Locale, name: str, value: str | float) -> str:
    if not isinstance(value, str):
        return str(value) if name in _NAMING else str(format_decimal(value, locale=locale))
    if name in {"asker", "approver"}:
        return _asker(words, value)
    if name not in _KINDS:
        return value
    known = WORDS[_KINDS[name]]
    between = next((one for one in _BETWEEN if one in value), ", ")
    named = (known.get(code) for code in value.split(between))
    return between.join(
        meant(words, word) if word else code for word, code in zip(named, value.split(between), strict=True)
    ).replace(" or ", ", ")


def _asker(words: Catalog, asked_by: str) -> str:
    kind, _, name = asked_by.partition(":")
    if name and kind not in {"schedule", "hook"}:
        return name
    return meant(words, WORDS["trigger"][trigger_of(asked_by, undoes=False)])


def _quoted(language: str) -> Callable[[str], str]:
    def quoted(text: str) -> str:
        return text if language == "en" else Markup('<span lang="en">{}</span>').format(text)

    return quoted
