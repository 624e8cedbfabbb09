"""What would an operation do to the selected customers? Judged as when it is carried out; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from syncd.domain.acts import LeftOut
from syncd.domain.code import code_of
from syncd.domain.contractor import FIELDS
from syncd.domain.holds import is_sync_held, status_of
from syncd.registry.engine import reading
from syncd.sync.app import App
from syncd.sync.bulk.counts import Affected, Preview
from syncd.sync.bulk.judge import Tally, judge_page, pages_of
from syncd.sync.bulk.operations import Operation
from syncd.sync.change import Draft, Subject
from syncd.sync.collecting import collecting_seldom

__all__ = ["preview"]

_SHOWN: Final = 5


def preview(app: App, operation: Operation, ids: Sequence[int]) -> Preview:
    """Say what would become of the customers."""
    tally = Tally()
    changing = 0
    samples: list[Affected] = []
    others: list[Affected] = []
    for page in pages_of(ids):
        with collecting_seldom(), reading(app.engine) as connection:
            for known, subject, found in judge_page(connection, operation, page, tally):
                code, name = code_of(known.id), subject.contractor.name
                if isinstance(found, LeftOut):
                    if len(others) < _SHOWN:
                        others.append(Affected(code=code, name=name, left_out=found))
                    continue
                changing += 1
                if len(samples) < _SHOWN:
                    samples.append(Affected(code=code, name=name, changes=dict(_changes(subject, found))))
    return Preview(
        operation=operation.name,
        selected=len(ids),
        changing=changing,
        left_out={reason: number for reason, number in tally.left_out.items() if number},
        samples=(*samples, *others),
        warnings=operation.warnings,
        reversible=operation.kind.reversible,
    )


def _changes(subject: Subject, draft: Draft) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Before and after. Whether somebody is kept out shows in the status, and evidence in what it answers."""
    pairs = {
        "status": (status_of(subject.holds), status_of(draft.holds)),
        "sync_held": (is_sync_held(subject.holds), is_sync_held(draft.holds)),
        "holds": (_reasons(subject), [str(hold.reason) for hold in draft.holds]),
    }
    if pairs["status"][0] is not pairs["status"][1] or pairs["sync_held"][0] is not pairs["sync_held"][1]:
        del pairs["holds"]
    for name in FIELDS:
        if name not in {"consents", "active"}:
            pairs[name] = (getattr(subject.contractor, name), getattr(draft.contractor, name))
    for name, (before, after) in pairs.items():
        if before != after:
            yield name, (msgspec.to_builtins(before), msgspec.to_builtins(after))


def _reasons(subject: Subject) -> list[str]:
    return [str(hold.reason) for hold in subject.holds]
