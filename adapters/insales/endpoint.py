"""How does syncd read and write the clients of an InSales shop?"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from adapters.insales import details
from adapters.insales.api import Api, Batch
from adapters.insales.capabilities import capabilities
from adapters.insales.fields import JURIDICAL, Fields
from adapters.insales.groups import Groups
from adapters.insales.index import Index, keys_of
from adapters.insales.mapping import Form, check_room, difference, form_of, type_of, understand
from adapters.insales.options import Options, verify
from adapters.insales.reading import BEGINNING, load, pages, walk
from adapters.insales.snapshot import decode, record_of, standing
from adapters.insales.standing import Standing, moved, status_text
from syncd.domain.contractor import Contractor, Kind, restrict
from syncd.errors import InvalidRecord, NotFound, RecordError, RetryableError, Unstorable, VersionConflict
from syncd.ports import Capabilities, Context, Health, Page, Record, Remote
from syncd.sentence import Counted, Sentence, joined

__all__ = ["InSalesEndpoint"]

_NOTHING = Form({}, {}, {})


class InSalesEndpoint:
    """One shop, by its Admin API. The calls are those of `syncd.ports.Endpoint`."""

    def __init__(self, options: Options, context: Context) -> None:
        verify(options, context.connection)
        self._options = options
        self._home = context.home
        self._narrowed_by = context.fields
        self._capabilities = capabilities(options, context.fields)
        self._api = Api(options, context)
        self._fields = Fields(self._api, options)
        self._groups = Groups(self._api)
        self._index = Index(self._list, self._keys, size=options.page_size, overlap=options.overlap_seconds)

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        """Read a little; an additional field that the shop lacks is a warning, since the first write makes it."""
        count = self._api.count("clients/count.json")
        self._list({"per_page": 1})
        self._fields.refresh()
        groups = self._groups.count()
        lacking = self._fields.lacking()
        warnings = []
        if lacking and not self._options.create_fields:
            warnings.append(
                Sentence(
                    "The shop lacks the additional fields %(names)s, and syncd may not make them.",
                    names=", ".join(lacking),
                )
            )
        elif lacking:
            warnings.append(
                Sentence(
                    "The first write that needs them makes the additional fields %(names)s.", names=", ".join(lacking)
                )
            )
        for type_ in ("Client::Individual", "Client::Juridical"):
            demanded = self._fields.demanded(type_, self._options.field_names)
            if demanded:
                warnings.append(
                    Sentence(
                        "The shop demands %(names)s of each new client (%(type)s).",
                        names=", ".join(demanded),
                        type=type_,
                    )
                )
        return Health(
            detail=joined(
                (
                    Sentence(Counted("%(count)s client", "%(count)s clients"), count=count),
                    Sentence(Counted("%(count)s group", "%(count)s groups"), count=groups),
                ),
                ", ",
            ),
            warnings=tuple(warnings),
        )

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        """List clients in the order of their changes; groups and additional fields are looked up anew for them."""
        start = load(cursor) if cursor is not None and not full else None
        steps = walk(
            self._list, start or BEGINNING, size=self._options.page_size, overlap=self._options.overlap_seconds
        )
        self._fields.forget()
        self._groups.forget()
        return pages(steps, self._record, None if start else lambda: self._api.count("clients/count.json"))

    def parse(self, record: Record) -> Remote:
        remote = understand(decode(record), self._options, self._home)
        if self._narrowed_by is None:
            return remote
        return msgspec.structs.replace(remote, contractor=restrict(remote.contractor, self._capabilities.reads))

    def get(self, external_id: str) -> Remote:
        return self._remote(self._client(external_id))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        """Look in the index, then at each client that it names."""
        wanted = set(keys_of(contractor.number, contractor.tax_id, contractor.email))
        found = []
        for id_ in self._index.find(contractor):
            try:
                client = self._client(str(id_))
            except NotFound:
                continue  # it was deleted, which leaves no trace in what changed
            if wanted.intersection(self._keys(client)):
                found.append(self._remote(client))
        return found

    def create(self, contractor: Contractor) -> Remote:
        """Store a new client by one call: its additional fields, group and block are in it, and no mail goes out."""
        wanted = self._narrowed(Contractor(name=contractor.name), contractor)
        form = form_of(wanted, self._options, self._home)
        check_room(form, self._options)
        type_ = type_of(wanted)
        given = {name: value for name, value in form.fields.items() if value}
        self._demand_fields(type_, list(given))
        held = Standing(group=self._group(wanted))
        stand = moved(held, active=wanted.active, password=self._options.block_password)
        attributes = self._attributes({"type": type_}, Form(form.own, given, form.details), held, stand)
        attributes = {name: value for name, value in attributes.items() if value not in ("", None)}
        if self._options.accounts and wanted.email:
            attributes |= {"registered": True, "password": secrets.token_urlsafe(24)}
        body = {"client": {"type": type_, **attributes, "skip_send_mail": True}}
        return self._remote(self._written("POST", "clients.json", body))

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        """Write what differs from `remote`, by one call, and without mail to anybody; a block by a call before it.

        So no other value that the shop refuses, and no type of client that cannot be changed, keeps a block from being
        made.

        Raises:
            Unstorable: With code ``kind-is-final`` after all else is written, since a client's type is final.
        """
        told = remote.contractor
        wanted = self._narrowed(told, contractor)
        with _about(remote.external_id):
            written = remote
            if told.active and not wanted.active:
                told = msgspec.structs.replace(told, active=False)
                written = self._update(remote, told)
            if wanted != told:
                written = self._update(msgspec.structs.replace(remote, contractor=told), wanted)
            if wanted.kind is not told.kind:
                raise Unstorable(
                    "the type of a client, person or organisation, cannot be changed; all else is written",
                    code="kind-is-final",
                    field="kind",
                    cure="Correct the kind where it comes from, or make a new client in the shop and delete this one.",
                )
            return written

    def close(self) -> None:
        self._api.close()

    def _update(self, remote: Remote, wanted: Contractor) -> Remote:
        told = remote.contractor
        change = self._change(told, wanted, told.kind)
        moves = (wanted.active, wanted.groups) != (told.active, told.groups)
        if change == _NOTHING and not moves:
            return remote
        attributes = dict(change.own)
        held = None
        if moves or change.fields or change.details:
            # Values of additional fields have ids of their own, and a block depends on where the client is now.
            held = self._client(remote.external_id)
            kind = Kind.ORGANISATION if held.get("type") == JURIDICAL else Kind.PERSON
            if kind is not told.kind:
                change = self._change(told, wanted, kind)
            attributes = self._moved(held, change, told, wanted)
        if not attributes:
            return self._remote(held) if held is not None else remote
        body = {"client": {**attributes, "skip_send_mail": True}}
        try:
            return self._remote(self._written("PUT", f"clients/{remote.external_id}.json", body))
        except InvalidRecord as error:
            if error.field is None:
                held = held or self._client(remote.external_id)
                said = attributes.get("fields_values_attributes", ())
                self._fields.refresh()
                self._demand_fields(str(held.get("type")), (), self._fields.filled(held, said))
            raise

    def _written(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._api.write(method, path, body)
        except InvalidRecord as error:
            if error.field != "groups":
                raise
            self._groups.forget()
            raise VersionConflict("the client group was deleted in the shop meanwhile") from None

    def _change(self, told: Contractor, wanted: Contractor, kind: Kind) -> Form:
        before = form_of(msgspec.structs.replace(told, kind=kind), self._options, self._home)
        after = form_of(msgspec.structs.replace(wanted, kind=kind), self._options, self._home)
        change = difference(before, after)
        check_room(change, self._options)
        return change

    def _moved(self, held: Mapping[str, Any], change: Form, told: Contractor, wanted: Contractor) -> dict[str, Any]:
        """Everything that a changed client is sent, its group and status included."""
        snapshot = decode(self._record(held))
        before = standing(snapshot, self._options)
        changed = self._options.block_password and held.get("registered") is True
        after = moved(before, active=None if wanted.active is told.active else wanted.active, password=changed)
        if wanted.groups != told.groups:
            after = msgspec.structs.replace(after, group=self._group(wanted))
        if before.blocked and not after.blocked and self._groups.title(after.group) is None:
            after = msgspec.structs.replace(after, group=None)  # it was deleted while the client was blocked
        attributes = self._attributes(held, change, before, after)
        if after.password and not before.password:
            attributes["password"] = secrets.token_urlsafe(24)
        return attributes

    def _attributes(self, held: Mapping[str, Any], change: Form, before: Standing, after: Standing) -> dict[str, Any]:
        """Own fields, group and additional fields as one set of attributes."""
        attributes = dict(change.own)
        fields = dict(change.fields)
        values = self._fields.values(held)
        if change.details:
            text = values.get(self._options.details, "")
            said = details.write(text, change.details, self._options.area_length)
            if said != text:
                fields[self._options.details] = said
        if after.blocked is not before.blocked or (after.blocked and after != before):
            fields[self._options.status] = status_text(after, keeps_group=bool(self._options.blocked_group))
        group = after.group
        if after.blocked and self._options.blocked_group:
            group = self._groups.id_of(self._options.blocked_group, create=True)
        if group != held.get("client_group_id"):
            attributes["client_group_id"] = group
        said_fields = self._fields.attributes(str(held.get("type")), held, fields)
        if said_fields:
            attributes["fields_values_attributes"] = said_fields
        return attributes

    def _group(self, contractor: Contractor) -> int | None:
        """Id of the one group that a client can be in.

        Raises:
            Unstorable: If there are more.
        """
        if len(contractor.groups) > 1:
            raise Unstorable(
                "a client can be in one group only",
                code="one-group-only",
                field="groups",
                cure="Give the groups priorities, and set groups_field so that the names of all are kept.",
            )
        if not contractor.groups:
            return None
        return self._groups.id_of(contractor.groups[0], create=self._options.create_groups)

    def _demand_fields(self, type_: str, given: Sequence[str], held: Collection[int] = ()) -> None:
        demanded = self._fields.demanded(type_, given, held)
        if demanded:
            raise Unstorable(
                Sentence(
                    "the shop demands %(names)s of each client, and nothing is known for it", names=", ".join(demanded)
                ),
                code="field-demanded",
                field="custom",
                cure="Let the shop no longer demand it, or name it in custom_fields and fill it where it comes from.",
            )

    def _list(self, params: Mapping[str, str | int]) -> Batch:
        return self._api.list("clients.json", params)

    def _client(self, external_id: str) -> dict[str, Any]:
        if not external_id.isdecimal():
            raise NotFound("the shop has no such client: its ids are numbers", record=external_id)
        with _about(external_id):
            return self._api.get(f"clients/{external_id}.json")

    def _record(self, client: Mapping[str, Any]) -> Record:
        return record_of(client, self._fields, self._groups, self._options)

    def _remote(self, client: Mapping[str, Any]) -> Remote:
        return self.parse(self._record(client))

    def _keys(self, client: Mapping[str, Any]) -> Sequence[bytes]:
        """What a client can be found by; one that cannot be understood, by its e-mail and number."""
        record = self._record(client)
        snapshot = decode(record)
        try:
            contractor = understand(snapshot, self._options, self._home).contractor
        except RecordError:
            number = snapshot.values.get(self._options.number, "")
            return tuple(keys_of(number, snapshot.text("inn"), snapshot.text("email")))
        return tuple(keys_of(contractor.number, contractor.tax_id, contractor.email))

    def _narrowed(self, held: Contractor, wanted: Contractor) -> Contractor:
        """`wanted`, but as `held` in every field that this connection does not write."""
        writes = self._capabilities.writes
        return msgspec.structs.replace(held, **{field: getattr(wanted, field) for field in writes})


@contextlib.contextmanager
def _about(external_id: str) -> Iterator[None]:
    """Let errors that are not the connection's fault name the record."""
    try:
        yield
    except (RecordError, RetryableError) as error:
        error.record = error.record or external_id
        raise
