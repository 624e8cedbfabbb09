"""Which field of a record becomes which field of ours, who owns it, and where does it go?"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request

from syncd.domain.contractor import FIELDS
from syncd.domain.side import Side
from syncd.errors import SyncError
from syncd.sync.app import App, Connected
from syncd.sync.connecting.looks import Look, abilities
from syncd.sync.connecting.samples import MOST, Sample, read_samples
from syncd.sync.fields import FieldRow, list_rules

__all__ = ["mapping"]


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """One field of ours.

    Attributes:
        sources: Where the configuration says that it comes from, for platforms whose fields are configured.
        reads: Whether this side states it.
        targets: Connections to which it is written.
        rule: Who may change it; ``None`` for what follows from other things.
        value: What one record says, where somebody asked for it.
        found_in: The parts of that record that hold the same.
    """

    field: str
    sources: tuple[str, ...]
    reads: bool
    targets: tuple[str, ...]
    rule: FieldRow | None
    value: str = ""
    found_in: tuple[str, ...] = ()


def mapping(request: Request, app: App, connected: Connected, look: Look) -> dict[str, Any]:
    """The table, with one record in it if the address asks for one."""
    own = abilities(app, connected)
    there = {name for way in look.ways for name in (way.erp, way.shop)} - {connected.name}
    written = {name: abilities(app, app.connection(name)).writes for name in sorted(there)}
    rules = _rules(app, connected)
    number = request.query_params.get("sample", "")
    asked = int(number) if number.isdigit() and 0 < int(number) <= MOST else 0
    samples, problem = _samples(app, connected, asked)
    sample = samples[asked - 1] if 0 < asked <= len(samples) else None
    stated = {one.field: one for one in sample.stated} if sample else {}
    rows = [
        Mapped(
            field=field,
            sources=_sources(connected, field),
            reads=field in own.reads,
            targets=tuple(name for name, fields in written.items() if field in fields),
            rule=rules.get(field),
            value=stated[field].text if field in stated else "",
            found_in=stated[field].found_in if field in stated else (),
        )
        for field in FIELDS
        if field in own.reads or field in own.writes
    ]
    return {
        "rows": rows,
        "sample": sample,
        "asked": asked,
        "previous": asked - 1 if asked > 1 else 0,
        "next": asked + 1 if sample and asked < min(len(samples), MOST) else 0,
        "problem": problem,
    }


def _samples(app: App, connected: Connected, asked: int) -> tuple[list[Sample], SyncError | None]:
    if not asked:
        return [], None
    try:
        return read_samples(app, connected, most=min(asked + 1, MOST)), None
    except SyncError as error:
        return [], error


def _rules(app: App, connected: Connected) -> dict[str, FieldRow]:
    """The rule in force for what this side says."""
    rows = list_rules(app)
    shop = connected.name if connected.settings.side is Side.SHOP else None
    return {row.field: row for row in rows if row.shop is None} | {
        row.field: row for row in rows if shop is not None and row.shop == shop
    }


def _sources(connected: Connected, field: str) -> tuple[str, ...]:
    written = connected.settings.options.get("fields")
    source = written.get(field) if isinstance(written, dict) else None
    if source is None:
        return ()
    return tuple(map(str, source)) if isinstance(source, list) else (str(source),)
