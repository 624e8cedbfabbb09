"""Does every value of a contractor make the round trip, whatever InSales has a place for?"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from adapters.insales.endpoint import InSalesEndpoint
from adapters.insales.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import FIELDS, Account, Address, AddressKind, Consent, Contractor, Kind
from syncd.errors import InvalidRecord, NotFound, OutcomeUnknown, Unstorable
from tests.contract.insales.conftest import Open
from tests.contract.insales.looking import calls, client, field, told

MORE: dict[str, Any] = {
    "tax_class": "Контрагент=3",
    "contact_person": "Пётр Ильич",
    "website": "https://bereza.example/",
    "caretaker": "Жанна",
    "price_list": "Опт 2",
    "payment_form": "безнал",
    "payment_days": 14,
    "credit_limit": Decimal("250000.50"),
    "currency": "RUB",
    "discount": Decimal("7.5"),
    "notes": "звонить после 10\nи не раньше",
    "newsletter": False,
    "phones": ("+79161234567", "8 (495) 123-45-67 доб. 12"),
    "custom": {"branch": "север", "erp_groups": "Опт; VIP"},
    "addresses": (
        Address(street="ул. Лесная, 5\nстр. 2", postal_code="125047", city="Москва", region="", country="RU"),
        Address(kind=AddressKind.DELIVERY, name="Склад", street="Промзона, 1", city="Химки", phone="+79990001122"),
        Address(kind=AddressKind.POSTAL, street="а/я 17", postal_code="125047", city="Москва"),
    ),
    "accounts": (
        Account(
            bank="ПАО Сбербанк",
            bik="044525225",
            settlement="40702810938000060474",
            correspondent="30101810400000000225",
            currency="RUB",
        ),
        Account(iban="KZ86125KZT5004100100", bank="АО Народный банк"),
    ),
    "consents": (
        Consent(kind="personal_data", given=True, at=datetime(2026, 1, 2, tzinfo=UTC), source="форма"),
        Consent(kind="terms", given=True),
        Consent(kind="order_notices", given=False),
    ),
    "registrations": {"kpp": "770101001", "ogrnip": "304500116000157", "okpo": "0032537012", "regon": "012100784"},
    "tax_prefix": "RU",
}
"""A value of every field that a client has no place for, or only part of one."""


@pytest.fixture(params=["firm", "person"])
def wanted(request: pytest.FixtureRequest) -> Contractor:
    plain: Contractor = request.getfixturevalue(request.param)
    return msgspec.structs.replace(plain, **MORE, tax_id="7701234560")


@pytest.fixture(autouse=True)
def nobody_gets_mail(shop: Simulated) -> Any:
    yield
    assert shop.shop.state.mails == []


def differing(one: Contractor, other: Contractor, fields: frozenset[str]) -> list[str]:
    return [name for name in FIELDS if name in fields and getattr(one, name) != getattr(other, name)]


def test_every_field_makes_the_round_trip(endpoint: InSalesEndpoint, wanted: Contractor) -> None:
    made = endpoint.create(wanted)
    assert differing(made.contractor, wanted, endpoint.capabilities.writes) == []
    assert endpoint.get(made.external_id) == made


def test_every_field_can_be_changed_and_emptied_alone(endpoint: InSalesEndpoint, wanted: Contractor) -> None:
    remote = endpoint.create(wanted)
    blank = Contractor(name="")
    for name in sorted(endpoint.capabilities.writes - {"name", "kind", "email", "active"}):
        target = msgspec.structs.replace(remote.contractor, **{name: getattr(blank, name)})
        remote = endpoint.update(remote, target)
        assert differing(remote.contractor, target, endpoint.capabilities.writes) == [], name


@pytest.mark.parametrize("kind", list(Kind))
def test_ids_that_the_erp_has_for_addresses_are_not_kept(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor, kind: Kind
) -> None:
    addresses = (Address(key="4711", street="ул. Лесная, 5", city="Москва", country="RU"),)
    made = endpoint.create(msgspec.structs.replace(firm, kind=kind, addresses=addresses)).external_id
    assert "4711" not in field(shop, made, "erp_details")


def test_requisites_stand_in_the_shops_own_fields(shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor) -> None:
    values = client(shop, endpoint.create(firm).external_id).values
    assert {name: values[name] for name in ("inn", "kpp", "ogrn", "okpo", "bik", "bank_name")} == {
        "inn": "7701234560",
        "kpp": "770101001",
        "ogrn": "1027700132195",
        "okpo": "00032537",
        "bik": "044525225",
        "bank_name": "ПАО Сбербанк",
    }
    assert values["settlement_account"] == "40702810938000060474"
    assert values["correspondent_account"] == "30101810400000000225"
    assert values["juridical_address"] == "125047, Москва, ул. Лесная, 5"


def test_a_person_is_an_individual_by_name_patronymic_and_surname(
    shop: Simulated, endpoint: InSalesEndpoint, person: Contractor
) -> None:
    made = client(shop, endpoint.create(person).external_id)
    assert made.type == "Client::Individual"
    assert [made.values[name] for name in ("name", "middlename", "surname")] == ["Анна", "Сергеевна", "Лис"]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("ИП Лис Анна Сергеевна", "Анна Сергеевна", "Лис"),
        ("Лис Анна", "", ""),
        ("Лис", "", "Лис"),
        ("Анна", "Анна", ""),
        ("Anna Maria van der Lis", "Anna Maria", "van der Lis"),
    ],
)
def test_a_persons_names_come_back_as_they_were(
    endpoint: InSalesEndpoint, person: Contractor, name: str, first: str, last: str
) -> None:
    wanted = msgspec.structs.replace(person, name=name, first_name=first, last_name=last)
    made = endpoint.create(wanted).contractor
    assert (made.name, made.first_name, made.last_name) == (name, first, last)


def test_a_surname_that_the_shop_changed_is_not_hidden_by_what_was_written(
    shop: Simulated, endpoint: InSalesEndpoint, person: Contractor
) -> None:
    made = endpoint.create(msgspec.structs.replace(person, name="ИП Лис")).external_id
    shop.shop.update(client(shop, made), {"surname": "Волкова"})
    assert told(endpoint, made).name == "Анна Сергеевна Волкова"


def test_what_an_individual_has_no_place_for_is_not_sent_to_be_ignored(
    shop: Simulated, endpoint: InSalesEndpoint, person: Contractor, firm: Contractor
) -> None:
    wanted = msgspec.structs.replace(person, tax_id="500100732259", accounts=firm.accounts, addresses=firm.addresses)
    made = endpoint.create(wanted)
    assert made.contractor.tax_id == "500100732259"
    kept = json.loads(field(shop, made.external_id, "erp_details"))
    assert sorted(kept) == ["accounts", "addresses", "tax_id"]


@pytest.mark.parametrize("kind", [Kind.ORGANISATION, Kind.PERSON])
def test_a_type_is_final_and_everything_else_is_written_a_block_above_all(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor, kind: Kind
) -> None:
    remote = endpoint.create(msgspec.structs.replace(firm, kind=kind))
    other = Kind.PERSON if kind is Kind.ORGANISATION else Kind.ORGANISATION
    wanted = msgspec.structs.replace(remote.contractor, kind=other, email="new@bereza.example", active=False)
    with pytest.raises(Unstorable) as caught:
        endpoint.update(remote, wanted)
    assert (caught.value.code, caught.value.field, caught.value.record) == ("kind-is-final", "kind", remote.external_id)
    now = told(endpoint, remote.external_id)
    assert (now.kind, now.email, now.active) == (kind, "new@bereza.example", False)


def test_a_foreign_tax_number_is_kept_where_no_form_of_an_inn_is_asked_of_it(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    wanted = msgspec.structs.replace(firm, tax_id="136695976", tax_prefix="DE", country="DE")
    made = endpoint.create(wanted)
    assert (made.contractor.tax_id, made.contractor.tax_prefix) == ("136695976", "DE")
    assert not client(shop, made.external_id).values["inn"]


def test_an_inn_with_leading_zeros_stays_as_long_as_it_was(endpoint: InSalesEndpoint, firm: Contractor) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, tax_id="0274062111"))
    assert made.contractor.tax_id == "0274062111"


def test_an_inn_that_somebody_typed_with_blanks_compares_and_is_kept_as_typed(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm).external_id
    client(shop, made).values["inn"] = "7701 234 560"
    now = told(endpoint, made)
    assert (now.tax_id, now.tax_id_stated) == ("7701234560", "7701 234 560")


def test_an_office_that_the_shop_changed_is_told_and_other_addresses_stay(
    shop: Simulated, endpoint: InSalesEndpoint, wanted: Contractor
) -> None:
    if wanted.kind is Kind.PERSON:
        pytest.skip("an individual has no such line")
    made = endpoint.create(wanted).external_id
    shop.shop.update(client(shop, made), {"juridical_address": "Тверь, Советская, 1"})
    now = told(endpoint, made).addresses
    assert now[0] == Address(street="Тверь, Советская, 1")
    assert now[1:] == wanted.addresses[1:]


def test_a_phone_and_an_account_that_the_shop_changed_are_told_and_the_others_stay(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, **MORE)).external_id
    shop.shop.update(client(shop, made), {"phone": "+79160000000", "settlement_account": "40702810000000000001"})
    now = told(endpoint, made)
    assert now.phones == ("+79160000000", MORE["phones"][1])
    assert now.accounts[0].settlement == "40702810000000000001"
    assert now.accounts[1] == MORE["accounts"][1]


def test_an_update_leaves_alone_what_the_shop_changed_meanwhile(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    remote = endpoint.create(firm)
    shop.edit(remote.external_id, phones=("+79160000000",), groups=("VIP",))
    wanted = msgspec.structs.replace(remote.contractor, number="К/2", notes="новое", name="ООО «Ель»")
    now = endpoint.update(remote, wanted).contractor
    assert (now.phones, now.groups, now.number, now.name) == (("+79160000000",), ("VIP",), "К/2", "ООО «Ель»")


def test_a_change_of_the_shops_own_fields_is_one_call(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    remote = endpoint.create(firm)
    before = len(shop.journal)
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, email="new@bereza.example"))
    assert calls(shop, before) == {f"PUT /admin/clients/{remote.external_id}.json": 1}


def test_an_account_is_made_with_a_password_that_nobody_knows(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    assert made.contractor.registered is True
    assert len(client(shop, made.external_id).password or "") >= 24


def test_the_email_of_an_account_cannot_be_emptied_and_that_of_a_guest_can(
    endpoint: InSalesEndpoint, connect: Open, firm: Contractor
) -> None:
    account = endpoint.create(firm)
    with pytest.raises(InvalidRecord) as caught:
        endpoint.update(account, msgspec.structs.replace(account.contractor, email=""))
    assert caught.value.field == "email"
    guest = connect(accounts=False).create(msgspec.structs.replace(firm, number="К/2", email="b@bereza.example"))
    assert endpoint.update(guest, msgspec.structs.replace(guest.contractor, email="")).contractor.email == ""


@pytest.mark.parametrize(("options", "email"), [({"accounts": False}, "a@b.example"), ({}, "")])
def test_a_client_without_an_account_is_made_where_that_was_asked_for_or_there_is_no_email(
    connect: Open, firm: Contractor, options: dict[str, Any], email: str
) -> None:
    made = connect(**options).create(msgspec.structs.replace(firm, email=email))
    assert made.contractor.registered is False


@pytest.mark.parametrize(
    ("newsletter", "held"), [(True, True), (False, False), (None, False)], ids=["yes", "no", "never-asked"]
)
def test_a_word_on_the_newsletter_comes_back_as_it_was(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor, newsletter: bool | None, held: bool
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, newsletter=newsletter))
    assert made.contractor.newsletter is newsletter
    assert client(shop, made.external_id).values["subscribe"] is held


def test_who_was_subscribed_by_syncd_and_left_has_said_no(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, newsletter=True)).external_id
    shop.shop.update(client(shop, made), {"subscribe": False})
    assert told(endpoint, made).newsletter is False


@pytest.mark.parametrize(("setting", "heard"), [("unknown", None), ("no", False)])
def test_a_switch_that_nobody_knows_a_word_of_is_what_the_option_says(
    shop: Simulated, connect: Open, firm: Contractor, setting: str, heard: bool | None
) -> None:
    assert told(connect(unsubscribed=setting), shop.add(firm)).newsletter is heard


@pytest.mark.parametrize(("stated", "given"), [(True, True), ("1", True), (False, False), (None, False), ("", False)])
def test_a_consent_is_read_as_a_switch_or_as_a_text(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor, stated: object, given: bool
) -> None:
    made = shop.add(firm)
    client(shop, made).values["consent_to_personal_data"] = stated
    assert told(endpoint, made).consents == ((Consent(kind="personal_data", given=True),) if given else ())


def test_a_consent_that_was_withdrawn_in_the_shop_is_a_no_beside_the_other_evidence(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, consents=MORE["consents"])).external_id
    shop.shop.update(client(shop, made), {"consent_to_personal_data": False})
    now = told(endpoint, made).consents
    assert Consent(kind="personal_data", given=False) in now
    assert Consent(kind="terms", given=True) in now


def test_phones_are_sent_as_the_shops_setting_wants_them_and_come_back_as_they_were(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    strict = start(phones="international")
    endpoint = connect_to(strict, phone_format="international")
    made = endpoint.create(msgspec.structs.replace(firm, phones=("8 (916) 123-45-67",)))
    assert client(strict, made.external_id).values["phone"] == "+79161234567"
    assert made.contractor.phones == ("8 (916) 123-45-67",)


def test_a_phone_that_nobody_abroad_could_dial_is_refused_before_the_shop_does(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    strict = start(phones="international")
    with pytest.raises(Unstorable) as caught:
        connect_to(strict, phone_format="international").create(msgspec.structs.replace(firm, phones=("доб. 12",)))
    assert (caught.value.code, caught.value.field) == ("phone-not-international", "phones")


def test_a_phone_that_the_shop_refuses_is_named(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    strict = start(phones="international")
    with pytest.raises(InvalidRecord) as caught:
        connect_to(strict).create(msgspec.structs.replace(firm, phones=("доб. 12",)))
    assert (caught.value.code, caught.value.field) == ("refused", "phones")


@pytest.mark.parametrize(
    ("name", "value", "about"),
    [("name", "Ж" * 256, "name"), ("number", "1" * 256, "number"), ("custom", {"erp_groups": "Г" * 256}, "custom")],
)
def test_what_is_too_long_is_refused_and_never_cut(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor, name: str, value: Any, about: str
) -> None:
    with pytest.raises(Unstorable) as caught:
        endpoint.create(msgspec.structs.replace(firm, **{name: value}))
    assert (caught.value.code, caught.value.field) == ("text-too-long", about)
    assert shop.shop.state.clients == {}


def test_details_that_do_not_fit_are_refused_by_the_field_that_is_longest(connect: Open, firm: Contractor) -> None:
    with pytest.raises(Unstorable) as caught:
        connect(area_length=1000).create(msgspec.structs.replace(firm, notes="Ж" * 600, website="https://a.example"))
    assert (caught.value.code, caught.value.field) == ("text-too-long", "notes")


def test_emoji_and_markup_are_stored_as_they_are(endpoint: InSalesEndpoint, firm: Contractor) -> None:
    wanted = msgspec.structs.replace(
        firm, name="ООО <Ёж> & «'Сын'» 🦔", notes='{"a": 1} & <b>🦔</b>\n%', number="A/1 ł%+&Ж"
    )
    made = endpoint.create(wanted).contractor
    assert (made.name, made.notes, made.number) == (wanted.name, wanted.notes, wanted.number)


def test_without_a_field_for_details_what_has_no_place_is_refused_and_named(connect: Open, firm: Contractor) -> None:
    endpoint = connect(details="")
    assert "notes" not in endpoint.capabilities.writes
    assert any("does not keep" in sentence for sentence in endpoint.capabilities.degradations)
    assert endpoint.create(firm).contractor.registrations == firm.registrations
    with pytest.raises(Unstorable) as caught:
        endpoint.create(msgspec.structs.replace(firm, tax_id="136695976", tax_prefix="DE"))
    assert caught.value.code == "no-place-for-it"


def test_details_that_somebody_made_unreadable_are_an_issue_and_can_be_written_anew(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    remote = endpoint.create(msgspec.structs.replace(firm, notes="старое"))
    shop.spoil(remote.external_id)
    with pytest.raises(InvalidRecord) as caught:
        endpoint.get(remote.external_id)
    assert caught.value.code == "custom-field-unreadable"
    now = endpoint.update(remote, msgspec.structs.replace(remote.contractor, notes="новое")).contractor
    assert now.notes == "новое"


def test_a_create_whose_answer_was_lost_is_found_by_number_tax_id_or_email(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    shop.operator.add(msgspec.structs.replace(firm, number="К/1", tax_id="", email="x@y.example"))
    shop.faults.plan(Fault(kind="lose_answer", only="write"))
    with pytest.raises(OutcomeUnknown):
        endpoint.create(firm)
    for key in (
        Contractor(name="?", number=firm.number),
        Contractor(name="?", tax_id=firm.tax_id),
        Contractor(name="?", email="ZAKUP@bereza.example"),
    ):
        assert [one.contractor.name for one in endpoint.find(key)] == [firm.name], key


def test_a_look_up_reads_all_once_and_then_what_changed(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    for number in range(250):
        shop.add(Contractor(name=f"ООО {number}", number=str(number)))
    shop.pass_time(600)
    assert endpoint.find(firm) == []
    assert calls(shop, 0) == {"GET /admin/clients.json": 3, "GET /admin/fields.json": 1}
    before = len(shop.journal)
    assert endpoint.find(firm) == []
    assert calls(shop, before) == {"GET /admin/clients.json": 1}


def test_a_look_up_finds_what_another_program_made_a_moment_ago(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    assert endpoint.find(firm) == []
    made = shop.add(firm)
    assert [one.external_id for one in endpoint.find(firm)] == [made]


def test_a_look_up_forgets_who_changed_and_who_was_deleted(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    one, two = shop.add(firm), shop.add(msgspec.structs.replace(firm, tax_id="", email=""))
    assert len(endpoint.find(firm)) == 2
    shop.edit(one, number="К/2", tax_id="", email="x@y.example")
    shop.remove(two)
    assert endpoint.find(firm) == []


def test_an_id_that_is_no_number_is_nobodys(endpoint: InSalesEndpoint) -> None:
    with pytest.raises(NotFound):
        endpoint.get("../fields/1")
