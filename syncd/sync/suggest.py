"""Who may be the same, by name and address? For a person to look at; nothing follows from it by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.code import code_of
from syncd.domain.contractor import Address, Contractor, load
from syncd.domain.similarity import Likeness, Looks, looks_of, pairs
from syncd.registry import decisions, unalike
from syncd.registry import tables as t
from syncd.registry.engine import among, reading
from syncd.sync.app import App, Connected
from syncd.sync.recognise import AMBIGUOUS

__all__ = ["Suggestion", "suggest"]

_PAGE: Final = 2000


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """Two that look alike.

    Attributes:
        kind: ``duplicate``: two customers; ``record``: a record that waits for an answer, and a customer.
        score: Of 100.
        why: What is alike.
        customer: Code of the customer, the older one of two.
        other: Code of the other customer, or the record's external id.
        issue: The issue by which a record is settled.
        both_at: Connections that have a record of each: one of the two has to go there before they can be merged.
    """

    kind: Literal["duplicate", "record"]
    score: int
    why: tuple[str, ...]
    customer: str
    name: str
    other: str
    other_name: str
    issue: int | None = None
    both_at: tuple[str, ...] = ()


def suggest(app: App, connected: Connected, *, limit: int) -> list[Suggestion]:
    """Customers of a connection who look like another one, and records that wait there, the most alike first.

    Pairs of which a person said that they are not the same are left out.
    """
    with reading(app.engine) as connection:
        waiting = _waiting(connection, connected.id)
        people = [*_people(connection), *((-id_, looks_of(told)) for id_, (_, told) in waiting.items())]
        alike = sorted(pairs(people), key=lambda pair: (-pair[2].score, pair[0], pair[1]))
        del people
        found = []
        for start in range(0, len(alike), _PAGE):
            part = alike[start : start + _PAGE]
            found += _suggestions(app, connection, connected, part, waiting)
            if len(found) >= limit:
                break
    return found[:limit]


def _people(connection: Connection) -> Iterator[tuple[int, Looks]]:
    after = 0
    while True:
        page = connection.execute(
            select(t.Contractor.id, t.Contractor.doc)
            .where(t.Contractor.id > after)
            .order_by(t.Contractor.id)
            .limit(_PAGE)
        ).all()
        if not page:
            return
        for id_, doc in page:
            yield id_, looks_of(load(doc))
        after = page[-1][0]


def _waiting(connection: Connection, connection_id: int) -> dict[int, tuple[str, Contractor]]:
    """Records that could be several customers: external id and what they state, by issue."""
    rows = connection.execute(
        select(t.Issue.id, t.Issue.external_id, t.Issue.details).where(
            t.Issue.connection_id == connection_id,
            t.Issue.code == AMBIGUOUS,
            t.Issue.state == "open",
            t.Issue.external_id.is_not(None),
        )
    )
    return {id_: (external_id, _told(details["record"])) for id_, external_id, details in rows}


def _told(shown: Mapping[str, str]) -> Contractor:
    address = Address(
        street=shown.get("street", ""), postal_code=shown.get("postal_code", ""), city=shown.get("city", "")
    )
    return Contractor(name=shown["name"], country=shown.get("country", ""), addresses=(address,))


def _suggestions(
    app: App,
    connection: Connection,
    connected: Connected,
    alike: list[tuple[int, int, Likeness]],
    waiting: Mapping[int, tuple[str, Contractor]],
) -> list[Suggestion]:
    ids = {id_ for one, other, _ in alike for id_ in (one, other) if id_ > 0}
    names, at = _names(connection, ids), _records(connection, ids)
    apart = unalike.apart(connection, ids)
    said = decisions.decisions(connection, connected.id, [external_id for external_id, _ in waiting.values()])
    found = []
    for one, other, likeness in alike:
        if (min(one, other), max(one, other)) in apart:
            continue
        common: dict[str, Any] = {"score": likeness.score, "why": likeness.why}
        if one > 0 and connected.id in at.get(one, set()) | at.get(other, set()):
            both = sorted(app.name_of(id_) for id_ in at.get(one, set()) & at.get(other, set()))
            found.append(
                Suggestion(
                    kind="duplicate", customer=code_of(one), name=names[one], other=code_of(other),
                    other_name=names[other], both_at=tuple(both), **common,
                )
            )  # fmt: skip
        elif one < 0 < other and connected.id not in at.get(other, set()):
            external_id, told = waiting[-one]
            if external_id in said and other in said[external_id].others:
                continue
            found.append(
                Suggestion(
                    kind="record", customer=code_of(other), name=names[other], other=external_id, other_name=told.name,
                    issue=-one, **common,
                )
            )  # fmt: skip
    return found


def _names(connection: Connection, ids: set[int]) -> dict[int, str]:
    rows = connection.execute(select(t.Contractor.id, t.Contractor.name).where(among(connection, t.Contractor.id, ids)))
    return {row[0]: row[1] for row in rows}


def _records(connection: Connection, ids: set[int]) -> dict[int, set[int]]:
    """Connections that have a record of these contractors, by contractor."""
    at: dict[int, set[int]] = {}
    rows = connection.execute(
        select(t.Binding.contractor_id, t.Binding.connection_id).where(among(connection, t.Binding.contractor_id, ids))
    )
    for contractor_id, connection_id in rows:
        at.setdefault(contractor_id, set()).add(connection_id)
    return at
