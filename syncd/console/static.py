"""How do style sheets and scripts reach the browser? As files of ours, known by their content."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

__all__ = ["send", "static"]

_HERE: Final = Path(__file__).parent / "static"
_KINDS: Final = frozenset({".css", ".js", ".svg"})
_FOR_EVER: Final = "public, max-age=31536000, immutable"
"""The address changes with the content."""


class _File(NamedTuple):
    content: bytes
    packed: bytes
    media_type: str
    digest: str


@cache
def _files() -> dict[str, _File]:
    """All of them, kept in memory and packed once: together less than a megabyte."""
    found = {}
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in _KINDS:
            content = path.read_bytes()
            name = path.relative_to(_HERE).as_posix()
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            found[name] = _File(
                content, gzip.compress(content, mtime=0), kind, hashlib.sha256(content).hexdigest()[:16]
            )
    return found


def static(name: str) -> str:
    """The address of a file, which is another one when its content is.

    Raises:
        KeyError: If there is no such file.
    """
    return f"/static/{name}?v={_files()[name].digest}"


def send(request: Request, name: str) -> Response:
    """One of the files; nothing else in any folder."""
    file = _files().get(name)
    if file is None:
        raise HTTPException(404)
    headers = {"vary": "accept-encoding", "etag": f'"{file.digest}"'}
    headers["cache-control"] = _FOR_EVER if request.query_params.get("v") == file.digest else "no-cache"
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, media_type=file.media_type, headers={**headers, "content-encoding": "gzip"})
    return Response(file.content, media_type=file.media_type, headers=headers)
