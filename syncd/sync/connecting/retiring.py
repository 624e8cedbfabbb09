"""Whom does a connection block that is not configured any more, and how does an admin let them in?

What an ERP said of a customer it alone takes back. One that is gone for good says nothing any more, so a person may
lift what it placed. It never follows by itself: a configuration in which a file is missing looks the same.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, Engine, select

from syncd.domain.holds import Status, is_of_record, keeps_out, load_holds, without_record
from syncd.errors import Misconfigured
from syncd.registry import tables as t
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.change import Change, Draft, Subject, change, plan_change

__all__ = ["blocked_by_former", "preview_retire", "retire", "whom"]


def blocked_by_former(engine: Engine, configured: Collection[str]) -> dict[str, int]:
    """How many customers are blocked by connections that are not configured any more, by connection."""
    with reading(engine) as connection:
        found = {name: len(_blocked(connection, name)) for name in sorted(_former(connection, configured))}
    return {name: number for name, number in found.items() if number}


def whom(app: App, name: str) -> dict[int, bool]:
    """Customers whom a connection blocks that is not configured any more, and whether they would work without it.

    Raises:
        Misconfigured: When it is configured, or never was.
    """
    if name in app.connections:
        raise Misconfigured(
            Sentence("%(name)s is configured: it lifts its blocks itself", name=name),
            cure="If it is gone for good, take it out of the configuration first.",
        )
    with reading(app.engine) as connection:
        former = _former(connection, app.connections)
        if name not in former:
            near = difflib.get_close_matches(name, former, n=3)
            cure = (
                Sentence("Did you mean %(names)s?", names=" or ".join(near))
                if near
                else Sentence(
                    "Not configured any more: %(names)s.", names=", ".join(sorted(former)) or Sentence("none")
                )
            )
            raise Misconfigured(Sentence("there never was a connection %(name)s", name=repr(name)), cure=cure)
        return _blocked(connection, name)


def preview_retire(app: App, name: str, *, by: str) -> list[int]:
    """Plan what `retire` would do, as dry runs.

    Raises:
        Misconfigured: When it is configured, or never was.
    """
    return plan_change(app, whom(app, name), _without(name), by=by, approved=True, dry_run=True)


def retire(app: App, name: str, *, by: str) -> list[int]:
    """Lift the blocks of a connection that is not configured any more. Returns the runs that did it.

    Raises:
        Misconfigured: When it is configured, or never was.
        Unavailable: When a customer kept moving under the change.
    """
    runs = change(app, whom(app, name), _without(name), by=by, approved=True)
    with writing(app.engine) as connection:
        write_down(connection, app.now(), by, "retire-connection", f"connection {name}", runs=runs)
    return runs


_RULE: Final = "%(name)s is not configured any more: an admin lifted its blocks"


def _without(name: str) -> Change:
    def make(subject: Subject) -> Draft:
        holds = without_record(subject.holds, name)
        return Draft(contractor=subject.contractor, holds=holds, rule=Sentence(_RULE, name=name))

    return make


def _former(connection: Connection, configured: Collection[str]) -> set[str]:
    return set(connection.scalars(select(t.Connection.name))) - set(configured)


def _blocked(connection: Connection, name: str) -> dict[int, bool]:
    """Customers whom a connection blocks, and whether they would work without it. Who is erased is nobody."""
    rows = connection.execute(
        select(t.Contractor.id, t.Contractor.holds)
        .where(t.Contractor.holds.contains(f'"by":"{name}"', autoescape=True), t.Contractor.status != Status.ANONYMISED)
        .order_by(t.Contractor.id)
    )
    held = {id_: load_holds(holds) for id_, holds in rows}
    return {
        id_: not keeps_out(without_record(holds, name))
        for id_, holds in held.items()
        if any(is_of_record(one, (name,)) for one in holds)
    }
