"""How does an admin say what a stated country means? From the next run on it counts for everybody who states it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from syncd.domain.country import NOTHING_MAPPED, alpha2, fold, recognise
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.country_names import put_name, remove_name
from syncd.registry.engine import writing
from syncd.registry.tables import Audit
from syncd.sync.app import App
from syncd.sync.rules import rules_changed

__all__ = ["map_country", "unmap_country"]


def map_country(app: App, stated: str, country: str, *, by: str) -> str:
    """Let `stated` mean `country` from now on. Returns the country's code.

    Args:
        country: In any form that syncd reads.

    Raises:
        InvalidRecord: If the one is no name, or the other no country.
    """
    code = recognise(country, NOTHING_MAPPED).country
    if not code:
        raise InvalidRecord(
            f"{country!r} is no country that we know",
            code="no-such-country",
            field="country",
            cure="Write its ISO 3166-1 code of two letters.",
        )
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


def _changed(app: App, connection: Connection, action: str, stated: str, details: dict[str, Any], by: str) -> None:
    rules_changed(connection)
    subject = f"country name {stated}"
    connection.execute(insert(Audit).values(at=app.now(), actor=by, action=action, subject=subject, details=details))
