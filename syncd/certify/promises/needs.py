"""What must a platform, its connection or its simulator be able to do before a promise can be asked of it?

A need looks at the case and answers the reason why it is not met, or ``None``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from syncd.certify.promises.case import Case
from syncd.certify.sandbox import supports
from syncd.ports import Secret

__all__ = [
    "Need",
    "ability",
    "blocks",
    "deletes",
    "edits",
    "fault",
    "limits",
    "secrets",
    "stores",
    "versions",
    "writes",
]

Need = Callable[[Case], str | None]

_FAULTS: Final = {
    "latency": "answer late",
    "status": "answer with an error status",
    "lose_answer": "lose an answer",
    "late": "answer too late",
    "drop": "drop a connection",
    "cut": "cut an answer",
    "html": "answer with a web page",
    "expired": "end a session",
}


def writes(case: Case) -> str | None:
    """The connection can be written."""
    return None if case.can.writes else "the connection is only read"


def versions(case: Case) -> str | None:
    """The platform compares versions."""
    return None if case.can.versions else "the platform compares no version on writing"


def blocks(case: Case) -> str | None:
    """A contractor can be switched off by syncd."""
    if case.can.block == "none" or "active" not in case.can.writes:
        return "a contractor cannot be switched off there"
    return None


def deletes(case: Case) -> str | None:
    """Records can be deleted on the platform."""
    return "records are never deleted there" if case.can.delete == "none" else None


def secrets(case: Case) -> str | None:
    """The connection has a secret."""
    if any(isinstance(getattr(case.options, name), Secret) for name in case.options.__struct_fields__):
        return None
    return "the connection has no secret"


def stores(field: str) -> Need:
    """The connection writes `field` and reads it back."""

    def need(case: Case) -> str | None:
        return None if field in case.stores else f"the field {field} is not written and read there"

    return need


def edits(field: str) -> Need:
    """An operator can change `field` on the platform."""

    def need(case: Case) -> str | None:
        if field in case.edits:
            return None
        if field in case.can.reads:
            return f"there the field {field} of a contractor never changes"
        return f"the platform does not state the field {field}"

    return need


def fault(kind: str) -> Need:
    """The simulator can make this fault."""

    def need(case: Case) -> str | None:
        return None if kind in supports(case.sandbox) else f"this platform cannot {_FAULTS[kind]}"

    return need


def limits(case: Case) -> str | None:
    """The platform has room for so many characters in a field that is written."""
    known = getattr(case.sandbox, "limits", {})
    if set(known) & case.stores:
        return None
    return _lacking(case, "limits", "the simulator states no limit of a field that is written")


def ability(name: str, reason: str) -> Need:
    """The sandbox has an optional method of this name."""

    def need(case: Case) -> str | None:
        return None if hasattr(case.sandbox, name) else _lacking(case, name, reason)

    return need


def _lacking(case: Case, name: str, reason: str) -> str:
    """The platform's own reason why an ability is not there, else the usual one."""
    lacks: Mapping[str, str] = getattr(case.sandbox, "lacks", {})
    return lacks.get(name, reason)
