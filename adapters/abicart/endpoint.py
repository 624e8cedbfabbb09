"""How does syncd read and write the customers of an Abicart shop?"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from adapters.abicart.api import Api
from adapters.abicart.capabilities import capabilities
from adapters.abicart.customer import Customer, at, decode
from adapters.abicart.export_file import read_export
from adapters.abicart.finding import Finder, demand_key
from adapters.abicart.groups import Groups
from adapters.abicart.mapping import changes, markers, said, standing_of, understand
from adapters.abicart.options import Options, verify
from adapters.abicart.patch import approval, fields_of, patch, wanted_groups
from adapters.abicart.reading import Reader
from adapters.abicart.schema import Schema, missing, read_schema, selection
from syncd.domain.contractor import Contractor, restrict
from syncd.errors import (
    InvalidRecord,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    RecordError,
    SyncError,
    Unavailable,
    VersionConflict,
)
from syncd.ports import Capabilities, Context, Health, Page, Record, Rejected, Remote
from syncd.sentence import Counted, Sentence, sentence_of

__all__ = ["AbicartEndpoint"]

_BESIDE = ("groups", "approved", "active")
"""Fields whose writing takes a look at the groups that the customer is in."""


class AbicartEndpoint:
    """One shop. The calls are those of `syncd.ports.Endpoint`."""

    def __init__(self, options: Options, context: Context) -> None:
        verify(options, context.connection)
        self._options = options
        self._context = context
        self._capabilities = capabilities(options, context.fields)
        self._api = Api(options, context, fields_of(options))
        self._groups = Groups(self._api, language=options.language, create=options.create_groups)
        self._reader = Reader(self._api, self._groups, options, context.now)
        self._finder = Finder(self._reader, options, context.home)
        self._selection = selection(options)
        self._lock = threading.Lock()
        self._schema: Schema | None = None

    def __repr__(self) -> str:
        return f"AbicartEndpoint({self._context.connection!r})"

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        """Log in and read a little; a property that the shop lacks is a warning here and an error on reading."""
        schema = self._read_schema()
        warnings = [
            Sentence("The shop's customers have no %(named)s: correct or empty the option.", named=named)
            for named in missing(schema, self._options)
        ]
        if not schema.properties:
            warnings.append(
                Sentence("The shop tells no schema of its customers: the option properties cannot be checked.")
            )
        customers, groups = self._reader.count(), set(self._groups.names().values())
        lacking = sorted(markers(self._options) - groups)
        if lacking and not self._options.create_groups:
            warnings.append(
                Sentence(
                    "Nobody can be blocked: create the customer groups %(names)s.", names=", ".join(map(repr, lacking))
                )
            )
        who = Sentence("a token") if self._options.token else Sentence("a user and password")
        detail = Sentence(
            "shop %(webshop)s by %(who)s; %(customers)s, %(groups)s",
            webshop=str(self._options.webshop),
            who=who,
            customers=Sentence(Counted("%(count)s customer", "%(count)s customers"), count=customers),
            groups=Sentence(Counted("%(count)s group", "%(count)s groups"), count=len(groups)),
        )
        return Health(detail=detail, warnings=tuple(warnings))

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        self._checked()
        if cursor is not None and not full:
            yield from self._reader.changes(cursor)
        elif cursor is None and self._options.csv_export:
            export = read_export(self._context.folder / self._options.csv_export, self._options)
            yield from self._reader.everything(export)
        else:
            yield from self._reader.everything()

    def parse(self, record: Record) -> Remote:
        remote = understand(decode(record.raw, record.external_id), record.external_id, self._options)
        if self._context.fields is None:
            return remote
        return msgspec.structs.replace(remote, contractor=restrict(remote.contractor, self._capabilities.reads))

    def get(self, external_id: str) -> Remote:
        self._checked()
        return self.parse(self._record(external_id))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        self._checked()
        return [self.parse(record) for record in self._finder.find(contractor)]

    def create(self, contractor: Contractor) -> Remote:
        """Store a new customer in one call, after those for groups that the shop lacks.

        ``uid: null`` makes a customer each time it is sent, so a lost answer is never followed by a second try here.

        Raises:
            Unstorable: If nothing could find the customer again after a lost answer.
        """
        schema = self._checked()
        wanted = self._narrowed(Contractor(name=contractor.name, country=contractor.country), contractor)
        if wanted.approved is None:
            wanted = msgspec.structs.replace(wanted, approved=self._options.approve_new)
        values = said(wanted, self._options)
        if self._options.username_from_email and values.get("username") == "":
            values["username"] = values["email"]
        demand_key(values)
        approved, marker = approval(wanted.approved, active=wanted.active, options=self._options)
        if "approved" in self._options.pointers:
            values["approved"] = approved
        sent = patch({}, values, schema, self._options)
        _, join = wanted_groups(Customer({}), Contractor(name=""), wanted, marker, self._options)
        sent[self._options.pointers["groups"][1:]] = sorted(self._groups.uids(join).values())
        return self._sent(None, sent)

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        """Write what differs, on top of what the shop holds now.

        Raises:
            VersionConflict: If one of the fields to be written was changed in the shop since `remote` was read.
        """
        writes = self._capabilities.writes
        if all(getattr(contractor, name) == getattr(remote.contractor, name) for name in writes):
            return remote
        schema = self._checked()
        record = self._record(remote.external_id)
        customer = decode(record.raw, remote.external_id)
        before = self._before(remote, customer, contractor)
        after = self._narrowed(before, contractor)
        try:
            sent = patch(customer.customer, changes(before, after, self._options), schema, self._options)
            if any(getattr(after, name) != getattr(before, name) for name in _BESIDE):
                sent |= self._standing(customer, before, after, schema)
            return self._sent(remote.external_id, sent) if sent else self.parse(record)
        except RecordError as error:
            error.record = remote.external_id
            raise

    def close(self) -> None:
        self._api.close()

    def _standing(self, customer: Customer, before: Contractor, after: Contractor, schema: Schema) -> dict[str, Any]:
        """Groups, approval and block, as they differ from what the shop holds.

        What nobody asked to change is as the shop has it now: somebody may have blocked or approved in between, and a
        connection that is not to read these fields must not lift anything by writing groups.
        """
        _, approved, active = held = standing_of(customer, "", self._options)
        active = after.active if after.active is not before.active else active
        approved = after.approved if after.approved is not before.approved else approved
        if approved is None and active is not held[2]:
            approved = self._options.approve_new
        approved, marker = approval(approved, active=active, options=self._options)
        stay, join = wanted_groups(customer, before, after, marker, self._options)
        groups = sorted({*stay, *self._groups.uids(join).values()})
        pointer = self._options.pointers["groups"]
        sent = {pointer[1:]: groups} if groups != (at(customer.customer, pointer) or []) else {}
        values: dict[str, Any] = {} if approved is None else {"approved": approved}
        if marker is not None and held[2] and self._options.block_scrambles_password:
            values["password"] = secrets.token_urlsafe(32)
        values = {key: value for key, value in values.items() if key in self._options.pointers}
        return sent | patch(customer.customer, values, schema, self._options)

    def _before(self, remote: Remote, customer: Customer, wanted: Contractor) -> Contractor:
        """What was agreed on, and in what this connection does not read, what the shop holds now.

        Raises:
            VersionConflict: If the shop holds something else in a field that is to be written.
        """
        before, reads = remote.contractor, self._capabilities.reads
        try:
            now = understand(customer, remote.external_id, self._options).contractor
        except InvalidRecord:
            # It cannot be understood, so nothing of it was agreed on; what is to be written may be its repair.
            return before
        differing = [name for name in reads | {"name"} if getattr(before, name) != getattr(now, name)]
        moved = [
            name
            for name in self._capabilities.writes.intersection(differing)
            if getattr(wanted, name) not in (getattr(before, name), getattr(now, name))
        ]
        if moved:
            raise VersionConflict(
                Sentence("%(fields)s was changed in the shop meanwhile", fields=", ".join(sorted(moved))),
                record=remote.external_id,
            )
        return msgspec.structs.replace(now, **{name: getattr(before, name) for name in differing})

    def _narrowed(self, held: Contractor, wanted: Contractor) -> Contractor:
        """`wanted`, but as `held` in every field that this connection does not write."""
        writes = self._capabilities.writes
        return msgspec.structs.replace(held, **{field: getattr(wanted, field) for field in writes})

    def _sent(self, external_id: str | None, sent: Mapping[str, Any]) -> Remote:
        uid = None if external_id is None else _uid(external_id)
        try:
            row = _customer(self._api.change("Customer.set", uid, sent, self._selection), writes=True)
        except InvalidRecord as error:
            if error.field == "groups" and self._lacks_group(sent):
                raise VersionConflict(
                    "a customer group was deleted in the shop meanwhile", record=external_id
                ) from None
            raise
        try:
            record = self._reader.record(row)
            if isinstance(record, Rejected):
                raise record.error
            return self.parse(record)
        except SyncError as error:
            # It is stored; what the answer says of it is read again.
            raise OutcomeUnknown(
                Sentence(
                    "the customer was written, but its answer cannot be used: %(reason)s",
                    reason=sentence_of(error.message),
                ),
                record=external_id,
            ) from None

    def _lacks_group(self, sent: Mapping[str, Any]) -> bool:
        """Whether the shop does not have one of the groups that were sent, by its list as it is now."""
        self._groups.forget()
        return not set(sent.get(self._options.pointers["groups"][1:], ())) <= self._groups.names().keys()

    def _record(self, external_id: str) -> Record:
        try:
            row = _customer(self._api.ask("Customer.get", _uid(external_id), self._selection), writes=False)
        except NotFound:
            raise NotFound("the shop has no such customer (any more)", record=external_id) from None
        record = self._reader.record(row)
        if isinstance(record, Rejected):
            raise record.error
        return record

    def _checked(self) -> Schema:
        """The shop's schema, read once and found to have all that the options name.

        Raises:
            Misconfigured: Naming what it lacks.
        """
        with self._lock:
            if self._schema is None:
                schema = self._read_schema()
                lacking = missing(schema, self._options)
                if lacking:
                    raise Misconfigured(
                        Sentence("the shop's customers have no %(names)s", names=", ".join(lacking)),
                        code="property-missing",
                        field="properties",
                        cure="Correct the options properties and custom, or empty those that the shop does not have.",
                    )
                self._schema = schema
            return self._schema

    def _read_schema(self) -> Schema:
        try:
            return read_schema(self._api.ask("Customer.getSchema"))
        except Misconfigured as error:
            if error.code != "unknown-method":
                raise
            return Schema()


def _uid(external_id: str) -> int:
    """The uid of a customer; never ``null``, which would make one.

    Raises:
        NotFound: If it cannot be a customer's.
    """
    if not external_id.isdecimal():
        raise NotFound("a customer's uid is a number, and this is none", record=external_id)
    return int(external_id)


def _customer(result: bytes, *, writes: bool) -> Any:
    try:
        return msgspec.json.decode(result, type=dict[str, Any])
    except msgspec.DecodeError:
        lost = OutcomeUnknown if writes else Unavailable
        raise lost("the shop's answer is not a customer", code="not-json-rpc") from None
