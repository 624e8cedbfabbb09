"""Is whoever did something called as people call them?"""

from __future__ import annotations

import re

import pytest

from syncd.console.locale.update import texts_of_the_code
from syncd.console.saying import IN_WORDS, doer, say
from syncd.sentence import Counted, Sentence
from syncd.sync.erase_there import EraseByHand


@pytest.mark.parametrize(
    ("by", "called"),
    [
        ("console:anna", "anna"),
        ("cli:root", "root"),
        ("token:till", "till"),
        ("optima", "optima"),
        ("run 2748", "przebieg 2748"),
        ("configuration", "konfiguracja"),
        ("push", "wysyłka"),
        ("run away", "run away"),
    ],
)
def test_who_did_something_is_called_by_name_or_in_words(by: str, called: str) -> None:
    assert doer(by, "pl") == called


def test_numbers_of_things_are_written_as_addresses_have_them_and_amounts_as_people_do() -> None:
    said = Sentence(
        Counted(
            "the plan of run %(run)s has %(count)s change by now, and %(shown)s when it was shown",
            "the plan of run %(run)s has %(count)s changes by now, and %(shown)s when it was shown",
        ),
        run=12345,
        count=12345,
        shown=1,
    )
    assert say(said, "en") == "the plan of run 12345 has 12,345 changes by now, and 1 when it was shown"


def test_no_command_in_a_sentence_has_a_value_that_is_shown_in_words() -> None:
    texts = {str(message.id) for message in texts_of_the_code() if message.id and not message.pluralizable}
    commands = {command for text in texts for command in re.findall("`([^`]+)`", text)}
    assert {one for one in commands if IN_WORDS & set(re.findall(r"%\((\w+)\)s", one))} == set()


def test_what_cannot_be_overwritten_at_a_side_is_named_in_words() -> None:
    said = say(EraseByHand("7", ("employees", "phones")).message, "pl")
    assert said == "dane klienta usunięto, a syncd nie może tam nadpisać: Pracownicy, Telefony"
    assert "следующее чтение" in say(EraseByHand("7", ()).message, "ru")
