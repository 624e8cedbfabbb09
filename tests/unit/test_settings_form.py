"""Does a form ask for every option of every platform, and do its answers come back as what they mean?"""

from __future__ import annotations

import tomllib
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd import plugins
from syncd.errors import InvalidRecord
from syncd.ports import Secret
from syncd.settings.form import Asked, ask, read_answers, shown
from syncd.settings.options import secret_options
from syncd.settings.toml import lines_of


class Options(msgspec.Struct, frozen=True):
    url: Annotated[str, msgspec.Meta(description="Where it is.")]
    token: Secret
    page: int = 250
    wait: float = 2.5
    writes: bool = True
    mode: Literal["delta", "snapshot"] = "delta"
    skip: tuple[str, ...] = ("a", "b")
    names: dict[str, str] = {}
    folder: str | None = None


ASKED = {one.name: one for one in ask(Options)}


def test_the_types_say_what_is_filled_in() -> None:
    assert {name: one.shape for name, one in ASKED.items()} == {
        "url": "text", "token": "secret", "page": "number", "wait": "number", "writes": "switch", "mode": "choice",
        "skip": "lines", "names": "table", "folder": "text",
    }  # fmt: skip
    assert (ASKED["url"].meaning, ASKED["url"].required, ASKED["mode"].choices) == (
        "Where it is.", True, ("delta", "snapshot"),
    )  # fmt: skip
    assert [ASKED[name].default for name in ("page", "writes", "skip", "names")] == ["250", "yes", "a\nb", ""]


def test_answers_become_options_and_secrets_apart() -> None:
    options, secrets = read_answers(
        ASKED.values(),
        {"url": "http://x", "token": "s3cret", "page": "10", "writes": "no"}
        | {"skip": "x\r\n\r\n y ", "names": 'a = "b"'},
    )
    assert options == {"url": "http://x", "page": 10, "writes": False, "skip": ["x", "y"], "names": {"a": "b"}}
    assert secrets == {"token": "s3cret"}


def test_what_is_empty_or_the_default_is_left_out() -> None:
    answers = {one.name: one.default for one in ASKED.values()} | {"url": "  ", "folder": ""}
    assert read_answers(ASKED.values(), answers) == ({}, {})


@pytest.mark.parametrize(
    ("name", "text"), [("page", "many"), ("writes", "perhaps"), ("mode", "sometimes"), ("names", "a: b")]
)
def test_an_answer_that_means_nothing_names_its_option_and_is_not_repeated(name: str, text: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        read_answers(ASKED.values(), {name: text})
    assert caught.value.field == name
    assert text not in caught.value.message.replace("is not TOML", "")


@pytest.mark.parametrize("kind", plugins.kinds())
def test_every_platform_can_be_asked_for(kind: str) -> None:
    struct = plugins.load(kind).options
    asked = ask(struct)
    assert {one.name for one in asked} == set(struct.__struct_encode_fields__)
    assert {one.name for one in asked if one.shape == "secret"} == secret_options(struct)
    assert all(one.meaning for one in asked)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_what_is_written_as_toml_is_read_back_the_same(table: dict[str, Any]) -> None:
    assert tomllib.loads("\n".join(lines_of(table))) == table


@given(st.lists(st.text(alphabet="abcż ", min_size=1).map(str.strip).filter(bool)))
def test_a_list_survives_the_form(values: list[str]) -> None:
    one = Asked(name="x", meaning="", required=False, shape="lines", default="never")
    options, _ = read_answers([one], {"x": shown("lines", values)})
    assert options.get("x", []) == values
