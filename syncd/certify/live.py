"""What can be certified of a real system? What reading shows: nothing is written, and nothing made to go wrong.

The same sentences as of the simulators where the same can be seen. A live list moves while it is read, so that only
what stays wrong counts.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

import msgspec

from syncd.certify.listening import overheard
from syncd.certify.promises.case import Broken, Degraded, Reading, demand, differing, raised
from syncd.certify.run import Degradation, Failure, Report
from syncd.errors import NotFound, RecordError, SyncError
from syncd.ports import Adapter, Context, Endpoint, Remote, Secret

__all__ = ["PROMISES", "Live", "certify_live"]

_PAGES: Final = 3
"""Pages that are read a second and a third time."""

_SAMPLE: Final = 5
"""Records that are asked for one by one, spread over the list."""


class _Hands:
    """An endpoint that reads, and has nothing to write with."""

    def __init__(self, inner: Endpoint) -> None:
        self._inner = inner
        self.check = inner.check
        self.read = inner.read
        self.parse = inner.parse
        self.get = inner.get
        self.find = inner.find

    def __repr__(self) -> str:
        return repr(self._inner)


class Live:
    """One real system, seen by reading.

    Args:
        options: Options of the connection, checked.
    """

    def __init__(self, adapter: Adapter, options: msgspec.Struct, context: Context) -> None:
        self.options = options
        self._inner = adapter.open(options, context)
        self.endpoint = _Hands(self._inner)
        self.can = self._inner.capabilities

    def close(self) -> None:
        """Give the connection back."""
        self._inner.close()

    @cached_property
    def reading(self) -> Reading:
        """Everything, read once."""
        return Reading(list(self._inner.read(None, full=True)))

    @cached_property
    def understood(self) -> dict[str, Remote]:
        """Records that have a meaning, by external id.

        Raises:
            Broken: If one ends in something else than a meaning or the fault of that record.
        """
        found = {}
        for record in self.reading.records:
            try:
                found[record.external_id] = self._inner.parse(record)
            except RecordError:
                continue
            except SyncError as error:
                raise Broken(f"one record ends the page with {type(error).__name__}") from None
        return found

    @property
    def sample(self) -> list[str]:
        """A few external ids from all parts of the list.

        Raises:
            Degraded: If there is nobody.
        """
        ids = list(self.understood)
        if not ids:
            raise Degraded("the platform holds nobody")
        return ids[:: max(len(ids) // _SAMPLE, 1)][:_SAMPLE]

    def some(self) -> dict[str, bytes]:
        """Raw bytes of the first pages, read anew."""
        pages = itertools.islice(self._inner.read(None, full=True), _PAGES)
        return Reading(list(pages)).raws

    @property
    def secrets(self) -> list[str]:
        values = (getattr(self.options, name) for name in self.options.__struct_fields__)
        return [value.reveal() for value in values if isinstance(value, Secret) and value]


def check_answers(live: Live) -> None:
    """The connection test."""
    demand(live.endpoint.check().detail, "check says nothing")


def a_full_read_that_saw_the_end_is_proven_complete(live: Live) -> None:
    """Otherwise nobody can ever be found missing."""
    demand(live.reading.complete, f"the proof is {live.reading.proof}")
    declared = live.reading.proof.declared if live.reading.proof else None
    count = len(set(live.reading.ids)) + len(live.reading.rejected)
    demand(declared is None or abs(declared - count) <= max(count // 100, 3), f"{declared} declared, {count} read")


def pages_join_with_no_gap_or_repeat(live: Live) -> None:
    """A record twice means that another may be missing."""
    repeats = [name for name, times in Counter(live.reading.ids).items() if times > 1]
    demand(not repeats, f"{len(repeats)} records came twice")


def a_record_is_understood_or_named_with_field_and_cure(live: Live) -> None:
    """What cannot be used is an issue that somebody can act on."""
    demand(live.understood is not None, "nothing is understood")
    refused = [record for record in live.reading.records if record.external_id not in live.understood]
    errors = [raised(lambda record=record: live.endpoint.parse(record)) for record in refused]  # type: ignore[misc]
    bare = [error for error in errors if error is not None and not error.field]
    demand(not bare, f"{len(bare)} of {len(errors)} refusals name no field")


def unchanged_records_have_equal_raw_bytes_on_two_reads(live: Live) -> None:
    """Who is another one every time has noise in it; who is another one once was edited."""
    first, second, third = live.some(), live.some(), live.some()
    noisy = [name for name in first if first[name] != second.get(name) != third.get(name) and name in third]
    demand(len(noisy) <= len(first) // 20, f"{len(noisy)} of {len(first)} records are others on each read")


def parse_states_only_what_the_connection_says_it_reads(live: Live) -> None:
    """A field outside of ``reads`` counts as "not said"."""
    for name in live.sample:
        told = live.understood[name].contractor
        extra = differing(told, type(told)(name=told.name), set(told.__struct_fields__) - live.can.reads - {"name"})
        demand(not extra, f"these fields are stated and not in reads: {', '.join(extra)}")


def get_agrees_with_parse(live: Live) -> None:
    """Unless the record changed since."""
    for name in live.sample:
        listed = live.understood[name]
        got = live.endpoint.get(name)
        wrong = differing(got.contractor, listed.contractor, live.can.reads)
        moved = got.modified != listed.modified or got.version != listed.version
        demand(moved or not wrong, f"get and read state these fields differently: {', '.join(wrong)}")


def get_of_an_unknown_id_is_not_found(live: Live) -> None:
    """An id of the same form that nobody has."""
    base = live.sample[0]
    unknown = next(name for name in (f"{base}{number}" for number in range(7701, 7799)) if name not in live.understood)
    error = raised(lambda: live.endpoint.get(unknown))
    demand(isinstance(error, NotFound), f"it is {type(error).__name__}")


def find_finds_who_is_there(live: Live) -> None:
    """By what the platform can search; asked before every create."""
    if not live.can.writes:
        raise Degraded("the connection is only read")
    lost = []
    for name in live.sample:
        found = live.endpoint.find(live.understood[name].contractor)
        if name not in [remote.external_id for remote in found]:
            lost.append(name)
    demand(not lost, f"find does not find {len(lost)} of {len(live.sample)} who are there")


def an_incremental_read_ends_like_any_other(live: Live) -> None:
    """From where the full read left off."""
    reading = Reading(list(live.endpoint.read(live.reading.cursor, full=False)))
    demand(reading.proof is not None, "the read has no last page")


def the_moment_of_the_last_change_is_in_utc(live: Live) -> None:
    """A moment without a zone cannot be compared."""
    for name in live.sample:
        modified = live.understood[name].modified
        offset = modified.utcoffset() if modified else None
        demand(modified is None or (offset is not None and not offset), f"it is {modified}")


def no_secret_shows_in_the_connection_its_options_or_a_log(live: Live) -> None:
    """Whatever libraries log of their own accord."""
    with overheard() as lines:
        live.endpoint.check()
        live.some()
    shown = f"{live.endpoint!r} {live.options!r} {' '.join(lines)}"
    demand(not any(secret in shown for secret in live.secrets), "a secret is in a repr or in a log")


PROMISES: Final[Sequence[Callable[[Live], None]]] = (
    check_answers,
    a_full_read_that_saw_the_end_is_proven_complete,
    pages_join_with_no_gap_or_repeat,
    a_record_is_understood_or_named_with_field_and_cure,
    unchanged_records_have_equal_raw_bytes_on_two_reads,
    parse_states_only_what_the_connection_says_it_reads,
    get_agrees_with_parse,
    get_of_an_unknown_id_is_not_found,
    find_finds_who_is_there,
    an_incremental_read_ends_like_any_other,
    the_moment_of_the_last_change_is_in_utc,
    no_secret_shows_in_the_connection_its_options_or_a_log,
)
"""What a live system is asked, in this order."""


def certify_live(adapter: Adapter, options: msgspec.Struct, context: Context) -> Report:
    """Ask a live system. What it holds is in no text of the report.

    Raises:
        SyncError: If it cannot be reached at all.
    """
    live = Live(adapter, options, context)
    passed, failed, degraded = 0, [], []
    try:
        live.endpoint.check()
        for check in PROMISES:
            sentence = check.__name__.replace("_", " ")
            try:
                check(live)
                passed += 1
            except Degraded as reason:
                degraded.append(Degradation(sentence, str(reason)))
            except Broken as why:
                failed.append(Failure(sentence, str(why)))
            except SyncError as error:
                failed.append(Failure(sentence, f"{type(error).__name__}: {error}"))
    finally:
        live.close()
    return Report(adapter.kind, passed, tuple(failed), tuple(degraded))
