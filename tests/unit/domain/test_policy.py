"""Does each side's edit count exactly where the policy says so, and what becomes of two edits of one field?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from syncd.domain.contractor import FIELDS, Account, Address, AddressKind, Consent, Contractor, Employee
from syncd.domain.country import Zone
from syncd.domain.policy import PUSHED_TO_ERP, RULES, Conflict, Edit, Empty, Merged, merge
from syncd.domain.side import Side
from tests.fixtures.contractors import firm

SAID = frozenset(FIELDS)
BASE = firm("A1", phones=("600100200",), newsletter=False, credit_limit=None, registrations={"regon": "1"})

# A first and a second value of every field that is compared as a whole.
SCALARS: dict[str, tuple[Any, Any]] = {
    "name": ("Nowa", "Inna"),
    "number": ("N1", "N2"),
    "tax_id": ("1", "2"),
    "tax_prefix": ("DE", "FR"),
    "country": ("DE", "FR"),
    "first_name": ("Anna", "Ewa"),
    "last_name": ("Lis", "Kos"),
    "contact_person": ("Anna Lis", "Ewa Kos"),
    "email": ("a@x.example", "b@x.example"),
    "login_email": ("a@x.example", "b@x.example"),
    "username": ("anna", "ewa"),
    "website": ("https://a.example", "https://b.example"),
    "caretaker": ("Jan", "Maria"),
    "price_list": ("A", "B"),
    "payment_form": ("cash", "transfer"),
    "payment_days": (14, 30),
    "currency": ("PLN", "EUR"),
    "newsletter": (True, None),
    "approved": (True, False),
    "registered": (True, False),
    "origin": ("form", "import"),
    "notes": ("one", "two"),
}
EDITABLE = [name for name in SCALARS if RULES[name].shop_edit is not Edit.NEVER]
KEPT_FROM_SHOPS = [name for name in SCALARS if RULES[name].shop_edit is Edit.NEVER]


def say(
    side: Side,
    known: Contractor = BASE,
    agreed: Contractor | None = BASE,
    *,
    zone: Zone = Zone.DOMESTIC,
    said: frozenset[str] = SAID,
    **told: Any,
) -> Merged:
    """Let `side`, which held `agreed`, say it with the fields of `told` in place."""
    return merge(known, agreed, msgspec.structs.replace(agreed or BASE, **told), side=side, said=said, zone=zone)


def test_every_field_but_the_switch_has_a_policy() -> None:
    assert set(RULES) == set(FIELDS) - {"active"}


@pytest.mark.parametrize("field", SCALARS)
def test_the_erps_edit_counts_where_nobody_else_edited(field: str) -> None:
    new = SCALARS[field][0]
    merged = say(Side.ERP, **{field: new})
    assert getattr(merged.after, field) == new
    assert (merged.taken, merged.refused, merged.conflicts) == ((field,), (), ())


@pytest.mark.parametrize("field", EDITABLE)
def test_a_domestic_customers_edit_of_the_profile_counts(field: str) -> None:
    new = SCALARS[field][0]
    assert getattr(say(Side.SHOP, **{field: new}).after, field) == new


@pytest.mark.parametrize("zone", [Zone.INTRA_EU, Zone.EXTRA_EU, Zone.UNRESOLVED])
@pytest.mark.parametrize("field", EDITABLE)
def test_a_foreign_customer_edits_the_account_and_nothing_else(field: str, zone: Zone) -> None:
    told: dict[str, Any] = {field: SCALARS[field][0]}
    merged = say(Side.SHOP, zone=zone, **told)
    if RULES[field].shop_edit is Edit.ALWAYS:
        assert merged.taken == (field,)
    else:
        assert (merged.after, merged.refused) == (BASE, (field,))


@pytest.mark.parametrize("field", KEPT_FROM_SHOPS)
def test_terms_and_identity_are_not_a_shops_to_change(field: str) -> None:
    merged = say(Side.SHOP, **{field: SCALARS[field][0]})
    assert (merged.after, merged.taken, merged.refused) == (BASE, (), (field,))


def test_an_erp_is_sent_only_what_a_shop_may_change() -> None:
    assert {name for name in FIELDS if name not in PUSHED_TO_ERP} == {
        *(name for name, rule in RULES.items() if rule.shop_edit is Edit.NEVER),
        "active",
    }


@pytest.mark.parametrize("field", [name for name, rule in RULES.items() if rule.empty is Empty.IS_NOT_SAID])
@pytest.mark.parametrize("side", Side)
def test_an_identity_is_never_cleared_by_silence(field: str, side: Side) -> None:
    told: dict[str, Any] = {field: ""}
    assert say(side, **told).after == BASE


def test_an_empty_value_clears_what_may_be_empty() -> None:
    assert say(Side.SHOP, phones=()).after.phones == ()
    assert say(Side.ERP, registrations={}).after.registrations == {}


def test_a_field_that_a_side_cannot_say_is_left_alone() -> None:
    merged = say(Side.ERP, said=frozenset({"name"}), name="Nowa", phones=())
    assert merged.after == msgspec.structs.replace(BASE, name="Nowa")


@pytest.mark.parametrize("field", EDITABLE)
def test_the_owner_wins_a_conflict_whoever_comes_first(field: str) -> None:
    erps, shops = SCALARS[field]
    first_erp = say(Side.SHOP, known=say(Side.ERP, **{field: erps}).after, **{field: shops})
    first_shop = say(Side.ERP, known=say(Side.SHOP, **{field: shops}).after, **{field: erps})
    owners = erps if RULES[field].owner is Side.ERP else shops
    assert getattr(first_erp.after, field) == getattr(first_shop.after, field) == owners


def test_a_conflict_carries_what_was_what_each_says_and_what_stands() -> None:
    known = say(Side.ERP, name="Nowa").after
    (conflict,) = say(Side.SHOP, known=known, name="Inna").conflicts
    assert conflict == Conflict(field="name", base="Firma A1", known="Nowa", told="Inna", kept="Nowa")


def test_the_same_edit_on_both_sides_is_no_conflict() -> None:
    known = say(Side.ERP, name="Nowa").after
    assert say(Side.SHOP, known=known, name="Nowa") == Merged(after=known, taken=())


def test_edits_of_different_fields_both_live() -> None:
    known = say(Side.ERP, name="Nowa").after
    merged = say(Side.SHOP, known=known, website="https://a.example")
    assert (merged.after.name, merged.after.website, merged.conflicts) == ("Nowa", "https://a.example", ())


# Members of collections


def address(street: str, **more: Any) -> Address:
    return Address(street=street, city="Kraków", country="PL", **more)


def test_an_address_added_here_and_one_added_there_both_live() -> None:
    one, two, three = address("Długa 1"), address("Krótka 2"), address("Nowa 3")
    base = firm("A1", addresses=(one,))
    known = firm("A1", addresses=(one, two))
    assert say(Side.SHOP, known, base, addresses=(one, three)).after.addresses == (one, two, three)


def test_one_address_added_on_both_sides_is_there_once() -> None:
    one, two = address("Długa 1"), address("Krótka 2")
    base = firm("A1", addresses=(one,))
    known = firm("A1", addresses=(one, two))
    assert say(Side.SHOP, known, base, addresses=(address("krótka  2"),)).after.addresses == (two,)


def test_the_office_and_the_delivery_address_may_be_one_place() -> None:
    office, door = address("Długa 1"), address("Długa 1", kind=AddressKind.DELIVERY)
    base = firm("A1", addresses=(office, door))
    reached = address("Długa 1", phone="22 555 01 23")
    assert say(Side.ERP, base, base, addresses=(reached, door)).after.addresses == (reached, door)


def test_an_address_that_was_replaced_keeps_its_place_and_its_kind() -> None:
    old, kept = address("Długa 1"), address("Krótka 2", kind=AddressKind.DELIVERY)
    base = firm("A1", addresses=(old, kept))
    moved = address("Nowa 3", kind=AddressKind.OTHER)
    assert say(Side.ERP, base, base, addresses=(moved, kept)).after.addresses == (address("Nowa 3"), kept)


def test_a_change_inside_an_address_keeps_what_only_the_other_side_says_of_it() -> None:
    base = firm("A1", addresses=(address("Długa 1"),))
    known = firm("A1", addresses=(address("Długa 1", phone="22 555 01 23"),))
    merged = say(Side.SHOP, known, base, addresses=(address("Długa 1", name="Magazyn"),))
    assert merged.after.addresses == (address("Długa 1", name="Magazyn", phone="22 555 01 23"),)


def test_an_address_that_one_side_removed_does_not_come_back_by_the_others_silence() -> None:
    one, two = address("Długa 1"), address("Krótka 2")
    base = firm("A1", addresses=(one, two))
    known = firm("A1", addresses=(one,))
    assert say(Side.SHOP, known, base, phones=("1",)).after.addresses == (one,)


def test_a_phone_in_another_form_is_the_same_phone() -> None:
    assert say(Side.SHOP, phones=("600 100 200", "22 555 01 23")).after.phones == ("600 100 200", "22 555 01 23")


def test_phones_added_on_both_sides_both_live() -> None:
    known = say(Side.ERP, phones=("600100200", "1234567")).after
    assert say(Side.SHOP, known=known, phones=("600100200", "7654321")).after.phones == (
        "600100200",
        "1234567",
        "7654321",
    )


def test_groups_added_and_removed_by_two_erps_are_all_obeyed() -> None:
    base = firm("A1", groups=("Detal", "Hurt"))
    known = say(Side.ERP, base, base, groups=("Hurt", "VIP")).after
    assert say(Side.ERP, known, base, groups=("Detal",)).after.groups == ("VIP",)


def test_an_employee_is_known_by_the_log_in_and_keeps_the_others_changes() -> None:
    base = firm("A1", employees=(Employee(email="a@x.example", name="Anna"),))
    known = firm("A1", employees=(Employee(email="a@x.example", name="Anna", default_login=True),))
    merged = say(Side.SHOP, known, base, employees=(Employee(email="A@x.example", name="Anna Lis"),))
    (employee,) = merged.after.employees
    assert (employee.name, employee.default_login) == ("Anna Lis", True)


def test_an_account_is_known_by_its_number() -> None:
    base = firm("A1", accounts=(Account(iban="PL1"),))
    merged = say(Side.ERP, base, base, accounts=(Account(iban="PL1", bank="Bank"), Account(iban="PL2")))
    assert merged.after.accounts == (Account(iban="PL1", bank="Bank"), Account(iban="PL2"))


def test_a_consent_that_is_withdrawn_is_withdrawn() -> None:
    base = firm("A1", consents=(Consent(kind="newsletter", given=True),))
    merged = say(Side.SHOP, base, base, zone=Zone.EXTRA_EU, consents=(Consent(kind="newsletter", given=False),))
    assert merged.after.consents == (Consent(kind="newsletter", given=False),)


def test_numbers_of_registers_are_merged_one_by_one() -> None:
    base = firm("A1", registrations={"regon": "1", "kpp": "1"})
    known = firm("A1", registrations={"regon": "1", "kpp": "1", "inn": "1"})
    merged = say(Side.ERP, known, base, registrations={"regon": "2"})
    assert merged.after.registrations == {"regon": "2", "inn": "1"}


# First meeting


def test_at_a_first_meeting_the_erps_word_on_its_own_fields_stands() -> None:
    merged = say(Side.ERP, BASE, None, name="Nowa", phones=("1",))
    assert (merged.after.name, merged.after.phones) == ("Nowa", ("1",))


def test_at_a_first_meeting_a_shop_fills_what_nobody_said() -> None:
    merged = say(Side.SHOP, BASE, None, website="https://a.example", zone=Zone.EXTRA_EU)
    assert (merged.after.website, merged.refused) == ("https://a.example", ())


def test_at_a_first_meeting_a_shop_does_not_overrule_the_erp() -> None:
    merged = say(Side.SHOP, BASE, None, name="Inna")
    assert (merged.after, merged.refused, merged.conflicts) == (BASE, ("name",), ())


def test_at_a_first_meeting_nobody_clears_anything() -> None:
    for side in Side:
        assert say(side, BASE, None, phones=(), registrations={}, email="").after == BASE


@pytest.mark.parametrize("answer", [True, False])
def test_at_a_first_meeting_the_shops_word_on_a_consent_stands(answer: bool) -> None:
    known = firm("A1", newsletter=not answer)
    assert say(Side.SHOP, known, None, zone=Zone.INTRA_EU, newsletter=answer).after.newsletter is answer


def test_at_a_first_meeting_an_erp_does_not_overrule_what_a_shop_owns() -> None:
    known = firm("A1", newsletter=False)
    assert say(Side.ERP, known, None, newsletter=True).after.newsletter is False
