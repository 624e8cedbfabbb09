"""What does an address ask for, and is it something that there is?"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import Form, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.catalogs import mark as _
from syncd.console.origin import safe_path
from syncd.console.problems import problem
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = [
    "MOST",
    "Number",
    "Text",
    "Texts",
    "WrongAddress",
    "address",
    "app_of",
    "back_to",
    "by_of",
    "known_filters",
    "refuse",
    "tidied",
    "whole_number",
]

MOST: Final = 2**53

Number = Annotated[int, Path(ge=1, le=MOST)]
"""The number of something, in a path."""

Text = Annotated[str, Form(pattern=r"^[^\x00]*$")]
"""A field of a form. A NUL is nobody's text, and no database keeps it."""

Texts = Annotated[list[str], Form()]
"""Several fields of one name, each one of those that the form offers."""


def app_of(request: Request) -> App:
    """Everything that works, as it is configured now."""
    app: App = request.app.state.syncd
    return app


def by_of(request: Request) -> str:
    """How runs and the audit log name whoever asks."""
    by: str = request.state.visitor.by
    return by


class WrongAddress(Exception):
    """A part of the address that means nothing."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(name)
        self.name = name
        self.text = Sentence("%(name)s: %(what)s", name=name, what=Sentence(text) if type(text) is str else text)


def refuse(request: Request, wrong: WrongAddress) -> Response:
    """Say which part of the address means nothing."""
    return problem(request, 400, _("Not possible"), wrong.text, field=wrong.name)


def tidied(request: Request) -> Response | None:
    """The same page without what a form left empty; ``None`` where nothing is empty."""
    items = request.query_params.multi_items()
    if all(value for _name, value in items):
        return None
    given = urlencode([(name, value) for name, value in items if value])
    return RedirectResponse(request.url.path + (f"?{given}" if given else ""), 303)


def known_filters(request: Request, known: Collection[str]) -> Mapping[str, str]:
    """What the address asks for, by name.

    Raises:
        WrongAddress: For a name that is none of those.
    """
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise WrongAddress(
                name,
                Sentence("there is no such filter. Did you mean %(near)s?", near=near[0])
                if near
                else "there is no such filter.",
            )
        if "\0" in request.query_params[name]:
            raise WrongAddress(name, "it has a character that no text has.")
    return request.query_params


def whole_number(params: Mapping[str, str], name: str, default: int) -> int:
    """A number of the address.

    Raises:
        WrongAddress: Where it is none.
    """
    text = params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST:
        raise WrongAddress(name, "it is a number.")
    return int(text)


def address(path: str, params: Mapping[str, Any] = {}, /, **more: Any) -> str:
    """An address with all that is not empty."""
    given = {name: value for name, value in {**params, **more}.items() if value not in {"", None}}
    return quote(path) + (f"?{urlencode(given)}" if given else "")


def back_to(path: str, place: str = "") -> str:
    """Where a form came from, at a place of that page; the section's own page where it does not say."""
    return safe_path(path) + (f"#{place}" if place else "")
