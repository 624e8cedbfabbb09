"""Which customer groups and countries does the shop have? Read when first needed, kept while a connection is open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

import msgspec

from adapters.vendure.api import Api
from adapters.vendure.customer import Country, Group
from adapters.vendure.queries import COUNTRIES, CREATE_GROUP, GROUPS
from syncd.errors import Unstorable
from syncd.once import found_group, found_or_made
from syncd.sentence import Sentence

__all__ = ["Countries", "Groups"]

MOST: Final = 1000
"""Largest ``take`` that Vendure accepts."""


Member = TypeVar("Member")


class _Listed(msgspec.Struct, Generic[Member], rename="camel"):
    total_items: int
    items: list[Member]


def _read_all(api: Api, document: str, decode: Callable[[bytes], dict[str, _Listed[Member]]]) -> list[Member]:
    found: list[Member] = []
    while True:
        data = api.query(document, options={"take": MOST, "skip": len(found), "sort": {"id": "ASC"}})
        (page,) = decode(data).values()
        found += page.items
        if not page.items or len(found) >= page.total_items:
            return found


_read_groups = msgspec.json.Decoder(dict[str, _Listed[Group]]).decode
_read_countries = msgspec.json.Decoder(dict[str, _Listed[Country]]).decode


class Groups:
    """Customer groups by name. Vendure allows two of one name; the older one counts."""

    def __init__(self, api: Api, *, create: bool) -> None:
        self._api = api
        self._create = create
        self._lock = threading.Lock()
        self._ids: dict[str, str] | None = None

    def ids(self, names: Iterable[str]) -> dict[str, str]:
        """Ids of groups, made where the shop lacks them and may get them.

        Raises:
            Unstorable: If the shop lacks one and none shall be created.
        """
        # One lock for look-up and creation, or two threads would make one group twice.
        with self._lock:
            return {name: self._known().get(name) or self._found(name) for name in names}

    def count(self) -> int:
        with self._lock:
            return len(self._known())

    def forget(self) -> None:
        """Read the list again when it is next needed."""
        with self._lock:
            self._ids = None

    def _known(self) -> dict[str, str]:
        if self._ids is None:
            self._ids = self._read()
        return self._ids

    def _read(self) -> dict[str, str]:
        # Whole or not at all: what half a list lacks would be made a second time.
        return {group.name: group.id for group in reversed(_read_all(self._api, GROUPS, _read_groups))}

    def _found(self, name: str) -> str:
        if self._create:
            # Of two that were made at once the younger stays, without members: to delete groups takes a right that
            # syncd needs for nothing else.
            return found_or_made(lambda: self._look(name), lambda: self._make(name))
        return found_group(lambda: self._look(name), name)

    def _look(self, name: str) -> list[str]:
        self._ids = self._read()
        return [self._ids[name]] if name in self._ids else []

    def _make(self, name: str) -> str:
        data = self._api.mutate(CREATE_GROUP, input={"name": name})
        return msgspec.json.decode(data, type=dict[str, Group])["createCustomerGroup"].id


class Countries:
    """Codes of the countries that the shop lists; it refuses addresses in any other."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._codes: frozenset[str] | None = None

    def demand(self, codes: Iterable[str]) -> None:
        """Check that the shop lists all of `codes`.

        Raises:
            Unstorable: Naming the country.
        """
        wanted = set(codes)
        if not wanted:
            return
        with self._lock:
            # Somebody may have added the country a minute ago, as the error below asks for.
            if self._codes is None or not wanted <= self._codes:
                self._codes = self._read()
            missing = sorted(wanted - self._codes)
        if "" in missing:
            raise Unstorable(
                "an address has no country, and the shop stores none without",
                code="country-missing",
                field="addresses",
                cure="State the country of the address or of the contractor where it comes from.",
            )
        if missing:
            raise Unstorable(
                Sentence("the shop does not list the country %(names)s", names=", ".join(missing)),
                code="country-not-listed",
                field="addresses",
                cure="Add the country to the shop's countries, or correct the address; the next run takes it.",
            )

    def count(self) -> int:
        with self._lock:
            self._codes = self._read()
            return len(self._codes)

    def _read(self) -> frozenset[str]:
        return frozenset(country.code for country in _read_all(self._api, COUNTRIES, _read_countries))
