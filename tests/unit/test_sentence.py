"""Does a sentence say the same in English as it was written, and come back from the registry as it was made?"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.console.saying import asker, is_known, say, show
from syncd.errors import InvalidRecord, RateLimited
from syncd.sentence import Sentence, joined, keep, pack, restore, unpack

VALUES = st.one_of(st.text(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False))
SENTENCES = st.recursive(
    st.builds(lambda one, other: Sentence("%(one)s of %(other)s: 5 %%", one=one, other=other), VALUES, VALUES),
    lambda parts: st.lists(parts, min_size=1, max_size=3).map(joined),
)


def test_a_sentence_is_its_english_text() -> None:
    told = Sentence("%(count)s of %(bound)s contractors would be blocked", count=3, bound=40)
    assert told == "3 of 40 contractors would be blocked"
    assert f"{told}." == "3 of 40 contractors would be blocked."


def test_a_percent_sign_needs_no_second_one_where_nothing_is_filled_in() -> None:
    assert Sentence("at most 5 %") == "at most 5 %"


def test_a_number_is_written_as_short_as_it_can_be() -> None:
    assert Sentence("the limit is %(percent)s %%", percent=5.0) == "the limit is 5 %"


@given(SENTENCES)
def test_a_stored_sentence_comes_back_as_it_was_made(told: str) -> None:
    found = unpack(str(told), pack(told))
    assert (found, pack(found)) == (told, pack(told))


@pytest.mark.parametrize(
    "packed", [None, "", "{}", "[]", "5", '["%(x)s",{}]', '["%(x)s",{"y":1}]', "not json", '["a",{}]']
)
def test_what_cannot_be_read_or_says_something_else_leaves_the_text(packed: str | None) -> None:
    assert type(unpack("the list is empty", packed)) is str


def test_a_plain_text_needs_nothing_beside_it() -> None:
    assert (pack("no name"), pack(Sentence("no name"))) == (None, None)


def test_an_error_says_where_what_and_what_helps_in_one_sentence() -> None:
    error = InvalidRecord(Sentence("at most %(most)s", most=9), record="A1", field="name", cure="Shorten it.")
    assert str(error) == "record A1 field name: at most 9. Shorten it."
    assert unpack(str(error), pack(error.said)) == str(error)
    assert str(RateLimited("wait")) == "wait"


def test_a_struct_is_kept_with_its_sentences() -> None:
    class Seen(msgspec.Struct, frozen=True):
        number: int
        text: str

    seen = Seen(1, Sentence("%(seconds)s s", seconds=2))
    kept = msgspec.json.decode(msgspec.json.encode(keep(seen)))
    assert (restore(kept, Seen), pack(restore(kept, Seen).text)) == (seen, pack(seen.text))
    assert restore({"number": 1, "text": "2 s"}, Seen) == seen


def test_values_are_said_in_the_words_and_numbers_of_the_language() -> None:
    told = Sentence("changed there: %(fields)s", fields="name, tax_id")
    assert say(told, "pl") == "zmieniono tam: Nazwa, Numer podatkowy"
    limit = Sentence(
        "%(what)s; the limit is %(percent)s %% and at least %(at_least)s", what="x", percent=6.1, at_least=5
    )
    assert "6,1 %" in say(limit, "fr")


def test_what_no_catalogue_has_stays_english_and_is_marked_so() -> None:
    assert show("the shop <refused>", "pl") == '<span lang="en">the shop &lt;refused&gt;</span>'
    assert show("the shop <refused>", "en") == "the shop &lt;refused&gt;"
    both = show(joined(("odd", "Try again later.")), "it")
    assert both == '<span lang="en">odd</span>; Riprovare più tardi.'


def test_a_name_that_is_the_same_in_a_language_is_not_marked_as_english() -> None:
    assert [show("Jersey", language) for language in ("pl", "ru")] == ["Jersey", "Джерси"]


def test_english_has_all_sentences_and_others_those_of_their_catalogue() -> None:
    own = Sentence("the shop refused %(value)s", value=5)
    assert [is_known(own, language) for language in ("en", "pl")] == [True, False]
    assert is_known(Sentence("changed there: %(fields)s", fields="name"), "pl")


def test_who_asked_is_said_by_name_and_what_asked_in_words() -> None:
    assert [asker(text, "en") for text in ("console:anna", "cli:jan", "schedule", "repair")] == [
        "anna",
        "jan",
        "Schedule",
        "Other work",
    ]
    both = Sentence("%(asker)s, approved by %(approver)s", asker="schedule", approver="console:anna")
    assert asker(both, "en") == "Schedule, approved by anna"


def test_a_sentence_made_of_a_kept_one_is_packed_with_it() -> None:
    kind = Sentence(Sentence("VAT number"))
    text = Sentence("it has the form of no %(kind)s", kind=kind)
    packed = pack(text)
    assert packed == '["it has the form of no %(kind)s",{"kind":["VAT number",{}]}]'
    assert unpack(str(text), packed) == text
