"""How does a person, or a program of theirs, ask that a side be read?"""

from __future__ import annotations

from collections.abc import Sequence

from syncd.domain.code import id_of_code
from syncd.domain.holds import is_erased
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.engine import reading
from syncd.registry.merging import find_merge, missing
from syncd.registry.queries.customers import find_customer, resolve
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.connecting.looks import paused_by
from syncd.sync.mode import Mode
from syncd.sync.request import request_run

__all__ = ["ask_read"]


def ask_read(
    app: App, connected: Connected, customers: Sequence[str] = (), *, full: bool = False, dry_run: bool = False, by: str
) -> int:
    """Ask for a read of a connection, or of some customers there; answer the run's number.

    Args:
        customers: Codes, numbers, or ids at the side. One that is not known there yet is asked for as it is written.

    Raises:
        InvalidRecord: When the connection is paused, or a customer is asked for by nothing.
        NotFound: When a customer has no record there, or became part of another.
    """
    whose = paused_by(app, connected.name)
    if whose is not None:
        raise InvalidRecord(
            Sentence("%(connection)s is paused by %(paused_by)s", connection=connected.name, paused_by=whose),
            code="connection-paused",
            field="connection",
            cure=Sentence("`syncd connections resume %(connection)s` ends that.", connection=connected.name),
        )
    if not all(name.strip() for name in customers):
        raise InvalidRecord(
            "a customer is asked for by an empty name",
            field="customers",
            cure="Name each by its code, its number, or its id at the side.",
        )
    mode: Mode = "only" if customers else "full" if full else "incremental"
    only = [_external_id(app, connected, name) for name in customers]
    run_id = request_run(app, connected, mode=mode, only=only or None, dry_run=dry_run, asked_by=by)
    assert run_id is not None, "only the slots of a schedule can be taken already"  # noqa: S101
    return run_id


def _external_id(app: App, connected: Connected, name: str) -> str:
    with reading(app.engine) as connection:
        found = resolve(connection, connected.id, name)
        code = id_of_code(name)
        elsewhere = find_customer(connection, code) if found is None and code is not None else None
        if found is None and code is not None and find_merge(connection, code) is not None:
            raise missing(connection, code)
    if elsewhere is not None and is_erased(elsewhere.holds):
        raise NotFound(
            Sentence("customer %(name)s was erased: no side is asked for it", name=name),
            code="not-found",
            cure=Sentence("See `syncd customers show %(name)s`.", name=name),
        )
    if elsewhere is not None:
        raise NotFound(
            Sentence("customer %(name)s is not known at %(connection)s", name=name, connection=connected.name),
            code="not-found",
            cure=Sentence("See `syncd customers show %(name)s`.", name=name),
        )
    return found or name
