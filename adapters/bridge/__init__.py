"""How does syncd talk to a system that has no usable API of its own? Through a small bridge beside it.

The bridge (a Windows service beside an ERP, a plugin in a shop) speaks JSON over HTTP as
docs/reference/bridge-protocol.md says; whoever writes one decides what it does inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from syncd.bridge import BridgeClient, differences, remote_of
from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.ports import Adapter, Capabilities, Context, Health, Page, Record, Remote, Secret, Side
from syncd.sentence import Sentence

__all__ = ["ADAPTER", "BridgeEndpoint", "Options", "open_endpoint"]

CAPABILITIES: Final = Capabilities(writes=frozenset(FIELDS), versions=True)


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a ``bridge`` connection."""

    url: Annotated[str, Meta(description="Address of the bridge, without /contractors.", pattern="^https?://")]
    token: Annotated[Secret, Meta(description="Bearer token that the bridge asks for.")]
    page: Annotated[int, Meta(description="Records on one page of a read.", ge=1, le=1000)] = 250
    writes: Annotated[bool, Meta(description="Whether the bridge takes writes.")] = True


class BridgeEndpoint:
    """An open connection to a bridge."""

    def __init__(self, options: Options, context: Context) -> None:
        self._client = BridgeClient(options.url, options.token, options.page, context)
        self._narrowed = context.fields is not None
        fields = frozenset(FIELDS) if context.fields is None else context.fields & frozenset(FIELDS)
        self._capabilities = msgspec.structs.replace(
            CAPABILITIES, reads=fields, writes=fields if options.writes else frozenset()
        )

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        return Health(detail=Sentence("bridge to %(name)s", name=self._client.health()["name"]))

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        return self._client.pages(cursor, full=full)

    def parse(self, record: Record) -> Remote:
        return self._narrow(remote_of(record.raw, record.external_id))

    def get(self, external_id: str) -> Remote:
        return self._narrow(remote_of(self._client.item(external_id), external_id))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        found: dict[str, Remote] = {}
        for key in ("number", "tax_id", "email"):
            value = getattr(contractor, key)
            if value:
                remotes = [self._narrow(remote_of(item, "found")) for item in self._client.matching(key, value)]
                found |= {remote.external_id: remote for remote in remotes}
        return list(found.values())

    def create(self, contractor: Contractor) -> Remote:
        stored = restrict(contractor, self._capabilities.writes)
        values = {name: getattr(stored, name) for name in FIELDS if name in self._capabilities.writes}
        return self._narrow(remote_of(self._client.create(values), "created"))

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        changes = differences(remote.contractor, contractor, self._capabilities.writes)
        if not changes:
            return remote
        written = self._client.change(remote.external_id, remote.version, changes)
        return self._narrow(remote_of(written, remote.external_id))

    def close(self) -> None:
        self._client.close()

    def _narrow(self, remote: Remote) -> Remote:
        if not self._narrowed:
            return remote
        return msgspec.structs.replace(remote, contractor=restrict(remote.contractor, self._capabilities.reads))


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
