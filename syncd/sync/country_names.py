"""How does an admin say what a stated country means, or where somebody is whose statements contradict each other?

A name's meaning counts for everybody who states it; a decision for one contractor, until it states something else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from syncd.domain.code import code_of
from syncd.domain.contractor import load
from syncd.domain.country import NOTHING_MAPPED, alpha2, fold, recognise
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import lookups
from syncd.registry.country_names import put_decision, put_name, remove_decisions, remove_name
from syncd.registry.engine import writing
from syncd.registry.tables import Audit
from syncd.sync.app import App
from syncd.sync.change import came_from
from syncd.sync.decide import open_decider
from syncd.sync.reverify import request_look
from syncd.sync.rules import rules_changed

__all__ = ["map_country", "settle_country", "unmap_country", "unsettle_country"]


def map_country(app: App, stated: str, country: str, *, by: str) -> str:
    """Let `stated` mean `country` from now on. Returns the country's code.

    Args:
        country: In any form that syncd reads.

    Raises:
        InvalidRecord: If the one is no name, or the other no country.
    """
    code = _code(country)
    if not fold(stated):
        raise InvalidRecord(
            "a name without a letter cannot be mapped",
            code="no-such-country",
            field="stated",
            cure="Empty the country where the record comes from.",
        )
    own = alpha2(stated)
    if own is not None and own != code:
        raise InvalidRecord(
            f"{stated!r} is the code of a country, and not of {code}",
            code="no-such-country",
            field="stated",
            cure="Correct the country where the record comes from.",
        )
    with writing(app.engine) as connection:
        put_name(connection, stated, code, by=by, at=app.now())
        _changed(app, connection, "map-country", stated, {"country": code}, by)
    return code


def unmap_country(app: App, stated: str, *, by: str) -> None:
    """Let `stated` mean again what syncd itself knows of it.

    Raises:
        NotFound: If no admin said anything of it.
    """
    with writing(app.engine) as connection:
        if not remove_name(connection, stated):
            raise NotFound(f"nothing is said of {stated!r}", cure="`syncd countries list` shows all names.")
        _changed(app, connection, "unmap-country", stated, {}, by)


def settle_country(app: App, contractor_id: int, country: str, *, by: str) -> str:
    """Decide where a contractor is, whatever its statements say, until one of them changes. Returns the country's code.

    Args:
        country: In any form that syncd reads.

    Raises:
        InvalidRecord: If it is no country.
        NotFound: If there is no such contractor.
    """
    code = _code(country)
    with writing(app.engine) as connection:
        known = lookups.known(connection, [contractor_id]).get(contractor_id)
        if known is None:
            raise NotFound(f"there is no customer {code_of(contractor_id)}", cure="`syncd customers list` shows them.")
        at_home = came_from(app, connection, contractor_id)
        decider = open_decider(app, connection, at_home, said=frozenset(), run_id=0)
        facts = decider.where.evidence(load(known.doc)).facts
        put_decision(connection, facts, contractor_id, code, by=by, at=app.now())
        _audit(app, connection, "settle-country", contractor_id, {"country": code}, by)
    request_look(app, [contractor_id], by=by)
    return code


def unsettle_country(app: App, contractor_id: int, *, by: str) -> None:
    """Let a contractor's own statements say again where it is.

    Raises:
        NotFound: If nobody decided it.
    """
    with writing(app.engine) as connection:
        if not remove_decisions(connection, contractor_id):
            raise NotFound(
                f"nobody decided where {code_of(contractor_id)} is", cure="`syncd explain CODE` says what it rests on."
            )
        _audit(app, connection, "unsettle-country", contractor_id, {}, by)
    request_look(app, [contractor_id], by=by)


def _code(country: str) -> str:
    code = recognise(country, NOTHING_MAPPED).country
    if not code:
        raise InvalidRecord(
            f"{country!r} is no country that we know",
            code="no-such-country",
            field="country",
            cure="Write its ISO 3166-1 code of two letters.",
        )
    return code


def _audit(app: App, connection: Connection, action: str, contractor_id: int, details: dict[str, Any], by: str) -> None:
    rules_changed(connection)
    subject = f"customer {code_of(contractor_id)}"
    connection.execute(insert(Audit).values(at=app.now(), actor=by, action=action, subject=subject, details=details))


def _changed(app: App, connection: Connection, action: str, stated: str, details: dict[str, Any], by: str) -> None:
    rules_changed(connection)
    subject = f"country name {stated}"
    connection.execute(insert(Audit).values(at=app.now(), actor=by, action=action, subject=subject, details=details))
