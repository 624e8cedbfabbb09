"""What does the shop hold, and what may be done to it: by its admins, by shoppers, and by an ERP?"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from adapters.esklep.simulated.customer import DOMESTIC, FIELDS_HELD, Customer, Status
from adapters.esklep.simulated.rules import Forbidden, check, logins
from syncd.domain.contractor import Contractor, Employee, restrict
from syncd.errors import InvalidRecord, NotFound, VersionConflict

__all__ = ["Edition", "Setup", "Shop"]

Edition = Literal["standard", "enterprise", "b2b"]


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop is set up.

    Attributes:
        accepts_by_hand: An administrator must accept each account that is registered.
    """

    edition: Edition = "enterprise"
    accepts_by_hand: bool = False


class Shop:
    """All customers. Safe to use from several threads.

    Attributes:
        now: The shop's clock, in UTC.
    """

    def __init__(self, setup: Setup | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.setup = setup or Setup()
        self.now = now
        self.lock = threading.RLock()
        self._customers: dict[int, Customer] = {}
        self._wire: dict[int, bytes] = {}
        self._changes: list[tuple[int, int]] = []
        self._taken: dict[str, int] = {}
        self._erp_ids: dict[str, int] = {}
        self._last_change = 0

    # ------------------------------------------------------------------ the bridge

    @property
    def last_change(self) -> int:
        return self._last_change

    def facts(self) -> Mapping[str, Any]:
        """What the bridge says of the shop."""
        return {"name": "e-Sklep simulator", "edition": self.setup.edition, "customers": len(self._customers)}

    def get(self, external_id: str) -> Customer:
        """One customer, an anonymised one included."""
        with self.lock:
            found = self._customers.get(int(external_id)) if external_id.isdecimal() else None
        if found is None or found.external_id != external_id:
            raise NotFound("there is no such customer", record=external_id)
        return found

    def create(self, values: Mapping[str, Any]) -> Customer:
        """Make a customer for the ERP: no mail, and its first account comes with it."""
        return self.add(Contractor(**values), origin="erp")

    def write(self, external_id: str, version: str | None, values: Mapping[str, Any]) -> Customer:
        """Change a customer for the ERP. Who was anonymised is nobody any more."""
        with self.lock:
            customer = self.get(external_id)
            if customer.status is Status.ANONYMISED:
                raise NotFound("the customer was anonymised", record=external_id)
            if version is not None and version != str(customer.change):
                raise VersionConflict("the customer has changed in the meantime", record=external_id)
            changed = customer
            if values.get("approved") and customer.status in {Status.PENDING, Status.REJECTED}:
                changed = msgspec.structs.replace(changed, status=Status.ACTIVE)
            if "active" in values:
                changed = erp_word(changed, active=values["active"])
            return self._store(changed, _held(changed.data, values))

    def matching(self, field: str, value: str) -> list[bytes]:
        """Customers by number, tax id or e-mail; nobody is found who was anonymised."""
        with self.lock:
            return [
                self._wire[customer.id]
                for customer in self._customers.values()
                if customer.status is not Status.ANONYMISED and _matches(customer.data, field, value)
            ]

    def listing(self, after: int, limit: int) -> tuple[list[bytes], int | None, int]:
        with self.lock:
            ids = list(self._customers)
            start = bisect_right(ids, after)
            page = ids[start : start + limit]
            more = start + limit < len(ids)
            return [self._wire[number] for number in page], page[-1] if more else None, len(ids)

    def changes(self, after: int, until: int, limit: int, since: int) -> tuple[list[bytes], int | None, int]:
        with self.lock:
            first, start, end = (bisect_left(self._changes, (number + 1, 0)) for number in (since, after, until))
            page = self._changes[start : min(start + limit, end)]
            more = start + limit < end
            return [self._wire[number] for _, number in page], page[-1][0] if more else None, end - first

    # ------------------------------------------------------------------ the panel

    def customers(self) -> list[Customer]:
        """All, in the order of their numbers."""
        with self.lock:
            return list(self._customers.values())

    def by_erp_id(self, erp_id: str) -> Customer | None:
        """Whom the ERP calls so."""
        with self.lock:
            number = self._erp_ids.get(erp_id)
            return None if number is None else self._customers[number]

    def add(self, contractor: Contractor, *, origin: str = "panel", erp_id: str = "") -> Customer:
        """Create a customer. Its e-mail becomes its first account, which is the log-in."""
        with self.lock:
            if erp_id and erp_id in self._erp_ids:
                raise InvalidRecord("another customer has this id", code="duplicate", field="erpId")
            data = _held(Contractor(name="", origin=origin, tax_class=DOMESTIC), _values(contractor))
            off = Status.BLOCKED_BY_ERP if origin == "erp" else Status.BLOCKED
            customer = Customer(
                id=max(self._customers, default=0) + 1,
                change=0,
                modified=self.now(),
                erp_id=erp_id,
                data=data,
                status=Status.ACTIVE if contractor.active else off,
            )
            return self._store(customer, _with_account(data))

    def edit(self, external_id: str, **values: Any) -> Customer:
        """Change a customer as an admin; ``active`` is what Activate and Block do."""
        with self.lock:
            customer = self.get(external_id)
            if "active" in values:
                customer = msgspec.structs.replace(
                    customer, status=Status.ACTIVE if values["active"] else Status.BLOCKED
                )
            return self._store(customer, _held(customer.data, values))

    def set_status(self, external_id: str, status: Status) -> Customer:
        """Block, activate, accept or reject one account, as the panel's list does; the ERP's block stays."""
        with self.lock:
            customer = self.get(external_id)
            if customer.status is Status.ANONYMISED:
                raise NotFound("the customer was anonymised", record=external_id)
            if customer.status is Status.BLOCKED_BY_ERP:
                return self._store(msgspec.structs.replace(customer, before=status), customer.data)
            return self._store(msgspec.structs.replace(customer, status=status), customer.data)

    def anonymise(self, external_id: str) -> Customer:
        """Forget a person for good; discounts of shop and ERP go as well."""
        with self.lock:
            customer = self.get(external_id)
            nobody = Contractor(name=f"Klient {customer.id}", origin=customer.data.origin, tax_class=DOMESTIC)
            return self._store(msgspec.structs.replace(customer, status=Status.ANONYMISED), nobody)

    # ------------------------------------------------------------------ the storefront

    def register(self, contractor: Contractor) -> Customer:
        """Take a self-registration: domestic whatever its country, until an admin says otherwise."""
        with self.lock:
            wanted = msgspec.structs.replace(contractor, tax_class=DOMESTIC, groups=(), number="", active=True)
            customer = self.add(wanted, origin="rejestracja")
            return self.set_status(customer.external_id, Status.PENDING) if self.setup.accepts_by_hand else customer

    def edit_profile(self, external_id: str, **values: Any) -> Customer:
        """Let a shopper edit the own profile.

        Raises:
            Forbidden: If the customer is not domestic, or may not log in.
        """
        with self.lock:
            customer = self.get(external_id)
            if customer.data.tax_class != DOMESTIC or customer.status is not Status.ACTIVE:
                raise Forbidden("only an admin or the ERP changes this customer", record=external_id)
            return self._store(customer, _held(customer.data, values))

    # ------------------------------------------------------------------ storing

    def erp_import(self, customer: Customer, values: Mapping[str, Any], *, active: bool) -> Customer:
        """Take one record of an import for a customer who is there."""
        with self.lock:
            return self._store(erp_word(customer, active=active), _held(customer.data, values))

    def spoil(self, external_id: str, wire: bytes) -> None:
        """Let a customer go over the bridge as these bytes."""
        with self.lock:
            self._wire[self.get(external_id).id] = wire

    def dump(self) -> bytes:
        """Everything, for `load`."""
        with self.lock:
            return msgspec.json.encode((self._last_change, list(self._customers.values())))

    def load(self, data: bytes) -> None:
        """Take in what `dump` wrote."""
        with self.lock:
            last, customers = msgspec.json.decode(data, type=tuple[int, list[Customer]])
            for customer in customers:
                self._keep(customer)
            self._last_change = last

    def _store(self, customer: Customer, data: Contractor) -> Customer:
        old = self._customers.get(customer.id)
        if customer.status is not Status.ANONYMISED:
            check(data, lambda mail: self._taken.get(mail, customer.id) != customer.id)
        if old is not None and (old.data, old.status, old.before) == (data, customer.status, customer.before):
            return old
        self._last_change += 1
        new = msgspec.structs.replace(
            customer, data=data, change=self._last_change, modified=self.now().replace(microsecond=0)
        )
        self._keep(new)
        return new

    def _keep(self, customer: Customer) -> None:
        old = self._customers.get(customer.id)
        if old is not None:
            del self._changes[bisect_left(self._changes, (old.change, old.id))]
        self._customers[customer.id] = customer
        self._wire[customer.id] = customer.wire()
        insort(self._changes, (customer.change, customer.id))
        if customer.erp_id:
            self._erp_ids[customer.erp_id] = customer.id
        for mail in _mails(old.data) if old else ():
            self._taken.pop(mail, None)
        for mail in _mails(customer.data):
            self._taken[mail] = customer.id


def erp_word(customer: Customer, *, active: bool) -> Customer:
    """What becomes of a status when the ERP switches its contractor on or off: it lifts its own block and no other."""
    if not active and customer.status is not Status.BLOCKED_BY_ERP:
        return msgspec.structs.replace(customer, status=Status.BLOCKED_BY_ERP, before=customer.status)
    if active and customer.status is Status.BLOCKED_BY_ERP:
        return msgspec.structs.replace(customer, status=customer.before)
    return customer


def _values(contractor: Contractor) -> dict[str, Any]:
    held = restrict(contractor, FIELDS_HELD)
    default = Contractor(name="")
    return {name: value for name in FIELDS_HELD if (value := getattr(held, name)) != getattr(default, name)}


def _held(data: Contractor, values: Mapping[str, Any]) -> Contractor:
    """Data with these values: what the shop does not keep is dropped, and its people get numbers."""
    kept = {name: value for name, value in values.items() if name in FIELDS_HELD}
    if not kept.get("tax_class", DOMESTIC):
        del kept["tax_class"]  # a residency is one of three; who says none leaves it as it is
    if "groups" in kept:
        kept["groups"] = tuple(sorted(set(kept["groups"])))
    return msgspec.structs.replace(data, **kept)


def _with_account(data: Contractor) -> Contractor:
    if data.employees or not data.email:
        return data
    return msgspec.structs.replace(data, employees=(Employee(email=data.email, default_login=True),))


def _mails(data: Contractor) -> set[str]:
    return logins(data) | ({data.email.casefold()} if data.email else set())


def _matches(data: Contractor, field: str, value: str) -> bool:
    if field == "email":
        return value.casefold() in _mails(data)
    return bool(value) and getattr(data, field) == value
