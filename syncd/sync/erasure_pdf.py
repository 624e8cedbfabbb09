"""What does the report of an erasure look like on paper?"""

from __future__ import annotations

from syncd.sync.erasure_report import Report
from syncd.sync.typesetter import typeset

__all__ = ["as_pdf"]


def as_pdf(report: Report) -> bytes:
    """Set the report.

    Raises:
        Misconfigured: When the typesetter is not installed.
    """
    return typeset("erasure.typ", report)
