"""Is what is said of one thing said otherwise than of many, in every language?"""

from __future__ import annotations

import re
from typing import Final

import pytest
from babel.messages.pofile import read_po

from syncd.console import rendering
from syncd.console.catalogs import LOCALES
from syncd.console.locale.update import problems, texts_of_the_code
from syncd.console.saying import say, show
from syncd.sentence import Counted, Sentence, pack, unpack

NUMBERED: Final = re.compile(r"%\(\w+\)s (?:(?:or more|of its|of the|whole|other) )?(?P<what>[a-z]+s)\b")
"""A value, and a word that may be the plural of what there are so many of."""

VERBS: Final = frozenset(
    "answers as becomes comes differs does gives has holds is knows logs means names needs owns reads says sees serves"
    " stands stays takes tells this uses waits was works".split()
)
"""What ends like a plural and is none: what somebody does, and small words."""

OF_ANY_NUMBER: Final = {
    "%(dialect)s: %(count)s or more customers": "a whole page of them, which is never one",
    "%(dialect)s: %(table)s has %(count)s or more records": "a whole page of them",
    "%(dialect)s: CDN.Kontrahenci has %(count)s or more contractors": "a whole page of them",
    "%(drift)s ms away from the database's": "a unit's sign",
    "One of: %(names)s days.": "the last of several numbers",
    "Tryton has no category for %(count)s of the groups": "some of many",
    "both sides changed %(field)s since they last agreed, in %(number)s of its entries": "some of many",
    "nothing is put off for %(days)s days": "what somebody typed",
}
"""Texts that need no form for one, and why."""

FILES: Final = Counted("%(count)s file waits in the folder", "%(count)s files wait in the folder")


def test_a_text_with_a_number_of_things_has_a_form_for_each_number() -> None:
    of_one_form = {str(message.id) for message in texts_of_the_code() if message.id and not message.pluralizable}
    found = {text for text in of_one_form if any(what not in VERBS for what in NUMBERED.findall(text))}
    assert found == set(OF_ANY_NUMBER)  # else: make it `Counted`, or `ngettext` in a template


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 0, "0 files wait in the folder"),
        ("en", 1, "1 file waits in the folder"),
        ("en", 1200, "1,200 files wait in the folder"),
        ("pl", 1, "1 plik czeka w folderze"),
        ("pl", 2, "2 pliki czekają w folderze"),
        ("pl", 5, "5 plików czeka w folderze"),
        ("pl", 22, "22 pliki czekają w folderze"),
        ("ru", 1, "1 файл ждёт в папке"),
        ("ru", 2, "2 файла ждут в папке"),
        ("ru", 11, "11 файлов ждёт в папке"),
        ("ru", 21, "21 файл ждёт в папке"),
        ("fr", 0, "0 fichier attend dans le dossier"),
        ("de", 1, "1 Datei wartet im Ordner"),
    ],
)
def test_a_sentence_has_the_form_that_its_number_needs(language: str, number: int, said: str) -> None:
    assert say(Sentence(FILES, count=number), language) == said


def test_the_english_of_a_sentence_has_the_form_as_well() -> None:
    assert [Sentence(FILES, count=number) for number in (1, 2)] == [
        "1 file waits in the folder",
        "2 files wait in the folder",
    ]


def test_a_number_in_a_sentence_within_another_one_counts_for_itself() -> None:
    read = Sentence(Counted("%(count)s byte read", "%(count)s bytes read"), count=1)
    whole = Sentence(
        Counted(
            "%(reason)s; %(count)s record was whole until there (%(read)s)",
            "%(reason)s; %(count)s records were whole until there (%(read)s)",
        ),
        reason="cut",
        count=2,
        read=read,
    )
    assert whole == "cut; 2 records were whole until there (1 byte read)"
    assert say(whole, "pl") == "cut; do tego miejsca całe były 2 rekordy (przeczytano 1 bajt)"


def test_a_sentence_that_was_kept_is_said_as_the_one_that_was_not() -> None:
    for number in (1, 2, 5):
        made = Sentence(FILES, count=number)
        assert say(unpack(str(made), pack(made)), "pl") == say(made, "pl")


def test_what_an_older_version_kept_in_the_form_of_many_is_said_by_its_number_as_well() -> None:
    kept = unpack("1 files wait in the folder", '["%(count)s files wait in the folder",{"count":1}]')
    assert say(kept, "pl") == "1 plik czeka w folderze"
    assert "lang" not in show(kept, "ru")


def test_a_form_that_other_numbers_have_as_well_needs_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {}
    for language in ("pl", "ru"):
        with (LOCALES / language / "messages.po").open("rb") as file:
            written = read_po(file, locale=language)
        one = written.get(FILES.one)
        assert one is not None
        assert isinstance(one.string, tuple)
        one.string = ("plik w folderze", *one.string[1:])
        monkeypatch.setattr("syncd.console.locale.update._read", lambda _, written=written: written)
        told[language] = list(problems(language, texts_of_the_code()))
    assert told["pl"] == []  # of one alone
    assert told["ru"] == [f"ru: {FILES.one!r} has other placeholders: 'plik w folderze'"]  # of 21 as well


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "1,264 customers"), ("pl", "1\xa0264 klientów"), ("ru", "1\xa0264 клиента"), ("de", "1.264 Kunden")],
)
def test_a_page_writes_how_many_there_are_as_its_language_does(language: str, said: str) -> None:
    counted = '{{ ngettext("%(num)s customer", "%(num)s customers", 1264) }}'
    assert rendering._templates(language).from_string(counted).render() == said
