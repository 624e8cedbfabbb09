"""Is each value said to the shop and understood from it as it is meant?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.simulator import Simulated
from syncd.certify.samples import HARD_NAME, HARD_NUMBER, LONG_NAME
from syncd.domain import erasure
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.errors import NotFound, Unstorable
from syncd.ports import Remote
from tests.contract.abicart.conftest import Open
from tests.contract.abicart.looking import card, change


def test_an_update_of_a_deleted_customer_is_not_found_and_makes_nobody(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    shop.remove(made.external_id)
    with pytest.raises(NotFound):
        change(endpoint, made, name="Ny AB")
    assert not shop.holds()


def test_a_connection_that_reads_no_kind_leaves_a_private_person_one(
    shop: Simulated, connect: Open, endpoint: AbicartEndpoint
) -> None:
    made = endpoint.create(Contractor(name="Eva Lind", kind=Kind.PERSON, number="1"))
    narrow = connect(fields=frozenset({"name", "email"}))
    change(narrow, narrow.get(made.external_id), name="Eva Ek")
    told = endpoint.get(made.external_id).contractor
    assert (told.name, told.kind, told.last_name) == ("Eva Ek", Kind.PERSON, "Ek")


@pytest.mark.parametrize(("option", "username"), [(True, "inkop@bjork.example"), (False, "")])
def test_a_new_customer_without_a_username_gets_the_email_to_set_a_password_by(
    connect: Open, firm: Contractor, option: bool, username: str
) -> None:
    made = connect(username_from_email=option).create(msgspec.structs.replace(firm, username=""))
    assert (made.contractor.username, made.contractor.registered) == (username, bool(username))


@pytest.mark.parametrize(
    ("first", "last", "name", "told"),
    [
        ("Eva", "Lind", "Eva Lind", ("Eva", "Lind", "Eva Lind")),
        ("Eva", "Lind", "Lind Eva", ("Eva", "Lind", "Eva Lind")),
        ("", "", "Eva Maria Lind", ("Eva Maria", "Lind", "Eva Maria Lind")),
        ("Eva", "Lind", "Siv Ek", ("Siv", "Ek", "Siv Ek")),
        ("", "", "Zlatan", ("", "Zlatan", "Zlatan")),
    ],
)
def test_a_private_person_has_no_company(
    shop: Simulated, endpoint: AbicartEndpoint, first: str, last: str, name: str, told: tuple[str, str, str]
) -> None:
    person = Contractor(name=name, kind=Kind.PERSON, first_name=first, last_name=last, number="1")
    made = endpoint.create(person).contractor
    assert (made.first_name, made.last_name, made.name) == told
    assert made.kind is Kind.PERSON
    assert not card(shop, next(iter(shop.holds())))["address"]["company"]


def test_a_company_named_like_its_owner_is_a_company_all_the_same(endpoint: AbicartEndpoint) -> None:
    owner = Contractor(name="Eva Lind", first_name="Eva", last_name="Lind", number="1")
    assert endpoint.create(owner).contractor.kind is Kind.ORGANISATION


def test_a_persons_new_last_name_is_a_new_name(endpoint: AbicartEndpoint) -> None:
    made = endpoint.create(
        Contractor(name="Eva Lind", kind=Kind.PERSON, first_name="Eva", last_name="Lind", number="1")
    )
    assert change(endpoint, made, last_name="Ek").contractor.name == "Eva Ek"
    assert change(endpoint, endpoint.get(made.external_id), name="Siv Dahl").contractor.first_name == "Siv"


def test_a_contact_person_stands_in_for_a_missing_first_and_last_name(endpoint: AbicartEndpoint) -> None:
    made = endpoint.create(Contractor(name="Björk AB", contact_person="Eva Maria Lind", number="1")).contractor
    assert (made.first_name, made.last_name, made.contact_person) == ("Eva Maria", "Lind", "")


@pytest.mark.parametrize("name", [LONG_NAME, HARD_NAME, "Ромашка 🌼 <&\"'>", "x" * 250])
def test_names_in_any_letters_are_stored_as_they_are(endpoint: AbicartEndpoint, name: str) -> None:
    assert endpoint.create(Contractor(name=name, number=HARD_NUMBER)).contractor.name == name


def test_notes_have_no_limit(endpoint: AbicartEndpoint, made: Remote) -> None:
    assert len(change(endpoint, made, notes="x" * 5000).contractor.notes) == 5000


@pytest.mark.parametrize("phones", [(), ("1",), ("1", "2"), ("1", "2", "3", "4")])
def test_any_number_of_phones_finds_room(endpoint: AbicartEndpoint, made: Remote, phones: tuple[str, ...]) -> None:
    assert change(endpoint, made, phones=phones).contractor.phones == phones


def test_a_phone_for_the_evening_alone_is_replaced_and_not_doubled(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    info = {**shop.shop.customer(int(made.external_id))["info"], "phoneDay": "", "phoneEvening": "070-1"}
    shop.shop.set_customer(int(made.external_id), {"info": info})
    remote = endpoint.get(made.external_id)
    assert remote.contractor.phones == ("070-1",)
    assert change(endpoint, remote, phones=("070-2",)).contractor.phones == ("070-2",)


@pytest.mark.parametrize("name", ["", "Lager AB", "Lager AB\nSiv Ek", "Siv Ek"])
def test_the_receiver_of_deliveries_makes_the_round_trip(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, name: str
) -> None:
    main, delivery = made.contractor.addresses
    told = change(endpoint, made, addresses=(main, msgspec.structs.replace(delivery, name=name)))
    assert told.contractor.addresses[1].name == name


def test_an_address_that_is_taken_away_is_emptied(shop: Simulated, endpoint: AbicartEndpoint, made: Remote) -> None:
    told = change(endpoint, made, addresses=made.contractor.addresses[:1])
    assert told.contractor.addresses == made.contractor.addresses[:1]
    assert not any(card(shop, made.external_id)["deliveryAddress"].values())


def test_the_address_is_the_main_one_or_the_invoices_as_the_option_says(connect: Open, firm: Contractor) -> None:
    main, invoice = Address(street="A 1"), Address(kind=AddressKind.INVOICE, street="B 2")
    both = msgspec.structs.replace(firm, addresses=(main, invoice))
    assert connect().create(both).contractor.addresses == (msgspec.structs.replace(main, country="SE"),)
    other = msgspec.structs.replace(both, number="2", email="b@b.example", username="")
    told = connect(address_is="invoice").create(other).contractor.addresses
    assert told == (msgspec.structs.replace(invoice, country="SE"),)


def test_an_address_of_another_kind_stands_in_for_the_main_one(endpoint: AbicartEndpoint, firm: Contractor) -> None:
    postal = (Address(kind=AddressKind.POSTAL, street="Box 7", country="SE"),)
    told = endpoint.create(msgspec.structs.replace(firm, addresses=postal)).contractor.addresses
    assert told == (Address(street="Box 7", country="SE"),)


def test_a_contractor_without_an_address_keeps_its_country_and_has_no_address(endpoint: AbicartEndpoint) -> None:
    told = endpoint.create(Contractor(name="Berg GmbH", number="1", country="DE")).contractor
    assert (told.country, told.addresses) == ("DE", ())


@pytest.mark.parametrize(
    ("stated", "code"), [("Sweden", "SE"), ("sverige", "SE"), ("UK", "GB"), ("", ""), ("Atlantis", "Atlantis")]
)
def test_a_country_is_read_as_code_or_name_and_left_as_it_stands_when_others_are_written(
    shop: Simulated,
    endpoint: AbicartEndpoint,
    made: Remote,
    stated: str,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shop.shop, "_validate", lambda _customer, _uid: None)
    customer = shop.shop.customer(int(made.external_id))
    shop.shop.put(int(made.external_id), {**customer, "address": {**customer["address"], "country": stated}})
    remote = endpoint.get(made.external_id)
    assert remote.contractor.country == code
    change(endpoint, remote, notes="x")
    assert card(shop, made.external_id)["address"]["country"] == stated


def test_a_country_without_a_code_is_refused_naming_the_field(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    lost = (Address(street="A 1", country="Atlantis"),)
    with pytest.raises(Unstorable) as caught:
        endpoint.create(msgspec.structs.replace(firm, addresses=lost))
    assert (caught.value.code, caught.value.field) == ("country-not-listed", "addresses")
    assert not shop.holds()


@pytest.mark.parametrize(
    ("typed", "prefix", "number"),
    [
        ("556000-4615", "", "5560004615"),
        ("SE556000461501", "SE", "556000461501"),
        ("se 556000-4615 01", "SE", "556000461501"),
        ("556000 4615", "", "5560004615"),
        ("NO 923 609 016 MVA", "NO", "923609016MVA"),
    ],
)
def test_a_number_is_read_in_every_form_and_kept_as_it_was_typed(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, typed: str, prefix: str, number: str
) -> None:
    info = {**shop.shop.customer(int(made.external_id))["info"], "orgNumber": typed}
    shop.shop.set_customer(int(made.external_id), {"info": info})
    remote = endpoint.get(made.external_id)
    assert (remote.contractor.tax_prefix, remote.contractor.tax_id) == (prefix, number)
    change(endpoint, remote, email="ny@bjork.example")
    assert card(shop, made.external_id)["info"]["orgNumber"] == typed


@pytest.mark.parametrize("typed", ["556000-4615", "5560004615", "SE556000461501"])
def test_a_swedish_companys_number_is_read_as_the_vat_number_made_of_it_if_the_option_says_so(
    shop: Simulated, connect: Open, firm: Contractor, typed: str
) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, tax_id="", tax_id_stated=typed))
    endpoint = connect(swedish_numbers="vat")
    remote = endpoint.get(external_id)
    assert (remote.contractor.tax_prefix, remote.contractor.tax_id) == ("SE", "556000461501")
    change(endpoint, remote, tax_id="202100548901")
    assert card(shop, external_id)["info"]["orgNumber"] == "202100-5489"
    assert endpoint.get(external_id).contractor.tax_id == "202100548901"


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("556000-4616", {}),
        ("556000-4615", {"kind": Kind.PERSON}),
        ("5213456783", {"country": "PL", "addresses": ()}),
        ("DE136695976", {}),
    ],
)
def test_any_other_number_stays_as_it_was_typed_with_that_option_too(
    shop: Simulated, connect: Open, firm: Contractor, typed: str, changes: dict[str, Any]
) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, tax_id="", tax_id_stated=typed, **changes))
    told = connect(swedish_numbers="vat").get(external_id).contractor
    assert f"{told.tax_prefix}{told.tax_id}" == typed.replace("-", "")


def test_a_shop_with_a_property_for_the_vat_number_keeps_both_numbers(
    connect: Open, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = connect(properties={"vat_number": "/notes", "notes": ""})
    both = msgspec.structs.replace(firm, tax_prefix="SE", tax_id="556000461501", registrations={"orgno": "5560004615"})
    made = endpoint.create(both)
    assert made.contractor == msgspec.structs.replace(both, registered=True)
    assert change(endpoint, made, registrations={}).contractor.registrations == {}


def test_custom_fields_that_the_option_names_are_carried(shop: Simulated, connect: Open, firm: Contractor) -> None:
    endpoint = connect(custom={"language": "/language"})
    made = endpoint.create(msgspec.structs.replace(firm, custom={"language": "fi", "colour": "red"}))
    assert made.contractor.custom == {"language": "fi"}
    assert change(endpoint, made, custom={"language": "en"}).contractor.custom == {"language": "en"}


def test_a_text_by_language_is_read_in_ours_and_written_without_the_others_being_lost(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = shop.rpc._shown
    notes = {"sv": "Kund", "en": "Customer"}
    monkeypatch.setattr(shop.rpc, "_shown", lambda customer: {**shown(customer), "notes": notes})
    sent: list[Any] = []

    def taken(_uid: Any, patch: Any) -> dict[str, Any]:
        sent.append(patch)
        return dict(shop.shop.customer(int(made.external_id)))

    monkeypatch.setattr(shop.shop, "set_customer", taken)
    remote = endpoint.get(made.external_id)
    assert remote.contractor.notes == "Kund"
    change(endpoint, remote, notes="Ny kund")
    assert sent == [{"notes": {"sv": "Ny kund", "en": "Customer"}}]


@pytest.mark.parametrize(("option", "told"), [("no", False), ("unknown", None)])
def test_an_empty_tick_for_the_newsletter_is_a_no_unless_the_option_says_otherwise(
    connect: Open, firm: Contractor, option: str, told: bool | None
) -> None:
    endpoint = connect(newsletter_unticked=option)
    made = endpoint.create(msgspec.structs.replace(firm, newsletter=False))
    assert made.contractor.newsletter is told
    assert change(endpoint, made, newsletter=True).contractor.newsletter is True


def test_a_newsletter_of_which_nothing_is_said_is_not_written(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    change(endpoint, made, newsletter=None, notes="x")
    assert card(shop, made.external_id)["wantsNewsletter"] is True


def test_a_customer_that_cannot_be_understood_can_be_repaired_by_a_write(
    shop: Simulated, endpoint: AbicartEndpoint, made: Remote
) -> None:
    shop.spoil(made.external_id)
    told = change(endpoint, msgspec.structs.replace(made, contractor=Contractor(name="?")), name="Björk AB")
    assert told.contractor.name == "Björk AB"


@pytest.mark.parametrize("kind", list(Kind))
def test_of_an_erased_customer_nothing_personal_is_left(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, kind: Kind
) -> None:
    somebody = msgspec.structs.replace(
        firm, kind=kind, name="Eva Lind" if kind is Kind.PERSON else firm.name, notes="x"
    )
    made = endpoint.create(somebody)
    left = erasure.remains(somebody, "K000007", ())
    fields = endpoint.capabilities.writes
    endpoint.update(made, erasure.overwritten(made.contractor, left, "K000007", fields))
    told = endpoint.get(made.external_id).contractor
    assert erasure.residue(told, left, "K000007") == ()
    assert not told.active
    shown = str(card(shop, made.external_id))
    assert not [part for part in ("Lind", "Björk", "5560004615", "08-123", "Storgatan", "Lagergatan") if part in shown]
