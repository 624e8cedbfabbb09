"""Is what a side packs unpacked whole, and only as far as it may grow?"""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable, Iterator
from functools import cache

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import OutcomeUnknown, Unavailable
from syncd.http import Client
from syncd.inflate import BrokenPacking, inflate


@cache
def bomb() -> bytes:
    """64 KiB that become 64 MiB."""
    return gzip.compress(bytes(64 * 1024 * 1024))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(ends)]


@given(st.lists(st.binary(max_size=300_000), max_size=3), st.lists(st.integers(0, 10**6), max_size=8))
def test_what_was_packed_comes_back_however_it_was_cut(members: list[bytes], places: list[int]) -> None:
    packed = b"".join(map(gzip.compress, members))
    assert b"".join(inflate(cut(packed, places), "gzip")) == b"".join(members)


@pytest.mark.parametrize("codings", [None, "", "identity", " Identity "])
def test_what_was_not_packed_stays_as_it_is(codings: str | None) -> None:
    assert list(inflate([b"a", b"", b"b"], codings)) == [b"a", b"", b"b"]


@pytest.mark.parametrize("codings", ["gzip", "x-gzip", "GZIP", "identity, gzip"])
def test_gzip_is_known_by_all_its_names(codings: str) -> None:
    assert b"".join(inflate([gzip.compress(b"abc")], codings)) == b"abc"


@pytest.mark.parametrize("codings", ["gzip, gzip", "deflate", "br", "zstd", "x" * 1000])
def test_what_nobody_asked_for_is_refused_by_its_name(codings: str) -> None:
    with pytest.raises(BrokenPacking, match=f"packed as {codings[:9]}"):
        list(inflate([gzip.compress(gzip.compress(b"abc"))], codings))


@given(st.binary(min_size=1, max_size=3000), st.data())
def test_an_early_end_is_no_end(content: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(content)
    length = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(BrokenPacking, match="ended before"):
        list(inflate([packed[:length]], "gzip"))


@pytest.mark.parametrize(
    "bytes_",
    [b"<html>", gzip.compress(b"abc") + b"rest", b"\x1f\x8b" + b"\xff" * 40],
    ids=["a page", "more behind it", "nonsense"],
)
def test_what_is_not_packed_as_it_says_is_refused(bytes_: bytes) -> None:
    with pytest.raises(BrokenPacking, match="cannot be unpacked"):
        list(inflate([bytes_], "gzip"))


def test_an_answer_without_a_body_is_no_early_end() -> None:
    assert b"".join(inflate([], "gzip")) == b"".join(inflate([b""], "gzip")) == b""


def test_a_little_that_becomes_much_is_unpacked_a_little_at_a_time() -> None:
    assert max(map(len, inflate([bomb()], "gzip"))) <= 64 * 1024


@pytest.mark.parametrize(("method", "error"), [("read", Unavailable), ("write", OutcomeUnknown)])
@pytest.mark.parametrize(
    ("pack", "codings", "said"),
    [
        (bomb, "gzip", "larger than syncd takes"),
        (lambda: gzip.compress(bomb()), "gzip, gzip", "packed as gzip, gzip"),
        (lambda: gzip.compress(b"abc")[:-1], "gzip", "ended before"),
    ],
    ids=["a bomb", "a bomb in a bomb", "half an answer"],
)
def test_the_client_takes_no_bomb(
    method: str, error: type[Exception], pack: Callable[[], bytes], codings: str, said: str
) -> None:
    content = pack()

    def answer(_request: httpx.Request) -> httpx.Response:
        def body() -> Iterator[bytes]:
            yield content

        return httpx.Response(200, headers={"content-encoding": codings}, content=body())

    client = Client(
        "http://shop.example", transport=httpx.MockTransport(answer), body_bytes=100_000, sleep=lambda _seconds: None
    )
    with pytest.raises(error, match=said):
        getattr(client, method)("POST", "/")
