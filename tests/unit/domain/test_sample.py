"""Is a record shown whole, and where each value was found?"""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import FIELDS, Address, Contractor
from syncd.domain.sample import LONGEST, Part, parts_of, stated_of


def test_values_of_a_record_have_their_paths() -> None:
    raw = b'{"nip": "526-025-02-74", "addr": [{"city": "\\u0141\\u00f3d\\u017a"}, {}], "blocked": false, "memo": ""}'
    assert parts_of(raw) == [Part("nip", "526-025-02-74"), Part("addr[0].city", "Łódź"), Part("blocked", "false")]


def test_a_field_names_the_parts_that_hold_the_same_however_they_are_written() -> None:
    contractor = Contractor(name="ŻUBR S.A.", tax_id="5260250274", addresses=(Address(city="Łódź"),))
    parts = [Part("nip", "526-025-02-74"), Part("nazwa", "Żubr S.A."), Part("adres.miasto", "łódź"), Part("x", "y")]
    found = {one.field: one.found_in for one in stated_of(contractor, parts)}
    assert found["tax_id"] == ("nip",)
    assert found["name"] == ("nazwa",)
    assert found["addresses"] == ("adres.miasto",)


def test_what_is_no_json_is_one_part_and_long_values_are_shortened() -> None:
    assert parts_of(b"<K/>") == [Part("", "<K/>")]
    assert parts_of(b"\xff\xfe") == [Part("", "\ufffd\ufffd")]
    assert parts_of(b"") == []
    (part,) = parts_of(b'["' + b"x" * 5000 + b'"]')
    assert len(part.text) == LONGEST


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES | st.binary())
def test_any_record_can_be_shown(value: Any) -> None:
    raw = value if isinstance(value, bytes) else msgspec.json.encode(value)
    parts = parts_of(raw)
    assert all(len(part.text) <= LONGEST for part in parts)
    assert {one.field for one in stated_of(Contractor(name="A"), parts)} <= set(FIELDS)
