"""What does a side hold, and what does syncd make of it? A few records, read and understood, and nothing kept.

Where files are dropped, copies of them are read: who only looks must not take a file out of the folder, nor have it put
aside because an option is wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Final

import msgspec

from syncd.domain.findings import check_storable
from syncd.domain.sample import Part, Stated, parts_of, stated_of
from syncd.errors import InvalidRecord, RecordError, SuspiciousRun, SyncError, Unavailable
from syncd.folder.claiming import BrokenFile
from syncd.folder.copying import SEARCHED, copied
from syncd.ports import Endpoint, Record, Rejected
from syncd.registry.engine import reading
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.rules import load_rules
from syncd.sync.whereabouts import Whereabouts

__all__ = ["MOST", "Sample", "read_samples"]

MOST: Final = 20
_SECONDS: Final = 20.0


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One record.

    Attributes:
        warnings: What a person should look at, with a cure: what would become an issue.
        refused: Whether it would not be taken over at all.
        zone: Where the contractor would be.
    """

    external_id: str
    name: str
    parts: list[Part]
    stated: list[Stated]
    warnings: list[tuple[str, str]]
    refused: bool
    zone: str = ""


def read_samples(app: App, connected: Connected, *, most: int = MOST, seconds: float = _SECONDS) -> list[Sample]:
    """Read the first records of a side; nothing is stored here or there.

    Raises:
        SyncError: If the side refuses, or does not answer in time.
    """
    samples: list[Sample] = []
    failure: list[BaseException] = []

    def read() -> None:
        try:
            samples.extend(_read(app, connected, most))
        except Exception as error:  # noqa: BLE001 - told by whoever waits
            failure.append(error)

    # A daemon thread: a side that hangs must not keep the page, or the process, from ending.
    thread = threading.Thread(target=read, name="samples", daemon=True)
    thread.start()
    thread.join(seconds)
    if failure and isinstance(failure[0], SyncError):
        raise failure[0]
    if failure:
        raise Unavailable(
            Sentence("the adapter failed with %(name)s", name=type(failure[0]).__name__), cure="Please report it."
        )
    if thread.is_alive():
        raise Unavailable(
            Sentence("no records within %(seconds)s s", seconds=f"{seconds:.0f}"),
            cure="Try again, or make the pages smaller.",
        )
    return samples


def _read(app: App, connected: Connected, most: int) -> list[Sample]:
    own, option = connected.settings, connected.adapter.drops
    folder = own.options.get(option) if option else None
    if not folder:
        return _opened(app, connected, most)
    for place in SEARCHED:
        with copied(app.settings.folder / folder, place) as copies:
            options = {name: value for name, value in own.options.items() if name != "state"} | {option: str(copies)}
            alike = replace(connected, settings=msgspec.structs.replace(own, options=options))
            try:
                found = _opened(app, alike, most)
            except BrokenFile as error:  # the copy is, and will be gone
                raise SuspiciousRun(error.message, code=error.code, cure=error.helps) from None
        if found:
            return found
    return []


def _opened(app: App, connected: Connected, most: int) -> list[Sample]:
    with closing(app.open(connected)) as endpoint:
        return list(_samples(app, connected, endpoint, most))


def _samples(app: App, connected: Connected, endpoint: Endpoint, most: int) -> Iterator[Sample]:
    with reading(app.engine) as connection:
        rules = load_rules(connection)
    where = Whereabouts(
        home=app.settings.home,
        on=app.now().date(),
        served=frozenset(connected.settings.served),
        names=rules.names,
        countries=rules.countries,
        unregistered=frozenset(),
        groups_most=connected.settings.groups_most,
    )
    left = most
    pages = endpoint.read(None, full=True)
    for page in pages:
        for record in page.records[:left]:
            yield _sample(endpoint, record, where)
        left -= len(page.records)
        if left <= 0 or page.end is not None:
            return


def _sample(endpoint: Endpoint, record: Record | Rejected, where: Whereabouts) -> Sample:
    parts = parts_of(record.raw)
    if isinstance(record, Rejected):
        return _refused(record.external_id, parts, record.error)
    try:
        contractor = endpoint.parse(record).contractor
        check_storable(contractor, record.external_id)
    except RecordError as error:
        return _refused(record.external_id, parts, error)
    except Exception as error:  # noqa: BLE001 - an adapter's mistake is one record's finding
        wrong = InvalidRecord(
            Sentence("the adapter failed with %(name)s", name=type(error).__name__), cure="Please report it."
        )
        return _refused(record.external_id, parts, wrong)
    verdict = where.verdict(contractor)
    return Sample(
        external_id=record.external_id,
        name=contractor.name,
        parts=parts,
        stated=stated_of(contractor, parts),
        warnings=[(one.message, one.cure) for one in where.look(contractor, verdict)],
        refused=False,
        zone=verdict.zone.value,
    )


def _refused(external_id: str, parts: list[Part], error: RecordError) -> Sample:
    return Sample(
        external_id=external_id, name="", parts=parts, stated=[], warnings=[(error.message, error.cure)], refused=True
    )
