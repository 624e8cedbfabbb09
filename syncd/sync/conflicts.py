"""What is a person told of an edit that another one contradicts, or that a rule forbids?"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from syncd.domain.answers import Answer
from syncd.domain.policy import Conflict
from syncd.domain.side import Side
from syncd.registry.issues import Report
from syncd.sentence import Sentence
from syncd.sync.app import Connected

__all__ = ["report_conflict", "report_forbidden"]

_KEEP_ERP: Final = Answer(key="keep-erp", label="keep the ERP's value")
_KEEP_SHOP: Final = Answer(key="keep-shop", label="keep the shop's value")
_EDIT: Final = Answer(key="edit", label="give it another value", asks="value")


def report_conflict(connected: Connected, external_id: str, contractor_id: int, conflict: Conflict) -> Report:
    """Both sides changed a field."""
    number = len(conflict.entries)
    return Report(
        connection_id=connected.id,
        external_id=external_id,
        contractor_id=contractor_id,
        code="edit-conflict",
        field=conflict.field,
        message=Sentence(
            "both sides changed %(field)s since they last agreed, in %(number)s of its entries",
            field=conflict.field,
            number=number,
        )
        if number
        else Sentence("both sides changed %(field)s since they last agreed", field=conflict.field),
        cure="The owner's value stands until you answer which one is right.",
        details=_values(connected, conflict),
        answers=(_KEEP_ERP, _KEEP_SHOP, _EDIT),
    )


def report_forbidden(
    connected: Connected, external_id: str, contractor_id: int, edit: Conflict, *, reaches_erp: bool
) -> Report:
    """A shop changed what it may not change, and the rule wants that to be said.

    Args:
        reaches_erp: Whether an ERP is sent this field: only then can the shop's value be kept.
    """
    return Report(
        connection_id=connected.id,
        external_id=external_id,
        contractor_id=contractor_id,
        code="edit-forbidden",
        field=edit.field,
        message=Sentence(
            "%(connection)s may not change %(field)s of this customer, and did; it is set back",
            connection=connected.name,
            field=edit.field,
        ),
        cure="Answer which value is right." if reaches_erp else "If the edit was right, make it in the ERP.",
        details=_values(connected, edit),
        answers=(_KEEP_ERP, _KEEP_SHOP, _EDIT) if reaches_erp else (_KEEP_ERP,),
    )


def _values(connected: Connected, conflict: Conflict) -> dict[str, Any]:
    """Values of both sides by name; the registry's is the one that the other side said."""
    erp, shop = ("told", "known") if connected.settings.side is Side.ERP else ("known", "told")
    details: dict[str, Any] = msgspec.to_builtins(msgspec.structs.asdict(conflict))
    entries = [{**entry, "erp": entry[erp], "shop": entry[shop]} for entry in details["entries"]]
    return {
        "field": conflict.field,
        "said_at": connected.name,
        "base": details["base"],
        "erp": details[erp],
        "shop": details[shop],
        "kept": details["kept"],
        "entries": entries,
    }
