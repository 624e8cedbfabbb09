"""Is what msgspec says of a value kept to the letter, and said in other languages?"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest

from syncd.console.saying import say
from syncd.misfit import misfit


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    number: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    text: Annotated[str, msgspec.Meta(pattern="^a", min_length=2)] = "aa"
    choice: Literal["a", "b"] = "a"
    pair: tuple[int, int] = (1, 1)


class Needy(msgspec.Struct):
    name: str


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Shape, {"number": "x"}),
        (Shape, {"number": 0}),
        (Shape, {"number": 10}),
        (Shape, {"text": "b" * 3}),
        (Shape, {"text": ""}),
        (Shape, {"choice": "c"}),
        (Shape, {"pair": [1]}),
        (Shape, {"other": 1}),
        (Needy, {}),
    ],
)
def test_what_does_not_fit_is_told_in_the_same_words_and_in_those_of_other_languages(
    shape: type[msgspec.Struct], value: dict[str, Any]
) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert(value, shape)
    what = str(raised.value).partition(" - at `$")[0]
    said = misfit(what)
    assert said == what
    assert say(said, "pl") != what


def test_what_nobody_knows_stays_as_it_is() -> None:
    assert misfit("Whatever 100% new") == "Whatever 100% new"


def test_of_an_address_it_is_said_how_one_begins() -> None:
    shape = Annotated[str, msgspec.Meta(pattern="^https?://")]
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert("ftp://x", shape)
    said = misfit(str(raised.value))
    assert said == "it does not begin with http:// or https://"
    assert say(said, "pl") != said
