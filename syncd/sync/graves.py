"""Which records of a read are of somebody who was erased? They are not brought back.

Nothing of them is stored or shown: a record is told by keyed digests of what it can be known by. As long as nobody was
erased this asks nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from syncd.domain import erasure
from syncd.domain.answers import Answer
from syncd.domain.code import code_of
from syncd.domain.contractor import load
from syncd.domain.erasure import RETURNS, Mark
from syncd.domain.holds import is_erased, load_holds
from syncd.errors import Unavailable
from syncd.ports import Remote
from syncd.registry import issues, lookups, tombstones
from syncd.registry.engine import reading
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.grave_key import open_key
from syncd.sync.ledger import load_key
from syncd.sync.pull import Chunk
from syncd.sync.replay import is_due
from syncd.sync.theirs import Hit, Stated, theirs

__all__ = ["Graves", "Sifted", "open_graves", "recall"]

_WORDS: Final[Mapping[str, str]] = {
    Mark.RECORD: "record", Mark.NUMBER: "customer number", Mark.TAX: "tax id", Mark.EMAIL: "e-mail",
    Mark.PHONE: "phone", Mark.NAME: "name",
}  # fmt: skip


class Sifted(msgspec.Struct, frozen=True, kw_only=True):
    """A chunk without the records of erased contractors.

    Attributes:
        at_rest: External ids of records that say nothing of the person any more.
        returned: External ids of the erased contractors' own records that still do: no copy of them is to be kept.
        left_out: How many records are not in `chunk` any more.
    """

    chunk: Chunk
    at_rest: Sequence[str] = ()
    returned: Sequence[str] = ()
    left_out: int = 0


def open_graves(app: App, connected: Connected) -> Graves | None:
    """What a run asks; ``None`` as long as nobody was erased.

    Raises:
        Misconfigured: When the key of the tombstones is missing: nothing is read then.
        Unavailable: When a backup was restored, and who was erased after it is not erased again yet.
    """
    if is_due(app.engine, app.settings):
        raise Unavailable(
            "a backup was restored, and erasures after it are still to be done again",
            code="erasures-to-replay",
            cure="The sweep does it within seconds; `syncd db replay` does it now.",
        )
    with reading(app.engine) as connection:
        key = open_key(app.settings, connection)
    return None if key is None else Graves(app, connected, key)


def recall(app: App, connection: Connection, known: Collection[lookups.Known]) -> dict[int, tombstones.Memory]:
    """What those of these contractors were that are erased; without the key nothing is remembered."""
    erased = [one.id for one in known if is_erased(load_holds(one.holds))]
    key = load_key(app.settings) if erased else None
    return {} if key is None else tombstones.memories(connection, key, erased)


class Graves:
    """Asks for the records of one connection."""

    def __init__(self, app: App, connected: Connected, key: tombstones.Key) -> None:
        self._app = app
        self._connected = connected
        self._key = key

    def sift(self, chunk: Chunk) -> Sifted:
        """Take the records of erased contractors out of a chunk."""
        if not chunk.understood and not chunk.reports:
            return Sifted(chunk=chunk)
        with reading(self._app.engine) as connection:
            hits = self._hits(connection, chunk)
            reports = self._without_bytes(connection, chunk.reports)
            whose = {hit.grave.contractor_id for hit in hits.values()}
            docs = lookups.known(connection, whose)
            memories = tombstones.memories(connection, self._key, whose) if whose else {}
        at_rest, returned = [], []
        for external_id, hit in hits.items():
            own = Mark.RECORD in hit.kinds
            if own and _rests(hit, docs.get(hit.grave.contractor_id), memories.get(hit.grave.contractor_id)):
                at_rest.append(external_id)
                continue
            if own:
                returned.append(external_id)
            if hit.stated.bound_to is None:
                # One that is still bound has its push, which says what there is to say.
                reports.append(self._report(hit))
        understood = [item for item in chunk.understood if item[0].external_id not in hits]
        return Sifted(
            chunk=Chunk(understood, chunk.seen, reports, chunk.gone),
            at_rest=at_rest,
            returned=returned,
            left_out=len(hits),
        )

    def _hits(self, connection: Connection, chunk: Chunk) -> dict[str, Hit]:
        """Records of erased contractors by external id."""
        stated = {
            remote.external_id: Stated(remote.external_id, remote.contractor, _bound_to(chunk, remote))
            for remote, _ in chunk.understood
        }
        return theirs(connection, self._key, self._connected.name, stated)

    def _without_bytes(self, connection: Connection, reports: Sequence[issues.Report]) -> list[issues.Report]:
        """A record that cannot be used is kept in its issue, but not that of somebody who was erased."""
        name = self._connected.name
        records = {self._key.record(name, r.external_id): r.external_id for r in reports if r.external_id is not None}
        gone = {records[digest] for digest in tombstones.found(connection, records)}
        return [
            msgspec.structs.replace(report, raw=None, details={}) if report.external_id in gone else report
            for report in reports
        ]

    def _report(self, hit: Hit) -> issues.Report:
        by = ", ".join(word for kind, word in _WORDS.items() if kind in hit.kinds)
        values = {"erasure": str(hit.erasure_id)}
        return issues.Report(
            connection_id=self._connected.id,
            external_id=hit.stated.external_id,
            contractor_id=hit.grave.contractor_id,
            code=RETURNS,
            message=Sentence("the record is of a customer that was erased (same %(by)s); it was not taken", by=by),
            cure="Delete or anonymise it there, or say whose it is.",
            answers=(
                Answer(key="erase-there-again", label="overwrite that record as well", values=values),
                Answer(
                    key="not-the-same",
                    label="it is somebody else, or somebody who came back by their own will: take it",
                    values=values,
                ),
            ),
        )


def _bound_to(chunk: Chunk, remote: Remote) -> int | None:
    seen = chunk.seen.get(remote.external_id)
    return None if seen is None else seen.contractor_id


def _rests(hit: Hit, known: lookups.Known | None, memory: tombstones.Memory | None) -> bool:
    """Whether an erased contractor's own record was anonymised: by us, or by a person who switched it off as well."""
    if known is None or memory is None:
        return False
    there, left = hit.stated.contractor, load(known.doc)
    if not erasure.residue(there, left, code_of(known.id)):
        return True
    return not there.active and memory.recalls(there, left) <= hit.grave.retained
