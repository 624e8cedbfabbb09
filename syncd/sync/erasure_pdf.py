"""What does the report of an erasure look like on paper?"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from syncd.errors import Misconfigured
from syncd.sync.erasure_report import Report

__all__ = ["as_pdf"]


def as_pdf(report: Report) -> bytes:
    """Set the report. No font or package is fetched: what is needed comes with the typesetter.

    Raises:
        Misconfigured: When the typesetter is not installed.
    """
    try:
        import typst  # noqa: PLC0415 - a large library, for one command
    except ImportError:
        raise Misconfigured(
            "PDF reports need the package typst", code="no-typesetter", cure="Install it, or use --json."
        ) from None
    template = files("syncd.sync").joinpath("erasure.typ").read_text(encoding="utf-8")
    # A folder of its own: the typesetter reads files below its root, and there is nothing else to read.
    with TemporaryDirectory(prefix="syncd-report-") as folder:
        source = Path(folder) / "report.typ"
        source.write_text(template, encoding="utf-8")
        return bytes(typst.compile(str(source), root=folder, sys_inputs={"report": _data(report)}))


def _data(report: Report) -> str:
    return json.dumps(msgspec.to_builtins(report), ensure_ascii=False)
