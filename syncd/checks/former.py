"""Does a connection that is not configured any more still block customers?"""

from __future__ import annotations

from sqlalchemy import Engine

from syncd.checks.check import Check, weak
from syncd.sentence import Counted, Sentence
from syncd.settings import Settings
from syncd.sync.connecting.retiring import blocked_by_former

__all__ = ["check_former"]


def check_former(engine: Engine, settings: Settings) -> list[Check]:
    """One finding for each that does."""
    return [
        weak(
            name,
            Sentence(
                Counted(
                    "it is not configured any more, and blocks %(count)s customer",
                    "it is not configured any more, and blocks %(count)s customers",
                ),
                count=number,
            ),
            Sentence(
                "Configure it again; if it is gone for good, `syncd connections retire %(name)s --dry-run`.", name=name
            ),
        )
        for name, number in blocked_by_former(engine, settings.connections).items()
    ]
