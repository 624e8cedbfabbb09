"""Does the manual explain every cause that an error or issue can have, and no other?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from syncd import causes as known

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-to/handle-issues.md"
WORD = re.compile(r"[a-z]+(-[a-z]+)*")


def trees() -> list[ast.Module]:
    """The product's files; what simulates a platform or checks an adapter meets no user."""
    files = [*(ROOT / "syncd").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")]
    return [
        ast.parse(file.read_text(encoding="utf-8"))
        for file in files
        if "certify" not in file.parts and "simulat" not in str(file.relative_to(ROOT))
    ]


def given(node: ast.AST) -> Iterator[ast.expr]:
    """Expressions that stand for a cause: ``code = ...`` of an error, ``code=...`` of a call, a default, a finding."""
    match node:
        case ast.ClassDef(body=body):
            for line in body:
                match line:
                    case ast.Assign(targets=[ast.Name(id="code")], value=value):
                        yield value
        case ast.Call(func=func, args=args, keywords=keywords):
            yield from (word.value for word in keywords if word.arg in {"code", "error_code"})
            if isinstance(func, ast.Name) and func.id == "Finding":
                yield args[0]
        case ast.arguments(kwonlyargs=names, kw_defaults=defaults):
            yield from (value for name, value in zip(names, defaults, strict=True) if name.arg == "code" and value)


def constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    """Names that a module gives to values, such as ``POISON``."""
    for line in tree.body:
        match line:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                yield name, value


@cache
def causes() -> set[str]:
    parsed = trees()
    named = dict(pair for tree in parsed for pair in constants(tree))
    found: set[str] = set()
    for value in (value for tree in parsed for node in ast.walk(tree) for value in given(node)):
        shown = named.get(value.id) if isinstance(value, ast.Name) else value
        texts = [shown.body, shown.orelse] if isinstance(shown, ast.IfExp) else [shown]
        found |= {text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)}
    return {text for text in found if WORD.fullmatch(text)}


def test_the_page_on_issues_explains_every_cause_in_the_code_and_no_other() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## All causes")[2]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    explained = [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]
    assert sorted(explained) == sorted(causes())


def test_the_program_has_the_words_of_the_page_for_every_cause() -> None:
    told = {code: (one.means, one.helps) for code, one in known.causes().items()}
    assert sorted(told) == sorted(causes())
    assert [code for code, words in told.items() if not all(words)] == []


def test_every_cause_has_an_address_in_the_manual() -> None:
    page = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### (\S+)$", page, re.MULTILINE)
    assert headings == sorted(causes())
    assert known.causes()["ambiguous"].page == "docs/reference/errors.md#ambiguous"
