"""Does the shop's form of any contractor say that contractor again?"""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.insales import Options, details
from adapters.insales.mapping import difference, form_of, type_of, understand
from adapters.insales.snapshot import Snapshot
from syncd.domain.contractor import Account, Address, AddressKind, Consent, Contractor, Kind
from syncd.ports import Secret

EXAMPLES = 30
"""Contractors with all their fields are slow to think up."""

OPTIONS = Options(url="https://shop.myinsales.ru", login="syncd", password=Secret("x"))

words = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=8)
texts = st.lists(words, max_size=3).map(" ".join)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)
numbers = st.text("0123456789", max_size=15)
accounts = st.builds(
    Account, bank=texts, iban=texts, bik=numbers, settlement=numbers, correspondent=numbers, currency=texts
)
addresses = st.builds(
    Address,
    kind=st.sampled_from(list(AddressKind)),
    name=texts,
    street=texts,
    postal_code=numbers,
    city=texts,
    region=texts,
    phone=texts,
)
consents = st.builds(Consent, kind=st.sampled_from(["personal_data", "terms"]), given=st.booleans(), source=texts)
contractors = st.builds(
    Contractor,
    name=names,
    kind=st.sampled_from(list(Kind)),
    number=texts,
    tax_id=st.one_of(numbers, st.just("136695976")),
    tax_prefix=st.sampled_from(["", "RU", "DE"]),
    country=st.sampled_from(["", "RU", "KZ"]),
    registrations=st.dictionaries(st.sampled_from("kpp ogrn ogrnip okpo regon".split()), numbers.filter(bool)),
    accounts=st.lists(accounts.filter(lambda one: one != Account()), max_size=2).map(tuple),
    first_name=texts,
    last_name=texts,
    contact_person=texts,
    email=texts,
    phones=st.lists(words, max_size=3, unique=True).map(tuple),
    addresses=st.lists(addresses, max_size=3).map(tuple),
    newsletter=st.sampled_from([None, True, False]),
    consents=st.lists(consents, max_size=3, unique_by=lambda one: one.kind).map(tuple),
    payment_days=st.one_of(st.none(), st.integers(0, 99)),
    custom=st.dictionaries(st.sampled_from(["erp_groups", "branch"]), texts.filter(bool)),
)


def stored(contractor: Contractor, held: Snapshot | None = None) -> Snapshot:
    """What the shop holds after the form was written to it."""
    form = form_of(contractor, OPTIONS, "RU")
    values = {**(held.values if held else {}), **form.fields}
    values["erp_details"] = details.write(values.get("erp_details", ""), form.details, 10**6)
    client: dict[str, Any] = {"id": 7, "type": type_of(contractor), **form.own}
    return Snapshot(client, {name: value for name, value in values.items() if value})


def guest(contractor: Contractor) -> Contractor:
    """The same with the word that only the shop has: it made no account."""
    return msgspec.structs.replace(contractor, registered=False)


@settings(max_examples=EXAMPLES)
@given(contractors)
def test_what_was_written_is_what_is_read(contractor: Contractor) -> None:
    assert understand(stored(contractor), OPTIONS, "RU").contractor == guest(contractor)


@settings(max_examples=EXAMPLES)
@given(contractors, contractors)
def test_what_is_written_over_another_leaves_nothing_of_it(one: Contractor, other: Contractor) -> None:
    other = msgspec.structs.replace(other, kind=one.kind)
    assert understand(stored(other, stored(one)), OPTIONS, "RU").contractor == guest(other)


@settings(max_examples=EXAMPLES)
@given(contractors)
def test_a_contractor_does_not_differ_from_what_was_read_of_it(contractor: Contractor) -> None:
    read = understand(stored(contractor), OPTIONS, "RU").contractor
    change = difference(form_of(read, OPTIONS, "RU"), form_of(contractor, OPTIONS, "RU"))
    assert (change.own, change.fields, change.details) == ({}, {}, {})
