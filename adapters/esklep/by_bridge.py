"""How is the shop reached through a bridge beside it? The bridge protocol, and what this shop means by it.

An item has one member more than the protocol's, ``status``: the shop's word for the state of the account. ``active``
is the ERP's word when it is written: it places and lifts the shop's "Zablokowany przez ERP" and no other block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from adapters.esklep.accounts import as_the_shop_has_it, told
from adapters.esklep.capabilities import capabilities
from adapters.esklep.limits import check
from adapters.esklep.options import Options, words_of
from syncd.bridge import BridgeClient, differences, remote_of
from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.errors import NotFound, RecordError
from syncd.ports import Capabilities, Context, Health, Page, Record, Rejected, Remote
from syncd.sentence import Sentence

__all__ = ["BridgeShop"]


class _Glance(msgspec.Struct, frozen=True, gc=False):
    """As much of an item as tells whether anybody is left in it."""

    status: str = ""


_glance = msgspec.json.Decoder(_Glance).decode


class BridgeShop:
    """An open connection to a shop's bridge."""

    def __init__(self, options: Options, context: Context) -> None:
        self._edition = options.edition
        self._client = BridgeClient(options.url, options.token, options.page, context)
        self._words = words_of(options)
        self._capabilities = capabilities(options, context.fields)

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        facts = self._client.health()
        edition = str(facts.get("edition") or "").casefold()
        warnings = list(self._capabilities.degradations[:1]) if self._edition == "standard" else []
        if edition and edition != self._edition:
            warnings.append(
                Sentence(
                    "the shop says that its edition is %(edition)s, and the option edition %(option)s",
                    edition=repr(edition),
                    option=repr(self._edition),
                )
            )
        return Health(detail=Sentence("bridge to %(name)s", name=facts["name"]), warnings=tuple(warnings))

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for page in self._client.pages(cursor, full=full):
            kept = [one for one in page.records if isinstance(one, Rejected) or not self._is_nobody(one.raw)]
            yield page if len(kept) == len(page.records) else msgspec.structs.replace(page, records=kept)

    def parse(self, record: Record) -> Remote:
        return self._understood(record.raw, record.external_id)

    def get(self, external_id: str) -> Remote:
        return self._somebody(self._client.item(external_id), external_id)

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        found: dict[str, Remote] = {}
        for key in ("number", "tax_id", "email"):
            value = getattr(contractor, key)
            for item in self._client.matching(key, value) if value else ():
                if not self._is_nobody(item):
                    remote = self._understood(item, "found")
                    found[remote.external_id] = remote
        return list(found.values())

    def create(self, contractor: Contractor) -> Remote:
        stored = restrict(contractor, self._capabilities.writes)
        check(stored, self._capabilities.writes)
        values = {name: getattr(stored, name) for name in FIELDS if name in self._capabilities.writes}
        return self._understood(self._client.create(as_the_shop_has_it(values, stored)), "created")

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        """See `syncd.ports.Endpoint.update`. A block is never held up by another field that the shop refuses."""
        differing = differences(remote.contractor, contractor, self._capabilities.writes)
        changes = as_the_shop_has_it(differing, contractor)
        if not changes:
            return remote
        if changes.get("active") and remote.contractor.approved is False:
            changes["approved"] = True  # the registration was accepted here, and the shop still has it wait
        try:
            check(contractor, changes)
            return self._written(remote, changes)
        except RecordError as error:
            if changes.get("active") is False and len(changes) > 1 and not isinstance(error, NotFound):
                self._written(remote, {"active": False})
            error.record = error.record or remote.external_id
            raise

    def close(self) -> None:
        self._client.close()

    def _written(self, remote: Remote, changes: Mapping[str, Any]) -> Remote:
        return self._somebody(self._client.change(remote.external_id, remote.version, changes), remote.external_id)

    def _somebody(self, item: bytes, external_id: str) -> Remote:
        if self._is_nobody(item):
            raise NotFound("the shop anonymised this customer", record=external_id)
        return self._understood(item, external_id)

    def _is_nobody(self, item: bytes) -> bool:
        try:
            return self._words.means("status", _glance(item).status) == "anonymised"
        except msgspec.DecodeError:
            return False  # whatever it is, it says so when it is understood

    def _understood(self, item: bytes, external_id: str) -> Remote:
        remote = remote_of(item, external_id)
        contractor = restrict_with_keys(told(remote.contractor), self._capabilities.reads)
        return msgspec.structs.replace(remote, contractor=contractor)


def restrict_with_keys(contractor: Contractor, fields: frozenset[str]) -> Contractor:
    """Only what this connection reads; ids that the shop gives to addresses and people stay."""
    kept = {name: getattr(contractor, name) for name in fields & frozenset(FIELDS)}
    return Contractor(**({"name": contractor.name} | kept))
