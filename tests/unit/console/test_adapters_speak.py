"""Can what an adapter says of records, connections and runs be said in every language of the console?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from syncd import errors
from syncd.console.locale.sentences import adapter_files, texts

ROOT: Final = Path(__file__).resolve().parents[3]
ERRORS: Final = frozenset({*errors.__all__, "Scrubbed"})
NAMED: Final = frozenset({"cure", "message"})
HOW: Final = {"Proof": "how", "Ending": "how", "Health": "detail"}
FILES: Final = sorted(adapter_files())

TEXTS: Final = cache(lambda: frozenset(texts()))


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """All calls with the name of what is called."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield name, node


def parameters(tree: ast.Module) -> dict[str, list[str]]:
    """Parameters of each function of a file, but for ``self``."""
    return {
        node.name: [one.arg for one in (*node.args.args, *node.args.kwonlyargs) if one.arg != "self"]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }


def helpers(tree: ast.Module, takes: dict[str, list[str]]) -> dict[str, set[str]]:
    """Parameters of functions that become a text of an error."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            told = {
                value.id
                for name, call in calls(ast.Module(body=node.body, type_ignores=[]))
                for value in (*sayings(name, call, {}, {}), *(call.args if name == "sentence_of" else ()))
                if isinstance(value, ast.Name)
            }
            if used := told & set(takes[node.name]):
                found[node.name] = used
    return found


def sayings(name: str, call: ast.Call, takes: dict[str, list[str]], helps: dict[str, set[str]]) -> Iterator[ast.expr]:
    """What of a call is said to an admin."""
    if name in ERRORS:
        yield from call.args[:1]
    if name in ERRORS or name in HOW or name in helps:
        wanted = NAMED | {HOW.get(name, "")} | helps.get(name, set())
        yield from (one.value for one in call.keywords if one.arg in wanted)
    if name in helps:
        yield from (value for value, one in zip(call.args, takes[name], strict=False) if one in helps[name])
    if name == "append" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        yield from call.args if call.func.value.id in {"warnings", "doubts"} else ()


def wrong(value: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> Iterator[ast.expr]:
    """What of a text no catalogue can have: it is put together where it is said, or is not found by anybody."""
    match value:
        case ast.Constant(value=str(text)):
            if text and text not in TEXTS():
                yield value
        case ast.IfExp(body=one, orelse=other) | ast.BoolOp(values=[one, other]):
            yield from (*wrong(one, known, depth), *wrong(other, known, depth))
        case ast.Name(id=name) if depth < 1:
            for assigned in known.get(name, ()):
                yield from wrong(assigned, known, depth + 1)
        case ast.JoinedStr() | ast.BinOp():
            yield value
        case ast.Call(func=ast.Attribute(attr="join" | "format")) | ast.Call(func=ast.Name(id="str" | "repr")):
            yield value


def assigned_in(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What each name of a file stands for somewhere in it."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_text_of_an_error_is_one_that_the_catalogues_have(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    takes = parameters(tree)
    helps, known = helpers(tree, takes), assigned_in(tree)
    found = [
        f"line {one.lineno}: {ast.unparse(one)}: make a Sentence of it"
        for name, call in calls(tree)
        for value in sayings(name, call, takes, helps)
        for one in wrong(value, known)
    ]
    assert found == []


def test_what_is_put_together_or_in_no_catalogue_is_found() -> None:
    said = """
def _fault(what, code): return Misconfigured(what, code=code)
def act(name): raise InvalidRecord(f"no {name}", cure="Correct the " + name)
raise _fault("a text that nobody ever translated", "own-code")
"""
    tree = ast.parse(said)
    takes = parameters(tree)
    helps = helpers(tree, takes)
    found = [ast.unparse(one) for n, c in calls(tree) for v in sayings(n, c, takes, helps) for one in wrong(v, {})]
    assert sorted(found) == ["'Correct the ' + name", "'a text that nobody ever translated'", "f'no {name}'"]
