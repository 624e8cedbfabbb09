"""How does data become a PDF? By a template and the typesetter, which fetches nothing."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from syncd.errors import Misconfigured

__all__ = ["typeset"]


def typeset(template: str, data: Any, *, labels: dict[str, str] | None = None) -> bytes:
    """Set a template of `syncd.sync`. No font or package is fetched: what is needed comes with the typesetter.

    Args:
        template: Path of the template below `syncd/sync`.
        data: Reaches the template as JSON, so nothing in it is ever taken for markup.
        labels: Words of another language, by the template's own.

    Raises:
        Misconfigured: When the typesetter is not installed.
    """
    try:
        import typst  # noqa: PLC0415 - a large library, for few commands
    except ImportError:
        raise Misconfigured(
            "PDF files need the package typst", code="no-typesetter", cure="Install it, or use --json."
        ) from None
    text = files("syncd.sync").joinpath(template).read_text(encoding="utf-8")
    inputs = {"report": _json(data), "labels": _json(labels or {})}
    # A folder of its own: the typesetter reads files below its root, and there is nothing else to read.
    with TemporaryDirectory(prefix="syncd-report-") as folder:
        source = Path(folder) / "report.typ"
        source.write_text(text, encoding="utf-8")
        return bytes(typst.compile(str(source), root=folder, sys_inputs=inputs))


def _json(data: Any) -> str:
    return json.dumps(msgspec.to_builtins(data), ensure_ascii=False)
