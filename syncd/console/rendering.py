"""How does a template become a page, in the language of whoever asked?"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from datetime import timedelta
from functools import cache, lru_cache, partial
from pathlib import Path
from types import CodeType
from typing import Any, Final

from babel.core import Locale
from babel.dates import format_timedelta
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.ext import Extension
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from syncd import __version__
from syncd.access.roles import Role
from syncd.causes import cause_of
from syncd.console.catalogs import Catalog, catalog, locale_of, meant
from syncd.console.flash import forget_told, told
from syncd.console.frame import look_around
from syncd.console.language import Reader, reader_of
from syncd.console.moments import ago_in, moment_in, soon_in
from syncd.console.origin import asked_for
from syncd.console.saying import asker, coded, doer, is_known, show, thing
from syncd.console.static import static
from syncd.console.unheard import COOKIE, WAITS, was_unheard
from syncd.console.words import WORDS, colour_of
from syncd.languages import LANGUAGES

__all__ = ["TEMPLATES", "fragment", "page"]

_INDENTED: Final = re.compile(r"\n[ \t]+")
_SHORT: Final = 100
"""Characters of a text up to which it is kept escaped."""
_COLON: Final = re.compile(r"(}}(?:</\w+>)?|%}):(?= |</)")

TEMPLATES: Final = Path(__file__).parent / "templates"


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page for whoever asked.

    Templates also know ``visitor``, ``operates``, ``decides`` (what their role lets them do), ``reader``, ``frame``,
    ``path`` (of this page, with its query), ``now``, ``static``, ``LANGUAGES`` and `_`.
    """
    visitor = getattr(request.state, "visitor", None)
    # After a failure the database is not asked again.
    state = request.app.state
    frame = look_around(state.syncd, redis_is_away=state.redis_is_away) if visitor and status < 500 else None
    said = told(request)
    unbegun = WAITS if was_unheard() or COOKIE in request.cookies else None
    # What could not be shown is not repeated: its address may be a secret.
    path = asked_for(request.url) if status < 400 else "/"
    html = fragment(request, template, frame=frame, told=said, unbegun=unbegun, path=path, **values)
    response = HTMLResponse(html, status)
    if said is not None:
        forget_told(response)
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path="/")
    return response


def fragment(request: Request, template: str, **values: Any) -> str:
    """Render a piece of a page, for a stream of them."""
    reader: Reader = getattr(request.state, "reader", None) or reader_of(request)
    visitor = getattr(request.state, "visitor", None)
    role = visitor.role if visitor else None
    return (
        _templates(reader.language)
        .get_template(template)
        .render(
            visitor=visitor,
            operates=role is not None and role >= Role.OPERATOR,
            decides=role is not None and role >= Role.ADMIN,
            reader=reader,
            section=request.url.path.split("/")[1],
            now=request.app.state.syncd.now(),
            **values,
        )
    )


@cache
def _templates(language: str) -> Environment:
    """Everything is escaped, and a name that a page does not know is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", _Typeset],
    )
    words = catalog(language)
    environment.template_class = _Template
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext
    )
    environment.globals |= {
        "static": static,
        "LANGUAGES": LANGUAGES,
        "VERSION": __version__,
        "WORDS": WORDS,
        "COLON": words.gettext(":"),
        "helps_of": _helps_of,
    }
    locale = locale_of(language)
    number = lru_cache(4096)(partial(format_decimal, locale=locale))
    environment.globals |= {"_": _looking_up(words), "ngettext": _counting(words, number)}
    environment.filters |= {
        "moment": moment_in(locale),
        "ago": ago_in(locale),
        "past": ago_in(locale, briefly=True),
        "soon": soon_in(locale),
        "number": number,
        "percent": partial(_percent, locale),
        "word": lru_cache(4096)(partial(_word, words)),
        "colour": lru_cache(512)(colour_of),
        "duration": partial(_duration, locale),
        "asker": partial(_asker, language),
        "coded": coded,
        "doer": partial(_doer, language),
        "said": partial(_said, language),
        "thing": partial(_thing, language),
        "again": lru_cache(4096)(_again),
    }
    return environment


class _Typeset(Extension):
    """Takes away what templates are indented by, which is as much as two more customers on a page.

    A colon behind words that a template puts together stands as the language has it: French leaves a blank before it.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - as Jinja calls it
        """Called for each template."""
        colon = self.environment.globals["COLON"]
        return _COLON.sub(rf"\1{colon}", _INDENTED.sub("\n", source))


class _Template(Template):
    """Lets what is escaped already be.

    Jinja asks of each of a thousand values of a page whether it is; most are, and are then copied twice.
    """

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - as Jinja calls it
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        made = super().from_code(environment, code, globals, uptodate)
        made.root_render_func.__globals__["escape"] = _escape
        return made


def _escape(value: Any) -> str:
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    # What a template puts out is joined to a text, which takes it as it is.
    return _escaped(value) if kind is str and len(value) <= _SHORT else escape(value)


@lru_cache(4096)
def _escaped(text: str) -> str:
    """Words, codes and names come again and again, on one page and on the next."""
    return str(escape(text))


def _looking_up(words: Catalog) -> Callable[..., Markup]:
    """What Jinja's own does for `_`; a page has a hundred texts without values, which are looked up once."""

    @lru_cache(4096)
    def plain(text: str) -> Markup:
        return Markup(words.gettext(text)) % {}  # noqa: S704 - texts of ours; what is put into them is escaped

    def look_up(text: str, /, **values: Any) -> Markup:
        return Markup(words.gettext(text)) % values if values else plain(text)  # noqa: S704 - the same

    return look_up


def _counting(words: Catalog, written: Callable[[int], str]) -> Callable[..., Markup]:
    """What Jinja's own does for `ngettext`, with the number as the language writes it."""

    def count(one: str, many: str, number: int, /, **values: Any) -> Markup:
        text = Markup(words.ngettext(one, many, number))  # noqa: S704 - texts of ours, as above
        return text % ({"num": written(number)} | values)

    return count


def _again(value: Any, piece: Callable[..., Markup]) -> Markup:
    """What a macro makes of a value: made once, and remembered."""
    return piece(value)


def _percent(locale: Locale, share: float) -> str:
    pattern = locale.percent_formats[None].pattern.replace("0", "0.#")
    return format_percent(share, pattern, locale=locale)


def _duration(locale: Locale, seconds: float | None) -> str:
    """Such as ``12 s`` or ``3 min``."""
    return (
        ""
        if seconds is None
        else format_timedelta(timedelta(seconds=seconds), threshold=1.2, format="narrow", locale=locale)
    )


def _helps_of(code: str) -> str:
    """What the manual says against a cause."""
    cause = cause_of(code)
    return cause.helps if cause is not None else ""


def _asker(language: str, text: str) -> Markup:
    return asker(text, language)


def _doer(language: str, by: str) -> str:
    return doer(by, language)


def _thing(language: str, subject: str, action: str) -> str:
    return thing(subject, action, language)


def _said(language: str, text: str | None, else_: str = "") -> Markup:
    """A sentence in the reader's language; `else_` stands for one that no catalogue has."""
    if text is None:
        return Markup()
    return show(else_ if else_ and not is_known(text, language) else text, language)


def _word(words: Catalog, code: str | None, kind: str) -> str:
    """What a code of some kind is called: `syncd.console.words`."""
    if code is None:
        return ""
    text = WORDS[kind].get(code)
    return str(code) if text is None else meant(words, text)
