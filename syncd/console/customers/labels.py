"""What is each piece of a card called, where the screen has no room for a table? As a style sheet.

Written into every cell, the names of the columns would be a sixth of the page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from syncd.console.catalogs import catalog
from syncd.console.words import WORDS
from syncd.languages import LANGUAGES
from syncd.registry.queries.customer_list import read_columns

__all__ = ["labels_address", "send_labels"]

_FOR_EVER: Final = "private, max-age=31536000, immutable"


def labels_address(columns: Sequence[str], language: str, *, first: int) -> str:
    """Where the style sheet is.

    Args:
        first: Which cell of a row the first column is, counted from 1.
    """
    said = {"cols": ",".join(columns), "lang": language, "first": first}
    return f"/static-dyn/labels.css?{urlencode(said | {'v': _digest(_style(columns, language, first))})}"


def send_labels(request: Request) -> Response:
    """The style sheet."""
    said = request.query_params
    language = said.get("lang", "")
    style = _style(
        read_columns(said.get("cols", "")),
        language if language in LANGUAGES else request.state.reader.language,
        2 if said.get("first") == "2" else 1,
    )
    digest = _digest(style)
    headers = {"etag": f'"{digest}"', "cache-control": _FOR_EVER if said.get("v") == digest else "no-cache"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(style, media_type="text/css", headers=headers)


def _style(columns: Sequence[str], language: str, first: int) -> str:
    words, titles = catalog(language), WORDS["column"]
    named = ((number, words.gettext(titles[name])) for number, name in enumerate(columns, first))
    return "".join(
        f'.customers tbody>tr>:nth-child({number})::before{{content:"{_quoted(name)}"}}\n' for number, name in named
    )


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _digest(style: str) -> str:
    return hashlib.sha256(style.encode()).hexdigest()[:16]
