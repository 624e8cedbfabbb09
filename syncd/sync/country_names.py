"""How does an admin say what a stated country means, where somebody is, or which countries a shop serves as well?

A name's meaning counts for everybody who states it; a decision for one contractor, until it states something else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from syncd.domain.code import code_of
from syncd.domain.contractor import load
from syncd.domain.country import NOTHING_MAPPED, Names, alpha2, fold, recognise
from syncd.domain.holds import is_erased, load_holds
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import lookups
from syncd.registry.country_names import put_decision, put_name, remove_decisions, remove_name
from syncd.registry.engine import writing
from syncd.registry.merging import missing
from syncd.registry.served import put_served, remove_served
from syncd.registry.tables import Audit
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.change import came_from
from syncd.sync.decide import open_decider
from syncd.sync.reverify import request_look
from syncd.sync.rules import rules_changed

__all__ = [
    "country_code",
    "map_country",
    "serve_country",
    "settle_country",
    "unmap_country",
    "unserve_country",
    "unsettle_country",
]


def map_country(app: App, stated: str, country: str, *, by: str) -> str:
    """Let `stated` mean `country` from now on. Returns the country's code.

    Args:
        country: In any form that syncd reads.

    Raises:
        InvalidRecord: If the one is no name, or the other no country.
    """
    code = country_code(country)
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
            Sentence("%(stated)s is the code of a country, and not of %(code)s", stated=repr(stated), code=code),
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
            raise NotFound(
                Sentence("nothing is said of %(stated)s", stated=repr(stated)),
                cure="`syncd countries list` shows all names.",
            )
        _changed(app, connection, "unmap-country", stated, {}, by)


def settle_country(app: App, contractor_id: int, country: str, *, by: str) -> str:
    """Decide where a contractor is, whatever its statements say, until one of them changes. Returns the country's code.

    Args:
        country: In any form that syncd reads.

    Raises:
        InvalidRecord: If it is no country, or the contractor is erased.
        NotFound: If there is no such contractor.
    """
    code = country_code(country)
    with writing(app.engine) as connection:
        known = lookups.known(connection, [contractor_id]).get(contractor_id)
        if known is None:
            raise missing(connection, contractor_id)
        if is_erased(load_holds(known.holds)):
            raise InvalidRecord(
                Sentence("%(customer)s is erased", customer=code_of(contractor_id)),
                code="value-unusable",
                cure="Nobody can be edited after that.",
            )
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
                Sentence("nobody decided where %(customer)s is", customer=code_of(contractor_id)),
                cure="`syncd explain CODE` says what it rests on.",
            )
        _audit(app, connection, "unsettle-country", contractor_id, {}, by)
    request_look(app, [contractor_id], by=by)


def serve_country(app: App, shop: str, country: str, *, by: str) -> str:
    """Let a shop serve a country besides those of its configuration. Returns the country's code.

    Args:
        country: In any form that syncd reads.

    Raises:
        InvalidRecord: If it is no country, or the shop serves all.
        Misconfigured: If there is no such connection.
    """
    code, connected = country_code(country), app.connection(shop)
    if not connected.settings.served:
        raise InvalidRecord(
            Sentence("%(shop)s serves every country", shop=shop),
            code="no-such-country",
            field="shop",
            cure=Sentence(
                "Only where `connections.%(shop)s.served` names countries can one be added to them.", shop=shop
            ),
        )
    with writing(app.engine) as connection:
        put_served(connection, connected.id, code, by=by, at=app.now())
        _served(app, connection, "serve-country", shop, code, by)
    return code


def unserve_country(app: App, shop: str, country: str, *, by: str) -> str:
    """Let only its configuration say again whether a shop serves a country. Returns the country's code.

    Raises:
        InvalidRecord: If it is no country.
        Misconfigured: If there is no such connection.
        NotFound: If nobody had said it.
    """
    code, connected = country_code(country), app.connection(shop)
    with writing(app.engine) as connection:
        if not remove_served(connection, connected.id, code):
            raise NotFound(
                Sentence("nobody said that %(shop)s serves %(country)s", shop=shop, country=code),
                cure="`syncd countries list` shows all that was said.",
            )
        _served(app, connection, "unserve-country", shop, code, by)
    return code


def _served(app: App, connection: Connection, action: str, shop: str, code: str, by: str) -> None:
    rules_changed(connection)
    row = {"actor": by, "action": action, "subject": f"connection {shop}", "details": {"country": code}}
    connection.execute(insert(Audit).values(at=app.now(), **row))


def country_code(country: str, names: Names = NOTHING_MAPPED) -> str:
    """The code of a country that a person named.

    Raises:
        InvalidRecord: If it is none.
    """
    code = recognise(country, names).country
    if not code:
        raise InvalidRecord(
            Sentence("%(country)s is no country that we know", country=repr(country)),
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
