"""How is a plan written down as JSON? docs/reference/plan-format.md says what it means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from syncd.registry.engine import reading
from syncd.registry.queries.changes import changes
from syncd.registry.queries.plans import PlanSummary, summarise
from syncd.registry.queries.runs import RunRow
from syncd.sync.app import App
from syncd.sync.review import expires_at
from syncd.sync.waiting import in_its_place

__all__ = ["plan_document", "plan_head", "standing", "what_to_do"]

_encode = msgspec.json.Encoder(enc_hook=str).encode


def plan_head(run: RunRow) -> dict[str, Any]:
    """What stands before the changes, of a plan as of any run."""
    return {
        "run": run.id,
        "connection": run.connection,
        "mode": run.mode,
        "state": run.state,
        "dry_run": run.dry_run,
        "held_because": run.held_because,
        "error": run.error,
        "cure": what_to_do(run),
        "counts": run.counts,
    }


def what_to_do(run: RunRow) -> str | None:
    """What a person does about a run that waits, as commands; ``None`` for one that does not."""
    if run.state != "held":
        return None
    if run.is_unread:
        return (
            f"Nothing was concluded from it. Put right what is wrong there: the next read that comes to its end takes "
            f"its place; `syncd plan discard {run.id}` takes it from the list"
        )
    return (
        f"`syncd plan show {run.id}` shows it; `syncd plan apply {run.id}` if it is right, else put right what is "
        f"wrong there and `syncd plan discard {run.id}`"
    )


def standing(app: App, run: RunRow) -> dict[str, Any]:
    """Until when a plan may be applied, ``None`` where it may not be; and the newer one that waits in its place."""
    with reading(app.engine) as connection:
        newer = in_its_place(connection, run.id)
    waits = run.state in {"held", "planned"} or newer is not None
    until = expires_at(app, run.planned_at) if waits and run.planned_at is not None else None
    return {"expires_at": until and until.isoformat(timespec="seconds"), "replaced_by": newer}


def plan_document(app: App, run: RunRow) -> Iterator[bytes]:
    """A plan, a change on each line; the changes are read a page at a time."""
    summary: PlanSummary = summarise(app.engine, run.id)
    head = {"version": 1, **plan_head(run), **standing(app, run), "summary": summary}
    yield b"{\n"
    for key, value in head.items():
        yield b'  "%s": %s,\n' % (key.encode(), _encode(value))
    yield b'  "changes": ['
    separator = b"\n"
    for change in changes(app.engine, run.id):
        yield separator + b"    " + _encode(change)
        separator = b",\n"
    yield b"\n  ]\n}\n"
