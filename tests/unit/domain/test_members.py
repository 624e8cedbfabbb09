"""Is a collection that was read between two pieces of our own write told from what somebody did there?"""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import Address, AddressKind
from syncd.domain.members import Renamed, is_sent_in_part, merge_members

STREETS = st.sets(st.sampled_from("ABCDEFGH"), max_size=6)
KINDS = st.sampled_from([AddressKind.MAIN, AddressKind.DELIVERY, AddressKind.OTHER])


def places(streets: set[str], kind: AddressKind = AddressKind.OTHER) -> tuple[Address, ...]:
    return tuple(Address(kind=kind, street=f"Polna {street}") for street in sorted(streets))


@given(seen=STREETS, sent=STREETS, done=STREETS, kind=KINDS)
def test_any_part_of_a_write_is_told_for_what_it_is(
    seen: set[str], sent: set[str], done: set[str], kind: AddressKind
) -> None:
    now = (seen - ((seen - sent) & done)) | ((sent - seen) & done)
    there = [
        address if street in seen else msgspec.structs.replace(address, kind=kind)
        for street, address in zip(sorted(now), places(now), strict=True)
    ]
    assert is_sent_in_part("addresses", places(seen), tuple(there), [places(sent)])


@given(seen=STREETS, sent=STREETS)
def test_what_nobody_sent_is_an_edit(seen: set[str], sent: set[str]) -> None:
    assert not is_sent_in_part("addresses", places(seen), places(seen | {"Z"}), [places(sent)])


@given(seen=STREETS, sent=STREETS, gone=st.sampled_from("ABCDEFGH"))
def test_to_lack_what_was_to_stay_is_an_edit(seen: set[str], sent: set[str], gone: str) -> None:
    before, wanted = seen | {gone}, sent | {gone}
    assert not is_sent_in_part("addresses", places(before), places(before - {gone}), [places(wanted)])


def test_another_city_at_the_same_street_is_an_edit() -> None:
    (here,) = places({"A"})
    there = msgspec.structs.replace(here, city="Łódź")
    assert not is_sent_in_part("addresses", (), (there,), [(here,)])


@given(seen=STREETS, first=STREETS, second=STREETS)
def test_parts_of_two_writes_may_be_there_together(seen: set[str], first: set[str], second: set[str]) -> None:
    assert is_sent_in_part("addresses", places(seen), places(seen | first | second), [places(first), places(second)])


PHONES = st.lists(st.sampled_from(["600 100 200", "+48600100200", "600100201", "58 301"]), max_size=4).map(tuple)
PLACES = st.lists(
    st.builds(
        Address,
        street=st.sampled_from(["A 1", "a 1", "B 2", ""]),
        phone=st.sampled_from(["", "1"]),
        kind=KINDS,
        key=st.sampled_from(["", "1", "2"]),
    ),
    max_size=4,
).map(tuple)


@given(
    pair=st.sampled_from([("phones", PHONES), ("addresses", PLACES)]).flatmap(
        lambda one: st.tuples(st.just(one[0]), one[1], one[1])
    ),
    wins=st.booleans(),
)
def test_where_only_the_side_changed_a_look_at_each_place_says_what_a_look_at_all_keys_does(
    pair: tuple[str, tuple[Any, ...], tuple[Any, ...]], *, wins: bool
) -> None:
    field, base, now = pair
    nobody: Renamed = {"no key": "another"}  # with members that were renamed, all keys are looked at
    assert merge_members(field, base, base, now, wins=wins) == merge_members(
        field, base, base, now, wins=wins, same=nobody
    )
