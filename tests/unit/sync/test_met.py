"""Is a record that a read brought before found again, and no other one?"""

from __future__ import annotations

import hashlib
import tracemalloc
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from syncd.sync.met import Met

DIGESTS = st.binary(min_size=16, max_size=16)


def key_of(external_id: str) -> bytes:
    return hashlib.blake2b(external_id.encode(), digest_size=12).digest()


@given(st.lists(st.tuples(st.text(max_size=3), DIGESTS)), st.lists(st.text(max_size=3)))
def test_it_remembers_what_a_dict_does(met: list[tuple[str, bytes]], asked: list[str]) -> None:
    ours, known = Met(), dict[str, bytes]()
    for external_id, digest in met:
        assert ours.get(external_id) == known.get(external_id)
        assert ours.meet(external_id, digest) == known.get(external_id)
        known.setdefault(external_id, digest)
    assert [ours.get(one) for one in (*known, *asked)] == [known.get(one) for one in (*known, *asked)]


def test_what_looks_like_a_key_inside_an_entry_is_none() -> None:
    part = key_of("one")[:2]
    other = next(name for name in map(str, count()) if key_of(name)[:2] == part)
    ours = Met()
    ours.meet("one", key_of(other) + bytes(4))
    assert ours.get(other) is None
    ours.meet(other, bytes(16))
    assert ours.get(other) == bytes(16)


def test_an_id_with_half_a_letter_is_an_id() -> None:
    ours = Met()
    ours.meet("\ud800", bytes(16))
    assert (ours.get("\ud800"), ours.get("\ud801")) == (bytes(16), None)


def test_a_hundred_thousand_take_four_megabytes() -> None:
    tracemalloc.start()
    try:
        ours = Met()
        for number in range(100_000):
            ours.meet(f"K/{number}", bytes(16))
        assert tracemalloc.get_traced_memory()[0] < 4 * 2**20
    finally:
        tracemalloc.stop()
