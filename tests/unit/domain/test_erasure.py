"""Does an erased contractor's record say nothing of the person, whatever it said before?"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import FIELDS, Address, Consent, Contractor, Employee
from syncd.domain.erasure import LEFT, PERSONAL, marks, overwritten, pieces, proves, remains, residue, unheard
from tests.fixtures.contractors import any_contractor, firm

CODE = "K000231"
RETAINED = st.lists(st.sampled_from(PERSONAL), unique=True)
WRITABLE = st.frozensets(st.sampled_from(FIELDS))


def test_every_field_is_personal_or_says_nothing_of_a_person() -> None:
    assert sorted((*PERSONAL, *LEFT)) == sorted(FIELDS)


@given(any_contractor(), any_contractor(), RETAINED)
def test_nothing_is_left_of_a_record_in_which_everything_can_be_written(
    known: Contractor, there: Contractor, retained: list[str]
) -> None:
    left = remains(known, CODE, retained)
    after = overwritten(there, left, CODE, frozenset(FIELDS))
    assert (residue(after, left, CODE), after.active) == ((), False)
    assert not after.newsletter


@given(any_contractor(), RETAINED)
def test_overwriting_twice_writes_nothing_more(there: Contractor, retained: list[str]) -> None:
    left = remains(there, CODE, retained)
    once = overwritten(there, left, CODE, frozenset(FIELDS))
    assert overwritten(once, left, CODE, frozenset(FIELDS)) == once


@given(any_contractor(), WRITABLE)
def test_what_cannot_be_written_stays_and_is_named(there: Contractor, writable: frozenset[str]) -> None:
    left = remains(there, CODE, ())
    after = overwritten(there, left, CODE, writable)
    untouched = [name for name in FIELDS if name not in writable]
    assert all(getattr(after, name) == getattr(there, name) for name in untouched)
    assert set(residue(after, left, CODE)) == set(residue(there, left, CODE)) - writable


@given(any_contractor(), RETAINED)
def test_the_registry_keeps_what_a_law_has_kept_and_no_other_value(known: Contractor, retained: list[str]) -> None:
    left = remains(known, CODE, retained)
    assert all(getattr(left, name) == getattr(known, name) for name in retained)
    others = {value for field, value in pieces(left) if field not in retained}
    assert others <= {f"erased {CODE.lower()}"}


@given(any_contractor())
def test_of_a_record_that_nobody_knows_nothing_is_left_either(known: Contractor) -> None:
    left = remains(known, CODE, ())
    blind = overwritten(unheard("17"), left, CODE, frozenset(FIELDS))
    written = {name for name in PERSONAL if getattr(blind, name) != getattr(unheard("17"), name)}
    assert written == set(PERSONAL)
    assert residue(blind, left, CODE) == ()


def test_an_employees_log_in_stays_without_its_person() -> None:
    there = Contractor(
        name="x", employees=(Employee(key="7", name="Jan", email="jan@x.example", phone="1", active=True),)
    )
    (left,) = overwritten(there, remains(there, CODE, ()), CODE, {"employees"}).employees
    assert left == Employee(key="7", name="Erased K000231", email="erased-k000231-1@erased.invalid", active=False)


def test_the_log_in_of_a_customer_and_its_default_employees_are_the_same_afterwards() -> None:
    """Platforms that derive one from the other could hold no two."""
    people = (Employee(email="a@x.example"), Employee(email="b@x.example", default_login=True))
    there = Contractor(name="x", login_email="b@x.example", employees=people)
    after = overwritten(there, remains(there, CODE, ()), CODE, frozenset(FIELDS))
    assert [one.email for one in after.employees] == ["erased-k000231-1@erased.invalid", after.login_email]


def test_of_what_somebody_agreed_to_nothing_is_left_and_nobody_is_written_to() -> None:
    said = Consent(kind="newsletter", given=True, at=datetime(2024, 2, 29, tzinfo=UTC), source="form, 203.0.113.7")
    there = Contractor(name="x", newsletter=True, consents=(said,))
    after = overwritten(there, remains(there, CODE, ()), CODE, frozenset(FIELDS))
    assert (after.newsletter, after.consents) == (False, ())
    assert ("consents", "form, 203.0.113.7") in set(pieces(there))
    kept = overwritten(there, remains(there, CODE, ["consents"]), CODE, frozenset(FIELDS))
    assert (kept.newsletter, kept.consents) == (False, (said,))


def test_a_log_in_that_is_still_on_is_no_residue_and_the_name_of_its_person_is() -> None:
    nobody = Employee(name="Erased K000231", email="erased-k000231-1@erased.invalid", active=True)
    somebody = msgspec.structs.replace(nobody, name="Jan Kowalski")
    left = remains(firm("A1"), CODE, ())
    assert residue(Contractor(name=f"Erased {CODE}", employees=(nobody,)), left, CODE) == ()
    assert residue(Contractor(name=f"Erased {CODE}", employees=(somebody,)), left, CODE) == ("employees",)


def test_what_platforms_do_to_a_text_is_no_residue() -> None:
    there = Contractor(name=" ERASED K000231", email="Erased-K000231@Erased.Invalid")
    assert residue(there, remains(firm("A1"), CODE, ()), CODE) == ()


def test_a_phone_and_a_name_prove_only_together() -> None:
    assert [proves(found) for found in ({"phone"}, {"name"}, {"phone", "name"}, {"email"}, set())] == [
        *(False, False, True, True, False)
    ]


def test_marks_are_the_same_however_they_are_written() -> None:
    one = Contractor(name="Jan  ŻÓŁW", email="Jan@X.example", phones=("22 1", "+48 600-100-200"), number="kh1")
    two = Contractor(name="jan żółw", login_email="jan@x.EXAMPLE", phones=("600100200",), number="KH1")
    assert set(marks(two)) == set(marks(one))


def test_members_of_a_list_are_recognised_one_by_one() -> None:
    there = Contractor(name="x", addresses=(Address(street="Długa 1", city="Kraków"), Address(street="Nowa 3")))
    assert {text for field, text in pieces(there) if field == "addresses"} == {"długa 1 kraków", "nowa 3"}
