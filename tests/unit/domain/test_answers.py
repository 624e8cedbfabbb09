"""Is the same said to another issue only where it is the same?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.answers import Answer, same_answer

KEEP = Answer(key="keep-erp", label="keep the ERP's value")
EDIT = Answer(key="edit", label="give it another value", asks="value")


def link(code: str) -> Answer:
    return Answer(key="link", label=f"it is {code}", values={"contractor": code})


def settle(country: str) -> Answer:
    return Answer(key="settle-country", label=f"it is in {country}", values={"country": country})


def leave_out(group: str) -> Answer:
    return Answer(key="leave-group-out", label="leave it out", values={"erp": "erp", "shop": "shop", "group": group})


def test_what_needs_no_value_can_be_said_to_all() -> None:
    assert same_answer([EDIT, KEEP], KEEP) is KEEP


def test_a_value_that_is_right_for_one_only_is_not_said_to_others() -> None:
    assert same_answer([EDIT, KEEP], EDIT) is None


def test_who_is_who_is_said_of_one_record_alone() -> None:
    assert same_answer([link("K000002")], link("K000001")) is None
    assert same_answer([link("K000001"), link("K000002")], link("K000001")) is None


def test_the_same_country_is_the_same_answer_and_another_is_not() -> None:
    assert same_answer([settle("DE"), settle("PL")], settle("PL")) == settle("PL")
    assert same_answer([settle("DE")], settle("PL")) is None


def test_which_statement_is_right_is_the_same_answer_whatever_it_states() -> None:
    german, french = (Answer(key="trust-declared", label="", values={"country": country}) for country in ("DE", "FR"))
    assert same_answer([french, settle("DE")], german) == french


def test_a_group_is_left_out_as_another_is() -> None:
    assert same_answer([leave_out("VIP")], leave_out("Hurt")) == leave_out("VIP")


def test_a_name_is_given_its_meaning_only_where_it_is_stated() -> None:
    def mapped(stated: str) -> Answer:
        return Answer(key="map-country", label="", values={"stated": stated}, asks="country")

    assert same_answer([mapped("Szkocja")], mapped("Szkocja")) == mapped("Szkocja")
    assert same_answer([mapped("Walia")], mapped("Szkocja")) is None


ANSWERS = st.lists(
    st.builds(
        Answer,
        key=st.sampled_from(["link", "new", "edit", "settle-country"]),
        label=st.just(""),
        values=st.dictionaries(st.sampled_from(["contractor", "country", "stated"]), st.sampled_from("ab"), max_size=2),
        asks=st.sampled_from(["", "country"]),
    ),
    max_size=5,
)


@given(ANSWERS, ANSWERS)
def test_what_is_found_has_the_same_key_and_decides_the_same(mine: list[Answer], theirs: list[Answer]) -> None:
    for chosen in mine:
        found = same_answer(theirs, chosen)
        if found is not None:
            assert (found.key, found.asks) == (chosen.key, chosen.asks)
            assert found.values.get("country") == chosen.values.get("country")
            assert found.values.get("stated") == chosen.values.get("stated")
