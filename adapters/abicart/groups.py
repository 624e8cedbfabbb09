"""Which customer groups does the shop have? Read when first needed, and anew for each read of customers."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import msgspec

from adapters.abicart.api import Api
from adapters.abicart.customer import text_of
from syncd.errors import OutcomeUnknown, Unavailable
from syncd.once import found_group, found_or_made
from syncd.sentence import Sentence

__all__ = ["Groups"]

PAGE: Final = 500
MOST_PAGES: Final = 40

_SELECTION: Final = {"uid": True, "name": True}


class _Group(msgspec.Struct, frozen=True):
    uid: int
    name: Any = None


class Groups:
    """Customer groups by uid; of several with one name the oldest counts.

    Args:
        language: Of the names; a group without one in it goes by the first that it has.
        create: Whether a group that is lacking may be made.
    """

    def __init__(self, api: Api, *, language: str, create: bool) -> None:
        self._api = api
        self._language = language
        self._create = create
        self._lock = threading.Lock()
        # Replaced, never changed: whoever was given it may go on reading.
        self._names: dict[int, str] | None = None
        self._gone: set[int] = set()

    def names(self, wanted: Collection[int] = ()) -> Mapping[int, str]:
        """Name by uid.

        Args:
            wanted: Groups that ought to be there: the list is read again for one that is not, though once only.
        """
        with self._lock:
            unknown = set(wanted) - self._gone - (self._names or {}).keys()
            if self._names is None or unknown:
                self._names = self._read()
                self._gone |= unknown - self._names.keys()
            return self._names

    def forget(self) -> None:
        """Read the list again when it is next needed."""
        with self._lock:
            self._names = None
            self._gone = set()

    def uids(self, names: Iterable[str]) -> dict[str, int]:
        """Uid by name, of groups that are made where the shop lacks them and may get them.

        Raises:
            Unstorable: If the shop lacks one and none shall be created.
        """
        # One lock for look-up and creation, or two threads would make one group twice.
        with self._lock:
            return {name: self._by_name().get(name) or self._found(name) for name in names}

    def _by_name(self) -> dict[str, int]:
        if self._names is None:
            self._names = self._read()
        return {self._names[uid]: uid for uid in sorted(self._names, reverse=True)}

    def _found(self, name: str) -> int:
        if self._create:
            return found_or_made(lambda: self._look(name), lambda: self._make(name))
        return found_group(lambda: self._look(name), name)

    def _look(self, name: str) -> list[int]:
        self._names = None
        found = self._by_name()
        return [found[name]] if name in found else []

    def _make(self, name: str) -> int:
        result = self._api.change("CustomerGroup.set", None, {"name": {self._language: name}}, _SELECTION)
        try:
            return msgspec.json.decode(result, type=_Group).uid
        except msgspec.DecodeError:
            raise OutcomeUnknown("the shop's answer is not a customer group's", code="not-json-rpc") from None

    def _read(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for _ in range(MOST_PAGES):
            query = {"limit": PAGE, "offset": len(found), "sort": "uid"}
            rows = _decode(self._api.ask("CustomerGroup.list", _SELECTION, query))
            fresh = {row.uid: text_of(row.name, self._language) or f"#{row.uid}" for row in rows}
            # A page may be shorter than asked for because the shop gives no longer ones.
            if fresh.keys() <= found.keys():
                return found
            found |= fresh
        raise Unavailable(Sentence("the list of customer groups did not end after %(count)s", count=PAGE * MOST_PAGES))


def _decode(result: bytes) -> list[_Group]:
    try:
        return msgspec.json.decode(result, type=list[_Group])
    except msgspec.DecodeError:
        raise Unavailable("the shop's list of groups has another shape than expected") from None
