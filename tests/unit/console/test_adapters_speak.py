"""Can what syncd and its adapters say of records, connections and runs be said in every language of the console?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from syncd import errors, plugins
from syncd.console.locale.sentences import adapter_files, own_files, texts
from syncd.console.saying import is_known
from syncd.languages import LANGUAGES
from syncd.settings.explain import describe

ROOT: Final = Path(__file__).resolve().parents[3]
ERRORS: Final = frozenset({*errors.__all__, "InvalidFilter", "Scrubbed", "_Untold"})
NAMED: Final = frozenset({"cure", "message"})
ARGUMENTS: Final = {"WrongAddress": slice(1, 2), "problem": slice(2, 4)}
"""Of what the console refuses: which arguments are shown."""

HOW: Final = {"Proof": "how", "Ending": "how", "FileFacts": "how", "Export": "how", "Health": "detail"}
DEEPEST: Final = 3
FILES: Final = sorted([*adapter_files(), *own_files()])
TEMPLATES: Final = sorted((ROOT / "syncd/console/templates").rglob("*.html"))

TEXTS: Final = cache(lambda: frozenset(texts()))


def nodes_of(text: str) -> list[ast.AST]:
    """All that a program consists of. To go through it takes longer than anything that is then looked for."""
    return list(ast.walk(ast.parse(text)))


def calls(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.Call]]:
    """All calls with the name of what is called."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield name, node


def parameters(nodes: Iterable[ast.AST]) -> dict[str, list[str]]:
    """Parameters of each function of a file, but for ``self``."""
    return {
        node.name: [one.arg for one in (*node.args.args, *node.args.kwonlyargs) if one.arg != "self"]
        for node in nodes
        if isinstance(node, ast.FunctionDef)
    }


def helpers(nodes: Iterable[ast.AST], takes: dict[str, list[str]]) -> dict[str, set[str]]:
    """Parameters of functions that become a text of an error."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            told = {
                value.id
                for name, call in calls(ast.walk(ast.Module(body=node.body, type_ignores=[])))
                for value in (*sayings(name, call, {}, {}), *(call.args if name == "sentence_of" else ()))
                if isinstance(value, ast.Name)
            }
            if used := told & set(takes[node.name]):
                found[node.name] = used
    return found


def sayings(name: str, call: ast.Call, takes: dict[str, list[str]], helps: dict[str, set[str]]) -> Iterator[ast.expr]:
    """What of a call is said to an admin."""
    if name in ERRORS or name == "__init__":  # an error that says what it is itself
        yield from call.args[:1]
    yield from call.args[ARGUMENTS.get(name, slice(0))]
    made = name[:1].isupper() and "said" not in {one.arg for one in call.keywords}  # that says how it was made
    if name in ERRORS or name in HOW or name in helps or name == "__init__" or made:
        wanted = NAMED | {HOW.get(name, "")} | helps.get(name, set())
        yield from (one.value for one in call.keywords if one.arg in wanted)
    if name == "set_run":
        yield from (one.value for one in call.keywords if one.arg in {"error", "held_because"})
    if name in helps:
        yield from (value for value, one in zip(call.args, takes[name], strict=False) if one in helps[name])
    if name == "append" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        yield from call.args if call.func.value.id in {"warnings", "doubts"} else ()


def wrong(value: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> Iterator[ast.expr]:
    """What of a text no catalogue can have: it is put together where it is said, or is not found by anybody.

    Args:
        known: What names stand for, and what functions answer.
    """
    match value:
        case ast.Constant(value=str(text)):
            if text and text not in TEXTS():
                yield value
        case (
            ast.JoinedStr()
            | ast.BinOp()
            | ast.Call(func=ast.Attribute(attr="join" | "format") | ast.Name(id="str" | "repr"))
        ):
            yield value
        case ast.Call(func=ast.Name(id="Sentence"), keywords=values):
            yield from (one.value for one in values if _is_worded(one.value))
        case _ if depth < DEEPEST:
            for one in one_of(value, known):
                yield from wrong(one, known, depth + 1)


def one_of(value: ast.expr, known: dict[str, list[ast.expr]]) -> list[ast.expr]:
    """What a value may turn out to be, or is made of."""
    match value:
        case ast.IfExp(body=one, orelse=other) | ast.BoolOp(values=[one, other]):
            return [one, other]
        case ast.Call(func=ast.Name(id="joined"), args=[ast.List(elts=parts) | ast.Tuple(elts=parts), *_]):
            return parts
        case ast.Name(id=name):
            return known.get(name, [])
        case ast.Call(func=ast.Name(id=name)) | ast.Attribute(attr=name):
            return known.get(f"{name}()", [])
    return []


def _is_worded(value: ast.expr) -> bool:
    """Whether a value of a sentence has words of its own, which stay English then."""
    match value:
        case ast.JoinedStr(values=parts):
            own = "\0".join(str(one.value) for one in parts if isinstance(one, ast.Constant))
            return re.search("[a-z]{2} | [a-z]{2}", own) is not None
        case ast.Constant(value=str(text)):
            return " " in text
    return False


def assigned_in(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """What each name of a file stands for somewhere in it, and what each function answers (``name()``)."""
    found: dict[str, list[ast.expr]] = {
        f"{node.name}()": [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value]
        for node in nodes
        if isinstance(node, ast.FunctionDef)
    }
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_text_of_an_error_is_one_that_the_catalogues_have(file: Path) -> None:
    nodes = nodes_of(file.read_text(encoding="utf-8"))
    takes = parameters(nodes)
    helps, known = helpers(nodes, takes), assigned_in(nodes)
    found = [
        f"line {one.lineno}: {ast.unparse(one)}: make a Sentence of it"
        for name, call in calls(nodes)
        for value in sayings(name, call, takes, helps)
        for one in wrong(value, known)
    ]
    assert found == []


def test_what_is_put_together_or_in_no_catalogue_is_found() -> None:
    said = """
def _fault(what, code): return Misconfigured(what, code=code)
def act(name): raise InvalidRecord(f"no {name}", cure="Correct the " + name)
raise _fault("a text that nobody ever translated", "own-code")
def _how(file, end): return f"{file.name}: {end}"
end = Proof(complete=True, how=_how(file, end))
end = Proof(complete=True, how=joined((Sentence("the last page was short"), "and nobody knows why"), of=name))
end = Proof(complete=False, how=Sentence("its last line declares %(declared)s records", declared=f"about {number}"))
"""
    nodes = nodes_of(said)
    takes = parameters(nodes)
    helps, known = helpers(nodes, takes), assigned_in(nodes)
    found = [ast.unparse(one) for n, c in calls(nodes) for v in sayings(n, c, takes, helps) for one in wrong(v, known)]
    assert sorted(found) == [
        "'Correct the ' + name",
        "'a text that nobody ever translated'",
        "'and nobody knows why'",
        "f'about {number}'",
        "f'no {name}'",
        "f'{file.name}: {end}'",
    ]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_page_shows_a_text_of_an_error_as_it_is(file: Path) -> None:
    shown = re.findall(
        r"{{[^}]*\.(?:message|cure|meaning|proof|held_because|problem)\b[^}]*}}", file.read_text(encoding="utf-8")
    )
    assert [text for text in shown if not re.search(r"\|\s*said|\w\(", text)] == []


@pytest.mark.parametrize("kind", plugins.kinds())
def test_what_an_option_means_is_said_in_every_language(kind: str) -> None:
    silent = [
        f"{language}: {one.name}"
        for one in describe(plugins.load(kind).options)
        for language in LANGUAGES
        if not one.meaning or not is_known(one.meaning, language)
    ]
    assert silent == []


@pytest.mark.parametrize("file", sorted(adapter_files()), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_what_an_option_means_is_put_together_by_a_sentence_only(file: Path) -> None:
    found = [
        f"line {one.value.lineno}: {ast.unparse(one.value)}: make a Sentence of it, and name it in `extra`"
        for name, call in calls(nodes_of(file.read_text(encoding="utf-8")))
        if name == "Meta" and "extra" not in {one.arg for one in call.keywords}
        for one in call.keywords
        if one.arg == "description" and not isinstance(one.value, ast.Constant)
    ]
    assert found == []
