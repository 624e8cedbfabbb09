"""Why does this record differ? Looked at as it is now, so that what moved during the comparison is no difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import msgspec
from sqlalchemy import select

from syncd.domain.checksums import number_of
from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor, restrict
from syncd.domain.difference import Cause, Difference
from syncd.domain.holds import is_missing_at, is_sync_held, load_holds
from syncd.errors import NotFound, RecordError
from syncd.ports import Endpoint, Remote
from syncd.registry import lookups
from syncd.registry import tables as t
from syncd.registry.engine import among, reading
from syncd.sync.app import App, Connected
from syncd.sync.expected import COMPARED, Entry, entries_of

__all__ = ["Judge"]

_CHUNK: Final = 500


class _Facts(msgspec.Struct, frozen=True):
    """What the registry knows of some contractors and records that may explain a difference."""

    entries: Mapping[int, Entry]
    pushes: frozenset[int]
    held: frozenset[int]
    gone: frozenset[int]
    issues: Mapping[str | int, str]

    def issue(self, external_id: str | None, contractor_id: int | None) -> str | None:
        return self.issues.get(external_id or 0) or self.issues.get(contractor_id or 0)


class Judge:
    """Gives each difference at one side its cause.

    Args:
        said: Fields that the side states.
        listed: Numbers of the records that the side listed.
        most: How many records may be read one by one; of more only what the registry knows is told.

    Attributes:
        reads: How many were.
    """

    def __init__(
        self,
        app: App,
        connected: Connected,
        endpoint: Endpoint,
        said: frozenset[str],
        *,
        listed: AbstractSet[int],
        most: int,
    ) -> None:
        self._app = app
        self._connected = connected
        self._station = app.network.stations[connected.id]
        self._endpoint = endpoint
        self._said = said
        self._listed = listed
        self._most = most
        self.reads = 0

    def bound(self, suspects: Mapping[str, int]) -> Iterator[Difference]:
        """Records, with their contractors, that seem to hold something else than they should."""
        for part in _parts(list(suspects.items())):
            facts = self._facts([name for name, _ in part], [id_ for _, id_ in part])
            for external_id, contractor_id in part:
                found = self._known(facts, external_id, contractor_id) or self._look(external_id, contractor_id)
                if found is not None:
                    yield found

    def outside(self, contractor_ids: Sequence[int]) -> Iterator[Difference]:
        """Contractors that should have a record and had none."""
        for part in _parts(contractor_ids):
            facts = self._facts([], part)
            bound = self._bound_now(part)
            for id_ in part:
                issue = facts.issue(None, id_)
                cause = Cause.PENDING if id_ in facts.pushes else Cause.NOT_CREATED
                cause = Cause.ISSUE if issue else Cause.HELD if id_ in facts.held else cause
                if id_ not in bound:
                    yield Difference(cause=cause, code=code_of(id_), issue=issue)

    def strange(self, external_ids: Sequence[str], cause: Cause) -> Iterator[Difference]:
        """Records that belonged to nobody."""
        for part in _parts(external_ids):
            facts = self._facts(part, [])
            with reading(self._app.engine) as connection:
                bound = set(
                    connection.scalars(
                        select(t.Binding.external_id).where(
                            t.Binding.connection_id == self._connected.id,
                            among(connection, t.Binding.external_id, part),
                        )
                    )
                )
            for external_id in part:
                issue = facts.issue(external_id, None)
                if external_id not in bound:
                    yield Difference(cause=Cause.ISSUE if issue else cause, external_id=external_id, issue=issue)

    def _known(self, facts: _Facts, external_id: str, contractor_id: int) -> Difference | None:
        """What needs no look at the side."""
        issue = facts.issue(external_id, contractor_id)
        entry = facts.entries.get(contractor_id)
        if issue:
            return _difference(Cause.ISSUE, external_id, contractor_id, issue=issue)
        if contractor_id in facts.held:
            return _difference(Cause.HELD, external_id, contractor_id)
        if contractor_id in facts.gone and number_of(external_id) not in self._listed:
            return _difference(Cause.GONE, external_id, contractor_id)
        if entry is not None and entry.behind:
            cause = Cause.PENDING if contractor_id in facts.pushes else Cause.NOT_PUSHED
            return _difference(cause, external_id, contractor_id)
        if self.reads >= self._most:
            return _difference(Cause.NOT_LOOKED_AT, external_id, contractor_id)
        return None

    def _look(self, external_id: str, contractor_id: int) -> Difference | None:
        """Read the record, and only then what is known of it by now."""
        self.reads += 1
        try:
            remote: Remote | None = self._endpoint.get(external_id)
        except NotFound:
            remote = None
        except RecordError:
            return _difference(Cause.UNREADABLE, external_id, contractor_id)
        facts = self._facts([external_id], [contractor_id])
        entry = facts.entries.get(contractor_id)
        if entry is None or entry.external_id != external_id:
            return None  # unbound, or erased, meanwhile
        if remote is None:
            return _difference(Cause.MISSING, external_id, contractor_id)
        found = self._compare(entry, remote.contractor)
        if found is None or contractor_id not in facts.pushes:
            return found
        return _difference(Cause.PENDING, external_id, contractor_id)

    def _compare(self, entry: Entry, told: Contractor) -> Difference | None:
        fields = self._said if entry.echoed else self._said & self._station.created
        moved = _differing(restrict(told, fields), restrict(entry.agreed, fields), fields)
        if moved:
            return _difference(Cause.EDITED, entry.external_id, entry.contractor_id, fields=moved)
        if entry.behind:
            return _difference(Cause.NOT_PUSHED, entry.external_id, entry.contractor_id)
        unlike = _differing(told, entry.wanted, COMPARED & fields & self._station.written)
        if not unlike:
            return None
        cause = Cause.LEFT if entry.departures.keys() >= set(unlike) else Cause.DEGRADED
        return _difference(cause, entry.external_id, entry.contractor_id, fields=unlike)

    def _facts(self, external_ids: Sequence[str], contractor_ids: Sequence[int]) -> _Facts:
        push, issue, here = t.Push, t.Issue, self._connected.id
        with reading(self._app.engine) as connection:
            pushes = connection.scalars(
                select(push.contractor_id).where(
                    push.connection_id == here, among(connection, push.contractor_id, contractor_ids)
                )
            ).all()
            rows = connection.execute(
                select(issue.external_id, issue.contractor_id, issue.code).where(
                    issue.connection_id == here,
                    issue.state != "resolved",
                    among(connection, issue.external_id, external_ids)
                    | among(connection, issue.contractor_id, contractor_ids),
                )
            ).all()
            known = lookups.known(connection, contractor_ids)
        holds = {id_: load_holds(one.holds) for id_, one in known.items()}
        held = frozenset(id_ for id_, those in holds.items() if is_sync_held(those))
        gone = frozenset(id_ for id_, those in holds.items() if is_missing_at(those, self._connected.name))
        codes: dict[str | int, str] = {row[0]: row[2] for row in rows if row[0]}
        codes |= {row[1]: row[2] for row in rows if row[1]}
        return _Facts(entries_of(self._app.engine, self._station, contractor_ids), frozenset(pushes), held, gone, codes)

    def _bound_now(self, contractor_ids: Sequence[int]) -> set[int]:
        with reading(self._app.engine) as connection:
            return set(
                connection.scalars(
                    select(t.Binding.contractor_id).where(
                        t.Binding.connection_id == self._connected.id,
                        among(connection, t.Binding.contractor_id, contractor_ids),
                    )
                )
            )


def _parts(items: Sequence[Any]) -> Iterator[Any]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def _difference(cause: Cause, external_id: str, contractor_id: int, **more: Any) -> Difference:
    return Difference(cause=cause, external_id=external_id, code=code_of(contractor_id), **more)


def _differing(one: Contractor, other: Contractor, fields: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in fields if getattr(one, name) != getattr(other, name)))
