"""Are wrong options of a connection told in the words of the configuration?"""

from __future__ import annotations

import msgspec
import pytest

from syncd.errors import Misconfigured
from syncd.ports import Secret, parse_options


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    column: str


class Options(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    url: str
    token: Secret
    decimal_comma: bool = False
    active: Rule | None = None


RIGHT = {"url": "http://erp.example", "token": "t"}


def told(**changed: object) -> Misconfigured:
    values = {name: value for name, value in {**RIGHT, **changed}.items() if value is not None}
    with pytest.raises(Misconfigured) as raised:
        parse_options(Options, values, connection="erp")
    return raised.value


def test_a_missing_option_is_named_with_its_place() -> None:
    error = told(url=None)
    assert error.message == "connection erp: the option url is missing"
    assert "[connections.erp.options]" in error.cure


def test_a_misspelt_option_names_the_nearest() -> None:
    error = told(decimal_coma=True)
    assert (error.message, error.cure) == (
        "connection erp: there is no option 'decimal_coma'",
        "Did you mean decimal_comma?",
    )


def test_an_option_inside_of_another_is_named_with_its_path() -> None:
    assert told(active={"column": "x", "inactiv": ["1"]}).message == (
        "connection erp: there is no option 'active.inactiv'"
    )
    assert told(active={}).message == "connection erp: the option active.column is missing"


def test_a_value_of_another_type_is_not_repeated() -> None:
    error = told(decimal_comma="hush")
    assert error.message == "connection erp: option decimal_comma: Expected `bool`, got `str`"
    assert "hush" not in str(error)
