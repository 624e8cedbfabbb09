"""Where do two large sets of records differ? Sums by bucket, so that only buckets that differ are looked into.

A bucket is what people think in: country, group, active or not. Each is parted once more by the records' names, so that
one difference in a bucket of fifty thousand leads to a few hundred records and not to all of them. A record takes 16
bytes, whatever is in it.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from syncd.domain.contractor import Contractor

__all__ = ["SHARDS", "Bucket", "Checksums", "Place", "bucket_of", "leaf_of", "number_of"]

SHARDS: Final = 256
"""Parts of one bucket."""

_SUM: Final = 1 << 64


class Bucket(NamedTuple):
    """Records that belong together for those who read a certificate."""

    country: str
    group: str
    status: str


class Place(NamedTuple):
    """One part of a bucket."""

    bucket: Bucket
    shard: int


def bucket_of(contractor: Contractor) -> Bucket:
    """Where a record is counted; who is in several groups by the first of them."""
    group = contractor.groups[0] if contractor.groups else ""
    return Bucket(contractor.country, group, "active" if contractor.active else "inactive")


def number_of(name: str) -> int:
    """Stands for a record's name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def leaf_of(number: int, content: bytes) -> int:
    """Stands for a record: its name and what it holds."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=8, key=number.to_bytes(8)).digest())


class Checksums:
    """The sums of one set of records, and enough to find out which of them a difference is about."""

    def __init__(self) -> None:
        self._records: dict[Place, array[int]] = defaultdict(lambda: array("Q"))
        self._sums: dict[Place, int] = defaultdict(int)

    def add(self, bucket: Bucket, number: int, leaf: int) -> None:
        """Count a record."""
        place = Place(bucket, number % SHARDS)
        self._records[place].extend((number, leaf))
        self._sums[place] = (self._sums[place] + leaf) % _SUM

    def __len__(self) -> int:
        return sum(len(pairs) // 2 for pairs in self._records.values())

    @property
    def root(self) -> str:
        """Stands for the whole set."""
        return f"{sum(self._sums.values()) % _SUM:016x}"

    @property
    def buckets(self) -> frozenset[Bucket]:
        """All that hold a record."""
        return frozenset(place.bucket for place in self._records)

    def differing(self, other: Checksums) -> set[Place]:
        """Parts of buckets in which the two do not hold the same."""
        places = self._records.keys() | other._records.keys()
        return {place for place in places if self._at(place) != other._at(place)}

    def records(self, places: Collection[Place]) -> Iterator[tuple[int, int]]:
        """Number and leaf of each record in some parts."""
        for place in places:
            pairs = self._records.get(place, array("Q"))
            yield from zip(pairs[::2], pairs[1::2], strict=True)

    def _at(self, place: Place) -> tuple[int, int]:
        return len(self._records.get(place, ())), self._sums.get(place, 0)
