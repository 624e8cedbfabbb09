"""What does a list show of its customers?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, false, literal, null, select, true, union_all

from syncd.domain.code import code_of
from syncd.domain.listing import sketch
from syncd.registry import tables as t
from syncd.registry.engine import of_these
from syncd.registry.moment import once
from syncd.registry.outbox import HELD

__all__ = ["COLUMNS", "CustomerRow", "Place", "Tag", "cell", "rows_of", "state_of"]

COLUMNS: Final = (
    "code", "name", "groups", "status", "country", "zone", "sync", "synced", "number", "email", "phone", "tax_id",
    "city", "kind", "newsletter", "caretaker", "issues", "created", "changed",
)  # fmt: skip
"""What can be shown of a customer, in the order in which it is offered."""

_NO_LOGIN: Final = "no-default-login"
_WORST: Final = ("stuck", "retrying", "queued", "held", "differs", "in_sync")


class Tag(msgspec.Struct, frozen=True):
    """A group as a list shows it."""

    id: int
    name: str
    label: str | None
    color: str | None


class Place(msgspec.Struct, frozen=True):
    """How a customer stands at one connection."""

    connection: str
    side: str
    state: str


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list.

    Attributes:
        sync: The worst of `places`; ``never`` without any.
        issues: Codes of what is open about it.
        synced_at: When something was last brought about at a side.
    """

    id: int
    code: str
    name: str
    number: str
    email: str
    phone: str
    tax_id: str
    city: str
    kind: str
    newsletter: bool | None
    caretaker: str
    country: str
    zone: str
    status: str
    groups: tuple[Tag, ...] = ()
    sync: str = "never"
    places: tuple[Place, ...] = ()
    issues: tuple[str, ...] = ()
    synced_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def standing(self) -> tuple[tuple[str, str], ...]:
        """States with the connections at which it stands so, the worst first."""
        return _standing(self.places)

    @property
    def no_login(self) -> bool:
        """Whether nobody can log in for it, or nobody knows who should."""
        return _NO_LOGIN in self.issues


@lru_cache(1000)
def _standing(places: tuple[Place, ...]) -> tuple[tuple[str, str], ...]:
    """Most customers of a page stand alike."""
    names: dict[str, list[str]] = {}
    for place in places:
        names.setdefault(place.state, []).append(place.connection)
    return tuple((state, ", ".join(names[state])) for state in _WORST if state in names)


@lru_cache(1000)
def _worst(places: tuple[Place, ...]) -> str:
    return min((place.state for place in places), key=_WORST.index, default="never")


def rows_of(connection: Connection, ids: Sequence[int], columns: Collection[str] = COLUMNS) -> list[CustomerRow]:
    """The lines of these customers, in this order; one that is not there (any more) is left out.

    Args:
        columns: What is looked up of what stands elsewhere; the rest costs nothing.
    """
    found = {row.id: row for row in _CONTRACTORS(connection, ids)}
    groups = _groups(connection, ids) if "groups" in columns else {}
    places = _places(connection, ids) if "sync" in columns else {}
    issues = _issues(connection, ids) if "issues" in columns or "name" in columns else {}
    synced = _synced(connection, ids) if "synced" in columns else {}
    return [
        _row(
            found[id_],
            groups=tuple(groups.get(id_, ())),
            places=(here := tuple(places.get(id_, ()))),
            sync=_worst(here),
            issues=tuple(issues.get(id_, ())),
            synced_at=synced.get(id_),
        )
        for id_ in ids
        if id_ in found
    ]


def cell(row: CustomerRow, column: str) -> Any:
    """What a column holds, for a file or a terminal: one value, its parts joined where there are several."""
    match column:
        case "groups":
            return "; ".join(tag.name for tag in row.groups)
        case "issues":
            return "; ".join(row.issues)
        case "synced" | "created" | "changed":
            return {"synced": row.synced_at, "created": row.created_at, "changed": row.updated_at}[column]
        case _:
            return getattr(row, column)


def _row(row: Any, **more: Any) -> CustomerRow:
    seen = sketch(row.doc)
    return CustomerRow(
        id=row.id,
        code=code_of(row.id),
        name=seen.name,
        number=seen.number,
        email=seen.email,
        phone=seen.phones[0] if seen.phones else "",
        tax_id=seen.tax,
        city=seen.city,
        kind=seen.kind.value,
        newsletter=seen.newsletter,
        caretaker=seen.caretaker,
        country=row.country,
        zone=row.zone,
        status=row.status,
        created_at=row.created_at,
        updated_at=row.updated_at,
        **more,
    )


def _groups(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[Tag]]:
    # Not in the order of the database's language: a list is sorted by the first as the program has them in order.
    rows = sorted(_MEMBERSHIPS(connection, ids), key=itemgetter(2))
    return _by_first((row[0], Tag(*row[1:])) for row in rows)


def _places(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[Place]]:
    """Where each is known, and where it is about to be."""
    names = once(connection, "connections", lambda: sorted(connection.execute(_CONNECTIONS), key=itemgetter(2, 1)))
    states: dict[int, dict[int, str]] = defaultdict(dict)
    for id_, one, behind, settled, due, attempts, code in _STANDINGS(connection, ids):
        if behind or one not in states[id_]:
            states[id_][one] = state_of(settled=settled, behind=behind, due=due, attempts=attempts, error_code=code)
    return {
        id_: [_place(name, side, here[one]) for one, name, side in names if one in here] for id_, here in states.items()
    }


_place: Final = lru_cache(1000)(Place)
"""Most customers stand alike at a connection."""


def state_of(
    *,
    settled: bool = False,
    behind: bool = False,
    due: datetime | None = None,
    attempts: int = 0,
    error_code: str | None = None,
) -> str:
    """How a customer stands at a connection that has it or is to have it: one of `SYNC_STATES`.

    Args:
        behind: Whether there is a push; `due` is when it is tried next, and ``None`` where a person has to act first.
    """
    if not behind:
        return "in_sync" if settled else "differs"
    if due is None:
        return "held" if error_code == HELD else "stuck"
    return "retrying" if attempts else "queued"


def _issues(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[str]]:
    return _by_first((row.contractor_id, row.code) for row in _OPEN_ISSUES(connection, ids))


def _synced(connection: Connection, ids: Sequence[int]) -> Mapping[int, datetime]:
    return {row[0]: row[1] for row in _TOLD(connection, ids)}


# Asked for every page of the list: put together once.
_c, _m, _g, _b, _p = t.Contractor, t.Membership, t.Group, t.Binding, t.Push
_CONNECTIONS: Final = select(t.Connection.id, t.Connection.name, t.Connection.side)
_CONTRACTORS: Final = of_these(
    lambda among: select(_c.id, _c.doc, _c.country, _c.zone, _c.status, _c.created_at, _c.updated_at).where(
        among(_c.id)
    )
)
_MEMBERSHIPS: Final = of_these(
    lambda among: (
        select(_m.contractor_id, _g.id, _g.name, _g.label, _g.color)
        .join(_g, _g.id == _m.group_id)
        .where(among(_m.contractor_id))
    )
)
_STANDINGS: Final[Callable[[Connection, Collection[Any]], Sequence[Row[*tuple[Any, ...]]]]] = of_these(
    lambda among: union_all(
        # The one with moments comes first: the columns are of its types.
        select(_p.contractor_id, _p.connection_id, true(), false(), _p.due_at, _p.attempts, _p.error_code).where(
            among(_p.contractor_id)
        ),
        select(
            _b.contractor_id, _b.connection_id, false(), _b.settled_hash.is_not(None), null(), literal(0), null()
        ).where(among(_b.contractor_id)),
    )
)
_OPEN_ISSUES: Final = of_these(
    lambda among: (
        select(t.Issue.contractor_id, t.Issue.code)
        .where(among(t.Issue.contractor_id), t.Issue.state == "open")
        .order_by(t.Issue.code)
    )
)
_TOLD: Final = of_these(lambda among: select(t.Told.contractor_id, t.Told.at).where(among(t.Told.contractor_id)))


def _by_first(pairs: Iterable[tuple[int, Any]]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for id_, value in pairs:
        found[id_].append(value)
    return found
