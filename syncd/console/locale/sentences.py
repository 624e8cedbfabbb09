"""Which texts outside the console are shown in it, and stand in the catalogues?

Causes with what helps, as `syncd.causes` has them, what platforms cannot do, and the sentences that syncd says of
records, plans and refusals: they are written where they are made, and found there by the name of what is made of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from syncd import plugins
from syncd.causes import causes

__all__ = ["texts"]

_SYNCD: Final = Path(__file__).parents[2]
_FOLDERS: Final = (
    "access",
    "alerts.py",
    "checks",
    "console",
    "csv_input.py",
    "domain",
    "errors.py",
    "http.py",
    "registry",
    "sync",
    "unreached.py",
)
_UNSEEN: Final = re.compile(
    r"registry/(backup|engine|export|schema|tables/.*)\.py|console/(api|locale)/.*|console/serving\.py|domain/standard_webhooks\.py"
    r"|sync/(fields|ledger|replay|typesetter)\.py|sync/(rehearse|groups/portable).*"
)
"""Of commands that the console has not, and what only programs are told."""

_FIRST: Final = frozenset(
    "__init__ Sentence SyncError RetryableError Unavailable RateLimited VersionConflict OutcomeUnknown"
    " RecordError InvalidRecord NotFound Former Ambiguous Unstorable FatalError AuthFailed Misconfigured SuspiciousRun"
    " InvalidFilter".split()
)
"""What is called with a text first."""

_ALL: Final = frozenset("Finding WrongAddress fine weak failed".split())
"""What is called with texts after a name or two that are none."""

_PLACE: Final = re.compile(r"[^%]%\(\w+\)s|^%\(\w+\)s.")
_NAMED: Final = frozenset({"cure", "message"})


def texts() -> Iterator[str]:
    """All of them, some more than once."""
    for cause in causes().values():
        if cause.where:  # others are answers to a command, whose own words are shown
            yield from (cause.means, cause.helps)
    for kind in plugins.kinds():
        yield from plugins.load(kind).capabilities.degradations
    for name in _FOLDERS:
        place = _SYNCD / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if not _UNSEEN.fullmatch(file.relative_to(_SYNCD).as_posix()):
                own = name == "console"  # where `gettext` finds what is no `Sentence`
                yield from _of(ast.parse(file.read_text(encoding="utf-8")), templates=not own)


def _of(tree: ast.Module, *, templates: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=named):
                shown = args[:1] if name in _FIRST else []
                for value in (*shown, *(one.value for one in named if one.arg in _NAMED)):
                    yield from _constants(value)
                if name in _ALL:
                    yield from (text for one in args for text in _constants(one) if " " in text)
            case ast.Assign(targets=[ast.Name(id="cure" | "_CURE")], value=value):
                yield from _constants(value)
            case ast.Call(func=ast.Name(id="Territory"), keywords=named):
                yield from (text for one in named if one.arg == "name" for text in _constants(one.value))
            case ast.Constant(value=str(text)) if templates and _PLACE.search(text):
                yield text


def _constants(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from (*_constants(body), *_constants(other))
