"""What is between the platform under trial and the memory side, and what do both have to say of one customer?

Customers are known by what nobody edits, so that a record is found on both sides without syncd's help.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final

import msgspec

from syncd.certify import samples
from syncd.certify.promises.case import Broken
from syncd.certify.sandbox import Sandbox
from syncd.domain.contractor import Contractor
from syncd.domain.side import Side
from syncd.ports import Adapter, Capabilities, Context, Endpoint
from syncd.registry import tables
from syncd.settings import RouteSettings
from syncd.sync.attention import retry
from syncd.trial.house import House, open_house
from syncd.trial.registry import empty_registry

__all__ = ["Pair", "is_token", "open_pair"]

_KEYS: Final = ("email", "number", "tax_id", "name")
_EDITED: Final = (
    "name", "contact_person", "phones", "website", "notes", "caretaker", "price_list", "payment_days", "groups",
)  # fmt: skip
_GONE: Final = frozenset({"gone", "gone-from-shop"})
_ROUNDS: Final = 15
_TOKEN: Final = re.compile(r"x\d{5}")


class Pair:
    """A platform, the memory side opposite of it, and the registry between them.

    Attributes:
        mine: Name of the connection to the platform under trial: ``erp`` or ``shop``; `other` is the memory side's.
        can: What the connection to the platform can express.
        key: The field by which customers are known.
        edited: Fields that people edit on either side, and that both sides must agree on in the end.
    """

    def __init__(self, house: House[Any], side: Side, can: Capabilities) -> None:
        self.house = house
        self.side = side
        self.mine, self.other = ("erp", "shop") if side is Side.ERP else ("shop", "erp")
        self.can = can
        platform: Sandbox = house.sides[self.mine]
        edits: frozenset[str] = getattr(platform, "edits", can.reads)
        stored = can.reads & edits & (can.writes or can.reads)
        self.key = next(field for field in _KEYS if field in stored)
        self.edited = tuple(field for field in _EDITED if field in stored and field != self.key)
        if not can.many_groups:
            self.edited = tuple(field for field in self.edited if field != "groups")
        self._pairs: Mapping[str, tuple[Any, Any]] = getattr(platform, "samples", {})
        self._serial = 0

    # What there is

    def sandbox(self, side: str) -> Any:
        """A side, seen by its operator."""
        return self.house.sides[side]

    def held(self, side: str) -> dict[str, Contractor]:
        """What a side holds, by key.

        Raises:
            Broken: If it holds somebody twice.
        """
        found: dict[str, Contractor] = {}
        for remote in self.house.sides[side].holds().values():
            key = getattr(remote.contractor, self.key)
            if key in found:
                raise Broken(f"a customer is there twice at the {side}")
            found[key] = remote.contractor
        return found

    def id_of(self, side: str, key: str) -> str | None:
        """A customer's external id on a side, if they are there."""
        holds = self.house.sides[side].holds().items()
        return next((id_ for id_, remote in holds if getattr(remote.contractor, self.key) == key), None)

    def row(self, key: str) -> dict[str, Any] | None:
        """A customer's row in the registry, if they are known."""
        known = zip(self.house.rows(tables.Contractor), self.house.contractors(), strict=True)
        return next((row for row, contractor in known if getattr(contractor, self.key) == key), None)

    # What people do

    def token(self) -> str:
        """A text that nothing else holds."""
        self._serial += 1
        return f"x{self._serial:05d}"

    def appears(self, side: str, *, active: bool = True, **more: Any) -> str:
        """A new customer; answers the key."""
        token = self.token()
        contractor = samples.contractor(
            self._serial,
            self._pairs,
            name=f"Firma {token}",
            number=token if side == "erp" else "",
            email=f"{token}@firma.example",
            login_email=f"{token}@firma.example",
            active=active or side == "shop",
            **{"registered": True, **more},
        )
        if not getattr(contractor, self.key):
            contractor = msgspec.structs.replace(contractor, **{self.key: token})
        self.sandbox(side).add(contractor)
        key: str = getattr(contractor, self.key)
        return key

    @property
    def groups(self) -> tuple[str, ...]:
        """All groups that there are."""
        first, second = {**samples.PAIRS, **self._pairs}["groups"]
        return tuple(sorted({*first, *second}))

    def value(self, field: str, now: Any) -> Any:
        """Another value of a field than it has `now`; where the platform has no ideas of its own, one of its kind."""
        token = self.token()
        if field in self._pairs or field not in {"name", "contact_person", "website", "notes", "caretaker", "phones"}:
            first, second = {**samples.PAIRS, **self._pairs}[field]
            return second if now == first else first
        shapes: dict[str, Any] = {
            "name": f"Firma {token}",
            "website": f"https://{token}.example/",
            "phones": (f"+4822555{self._serial:04d}",),
        }
        return shapes.get(field, f"said {token}")

    # What syncd does

    def rest(self) -> None:
        """Let everything happen that the daemon would do.

        Raises:
            Broken: If there is always more to do.
        """
        if self.house.settle(_ROUNDS) >= _ROUNDS:
            raise Broken(f"after {_ROUNDS} rounds it has not come to rest; open issues: {self.house.issues()}")

    def heal(self, *, vanished: bool = False) -> None:
        """Faults end, people retry what waits for them, and absence is read as often as it takes to be believed."""
        for side in ("erp", "shop"):
            self.sandbox(side).faults.clear()
        for _ in range(3 if vanished else 1):
            for row in self.house.rows(tables.Issue):
                if row["state"] == "open" and (row["external_id"] is None or row["code"] in _GONE):
                    retry(self.house.app, row["id"], by="trial")
            self.rest()
            if vanished:
                for side in ("erp", "shop"):
                    self.house.run(side, "full")
        self.rest()


def is_token(value: object) -> bool:
    """Whether a value is a text that nothing else holds."""
    return isinstance(value, str) and _TOKEN.search(value) is not None


def _impatient(adapter: Adapter) -> Adapter:
    """The same adapter, whose pauses between two tries are short."""

    def open_(options: Any, context: Context) -> Endpoint:
        return adapter.open(options, msgspec.structs.replace(context, sleep=lambda s: time.sleep(min(s, 0.01))))

    return msgspec.structs.replace(adapter, open=open_)


@contextmanager
def open_pair(adapter: Adapter, side: Side) -> Iterator[Pair]:
    """Put a platform on one side, empty, and memory on the other."""
    mine = "erp" if side is Side.ERP else "shop"
    with (
        empty_registry() as file,
        open_house(
            f"sqlite:///{file}",
            kinds={mine: adapter.kind},
            # Whoever appears in the shop is a customer, whether the platform calls them registered or not.
            routes=[RouteSettings(erp="erp", shop="shop", guests=True, newsletter_only=True)],
            beginning=None,
            push_tries=1000,
            folder=file.parent,
        ) as house,
    ):
        house.adapt(mine, _impatient(adapter))
        pairs: Mapping[str, tuple[Any, Any]] = getattr(house.sides[mine], "samples", {})
        home = samples.contractor(0, pairs).country
        house.change(settings=msgspec.structs.replace(house.app.settings, home=home))
        with closing(house.app.open(house.app.connection(mine))) as endpoint:
            can = endpoint.capabilities
        if can.incremental == "created":
            house.news[mine] = "full"
        yield Pair(house, side, can)
