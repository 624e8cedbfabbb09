"""What does a GraphQL document say? The part of the language that clients of a shop use.

Operations, variables, aliases, arguments, inline and named fragments; no directives, no block strings, no type system.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

__all__ = ["Document", "Enum", "Field", "Fragment", "Operation", "Selection", "SyntaxFault", "Variable", "parse"]


class SyntaxFault(Exception):
    """The document is none; the text is what GraphQL says of it."""


class Variable(msgspec.Struct, frozen=True):
    """A value that is sent beside the document."""

    name: str


class Enum(msgspec.Struct, frozen=True):
    """A bare word as a value."""

    name: str


class Fragment(msgspec.Struct, frozen=True):
    """A selection for values of one type: written in place, or named (`spread`) and written elsewhere."""

    on: str | None
    selection: Sequence[Selection] = ()
    spread: str = ""


class Field(msgspec.Struct, frozen=True):
    """One field asked for; a `selection` of ``None`` has no braces at all."""

    key: str
    name: str
    arguments: Mapping[str, Any]
    selection: Sequence[Selection] | None


Selection = Field | Fragment


class Operation(msgspec.Struct, frozen=True):
    """One query or mutation, with the types of its variables as they are written."""

    kind: str
    name: str
    variables: Mapping[str, str]
    selection: Sequence[Selection]


class Document(msgspec.Struct, frozen=True):
    """All operations and named fragments of one text."""

    operations: Sequence[Operation]
    fragments: Mapping[str, Fragment]


_TOKEN: Final = re.compile(
    r"""(?:[\s,\ufeff]|\#[^\n]*)*
    (?: (?P<name>[_A-Za-z][_0-9A-Za-z]*)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<sign>\.\.\.|[{}()\[\]:=!$])
      | (?P<end>\Z) )""",
    re.VERBOSE,
)


@lru_cache(maxsize=256)
def parse(text: str) -> Document:
    """Take a document apart.

    Raises:
        SyntaxFault: If it is none.
    """
    return _Parser(text).document()


class _Parser:
    """Recursive descent over one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._kind = ""
        self._word = ""
        self._advance()

    def document(self) -> Document:
        operations: list[Operation] = []
        fragments: dict[str, Fragment] = {}
        while self._kind != "end":
            if self._word == "fragment":
                self._advance()
                name = self._name()
                self._take("on")
                fragments[name] = Fragment(self._name(), self._selection())
            else:
                operations.append(self._operation())
        if not operations:
            raise self._unexpected("Name")
        return Document(operations, fragments)

    def _operation(self) -> Operation:
        if self._word == "{":
            return Operation("query", "", {}, self._selection())
        kind = self._name()
        if kind not in {"query", "mutation"}:
            raise SyntaxFault(f'Syntax Error: Unexpected Name "{kind}".')
        name = self._name() if self._kind == "name" else ""
        variables = {}
        if self._skip("("):
            while not self._skip(")"):
                self._take("$")
                variable = self._name()
                self._take(":")
                variables[variable] = self._type()
        return Operation(kind, name, variables, self._selection())

    def _type(self) -> str:
        if self._skip("["):
            text = f"[{self._type()}]"
            self._take("]")
        else:
            text = self._name()
        return text + ("!" if self._skip("!") else "")

    def _selection(self) -> list[Selection]:
        self._take("{")
        chosen: list[Selection] = []
        while not self._skip("}"):
            chosen.append(self._fragment() if self._skip("...") else self._field())
        if not chosen:
            raise SyntaxFault('Syntax Error: Expected Name, found "}".')
        return chosen

    def _fragment(self) -> Fragment:
        if self._word == "{":
            return Fragment(None, self._selection())
        if self._skip("on"):
            return Fragment(self._name(), self._selection())
        return Fragment(None, spread=self._name())

    def _field(self) -> Field:
        key = name = self._name()
        if self._skip(":"):
            name = self._name()
        arguments = {}
        if self._skip("("):
            while not self._skip(")"):
                argument = self._name()
                self._take(":")
                arguments[argument] = self._value()
        return Field(key, name, arguments, self._selection() if self._word == "{" else None)

    def _value(self) -> Any:
        kind, word = self._kind, self._word
        if self._skip("$"):
            return Variable(self._name())
        if self._skip("["):
            items = []
            while not self._skip("]"):
                items.append(self._value())
            return items
        if self._skip("{"):
            members = {}
            while not self._skip("}"):
                member = self._name()
                self._take(":")
                members[member] = self._value()
            return members
        if kind in {"string", "number"}:
            self._advance()
            return msgspec.json.decode(word)
        word = self._name()
        constants = {"true": True, "false": False, "null": None}
        return constants[word] if word in constants else Enum(word)

    def _name(self) -> str:
        if self._kind != "name":
            raise self._unexpected("Name")
        word = self._word
        self._advance()
        return word

    def _skip(self, word: str) -> bool:
        if self._word != word or self._kind == "string":
            return False
        self._advance()
        return True

    def _take(self, word: str) -> None:
        if not self._skip(word):
            raise self._unexpected(f'"{word}"')

    def _advance(self) -> None:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise SyntaxFault("Syntax Error: Unexpected character.")
        self._at = match.end()
        self._kind = match.lastgroup or ""
        self._word = match[self._kind]

    def _unexpected(self, expected: str) -> SyntaxFault:
        found = "<EOF>" if self._kind == "end" else f'"{self._word}"'
        return SyntaxFault(f"Syntax Error: Expected {expected}, found {found}.")
