"""Which forms does a page have, and what does a browser send with them?"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import msgspec

__all__ = ["Form", "forms"]


class Form(msgspec.Struct):
    """A form that changes something.

    Attributes:
        typed: Names of what is typed in.
        files: Names of files.
        buttons: Name and value of each, and the address that it sends to where that is another one.
    """

    action: str
    values: dict[str, list[str]] = {}
    typed: list[str] = []
    files: list[str] = []
    buttons: list[tuple[str, str, str]] = []


def forms(page: str) -> list[Form]:
    """Forms of a page that are sent by POST."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self._form = Form(action=given.get("action", ""))
            self.found.append(self._form)
        elif self._form is not None:
            self._field(self._form, tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, Any]) -> None:
        name, value, kind = given.get("name", ""), given.get("value", ""), given.get("type", "text")
        if tag == "button":
            form.buttons.append((name, value, given.get("formaction", "")))
        elif tag == "option" and self._select and (self._select not in form.values or "selected" in given):
            form.values[self._select] = [value]
        elif tag == "select":
            self._select = name
        elif tag == "input" and kind == "file":
            form.files.append(name)
        elif tag in {"input", "textarea"} and name:
            form.values.setdefault(name, []).append(value or ("on" if kind == "checkbox" else ""))
            if tag == "textarea" or kind not in {"hidden", "checkbox", "radio"}:
                form.typed.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
