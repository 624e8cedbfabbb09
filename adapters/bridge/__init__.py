"""How does syncd talk to a system that has no usable API of its own? Through a small bridge beside it.

The bridge (a Windows service beside an ERP, a plugin in a shop) speaks JSON over HTTP as
docs/reference/bridge-protocol.md says; whoever writes one decides what it does inside.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
from msgspec import Meta

from adapters.bridge.mapping import Listing, differences, explain, listing_of, records_of, remote_of, request_of
from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.errors import Misconfigured, OutcomeUnknown, SyncError, Unavailable
from syncd.http import Client, Response
from syncd.ports import Adapter, Capabilities, Context, Health, Page, Proof, Record, Remote, Secret, Side

__all__ = ["ADAPTER", "BridgeEndpoint", "Options", "open_endpoint"]

CAPABILITIES: Final = Capabilities(writes=frozenset(FIELDS), versions=True)

_JSON: Final = {"content-type": "application/json"}


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a ``bridge`` connection."""

    url: Annotated[str, Meta(description="Address of the bridge, without /contractors.", pattern="^https?://")]
    token: Annotated[Secret, Meta(description="Bearer token that the bridge asks for.")]
    page: Annotated[int, Meta(description="Records on one page of a read.", ge=1, le=1000)] = 250
    writes: Annotated[bool, Meta(description="Whether the bridge takes writes.")] = True


class BridgeEndpoint:
    """An open connection to a bridge."""

    def __init__(self, options: Options, context: Context) -> None:
        self._page = options.page
        self._client = Client(
            options.url,
            headers={"authorization": f"Bearer {options.token.reveal()}", "accept": "application/json"},
            throttle=context.throttle,
            explain=explain,
            now=context.now,
            sleep=context.sleep,
        )
        self._narrowed = context.fields is not None
        fields = frozenset(FIELDS) if context.fields is None else context.fields & frozenset(FIELDS)
        self._capabilities = msgspec.structs.replace(
            CAPABILITIES, reads=fields, writes=fields if options.writes else frozenset()
        )

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        told = self._client.read("GET", "/health").json()
        self._listing(self._client.read("GET", "/contractors", params={"limit": "1"}))
        name = told.get("name") if isinstance(told, dict) else None
        if not isinstance(name, str):
            raise Misconfigured("the answer to /health names no system", cure="Check that the URL is a bridge's.")
        return Health(detail=f"bridge to {name}")

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        asked = {"limit": str(self._page)} | ({"since": cursor} if cursor and not full else {})
        seen, page = 0, asked
        while True:
            listing = self._listing(self._client.read("GET", "/contractors", params=page))
            seen += len(listing.items)
            end = _proof(seen, listing.total) if listing.next is None else None
            yield Page(records=records_of(listing.items), cursor=listing.cursor, end=end)
            if listing.next is None:
                return
            if listing.next == page.get("page"):
                raise Unavailable("the bridge names the page that was just read as the next one")
            page = asked | {"page": listing.next}

    def parse(self, record: Record) -> Remote:
        return self._narrow(remote_of(record.raw, record.external_id))

    def get(self, external_id: str) -> Remote:
        with _naming(external_id):
            return self._remote(self._client.read("GET", _path(external_id)), external_id)

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        found: dict[str, Remote] = {}
        for key in ("number", "tax_id", "email"):
            value = getattr(contractor, key)
            if value:
                listing = self._listing(self._client.read("GET", "/contractors", params={key: value}))
                remotes = [self._narrow(remote_of(bytes(item), "found")) for item in listing.items]
                found |= {remote.external_id: remote for remote in remotes}
        return list(found.values())

    def create(self, contractor: Contractor) -> Remote:
        stored = restrict(contractor, self._capabilities.writes)
        body = request_of({name: getattr(stored, name) for name in FIELDS if name in self._capabilities.writes})
        answer = self._client.write("POST", "/contractors", content=body, headers=_JSON)
        return self._written(answer, "created")

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        changes = differences(remote.contractor, contractor, self._capabilities.writes)
        if not changes:
            return remote
        headers = _JSON if remote.version is None else _JSON | {"if-match": f'"{remote.version}"'}
        with _naming(remote.external_id):
            answer = self._client.write("PUT", _path(remote.external_id), content=request_of(changes), headers=headers)
            return self._written(answer, remote.external_id)

    def close(self) -> None:
        self._client.close()

    def _listing(self, answer: Response) -> Listing:
        try:
            return listing_of(answer.content)
        except msgspec.DecodeError:
            answer.json()  # says so if it is no JSON at all
            raise Misconfigured(
                "the answer is JSON and no listing of the bridge protocol", cure="Check that the URL is a bridge's."
            ) from None

    def _remote(self, answer: Response, external_id: str) -> Remote:
        answer.json()  # a web page is the connection's fault, not the record's
        return self._narrow(remote_of(answer.content, external_id))

    def _written(self, answer: Response, external_id: str) -> Remote:
        try:
            return self._remote(answer, external_id)
        except Unavailable as error:
            raise OutcomeUnknown(error.message, code=error.code, cure=error.cure) from None

    def _narrow(self, remote: Remote) -> Remote:
        if not self._narrowed:
            return remote
        return msgspec.structs.replace(remote, contractor=restrict(remote.contractor, self._capabilities.reads))


def _path(external_id: str) -> str:
    return f"/contractors/{quote(external_id, safe='')}"


def _proof(seen: int, total: int | None) -> Proof:
    """The end was reached; was it the end of everything? Records removed while reading make `seen` the larger one."""
    if total is None:
        return Proof(complete=False, how="the bridge does not say how many records there are")
    if seen < total:
        return Proof(complete=False, how=f"the bridge says {total} records and listed {seen}", declared=total)
    return Proof(complete=True, how="last page reached, as many records as declared", declared=total)


@contextlib.contextmanager
def _naming(external_id: str) -> Iterator[None]:
    """Let errors of the calls inside name the record."""
    try:
        yield
    except SyncError as error:
        error.record = error.record or external_id
        raise


def open_endpoint(options: Any, context: Context) -> BridgeEndpoint:
    """Make a client for a bridge; nothing is called yet."""
    return BridgeEndpoint(options, context)


ADAPTER: Final = Adapter(
    kind="bridge",
    title="syncd bridge (JSON over HTTP)",
    sides=frozenset(Side),
    options=Options,
    open=open_endpoint,
    capabilities=CAPABILITIES,
    poll_seconds=60,
    parallel_calls=8,
)
