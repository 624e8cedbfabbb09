"""Does each side's edit count exactly where the policy says so, and what becomes of two edits of one field?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from syncd.domain.contractor import FIELDS, Account, Address, AddressKind, Consent, Contractor, Employee
from syncd.domain.country import Zone
from syncd.domain.members import Entry, put_entry, renamed
from syncd.domain.policy import EDITS, RULES, Conflict, Empty, FieldRules, Forbidden, Merged, Rule, merge
from syncd.domain.side import Side
from tests.fixtures.contractors import firm

SAID = frozenset(FIELDS)
BASE = firm("A1", phones=("600100200",), credit_limit=None, registrations={"regon": "1"})

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
    "newsletter": (True, False),
    "approved": (True, False),
    "registered": (True, False),
    "origin": ("form", "import"),
    "notes": ("one", "two"),
}
EDITABLE = [name for name in SCALARS if RULES[name].shop_edit]
KEPT_FROM_SHOPS = [name for name in SCALARS if not RULES[name].shop_edit]


def say(
    side: Side,
    known: Contractor = BASE,
    agreed: Contractor | None = BASE,
    *,
    zone: Zone = Zone.DOMESTIC,
    said: frozenset[str] = SAID,
    rules: Mapping[str, Rule] = RULES,
    **told: Any,
) -> Merged:
    """Let `side`, which held `agreed`, say it with the fields of `told` in place."""
    stated = msgspec.structs.replace(agreed or BASE, **told)
    return merge(known, agreed, stated, side=side, said=said, zone=zone, rules=rules)


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
    if RULES[field].shop_edit == EDITS["always"]:
        assert merged.taken == (field,)
    else:
        assert (merged.after, merged.refused) == (BASE, (field,))


@pytest.mark.parametrize("field", KEPT_FROM_SHOPS)
def test_terms_and_identity_are_not_a_shops_to_change(field: str) -> None:
    merged = say(Side.SHOP, **{field: SCALARS[field][0]})
    assert (merged.after, merged.taken, merged.refused) == (BASE, (), (field,))


def test_an_erp_is_sent_only_what_a_shop_may_change() -> None:
    assert {name for name in FIELDS if name not in FieldRules().pushed_to_erp} == {
        *(name for name, rule in RULES.items() if not rule.shop_edit),
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


@pytest.mark.parametrize("field", [name for name in EDITABLE if name != "newsletter"])
def test_the_owner_wins_a_conflict_whoever_comes_first(field: str) -> None:
    erps, shops = SCALARS[field]
    first_erp = say(Side.SHOP, known=say(Side.ERP, **{field: erps}).after, **{field: shops})
    first_shop = say(Side.ERP, known=say(Side.SHOP, **{field: shops}).after, **{field: erps})
    owners = erps if RULES[field].owner is Side.ERP else shops
    assert getattr(first_erp.after, field) == getattr(first_shop.after, field) == owners


@pytest.mark.parametrize("newer", [True, False])
@pytest.mark.parametrize("side", list(Side))
def test_where_it_is_known_which_edit_is_newer_that_one_stands_and_it_is_a_conflict_all_the_same(
    side: Side, *, newer: bool
) -> None:
    known = msgspec.structs.replace(BASE, email="known@x.example")
    told = msgspec.structs.replace(BASE, email="told@x.example")
    merged = merge(known, BASE, told, side=side, said=SAID, zone=Zone.DOMESTIC, newer={"email": newer})
    assert merged.after.email == ("told@x.example" if newer else "known@x.example")
    assert [one.field for one in merged.conflicts] == ["email"]


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


def test_an_address_that_was_replaced_by_one_of_another_kind_is_of_that_kind() -> None:
    office, door = address("Długa 1"), address("Krótka 2", kind=AddressKind.DELIVERY)
    base = firm("A1", addresses=(office, door))
    billed = address("Nowa 3", kind=AddressKind.INVOICE)
    assert say(Side.ERP, base, base, addresses=(office, billed)).after.addresses == (office, billed)


def test_an_address_that_was_replaced_keeps_a_kind_that_the_side_cannot_say() -> None:
    office, billed = address("Długa 1"), address("Krótka 2", kind=AddressKind.INVOICE)
    as_said = address("Krótka 2", kind=AddressKind.DELIVERY)
    base, known = firm("A1", addresses=(office, as_said)), firm("A1", addresses=(office, billed))
    moved = address("Nowa 3", kind=AddressKind.DELIVERY)
    assert say(Side.SHOP, known, base, addresses=(office, moved)).after.addresses == (
        office,
        address("Nowa 3", kind=AddressKind.INVOICE),
    )


@pytest.mark.parametrize("side", Side)
def test_the_first_phone_is_whose_side_put_first_where_nobody_else_changed_them(side: Side) -> None:
    base = firm("A1", phones=("600100200", "7654321"))
    assert say(side, base, base, phones=("7654321", "600100200")).after.phones == ("7654321", "600100200")


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


def test_two_edits_of_one_address_contradict_each_other_in_what_both_changed() -> None:
    base = firm("A1", addresses=(address("Długa 1", phone="1"), address("Krótka 2")))
    known = say(
        Side.ERP, base, base, addresses=(address("Długa 1", phone="2", name="Biuro"), address("Krótka 2"))
    ).after
    merged = say(Side.SHOP, known, base, addresses=(address("Długa 1", phone="3", region="MP"), address("Krótka 2")))
    assert merged.after.addresses[0] == address("Długa 1", phone="2", name="Biuro", region="MP")
    (conflict,) = merged.conflicts
    (entry,) = conflict.entries
    assert (entry.name, entry.base.phone, entry.known.phone, entry.told.phone) == ("Długa 1, Kraków", "1", "2", "3")


@pytest.mark.parametrize("order", [(Side.ERP, Side.SHOP), (Side.SHOP, Side.ERP)])
def test_the_owner_wins_inside_a_collection_whoever_comes_first(order: tuple[Side, Side]) -> None:
    base = firm("A1", employees=(Employee(email="a@x.example", name="Anna"),))
    said = {side: (Employee(email="a@x.example", name=side.name),) for side in Side}
    known = say(order[0], base, base, employees=said[order[0]]).after
    merged = say(order[1], known, base, employees=said[order[1]])
    assert merged.after.employees == said[Side.ERP]
    assert len(merged.conflicts) == 1


@pytest.mark.parametrize("order", [(Side.ERP, Side.SHOP), (Side.SHOP, Side.ERP)])
def test_a_member_that_one_side_removed_and_the_other_changed_is_gone_and_told(order: tuple[Side, Side]) -> None:
    base = firm("A1", addresses=(address("Długa 1"), address("Krótka 2")))
    said = {
        Side.ERP: (address("Krótka 2"),),
        Side.SHOP: (address("Długa 1", phone="3"), address("Krótka 2")),
    }
    known = say(order[0], base, base, addresses=said[order[0]]).after
    merged = say(order[1], known, base, addresses=said[order[1]])
    assert merged.after.addresses == (address("Krótka 2"),)
    assert [entry.name for entry in merged.conflicts[0].entries] == ["Długa 1, Kraków"]


def test_two_edits_of_one_entry_contradict_each_other() -> None:
    base = firm("A1", registrations={"regon": "1", "kpp": "1"})
    known = say(Side.ERP, base, base, registrations={"regon": "2", "kpp": "1"}).after
    merged = say(Side.ERP, known, base, registrations={"regon": "3", "kpp": "2"})
    assert merged.after.registrations == {"regon": "3", "kpp": "2"}
    assert [(e.name, e.base, e.known, e.told) for e in merged.conflicts[0].entries] == [("regon", "1", "2", "3")]


def test_a_member_with_the_sides_own_id_is_the_same_after_any_change() -> None:
    before = (Employee(key="7", email="a@x.example", name="Anna"),)
    now = (Employee(key="7", email="lis@x.example", name="Anna Lis"),)
    base = firm("A1", employees=(Employee(email="a@x.example", name="Anna"),))
    known = firm("A1", employees=(Employee(email="a@x.example", name="Anna", default_login=True),))
    told = firm("A1", employees=(Employee(email="lis@x.example", name="Anna Lis"),))
    same = {"employees": renamed("employees", before, now)}
    merged = merge(known, base, told, side=Side.SHOP, said=SAID, zone=Zone.DOMESTIC, same=same)
    assert merged.after.employees == (Employee(email="lis@x.example", name="Anna Lis", default_login=True),)


def test_what_a_person_chose_of_an_entry_takes_its_place_wherever_it_stands() -> None:
    entry = Entry(
        name="", base=address("Długa 1"), known=address("Długa 1", phone="2"), told=address("Długa 1", phone="3")
    )
    now = firm("A1", addresses=(address("Nowa 9"), address("ul. Długa 1", phone="2")))
    assert put_entry(now, "addresses", entry, entry.told).addresses == (address("Nowa 9"), entry.told)
    assert put_entry(now, "addresses", entry, None).addresses == (address("Nowa 9"),)
    gone = firm("A1", addresses=(address("Nowa 9"),))
    assert put_entry(gone, "addresses", entry, entry.told).addresses == (address("Nowa 9"), entry.told)
    number = Entry(name="regon", base=None, known="1", told="2")
    assert put_entry(firm("A1"), "registrations", number, "2").registrations == {"regon": "2"}


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


@pytest.mark.parametrize("side", Side)
def test_at_a_first_meeting_a_no_stands_whoever_said_it(side: Side) -> None:
    for known, told in ((True, False), (False, True)):
        merged = say(side, firm("A1", newsletter=known), None, zone=Zone.INTRA_EU, newsletter=told)
        assert merged.after.newsletter is False


def test_at_a_first_meeting_an_erp_does_not_overrule_what_a_shop_owns() -> None:
    known = firm("A1", username="anna")
    assert say(Side.ERP, known, None, username="ewa").after.username == "anna"


# Rules that an admin changed


def ruled(field: str, **parts: Any) -> dict[str, Rule]:
    """The defaults with parts of one rule changed."""
    return {**RULES, field: msgspec.structs.replace(RULES[field], **parts)}


def test_rules_in_force_take_the_place_of_the_defaults() -> None:
    always = ruled("price_list", shop_edit=EDITS["always"], owner=Side.SHOP)
    known = say(Side.ERP, price_list="A").after
    merged = say(Side.SHOP, known=known, rules=always, zone=Zone.EXTRA_EU, price_list="B")
    assert (merged.after.price_list, merged.refused) == ("B", ())


def test_an_edit_counts_in_exactly_the_zones_of_its_rule() -> None:
    rules = ruled("website", shop_edit=frozenset({Zone.INTRA_EU}))
    counts = {zone for zone in Zone if say(Side.SHOP, rules=rules, zone=zone, website="https://a.example").taken}
    assert counts == {Zone.INTRA_EU}


def test_what_empty_means_follows_the_rule() -> None:
    kept = say(Side.SHOP, rules=ruled("phones", empty=Empty.IS_NOT_SAID), phones=())
    assert kept.after == BASE


@pytest.mark.parametrize(
    ("forbidden", "refused", "left", "reported"),
    [
        (Forbidden.SET_BACK, ("price_list",), (), []),
        (Forbidden.LEAVE, (), ("price_list",), []),
        (Forbidden.REFUSE, ("price_list",), (), ["B"]),
    ],
)
def test_an_edit_that_does_not_count_is_set_back_left_or_told(
    forbidden: Forbidden, refused: tuple[str, ...], left: tuple[str, ...], reported: list[str]
) -> None:
    merged = say(Side.SHOP, rules=ruled("price_list", forbidden=forbidden), price_list="B")
    assert (merged.after, merged.refused, merged.left) == (BASE, refused, left)
    assert [edit.told for edit in merged.reported] == reported


@pytest.mark.parametrize("forbidden", Forbidden)
def test_at_a_first_meeting_nothing_was_edited_and_the_owners_value_goes_there(forbidden: Forbidden) -> None:
    merged = say(Side.SHOP, BASE, None, rules=ruled("name", forbidden=forbidden), name="Inna")
    assert (merged.refused, merged.left, merged.reported) == (("name",), (), ())


def test_an_erp_is_sent_what_any_shop_may_change() -> None:
    rules = FieldRules(by_shop={7: ruled("notes", shop_edit=EDITS["domestic"])})
    assert "notes" in rules.pushed_to_erp
    assert "notes" not in FieldRules().pushed_to_erp
    assert rules.of(7)["notes"] != rules.of(8)["notes"] == RULES["notes"]
