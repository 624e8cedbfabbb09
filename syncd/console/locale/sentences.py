"""Which texts outside the console are shown in it, and stand in the catalogues?

Causes with what helps, as `syncd.causes` has them, what platforms cannot do, what their options mean, and the sentences
that syncd and its adapters say of records, plans and refusals: they are written where they are made, and found there by
the name of what is made of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from syncd import plugins
from syncd.causes import causes
from syncd.sentence import is_wordless, template_of
from syncd.settings.explain import describe

__all__ = ["adapter_files", "own_files", "texts"]

_SYNCD: Final = Path(__file__).parents[2]
_ADAPTERS: Final = _SYNCD.parent / "adapters"
_FOLDERS: Final = (
    "access",
    "alerts.py",
    "bootstrap.py",
    "checks",
    "console",
    "csv_input.py",
    "domain",
    "errors.py",
    "mail.py",
    "misfit.py",
    "oidc",
    "plugins.py",
    "registry",
    "settings",
    "sync",
    "throttle",
    "unreached.py",
    "vies",
    "webhooks.py",
)
_SHARED: Final = ("bridge", "egress.py", "folder", "http.py", "inflate.py", "ports.py", "soap.py", "sql", "xml.py")
"""What adapters are made with, and speaks as they do."""

_UNSEEN: Final = re.compile(
    r"registry/(backup|engine|export|schema|tables/.*)\.py|console/(api|locale)/.*|console/serving\.py|domain/standard_webhooks\.py"
    r"|sync/(ledger|replay)\.py|sync/(rehearse/(mapping|replay)|groups/portable)\.py|(oidc|vies)/simulat.*"
)
"""Of commands that the console has not, and what only programs are told."""

_UNSHOWN: Final = re.compile(r"[^/]+/simulat(or\.py|ed/.*)|bridge/book\.py|commerceml/(exchange|protocol|uploads)\.py")
"""Of adapters: platforms to try out, and programs that only tell the one at the other end, or whoever starts them."""

_FIRST: Final = frozenset(
    "__init__ Sentence SyncError RetryableError Unavailable RateLimited VersionConflict OutcomeUnknown"
    " RecordError InvalidRecord NotFound Former Ambiguous Unstorable FatalError AuthFailed Misconfigured SuspiciousRun"
    " InvalidFilter Scrubbed BrokenPacking _Cut".split()
)
"""What is called with a text first."""

_ALL: Final = frozenset(
    "Finding WrongAddress fine weak failed nearest problem refuse _Untold _refusal _refuse _unusable _wrong"
    " one_of".split()
)
"""What is called with texts after a name or two that are none."""

_MAKES_ERRORS: Final = frozenset("_bad_row _broken _lost _unreadable _unsafe broken kind lost".split())
"""The same in adapters: what makes an error of a text."""

_WHOLE: Final = re.compile(r"[A-Z0-9][^\n]* [^\n]*\.")
"""What is a sentence in an adapter wherever it stands: what helps, and what the platform cannot do as it is set up."""

_PLACE: Final = re.compile(r"[^%]%\(\w+\)s|^%\(\w+\)s.")
_NAMED: Final = frozenset({"cure", "how", "message"})
_NAMED_BY_ADAPTERS: Final = _NAMED | {"detail"}


Text = str | tuple[str, str]
"""One text, or the two forms of it that English has by number."""


def texts() -> Iterator[Text]:
    """All of them, some more than once. What only joins others has no words in any language."""
    return (text for text in _texts() if isinstance(text, tuple) or not is_wordless(text))


def _texts() -> Iterator[Text]:
    for cause in causes().values():
        if cause.where:  # others are answers to a command, whose own words are shown
            yield from (cause.means, cause.helps)
    for kind in plugins.kinds():
        adapter = plugins.load(kind)
        yield from adapter.capabilities.degradations
        yield from (template_of(one.meaning) for one in describe(adapter.options))
    for file in own_files():
        own = file.is_relative_to(_SYNCD / "console")  # where `gettext` finds what is no `Sentence`
        yield from _of(_parsed(file), templates=not own)
    for file in adapter_files():
        tree = _parsed(file)
        yield from _of(tree, templates=True, makers=_ALL | _MAKES_ERRORS, named=_NAMED_BY_ADAPTERS)
        yield from _wholes(tree)


def own_files() -> Iterator[Path]:
    """What speaks to people of syncd itself."""
    found = (file for name in _FOLDERS for file in _files(_SYNCD / name))
    return (file for file in found if not _UNSEEN.fullmatch(file.relative_to(_SYNCD).as_posix()))


def adapter_files() -> Iterator[Path]:
    """What may speak to an admin of adapters and of what they share."""
    for name in _SHARED:
        yield from _files(_SYNCD / name)
    yield from (file for file in _files(_ADAPTERS) if not _UNSHOWN.fullmatch(file.relative_to(_ADAPTERS).as_posix()))


def _files(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _wholes(tree: ast.Module) -> Iterator[str]:
    """Whole sentences but docstrings and helps of a command line; what options mean is asked of the options."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    silent |= {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in {"description", "help"}
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in silent and _WHOLE.fullmatch(text):
                yield text


def _of(
    tree: ast.Module, *, templates: bool, makers: frozenset[str] = _ALL, named: frozenset[str] = _NAMED
) -> Iterator[Text]:
    forms: set[int] = set()
    for node in ast.walk(tree):  # a call is met before what it is called with
        match node:
            case ast.Call(func=ast.Name(id="Counted"), args=args):
                forms |= {id(one) for one in args}
                given = [text for one in args for text in _constants(one)]
                yield given[0], given[-1]
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=given):
                shown = args[:1] if name in _FIRST else []
                names = {"name"} if name == "Territory" else named
                for value in (*shown, *(one.value for one in given if one.arg in names)):
                    yield from _constants(value)
                if name in makers:
                    yield from (text for one in args for text in _constants(one) if " " in text)
            case (
                ast.Assign(targets=[ast.Name(id="cure" | "_CURE" | "_FORM")], value=value)
                | ast.AnnAssign(target=ast.Name(id="cure" | "_CURE" | "_FORM"), value=ast.expr() as value)
            ):
                yield from _constants(value)
            case ast.Constant(value=str(text)) if templates and id(node) not in forms and _PLACE.search(text):
                yield text


def _constants(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from (*_constants(body), *_constants(other))
