"""Do sums by bucket lead to exactly the records that differ?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.checksums import Bucket, Checksums, bucket_of, leaf_of, number_of
from syncd.domain.contractor import Contractor

BUCKETS = [Bucket("PL", "Hurt", "active"), Bucket("PL", "", "inactive"), Bucket("DE", "Hurt", "active")]
records = st.dictionaries(
    st.text("abc", min_size=1, max_size=4), st.tuples(st.sampled_from(BUCKETS), st.integers(0, 3)), max_size=30
)


def summed(held: dict[str, tuple[Bucket, int]]) -> Checksums:
    sums = Checksums()
    for name, (bucket, value) in held.items():
        number = number_of(name)
        sums.add(bucket, number, leaf_of(number, bytes([value])))
    return sums


@given(records, records)
def test_what_differs_is_found_and_nothing_else_is_looked_at(
    one: dict[str, tuple[Bucket, int]], other: dict[str, tuple[Bucket, int]]
) -> None:
    first, second = summed(one), summed(other)
    places = first.differing(second)
    assert places == second.differing(first)
    here, there = dict(first.records(places)), dict(second.records(places))
    found = {number for number in here.keys() | there.keys() if here.get(number) != there.get(number)}
    values = {name for name in one.keys() | other.keys() if _value(one, name) != _value(other, name)}
    assert found == {number_of(name) for name in values}
    moved = {name for name in one.keys() & other.keys() if one[name][0] != other[name][0]}
    assert bool(places) == bool(values | moved)


def _value(held: dict[str, tuple[Bucket, int]], name: str) -> int | None:
    return held[name][1] if name in held else None


@given(records)
def test_the_order_of_the_records_does_not_matter(held: dict[str, tuple[Bucket, int]]) -> None:
    one, other = summed(held), summed(dict(reversed(held.items())))
    assert (one.root, len(one), one.buckets, one.differing(other)) == (other.root, len(other), other.buckets, set())


def test_two_records_that_exchange_their_contents_are_a_difference() -> None:
    one = summed({"a": (BUCKETS[0], 1), "b": (BUCKETS[0], 2)})
    assert one.root != summed({"a": (BUCKETS[0], 2), "b": (BUCKETS[0], 1)}).root


def test_a_bucket_is_country_group_and_status() -> None:
    assert bucket_of(Contractor(name="a", country="PL", groups=("Detal", "Hurt"), active=False)) == (
        "PL",
        "Detal",
        "inactive",
    )
