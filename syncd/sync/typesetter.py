"""How does data become a PDF? By a template and the typesetter, which fetches nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, Final

import msgspec

from syncd.errors import Misconfigured

__all__ = ["UNDRAWN", "typeset", "undrawn"]

UNDRAWN: Final = (
    "No font here has some of the letters: their Unicode numbers stand in brackets. A file as JSON has them as they "
    "are; with a font for them on this machine, they are drawn here too."
)

_DRAWN: Final = "\u04ff"
"""Up to here the typesetter's own font has every letter."""

_ASK: Final = """
#let letters = json(bytes(sys.inputs.letters))
#let drawn(letter) = measure(text(font: ("Libertinus Serif",), letter))
#context [#metadata(letters.filter(letter => drawn(letter) == drawn("\\u{10fffd}"))) <undrawn>]
"""
"""Which letters look like one that no font can have?"""


def typeset(template: str, data: Any, *, labels: dict[str, str] | None = None) -> bytes:
    """Set a template of `syncd.sync`. No font or package is fetched: what is needed comes with the typesetter.

    Args:
        template: Path of the template below `syncd/sync`.
        data: Reaches the template as JSON, so nothing in it is ever taken for markup. Letters that no font has would
            be boxes, all alike: their numbers stand there instead, and it is said so at the end.
        labels: Words of another language, by the template's own.

    Raises:
        Misconfigured: When the typesetter is not installed.
    """
    typst = _typesetter()
    text = files("syncd.sync").joinpath(template).read_text(encoding="utf-8")
    labels, report = labels or {}, _json(data)
    if numbers := undrawn(report):
        report = report.translate(numbers)
        text += f"\n#v(8pt)\n#text(8.5pt, {_json(labels.get(UNDRAWN, UNDRAWN))})\n"
    with _source(text) as source:
        inputs = {"report": report, "labels": _json(labels)}
        return bytes(typst.compile(str(source), root=str(source.parent), sys_inputs=inputs))


def undrawn(text: str) -> dict[int, str]:
    """What stands for letters of a text that no font here has, by their numbers.

    Raises:
        Misconfigured: When the typesetter is not installed.
    """
    unusual = sorted(letter for letter in set(text) if letter > _DRAWN)
    if not unusual:
        return {}
    with _source(_ASK) as source:
        inputs = {"letters": _json(unusual)}
        found = _typesetter().query(
            str(source), "<undrawn>", root=str(source.parent), field="value", one=True, sys_inputs=inputs
        )
    return {ord(letter): f"[U+{ord(letter):04X}]" for letter in json.loads(found)}


def _typesetter() -> ModuleType:
    try:
        import typst  # noqa: PLC0415 - a large library, for few commands
    except ImportError:
        raise Misconfigured(
            "PDF files need the package typst", code="no-typesetter", cure="Install it, or use --json."
        ) from None
    return typst


@contextmanager
def _source(text: str) -> Iterator[Path]:
    """A file in a folder of its own: the typesetter reads what is below its root, and there is nothing else to read."""
    with TemporaryDirectory(prefix="syncd-report-") as folder:
        source = Path(folder) / "report.typ"
        source.write_text(text, encoding="utf-8")
        yield source


def _json(data: Any) -> str:
    return json.dumps(msgspec.to_builtins(data), ensure_ascii=False)
