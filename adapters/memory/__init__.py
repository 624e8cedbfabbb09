"""How does syncd talk to the platform that lives in its own process? The reference side: all that can be asked for.

For tests and trials. Nothing leaves the process and nothing survives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta

from adapters.memory.mapping import differences, record_of, remote_of, understood
from adapters.memory.store import store_named
from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.domain.employees import login_of
from syncd.errors import InvalidRecord, Misconfigured, RateLimited, Unstorable
from syncd.ports import Adapter, Capabilities, Context, Health, Page, Proof, Record, Remote, Side
from syncd.sentence import Counted, Sentence

__all__ = ["ADAPTER", "MemoryEndpoint", "Options", "open_endpoint"]

Answer = TypeVar("Answer")

CAPABILITIES: Final = Capabilities(writes=frozenset(FIELDS), versions=True)


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a ``memory`` connection."""

    store: Annotated[str, Meta(description="Name of the store; connections with one name share it.", min_length=1)]
    page: Annotated[int, Meta(description="Records on one page of a read.", ge=1)] = 250
    many_groups: Annotated[bool, Meta(description="A record can be in more than one group.")] = True
    one_login: Annotated[bool, Meta(description="An e-mail is the log-in of one record only.")] = False
    zones: Annotated[Mapping[str, str], Meta(description="Word for each zone, as a shop with a residency has.")] = {}


class MemoryEndpoint:
    """An open connection to a named store."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._throttle = context.throttle
        self._store = store_named(options.store)
        self._fields = frozenset(FIELDS) if context.fields is None else context.fields & frozenset(FIELDS)
        self._narrowed = context.fields is not None
        self._capabilities = msgspec.structs.replace(
            CAPABILITIES,
            reads=self._fields,
            writes=self._fields,
            many_groups=options.many_groups,
            zones=options.zones,
            unique_logins=options.one_login,
        )

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        held = self._call("check", lambda: len(self._store.entries()))
        return Health(
            detail=Sentence(
                Counted("store %(store)s holds %(count)s record", "store %(store)s holds %(count)s records"),
                store=self._options.store,
                count=held,
            )
        )

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        pages = self._store.pages(0 if full else _change(cursor), self._options.page)
        while True:
            found = self._call("list", lambda: next(pages, None))
            if found is None:
                return
            entries, until, last = found
            end = Proof(complete=True, how="the end of the list was reached") if last else None
            yield Page(records=[record_of(entry) for entry in entries], cursor=str(until), end=end)

    def parse(self, record: Record) -> Remote:
        return self._narrow(understood(record))

    def get(self, external_id: str) -> Remote:
        entry = self._call("get", lambda: self._store.get(external_id), external_id=external_id)
        return self._narrow(remote_of(entry))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        found = self._call("find", lambda: self._store.matching(contractor))
        return [self._narrow(remote_of(entry)) for entry in found]

    def create(self, contractor: Contractor) -> Remote:
        self._check_groups(contractor)
        self._check_login(contractor)
        stored = restrict(contractor, self._fields) if self._narrowed else contractor
        return self._narrow(remote_of(self._call("create", lambda: self._store.add(stored), writes=True)))

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        changes = differences(remote.contractor, contractor, self._fields)
        if not changes:
            return remote
        if "groups" in changes:
            self._check_groups(contractor, remote.external_id)
        if not {"email", "login_email", "employees"}.isdisjoint(changes):
            self._check_login(contractor, remote.external_id)
        change = None if remote.version is None else int(remote.version)
        entry = self._call(
            "update",
            lambda: self._store.edit(remote.external_id, change, **changes),
            writes=True,
            external_id=remote.external_id,
        )
        return self._narrow(remote_of(entry))

    def close(self) -> None:
        """There is nothing to give back: the store stays."""

    def _call(
        self, name: str, act: Callable[[], Answer], *, writes: bool = False, external_id: str | None = None
    ) -> Answer:
        self._throttle.wait()
        try:
            return self._store.gate(name, act, writes=writes, external_id=external_id)
        except RateLimited as error:
            if error.retry_after is not None:
                self._throttle.pause(error.retry_after)
            raise

    def _check_groups(self, contractor: Contractor, external_id: str | None = None) -> None:
        if len(contractor.groups) > 1 and not self._options.many_groups:
            raise Unstorable(
                Sentence(
                    "a record can be in one group only, and this one would be in %(count)s",
                    count=len(contractor.groups),
                ),
                record=external_id,
                field="groups",
                cure="Say by priorities which group it is to be.",
            )

    def _check_login(self, contractor: Contractor, external_id: str | None = None) -> None:
        login, field = login_of(contractor)
        if not self._options.one_login or not login:
            return
        for entry in self._store.entries().values():
            if entry.external_id != external_id and login_of(entry.contractor)[0] == login:
                raise InvalidRecord(
                    "another record has this log-in",
                    code="login-taken",
                    record=external_id,
                    field=field,
                    cure="Give one of the two another e-mail.",
                )

    def _narrow(self, remote: Remote) -> Remote:
        if not self._narrowed:
            return remote
        return msgspec.structs.replace(remote, contractor=restrict(remote.contractor, self._fields))


def _change(cursor: str | None) -> int:
    """Read a cursor, which is the number of the last change that was delivered."""
    if cursor is None:
        return 0
    if not cursor.isdecimal():
        raise Misconfigured("the cursor is not this platform's", code="bad-cursor", cure="Run a full read.")
    return int(cursor)


def open_endpoint(options: Any, context: Context) -> MemoryEndpoint:
    """Open a named store, making it if it is new."""
    return MemoryEndpoint(options, context)


ADAPTER: Final = Adapter(
    kind="memory",
    title="Memory (tests and trials)",
    sides=frozenset(Side),
    options=Options,
    open=open_endpoint,
    capabilities=CAPABILITIES,
    poll_seconds=60,
    parallel_calls=4,
)
