"""What does a customer's zone rest on, and did a person decide it?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select

from syncd.domain.contractor import load
from syncd.domain.country import Evidence, Verdict
from syncd.registry import lookups
from syncd.registry.engine import reading
from syncd.registry.merging import missing
from syncd.registry.tables import CountryDecision
from syncd.sync.app import App
from syncd.sync.change import came_from
from syncd.sync.decide import open_decider

__all__ = ["Located", "locate", "reasons_of"]


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """The evidence and what follows from it by the rules in force.

    Attributes:
        decided: Country, who decided on it and when; ``None`` where nobody did for what is stated now.
    """

    evidence: Evidence
    verdict: Verdict
    decided: tuple[str, str, datetime] | None


def locate(app: App, contractor_id: int) -> Located:
    """Weigh anew what is known of where a customer is; nothing is changed.

    Raises:
        NotFound: When there is no such customer.
        Misconfigured: Where there is no connection, by whose rules it would be weighed.
    """
    app = app.up_to_date()
    with reading(app.engine) as connection:
        known = lookups.known(connection, [contractor_id]).get(contractor_id)
        if known is None:
            raise missing(connection, contractor_id)
        at_home = came_from(app, connection, contractor_id)
        where = open_decider(app, connection, at_home, said=frozenset(), run_id=0).where
        contractor = load(known.doc)
        evidence = where.evidence(contractor)
        columns = CountryDecision.country, CountryDecision.by, CountryDecision.at
        decided = connection.execute(select(*columns).where(CountryDecision.facts == evidence.facts)).one_or_none()
    return Located(
        evidence=evidence,
        verdict=where.verdict(contractor),
        decided=None if decided is None else (decided[0], decided[1], decided[2]),
    )


def reasons_of(app: App, contractor_id: int, kept: Sequence[str]) -> list[str]:
    """The kept reasons for a customer's zone, as sentences that can be said in other languages.

    The registry keeps their text alone: to weigh anew makes the same sentences, but for what other rules have said.
    """
    if not app.connections:
        return list(kept)
    made = {str(reason): reason for reason in locate(app, contractor_id).verdict.reasons}
    return [made.get(text, text) for text in kept]
