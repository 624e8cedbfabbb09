"""Is a write no more and no less than what was asked for, and nobody else's record?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.atomstore import ADAPTER, Options
from adapters.atomstore.endpoint import AtomStoreEndpoint
from adapters.atomstore.simulator import AtomStore
from syncd import xml
from syncd.certify.samples import contractor
from syncd.certify.server import Request
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.errors import (
    Ambiguous,
    InvalidRecord,
    NotFound,
    OutcomeUnknown,
    Unstorable,
    VersionConflict,
)
from syncd.ports import Context, parse_options
from tests.contract.atomstore.conftest import Connect, Start


def writes(shop: AtomStore) -> list[str]:
    return [call.name for call in shop.journal if call.writes]


class Ear:
    """Hears the documents of users that a shop is sent."""

    def __init__(self, shop: AtomStore) -> None:
        self.users: list[xml.Element] = []
        act = shop.server._handle

        def handle(request: Request) -> Any:
            for inner in xml.texts(xml.parse(request.body), "Body/SetUsers/data/xml") if request.body else []:
                self.users += xml.children(xml.parse(inner.encode()), "user")
            return act(request)

        shop.server._handle = handle

    @property
    def last(self) -> list[str]:
        """Names of the elements of the user sent last."""
        return [xml.local_name(element) for element in self.users[-1]]


@pytest.fixture
def ear(shop: AtomStore) -> Ear:
    return Ear(shop)


def test_a_create_is_three_calls_by_the_erps_id(shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor) -> None:
    made = endpoint.create(firm)
    assert [call.name for call in shop.journal] == ["GetUsers", "SetUsers", "GetUsers"]
    assert shop.user(made.external_id).texts["external_id"] == "ERP-1042"
    told = replace(made.contractor, addresses=tuple(replace(one, key="") for one in made.contractor.addresses))
    assert told == replace(firm, country="PL")


def test_a_create_sends_flags_and_numbers_as_the_shop_writes_them(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor, ear: Ear
) -> None:
    endpoint.create(replace(firm, active=False, credit_limit=Decimal("1E+4"), payment_days=0))
    (user,) = ear.users
    assert {name: xml.text(user, name) for name in ("active", "credit", "payment_term", "client_group")} == {
        "active": "0",
        "credit": "10000",
        "payment_term": "0",
        "client_group": "Hurt",
    }
    first, second = xml.children(user, "addresses/address")
    assert [xml.text(first, name) for name in ("default", "invoice", "nip")] == ["1", "1", "5260250274"]
    assert [xml.text(first, f"street{end}") for end in ("", "_number_1", "_number_2")] == ["ul. Długa", "5", "7"]
    assert [xml.text(second, name, "none") for name in ("default", "invoice", "nip")] == ["0", "0", "none"]
    assert "atom_id" not in ear.last


def test_the_same_contractor_created_twice_is_one(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    assert endpoint.create(firm) == made
    assert len(shop.holds()) == 1
    assert writes(shop) == ["SetUsers"]
    assert endpoint.capabilities.idempotent_create


def test_a_contractor_without_a_number_is_one_by_its_email(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    wanted = replace(firm, number="")
    made = endpoint.create(wanted)
    assert endpoint.create(wanted) == made
    assert len(shop.holds()) == 1


@pytest.mark.parametrize(("number", "setup"), [("ERP-1042", {}), ("erp-1042", {"folds_case": True})])
def test_nobody_is_overwritten_who_has_the_number_already(
    start: Start, connect_to: Connect, firm: Contractor, number: str, setup: dict[str, bool]
) -> None:
    shop = start(**setup)
    other = shop.add(Contractor(name="Zupełnie inna firma", number=number, email="inna@firma.example"))
    before = shop.holds()
    with pytest.raises(Ambiguous) as caught:
        connect_to(shop).create(firm)
    assert (caught.value.code, caught.value.record) == ("external-id-taken", other)
    assert shop.holds() == before
    assert writes(shop) == []


def test_an_email_that_belongs_to_another_customer_is_this_records_fault(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    other = shop.add(Contractor(name="Inna", email=firm.email.upper()))
    with pytest.raises(InvalidRecord) as caught:
        endpoint.create(firm)
    assert (caught.value.code, caught.value.field) == ("login-taken", "email")
    assert firm.email not in str(caught.value)
    assert [one.external_id for one in endpoint.find(firm)] == [other]


def test_a_contractor_without_an_email_is_refused_before_any_call(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    with pytest.raises(Unstorable) as caught:
        endpoint.create(replace(firm, email=""))
    assert caught.value.code == "email-missing"
    assert list(shop.journal) == []


def test_a_shop_that_says_no_more_than_ok_is_asked_whom_it_made(
    start: Start, connect_to: Connect, firm: Contractor
) -> None:
    shop = start(answers_ok=True)
    endpoint = connect_to(shop)
    for wanted in (firm, replace(firm, number="", email="drugi@brzoza.example")):
        made = endpoint.create(wanted)
        assert shop.user(made.external_id).texts["email"] == wanted.email
        assert endpoint.update(made, replace(made.contractor, name="Nowa")).contractor.name == "Nowa"


def test_a_customer_missing_in_the_answer_is_an_error_of_its_own(
    start: Start, connect_to: Connect, firm: Contractor
) -> None:
    endpoint = connect_to(start(forgets=frozenset({firm.number})))
    with pytest.raises(InvalidRecord) as caught:
        endpoint.create(firm)
    assert caught.value.code == "not-saved"
    assert endpoint.find(firm), "it may have been saved all the same, and is found then"


def test_a_customer_made_and_not_read_back_is_an_unknown_outcome(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    shop.say("<users></users>")
    shop.say(
        f"<savedUsers><savedUser><user_id>77</user_id><external_id>{firm.number}</external_id></savedUser></savedUsers>"
    )
    with pytest.raises(OutcomeUnknown, match="not read back"):
        endpoint.create(firm)


def test_an_update_sends_the_key_and_what_differs(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor, ear: Ear
) -> None:
    made = endpoint.create(firm)
    for changes, elements in (
        ({"active": False}, ["atom_id", "active"]),
        ({"payment_days": 30, "email": "nowy@brzoza.example"}, ["atom_id", "email", "payment_term"]),
        ({"groups": ()}, ["atom_id", "client_group"]),
        ({"name": "Brzoza"}, ["atom_id", "name", "addresses"]),
        ({"tax_id": "5213017228"}, ["atom_id", "addresses"]),
        ({"custom": {"erp_groups": "VIP"}}, ["atom_id", "user_fields"]),
    ):
        made = endpoint.update(made, replace(made.contractor, **changes))
        assert ear.last == elements


def test_an_update_is_three_calls_and_no_update_is_none(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    calls = len(shop.journal)
    endpoint.update(made, made.contractor)
    assert len(shop.journal) == calls
    endpoint.update(made, replace(made.contractor, active=False))
    assert [call.name for call in shop.journal][calls:] == ["GetUsers", "SetUsers", "GetUsers"]


def test_a_new_number_goes_by_its_own_method_and_never_beside_the_shops(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor, ear: Ear
) -> None:
    made = endpoint.create(firm)
    changed = endpoint.update(made, replace(made.contractor, number="ERP-2"))
    assert (changed.contractor.number, writes(shop)) == ("ERP-2", ["SetUsers", "SetUserExternalId"])
    endpoint.update(changed, replace(changed.contractor, number="ERP-3", payment_days=7))
    assert "external_id" not in ear.last
    assert shop.user(made.external_id).texts["external_id"] == "ERP-3"


def test_a_number_that_another_customer_has_is_refused_and_moves_nobody(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    other = shop.add(Contractor(name="Inna", number="ERP-2"))
    made = endpoint.create(firm)
    with pytest.raises(InvalidRecord) as caught:
        endpoint.update(made, replace(made.contractor, number="ERP-2", name="Nowa"))
    assert (caught.value.field, caught.value.record) == ("number", made.external_id)
    assert shop.user(other).texts["name"] == "Inna"
    assert shop.user(made.external_id).texts["name"] == firm.name


def test_a_removed_customer_is_not_made_anew_by_an_update(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.remove(made.external_id)
    with pytest.raises(NotFound):
        endpoint.update(made, replace(made.contractor, number="ERP-9"))
    assert writes(shop) == ["SetUsers"]


def test_a_block_and_its_end_are_one_flag(shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor) -> None:
    made = endpoint.create(firm)
    blocked = endpoint.update(made, replace(made.contractor, active=False))
    assert shop.user(made.external_id).texts["active"] == "0"
    assert blocked.contractor == replace(made.contractor, active=False)
    endpoint.update(blocked, replace(blocked.contractor, active=True))
    assert shop.user(made.external_id).texts["active"] == "1"


def test_a_group_that_the_shop_lacks_is_made_by_its_name(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(replace(firm, groups=("Całkiem & nowa",)))
    assert made.contractor.groups == ("Całkiem & nowa",)
    assert shop.shop.state.groups == ["Całkiem & nowa"]
    assert not endpoint.capabilities.many_groups


@pytest.mark.parametrize("mode", [{}, {"replaces_fields": True}])
def test_a_user_field_that_the_shop_added_meanwhile_survives(
    start: Start, connect_to: Connect, firm: Contractor, mode: dict[str, bool]
) -> None:
    shop = start(**mode)
    endpoint = connect_to(shop)
    made = endpoint.create(firm)
    shop.edit(made.external_id, custom={"erp_groups": "Detal; Hurt", "branża": "meble"})
    shop.user(made.external_id).fields[1].name = "Branża klienta"
    changed = endpoint.update(made, replace(made.contractor, custom={"erp_groups": "VIP"}))
    assert changed.contractor.custom == {"erp_groups": "VIP", "branża": "meble"}
    assert [field.name for field in shop.user(made.external_id).fields] == ["erp_groups", "Branża klienta"]


def test_a_custom_field_is_taken_away(endpoint: AtomStoreEndpoint, firm: Contractor) -> None:
    made = endpoint.create(replace(firm, custom={"a": "1", "b": "2"}))
    assert endpoint.update(made, replace(made.contractor, custom={"b": "2"})).contractor.custom == {"b": "2"}


def test_a_custom_field_cannot_have_the_key_of_another_field(connect: Connect, firm: Contractor) -> None:
    with pytest.raises(Unstorable) as caught:
        connect(more={"notes": "erp_groups"}).create(firm)
    assert caught.value.field == "custom"


@pytest.mark.parametrize(
    ("stated", "email", "names"),
    [
        ("Jan Kos", "jan.kos@sklep.example", ("Jan", "Kos")),
        ("Ewa Lis <ewa@sklep.example>", "ewa@sklep.example", ("Ewa", "Lis")),
        ("ewa@sklep.example", "ewa@sklep.example", ("", "")),
    ],
)
def test_a_caretaker_is_told_to_the_shop_by_e_mail(
    shop: AtomStore,
    endpoint: AtomStoreEndpoint,
    firm: Contractor,
    stated: str,
    email: str,
    names: tuple[str, str],
) -> None:
    made = endpoint.create(replace(firm, caretaker=stated))
    rep = shop.user(made.external_id).salesrep
    assert rep is not None
    assert (rep.email, (rep.firstname, rep.lastname)) == (email, names)
    assert made.contractor.caretaker == ""
    endpoint.update(made, replace(made.contractor, caretaker="Maria Kos"))
    rep = shop.user(made.external_id).salesrep
    assert rep is not None
    assert rep.email == "maria.kos@sklep.example"


def test_a_caretaker_whom_the_shop_does_not_know_is_an_issue_and_nothing_is_written(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    with pytest.raises(Unstorable) as caught:
        endpoint.create(replace(firm, caretaker="Zofia Nowak"))
    assert (caught.value.code, caught.value.field) == ("caretaker-unknown", "caretaker")
    assert "Nowak" not in str(caught.value)
    assert shop.holds() == {}


def test_without_a_list_of_caretakers_none_is_written_and_that_is_said(
    shop: AtomStore, connect: Connect, firm: Contractor
) -> None:
    endpoint = connect(caretakers={})
    made = endpoint.create(replace(firm, caretaker="Zofia Nowak"))
    assert shop.user(made.external_id).salesrep is None
    assert "caretaker" not in endpoint.capabilities.writes
    assert any("caretakers" in sentence for sentence in endpoint.capabilities.degradations)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "x" * 256}, "name"),
        ({"email": f"{'x' * 250}@firma.example"}, "email"),
        ({"number": "x" * 256}, "number"),
        ({"groups": ("x" * 256,)}, "groups"),
        ({"custom": {"a": "x" * 256}}, "custom"),
        ({"custom": {"x" * 256: "a"}}, "custom"),
        ({"phones": ("1" * 128, "2" * 128)}, "phones"),
        ({"last_name": "x" * 256}, "last_name"),
        ({"tax_id": "1" * 256}, "tax_id"),
        ({"addresses": (Address(street="x" * 256),)}, "addresses"),
        ({"addresses": (Address(city="A"), Address(kind=AddressKind.DELIVERY, phone="1" * 256))}, "addresses"),
    ],
)
def test_a_text_that_is_too_long_is_named_and_nothing_is_written(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unstorable) as caught:
        endpoint.create(replace(firm, **changes))
    assert (caught.value.code, caught.value.field) == ("text-too-long", field)
    made = endpoint.create(firm)
    with pytest.raises(Unstorable):
        endpoint.update(made, replace(made.contractor, **changes))
    assert endpoint.get(made.external_id) == made


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": "Hurtownia Brzoza i Spółka 🏪"}, "name"), ({"custom": {"erp_groups": "Detal 🏪"}}, "custom")],
)
def test_a_text_that_the_shop_cut_is_an_issue(
    start: Start, connect_to: Connect, firm: Contractor, changes: dict[str, Any], field: str
) -> None:
    endpoint = connect_to(start(loses_emoji=True))
    with pytest.raises(Unstorable) as caught:
        endpoint.create(replace(firm, **changes))
    assert (caught.value.code, caught.value.field) == ("text-cut", field)
    found = endpoint.find(firm)
    with pytest.raises(Unstorable) as caught:
        endpoint.update(found[0], replace(found[0].contractor, **changes))
    assert (caught.value.code, caught.value.record) == ("text-cut", found[0].external_id)


def test_letters_that_the_shop_turned_into_question_marks_are_an_issue(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    shop.shop._kept = lambda text: text.encode("cp1250", "replace").decode("cp1250")  # type: ignore[method-assign]
    with pytest.raises(Unstorable) as caught:
        endpoint.create(replace(firm, name="ООО Ромашка"))
    assert (caught.value.code, caught.value.field) == ("text-cut", "name")
    made = endpoint.create(replace(firm, name="Co? Nic!", number="2", email="b@c.example"))
    assert made.contractor.name == "Co? Nic!"


def test_a_person_becomes_an_organisation_and_back(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(replace(firm, name="Anna Lis", kind=Kind.PERSON, tax_id=""))
    assert (made.contractor.kind, made.contractor.first_name, made.contractor.last_name) == (
        Kind.PERSON,
        "Anna",
        "Lis",
    )
    firm_now = endpoint.update(made, replace(made.contractor, kind=Kind.ORGANISATION))
    assert firm_now.contractor.kind is Kind.ORGANISATION
    assert endpoint.update(firm_now, replace(firm_now.contractor, kind=Kind.PERSON)).contractor.kind is Kind.PERSON


def test_a_connection_narrowed_to_few_fields_writes_no_other(
    shop: AtomStore, firm: Contractor, ear: Ear, endpoint: AtomStoreEndpoint
) -> None:
    made = endpoint.create(firm)
    options = parse_options(Options, shop.options, connection="shop")
    narrow = ADAPTER.open(options, Context(connection="shop", fields=frozenset({"name", "active"})))
    told = narrow.get(made.external_id)
    assert told.contractor == Contractor(name=firm.name)
    narrow.update(told, replace(contractor(5), name=firm.name, active=False))
    assert ear.last == ["atom_id", "active"]
    narrow.close()


def test_a_person_stays_one_where_the_kind_is_not_looked_at(shop: AtomStore, firm: Contractor) -> None:
    id_ = shop.add(replace(firm, kind=Kind.PERSON, first_name="Anna", last_name="Lis"))
    options = parse_options(Options, shop.options, connection="shop")
    narrow = ADAPTER.open(options, Context(connection="shop", fields=frozenset({"name", "addresses"})))
    told = narrow.get(id_)
    narrow.update(told, replace(told.contractor, name="Anna Lis-Kos", addresses=told.contractor.addresses[:1]))
    narrow.close()
    held = shop.holds()[id_].contractor
    assert (held.name, held.kind, held.tax_id, held.first_name) == ("Anna Lis-Kos", Kind.PERSON, firm.tax_id, "Anna")
    assert len(held.addresses) == 1


def test_an_update_over_a_shoppers_edit_of_another_field_keeps_both(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.user(made.external_id).addresses[0]["phone"] = "+48 600 000 000"
    changed = endpoint.update(made, replace(made.contractor, tax_id="5213017228"))
    assert changed.contractor.phones == ("+48 600 000 000",)
    assert changed.contractor.tax_id == "5213017228"


def test_an_address_that_the_shopper_changed_meanwhile_is_a_conflict(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.user(made.external_id).addresses[1]["city"] = "Gdynia"
    moved = (made.contractor.addresses[0], replace(made.contractor.addresses[1], city="Sopot"))
    for addresses in (moved, made.contractor.addresses[:1]):
        with pytest.raises(VersionConflict) as caught:
            endpoint.update(made, replace(made.contractor, addresses=addresses))
        assert caught.value.record == made.external_id
    assert shop.user(made.external_id).addresses[1]["city"] == "Gdynia"
