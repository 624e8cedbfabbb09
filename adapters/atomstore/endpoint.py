"""How does syncd read and write the customers of an AtomStore shop?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import msgspec

from adapters.atomstore.addresses import entries, merge, places_of
from adapters.atomstore.api import EVER, Api, user_of
from adapters.atomstore.capabilities import capabilities
from adapters.atomstore.mapping import atom_id_of, tax_ids_of, understand, user_fields_of
from adapters.atomstore.options import Options, verify
from adapters.atomstore.reading import look_back, pages, tomorrow
from adapters.atomstore.saved import Sent, outcomes
from adapters.atomstore.writing import (
    Change,
    caretaker_of,
    difference,
    document,
    texts_of,
    user_fields_wanted,
    verify_kept,
)
from syncd import xml
from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.errors import (
    Ambiguous,
    InvalidRecord,
    NotFound,
    OutcomeUnknown,
    RecordError,
    RetryableError,
    SyncError,
    Unstorable,
)
from syncd.ports import Capabilities, Context, Health, Page, Record, Remote
from syncd.sentence import Sentence, sentence_of

__all__ = ["AtomStoreEndpoint"]


class AtomStoreEndpoint:
    """One shop, by its SOAP interface. The calls are those of `syncd.ports.Endpoint`."""

    def __init__(self, options: Options, context: Context) -> None:
        verify(options, context.connection)
        self._options = options
        self._context = context
        self._capabilities = capabilities(options, context.fields)
        self._api = Api(options, context)

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        """Log in, and ask for those who register from tomorrow on: the least that there is to be read."""
        self._api.check()
        for _ in pages(self._api.users(created=tomorrow(self._context.now())), 1, self._context.now()):
            pass
        more = self._api.unknown_parts()
        if not more:
            return Health(detail=Sentence("logged in; GetUsers is there, as is known"))
        return Health(
            detail=Sentence(
                "logged in; GetUsers is there, with parameters that syncd does not know: %(names)s", names=more
            ),
            warnings=(Sentence("This version of the shop can be asked for more than syncd asks for."),),
        )

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        """One call in any case; without a full read it brings new registrations only."""
        since = EVER if cursor is None or full else look_back(cursor, self._options.overlap_minutes)
        yield from pages(self._api.users(created=since), self._options.page_size, self._context.now())

    def parse(self, record: Record) -> Remote:
        return self._told(user_of(record.raw, record.external_id))

    def get(self, external_id: str) -> Remote:
        return self._told(self._user(external_id))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        """Look by the ERP's id, the e-mail and the forms of the tax id, one call for each.

        A phrase finds it anywhere and in parts; only who has it as a whole is understood and answered.
        """
        users: list[xml.Element] = []
        number, email, tax_id = contractor.number, contractor.email.strip(), contractor.tax_id
        if number:
            users += self._api.few_users(lambda user: xml.text(user, "external_id") == number, external_id=number)
        if email:
            users += self._api.few_users(lambda user: _has(user, "email", email), phrase=email)
        for form in _tax_forms(tax_id):
            users += self._api.few_users(lambda user: tax_id in tax_ids_of(user), phrase=form)
        return [self._told(user) for user in {atom_id_of(user): user for user in users}.values()]

    def create(self, contractor: Contractor) -> Remote:
        """Store a new customer under its number in the ERP, which the shop takes for a key.

        The shop would overwrite whoever has that number already. So it is looked for first: if it is this contractor,
        word for word, an earlier attempt has arrived; anybody else is left alone.

        Raises:
            Ambiguous: If another customer of the shop has the number.
        """
        wanted = self._narrowed(Contractor(name=contractor.name), contractor)
        if not wanted.email:
            raise Unstorable(
                "the contractor has no e-mail, and the shop has no account without",
                code="email-missing",
                field="email",
                cure="Fill in the e-mail where it comes from.",
            )
        change = self._all_of(wanted)
        content = document([change], self._options)
        there = self._by_key(wanted)
        if there is not None:
            return self._arrived(there, wanted)
        atom_id = self._send(content, Sent(external_id=wanted.number))
        try:
            return self._kept(self._made(atom_id, wanted), change)
        except (RetryableError, NotFound) as error:
            raise OutcomeUnknown(
                Sentence("the customer was made and not read back: %(reason)s", reason=sentence_of(error.message)),
                record=atom_id,
            ) from None

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        """Write what differs from `remote`: the ERP's id by a call of its own, everything else in one.

        The customer is looked at before, because addresses and user fields are written as whole lists: what the shop
        added to them meanwhile is sent along.

        Raises:
            VersionConflict: If an address to be changed was changed in the shop meanwhile.
        """
        wanted = self._narrowed(remote.contractor, contractor)
        with _about(remote.external_id):
            if self._is_same(remote.contractor, wanted) and not self._sets_caretaker(remote.contractor, wanted):
                return remote
            user = self._user(remote.external_id)
            change = self._difference(self._completed(remote.contractor, user), self._completed(wanted, user), user)
            document([change], self._options)  # the number as well is looked at before anything is written
            texts = {name: text for name, text in change.texts.items() if name != "external_id"}
            change = msgspec.structs.replace(change, texts=texts)
            content = document([change], self._options)
            if wanted.number != remote.contractor.number:
                self._renumber(remote.external_id, wanted.number)
            if not change.is_empty:
                self._send(content, Sent(atom_id=remote.external_id))
            return self._kept(self._user(remote.external_id), change)

    def close(self) -> None:
        self._api.close()

    def _told(self, user: xml.Element) -> Remote:
        remote = understand(user, self._options)
        if self._context.fields is None:
            return remote
        return msgspec.structs.replace(remote, contractor=restrict(remote.contractor, self._capabilities.reads))

    def _user(self, external_id: str) -> xml.Element:
        """The customer with the shop's number. Without a number the shop would answer everybody."""
        number = int(external_id) if external_id.isascii() and external_id.isdigit() else 0
        users = self._api.few_users(lambda user: atom_id_of(user) == external_id, atom_id=number) if number else []
        if users:
            return users[0]
        raise NotFound("the shop has no such customer (any more)", record=external_id)

    def _made(self, atom_id: str, wanted: Contractor) -> xml.Element:
        """The customer that was just made, by its key where the shop did not say its number."""
        user = self._user(atom_id) if atom_id else self._by_key(wanted)
        if user is None:
            raise NotFound("the shop said OK and has no such customer")
        return user

    def _by_key(self, wanted: Contractor) -> xml.Element | None:
        """The customer with the contractor's number, or, if it has none, with its e-mail.

        Capitals do not count, since a database may take two such keys for one.
        """
        number, email = wanted.number, wanted.email
        if number:
            users = self._api.few_users(lambda user: _has(user, "external_id", number), external_id=number)
        else:
            users = self._api.few_users(lambda user: _has(user, "email", email), phrase=email)
        return next(iter(users), None)

    def _narrowed(self, held: Contractor, wanted: Contractor) -> Contractor:
        """`wanted`, but as `held` in every field that this connection does not write."""
        writes = self._capabilities.writes
        return msgspec.structs.replace(held, **{field: getattr(wanted, field) for field in writes})

    def _all_of(self, wanted: Contractor) -> Change:
        texts = {name: text for name, text in texts_of(wanted).items() if text}
        fields = {key: (key, text) for key, text in user_fields_wanted(wanted, self._options).items() if text}
        return Change(
            texts=texts,
            addresses=merge((), entries(wanted), (), ()),
            fields=fields,
            caretaker=self._caretaker(Contractor(name=""), wanted),
        )

    def _completed(self, contractor: Contractor, user: xml.Element) -> Contractor:
        """Fields that this connection does not look at, as the shop holds them: kind and name share an element."""
        if self._context.fields is None:
            return contractor
        held = understand(user, self._options).contractor
        looked_at = self._capabilities.reads | self._capabilities.writes
        return msgspec.structs.replace(contractor, **{n: getattr(held, n) for n in FIELDS if n not in looked_at})

    def _difference(self, told: Contractor, wanted: Contractor, user: xml.Element) -> Change:
        companies = (told.name, xml.text(user, "name"))
        addresses = merge(entries(told), entries(wanted), places_of(user), companies)
        changed = difference(user_fields_wanted(told, self._options), user_fields_wanted(wanted, self._options))
        fields = {}
        if changed:
            shown = {
                xml.text(one, "key"): xml.text(one, "name") for one in xml.children(user, "user_fields/user_field")
            }
            values = {**user_fields_of(user), **changed}
            fields = {key: (shown.get(key) or key, text) for key, text in values.items()}
        return Change(
            atom_id=atom_id_of(user),
            texts=difference(texts_of(told), texts_of(wanted)),
            addresses=addresses,
            fields=fields,
            caretaker=self._caretaker(told, wanted),
        )

    def _sets_caretaker(self, told: Contractor, wanted: Contractor) -> bool:
        return bool(self._options.caretakers and wanted.caretaker and wanted.caretaker != told.caretaker)

    def _caretaker(self, told: Contractor, wanted: Contractor) -> tuple[str, str, str] | None:
        return caretaker_of(wanted.caretaker, self._options) if self._sets_caretaker(told, wanted) else None

    def _is_same(self, told: Contractor, wanted: Contractor) -> bool:
        """Whether the two are the same to the shop, which may not hold all that tells them apart."""
        return (
            texts_of(told) == texts_of(wanted)
            and user_fields_wanted(told, self._options) == user_fields_wanted(wanted, self._options)
            and [entry.texts for entry in entries(told)] == [entry.texts for entry in entries(wanted)]
        )

    def _arrived(self, user: xml.Element, wanted: Contractor) -> Remote:
        remote = self._told(user)
        if self._is_same(remote.contractor, wanted):
            return remote
        numbered = bool(wanted.number) and remote.contractor.number.casefold() == wanted.number.casefold()
        if numbered:
            raise Ambiguous(
                "a customer of the shop has this number already, and is not the same in everything else",
                code="external-id-taken",
                record=remote.external_id,
                field="number",
                cure="If it is the same customer, link the two; else give one of them another number.",
            )
        raise Ambiguous(
            "a customer of the shop has this e-mail already, and is not the same in everything else",
            code="login-taken",
            record=remote.external_id,
            field="email",
            cure="If it is the same customer, link the two; else give one of them another e-mail.",
        )

    def _send(self, content: bytes, sent: Sent) -> str:
        (outcome,) = outcomes([sent], self._api.set_users(content))
        if isinstance(outcome, RecordError):
            raise outcome
        return outcome

    def _renumber(self, external_id: str, number: str) -> None:
        """By its own method: in a user with two keys it is not known which of them the shop goes by."""
        if self._api.set_external_id(int(external_id), number) != "OK":
            raise InvalidRecord(
                "the shop refused the number by a sentence",
                code="refused",
                field="number",
                cure="Most often another customer has it: look for it in the shop.",
            )

    def _kept(self, user: xml.Element, change: Change) -> Remote:
        verify_kept(change, user, user_fields_of(user))
        return self._told(user)


def _has(user: xml.Element, element: str, key: str) -> bool:
    """Whether the user has a key; capitals do not count."""
    return xml.text(user, element).casefold() == key.casefold()


def _tax_forms(number: str) -> list[str]:
    """Forms in which a tax id may be typed in the shop, as far as one does not contain the other."""
    if not number:
        return []
    dashed = f"{number[:3]}-{number[3:6]}-{number[6:8]}-{number[8:]}"
    return [number, dashed] if number.isdigit() and len(number) == 10 else [number]


@contextlib.contextmanager
def _about(external_id: str) -> Iterator[None]:
    """Let errors that are not the connection's fault name the record."""
    try:
        yield
    except SyncError as error:
        if isinstance(error, RecordError | RetryableError):
            error.record = error.record or external_id
        raise
