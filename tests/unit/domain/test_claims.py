"""Are claims of an identity provider understood, and is nothing read into them?"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.claims import checked_address, filled_up, lacks, name_in, role_among, values_of, verified_address

ORDER = ["viewer", "operator", "admin"]
TEXTS = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)
CLAIMS = st.dictionaries(
    st.sampled_from(["email", "email_verified", "preferred_username", "name", "groups", "a.b", "a"]), JSON
)
ROLES = st.dictionaries(TEXTS, st.sampled_from(ORDER), max_size=5)


@given(st.lists(TEXTS), ROLES)
def test_the_highest_role_that_any_value_gives_counts(values: list[str], roles: dict[str, str]) -> None:
    given_roles = [roles[value] for value in values if value in roles]
    found = role_among(values, roles)
    assert (found is None) is (not given_roles)
    assert all(ORDER.index(role) <= ORDER.index(found or "") for role in given_roles)
    assert found is None or found in given_roles


@given(st.lists(TEXTS), st.lists(TEXTS), ROLES)
def test_neither_order_nor_repetition_nor_unknown_values_matter(
    values: list[str], more: list[str], roles: dict[str, str]
) -> None:
    others = [one for one in more if one not in roles]
    assert role_among(values, roles) == role_among([*others, *reversed(values), *values], roles)


@given(CLAIMS, st.sampled_from(["groups", "a.b", "a", "a.b.c", ""]))
def test_whatever_a_claim_is_its_values_are_texts_of_it(claims: dict[str, Any], path: str) -> None:
    assert all(isinstance(one, str) for one in values_of(claims, path))


@given(CLAIMS, CLAIMS, st.sampled_from(["groups", "a.b", "a", "a.b.c", ""]))
def test_what_is_told_beside_a_token_changes_nothing_that_it_says(
    claims: dict[str, Any], more: dict[str, Any], path: str
) -> None:
    said = filled_up(claims, more)
    if "email" in claims:
        assert verified_address(said) == verified_address(claims)
    if not lacks(claims, path):
        assert values_of(said, path) == values_of(claims, path)
    assert said.keys() == claims.keys() | more.keys() - ({"email_verified"} if "email" in claims else set())


def test_a_claim_inside_another_is_filled_up_as_well() -> None:
    said = filled_up({"realm_access": {"x": 1}}, {"realm_access": {"roles": ["a"], "x": 2}})
    assert values_of(said, "realm_access.roles") == ("a",)
    assert said["realm_access"]["x"] == 1


@pytest.mark.parametrize(
    ("claims", "path", "values"),
    [
        ({"groups": ["a", 1, None, "b"]}, "groups", ("a", "b")),
        ({"groups": "a"}, "groups", ("a",)),
        ({"groups": {"a": True}}, "groups", ()),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ("a",)),
        ({"https://acme.example/roles": ["a"]}, "https://acme.example/roles", ("a",)),
        ({"a.b": ["x"], "a": {"b": ["y"]}}, "a.b", ("x",)),
        ({"realm_access": ["roles"]}, "realm_access.roles", ()),
        ({}, "groups", ()),
    ],
)
def test_values_are_those_of_the_claim_or_of_one_inside_another(
    claims: dict[str, Any], path: str, values: tuple[str, ...]
) -> None:
    assert values_of(claims, path) == values


@given(CLAIMS)
def test_an_address_is_verified_only_if_the_provider_says_so(claims: dict[str, Any]) -> None:
    found = verified_address(claims)
    if found is not None:
        assert claims["email_verified"] in (True, "true")
        assert not isinstance(claims["email_verified"], int | float) or claims["email_verified"] is True
        assert found == checked_address(claims["email"])


@given(TEXTS, TEXTS)
def test_two_addresses_are_one_only_if_they_differ_in_case_alone(one: str, other: str) -> None:
    first, second = checked_address(f"{one}@a.example"), checked_address(f"{other}@a.example")
    if first is not None and first == second:
        assert one.strip().isascii()
        assert one.strip().upper() == other.strip().upper()


@pytest.mark.parametrize("text", ["", "anna", "@", "a@b@c", "a b@c", "\u212aatie@a.example", "a" * 250 + "@a.example"])
def test_what_cannot_be_compared_safely_is_no_address(text: str) -> None:
    assert checked_address(text) is None


@given(CLAIMS)
def test_a_new_user_s_name_is_one_that_users_can_have(claims: dict[str, Any]) -> None:
    name = name_in(claims)
    assert not name or re.fullmatch(r"[a-z0-9][a-z0-9._@-]{0,63}", name)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "Anna.Nowak", "email": "x@y"}, "anna.nowak"),
        ({"preferred_username": "ACME\\anna"}, "acme-anna"),
        ({"preferred_username": "Анна", "email": "Anna@acme.example"}, "anna@acme.example"),
        ({"name": "  Anna Nowak "}, "anna-nowak"),
        ({"preferred_username": 7}, ""),
    ],
)
def test_names_are_written_as_here(claims: dict[str, Any], name: str) -> None:
    assert name_in(claims) == name
