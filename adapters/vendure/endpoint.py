"""How does syncd read and write the customers of a Vendure shop?"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import msgspec

from adapters.vendure.address_changes import Change, plan
from adapters.vendure.address_mapping import entries, held_addresses
from adapters.vendure.api import Api, Lacking
from adapters.vendure.capabilities import capabilities
from adapters.vendure.customer import Customer, decode
from adapters.vendure.lists import Countries, Groups
from adapters.vendure.mapping import (
    ACTIVE,
    BLOCKED_BY_ERP,
    check_lengths,
    customer_input,
    difference,
    email_of,
    status_of,
    understand,
)
from adapters.vendure.options import Options, verify
from adapters.vendure.queries import (
    ADD_TO_GROUP,
    CREATE_ADDRESS,
    DELETE_ADDRESS,
    REMOVE_FROM_GROUP,
    UPDATE_ADDRESS,
    Documents,
)
from adapters.vendure.reading import Listing, look_back, pages, read_listing
from syncd.domain.contractor import Contractor
from syncd.errors import NotFound, OutcomeUnknown, RecordError, RetryableError, Unstorable, VersionConflict
from syncd.ports import Capabilities, Context, Health, Page, Record, Remote
from syncd.sentence import Counted, Sentence, sentence_of

__all__ = ["VendureEndpoint"]

FOUND_AT_MOST: Final = 50

_BESIDE: Final = ("active", "addresses", "groups")
"""Fields whose writing takes more than the customer's own call, and a look at what the shop holds."""

_read_one = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class VendureEndpoint:
    """One shop, by its Admin API. The calls are those of `syncd.ports.Endpoint`."""

    def __init__(self, options: Options, context: Context) -> None:
        verify(options, context.connection)
        self._options = options
        self._context = context
        self._capabilities = capabilities(options, context.fields)
        self._documents = Documents(options)
        self._api = Api(options, context)
        self._groups = Groups(self._api, create=options.create_groups)
        self._countries = Countries(self._api)

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        """Log in and read a little; a custom field that the shop lacks is a warning here and an error on reading.

        The schema is not introspected: shops switch that off in production. A document that names every custom field
        is validated instead, and the refusal names all that are missing.
        """
        warnings = []
        customers: str = Sentence("an unknown number of")
        try:
            listing = self._listing(False, {"take": 1})
            customers = str(listing.customers.total_items)
        except Lacking as error:
            if not error.names:
                raise
            warnings = [
                Sentence(
                    "The shop has no custom field %(name)s for customers: add it, or correct or empty the option.",
                    name=name,
                )
                for name in error.names
            ]
        countries, groups = self._countries.count(), self._groups.count()
        if not countries:
            warnings.append(Sentence("The shop lists no country, so no address can be stored: add its countries."))
        if self._options.status and not self._options.status_blocks_login:
            warnings.append(
                Sentence("Whether a blocked customer can log in is up to the shop: see status_blocks_login.")
            )
        who = Sentence("an API key") if self._options.api_key else Sentence("a user and password")
        detail = Sentence(
            "logged in by %(who)s; %(customers)s, %(groups)s, %(countries)s",
            who=who,
            customers=Sentence(Counted("%(count)s customer", "%(count)s customers"), count=customers),
            groups=Sentence(Counted("%(count)s group", "%(count)s groups"), count=groups),
            countries=Sentence(Counted("%(count)s country", "%(count)s countries"), count=countries),
        )
        return Health(detail=detail, warnings=tuple(warnings))

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        after = None if cursor is None or full else look_back(cursor, self._options.overlap_seconds)
        return pages(self._listing, self._options.page_size, after)

    def parse(self, record: Record) -> Remote:
        return understand(decode(record.raw, record.external_id), self._options)

    def get(self, external_id: str) -> Remote:
        return understand(self._customer(external_id), self._options)

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        """Look by customer number, tax id with and without prefix, and lower-cased e-mail, in one call."""
        keys: dict[str, Any] = {}
        if contractor.number and self._options.erp_code:
            keys[self._options.erp_code] = {"eq": contractor.number}
        if contractor.tax_id and self._options.vat_number:
            keys[self._options.vat_number] = {"in": self._tax_forms(contractor)}
        email = email_of(contractor, self._options)
        if email:
            keys["emailAddress"] = {"eq": email}
        if not keys:
            return []
        options = {"filter": keys, "filterOperator": "OR", "sort": {"id": "ASC"}, "take": FOUND_AT_MOST}
        listing = self._listing(False, options)
        return [understand(decode(bytes(raw)), self._options) for raw in listing.customers.items]

    def create(self, contractor: Contractor) -> Remote:
        """Store a new customer, its addresses and its groups: one call for each, in this order.

        What can be known to fail is found before the first of them. Should a later call fail all the same, the
        outcome is unknown: the next attempt finds the customer and completes it by `update`.

        The password is random and told to nobody: with one, Vendure sees the account as verified and has no
        verification link to send; the customer sets another by "forgot password".
        """
        wanted = self._narrowed(Contractor(name=contractor.name), contractor)
        fields = customer_input(wanted, self._options)
        self._demand_email(fields["emailAddress"])
        if self._options.status:
            fields["customFields"][self._options.status] = ACTIVE if wanted.active else BLOCKED_BY_ERP
        changes = plan((), entries(wanted, self._options), {})
        check_lengths(fields, self._options)
        self._check(changes)
        groups = self._groups.ids(wanted.groups)
        # The end is for shops that ask for one of each kind of character.
        password = f"{secrets.token_urlsafe(32)}aA1!"
        made = _decode_only(self._api.mutate(self._documents.create, input=fields, password=password))
        if not changes and not groups:
            return understand(made, self._options)
        with _about(made.id):
            try:
                self._send_addresses(made.id, changes)
                self._join(made.id, groups)
                return self.get(made.id)
            except RetryableError as error:
                raise OutcomeUnknown(
                    Sentence(
                        "the customer was created, but not all of its addresses and groups: %(reason)s",
                        reason=sentence_of(error.message),
                    )
                ) from None

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        """Write the customer, then its addresses, then its groups: only what differs from `remote`.

        The status follows one rule: **each party lifts its own block only**. syncd blocks by ``blocked-by-erp`` where
        the shop holds ``active``, and lifts ``blocked-by-erp``. A ``blocked-by-shop``, which an admin of the shop set
        by hand, is neither replaced nor lifted, so it survives both a block and a reactivation in the ERP; the answer
        then says that the customer is inactive, as it is. The shop's current status decides, not the one that
        `remote` was read with, because an admin may have blocked in between.
        """
        wanted = self._narrowed(remote.contractor, contractor)
        with _about(remote.external_id):
            fields = difference(customer_input(remote.contractor, self._options), customer_input(wanted, self._options))
            if "emailAddress" in fields:
                self._demand_email(fields["emailAddress"])
            check_lengths(fields, self._options)
            beside = [getattr(wanted, name) != getattr(remote.contractor, name) for name in _BESIDE]
            if any(beside) or not fields or "customFields" in fields:
                return understand(self._written_all(remote, wanted, fields), self._options)
            return understand(self._written(remote.external_id, fields), self._options)

    def close(self) -> None:
        self._api.close()

    def _listing(self, newest: bool, options: Mapping[str, Any]) -> Listing:  # noqa: FBT001 - called by `pages`
        document = self._documents.first if newest else self._documents.page
        return read_listing(self._api.query(document, options=options))

    def _customer(self, external_id: str) -> Customer:
        raw = _read_one(self._api.query(self._documents.get, id=external_id))["customer"]
        if bytes(raw) == b"null":
            raise NotFound("the shop has no such customer (any more)", record=external_id)
        return decode(bytes(raw), external_id)

    def _written(self, external_id: str, fields: Mapping[str, Any]) -> Customer:
        return _decode_only(self._api.mutate(self._documents.update, input={"id": external_id, **fields}))

    def _written_all(self, remote: Remote, wanted: Contractor, fields: dict[str, Any]) -> Customer:
        """Write what takes a look at the customer first: status, addresses and groups."""
        told = remote.contractor
        held = self._customer(remote.external_id)
        self._block_or_lift(fields, held, wanted.active, told.active)
        was, book = entries(told, self._options), entries(wanted, self._options)
        changes: list[Change] = []
        if [(one.address, one.fields) for one in was] != [(one.address, one.fields) for one in book]:
            changes = plan(was, book, held_addresses(held, (told.name, wanted.name), self._options))
            self._check(changes)
        in_now = {group.name for group in held.groups}
        join = self._groups.ids(sorted(set(wanted.groups) - set(told.groups) - in_now))
        leave = (set(told.groups) - set(wanted.groups)) & in_now
        if fields:
            held = self._written(held.id, fields)
        self._send_addresses(held.id, changes)
        self._join(held.id, join)
        self._leave(held, leave)
        return self._customer(held.id) if changes or join or leave else held

    def _narrowed(self, held: Contractor, wanted: Contractor) -> Contractor:
        """`wanted`, but as `held` in every field that this connection does not write."""
        writes = self._capabilities.writes
        return msgspec.structs.replace(held, **{field: getattr(wanted, field) for field in writes})

    def _tax_forms(self, contractor: Contractor) -> list[str]:
        """Forms in which one tax id may stand in the shop: shoppers type it with the country's prefix, or without."""
        home = "EL" if self._context.home == "GR" else self._context.home
        prefixes = (contractor.tax_prefix, "", contractor.tax_prefix or home)
        return list(dict.fromkeys(f"{prefix}{contractor.tax_id}" for prefix in prefixes))

    def _demand_email(self, email: str) -> None:
        if not email:
            raise Unstorable(
                "the contractor has no e-mail, and the shop stores no customer without",
                code="email-missing",
                field="email",
                cure="Fill in the e-mail where it comes from, or set the option placeholder_email_domain.",
            )

    def _check(self, changes: Sequence[Change]) -> None:
        """Refuse what the shop would refuse, while nothing has been written yet."""
        written = [change.fields for change in changes if change.fields is not None]
        self._countries.demand(fields["countryCode"] for fields in written if "countryCode" in fields)
        for fields in written:
            check_lengths(fields, self._options)

    def _block_or_lift(self, fields: dict[str, Any], held: Customer, active: bool, was_active: bool) -> None:  # noqa: FBT001
        """Add the status to `fields` if it is ours to change; see `update`."""
        if active is was_active or not self._options.status:
            return
        ours = {ACTIVE: BLOCKED_BY_ERP} if not active else {BLOCKED_BY_ERP: ACTIVE}
        status = ours.get(status_of(held, self._options))
        if status:
            fields.setdefault("customFields", {})[self._options.status] = status

    def _send_addresses(self, customer: str, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.id is None:
                self._api.mutate(CREATE_ADDRESS, customer=customer, input=change.fields)
            elif change.fields is None:
                self._api.mutate(DELETE_ADDRESS, id=change.id)
            else:
                self._api.mutate(UPDATE_ADDRESS, input={"id": change.id, **change.fields})

    def _join(self, customer: str, groups: dict[str, str]) -> None:
        for name, group in groups.items():
            self._change_group(ADD_TO_GROUP, customer, group, name)

    def _leave(self, held: Customer, names: AbstractSet[str]) -> None:
        """Leave groups that the customer is in; leaving any other one is an error to Vendure."""
        for group in held.groups:
            if group.name in names:
                self._change_group(REMOVE_FROM_GROUP, held.id, group.id, group.name)

    def _change_group(self, document: str, customer: str, group: str, name: str) -> None:
        try:
            self._api.mutate(document, group=group, customers=[customer])
        except NotFound:
            # It is the group that was not found: an unknown customer is no error here.
            self._groups.forget()
            raise VersionConflict(
                Sentence("the group %(name)s was deleted in the shop meanwhile", name=repr(name)), record=customer
            ) from None


def _decode_only(data: bytes) -> Customer:
    """The customer that a mutation with one field answers."""
    (raw,) = _read_one(data).values()
    return decode(bytes(raw))


@contextlib.contextmanager
def _about(external_id: str) -> Iterator[None]:
    """Let errors that are not the connection's fault name the record."""
    try:
        yield
    except (RecordError, RetryableError) as error:
        error.record = error.record or external_id
        raise
