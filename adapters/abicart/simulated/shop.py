"""What happens to customers and groups in a simulated shop, and what does it refuse?"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from adapters.abicart.simulated.schema import READ_ONLY, properties
from adapters.abicart.simulated.state import Setup, State
from syncd.domain.country import alpha2

__all__ = ["Refused", "Shop"]


class Refused(Exception):
    """A call was refused.

    Attributes:
        code: The number of the JSON-RPC error.
    """

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


def invalid(faults: Mapping[str, str]) -> Refused:
    """A value breaks a rule."""
    return Refused(9001, "Validation failed", dict(faults))


class Shop:
    """One shop. Whoever calls holds `lock`.

    Attributes:
        now: The shop's clock, in seconds since 1970.
    """

    def __init__(self, setup: Setup, state: State | None = None) -> None:
        self.setup = setup
        self.state = state or State()
        self.lock = threading.RLock()
        self.now: Callable[[], float] = time.time
        self._unique: dict[str, dict[str, int]] = {}
        self._index()

    def customer(self, uid: Any) -> dict[str, Any]:
        """One customer.

        Raises:
            Refused: With 9003 if there is none.
        """
        found = self.state.customers.get(uid) if isinstance(uid, int) and not isinstance(uid, bool) else None
        if found is None:
            raise Refused(9003, "Object not found")
        return found

    def set_customer(self, uid: Any, patch: Any) -> dict[str, Any]:
        """Change a customer; without `uid` make one, each time anew."""
        if not isinstance(patch, dict):
            raise Refused(-32602, "Invalid params", {"/1": "not an object"})
        before = properties(self.setup) if uid is None else self.customer(uid)
        after = self._patched(before, patch)
        self._validate(after, uid)
        if any(group not in self.state.groups for group in patch.get("groups", ())):
            raise invalid({"/groups": "unknown group"})
        if uid is None:
            self.state.last_uid += 1
            uid = self.state.last_uid
            after |= {"uid": uid, "created": int(self.now()), "changed": int(self.now())}
        elif after != before:
            after["changed"] = int(self.now())
        self._forget(uid)
        self.state.customers[uid] = after
        self._remember(uid)
        return after

    def delete_customer(self, uid: Any) -> None:
        """Remove a customer at once and without a trace."""
        self.customer(uid)
        self._forget(uid)
        del self.state.customers[uid]

    def set_group(self, uid: Any, patch: Any) -> int:
        """Change a group; without `uid` make one."""
        name = patch.get("name") if isinstance(patch, dict) else None
        if not isinstance(name, dict) or not any(name.values()):
            raise invalid({"/name": "required"})
        if uid is None:
            self.state.last_group += 1
            uid = self.state.last_group
        elif uid not in self.state.groups:
            raise Refused(9003, "Object not found")
        self.state.groups[uid] = {**self.state.groups.get(uid, {}), **name}
        return int(uid)

    def delete_group(self, uid: int) -> None:
        """Remove a group; customers keep its uid, which then names nothing."""
        del self.state.groups[uid]

    def put(self, uid: int, customer: dict[str, Any]) -> None:
        """Have a customer as no rule would let it be."""
        self._forget(uid)
        self.state.customers[uid] = customer
        self._remember(uid)

    def _patched(self, before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
        after = copy.deepcopy(dict(before))
        shape = properties(self.setup)
        faults = {}
        for name, value in patch.items():
            if name not in shape:
                faults[f"/{name}"] = "unknown property"
            elif name in READ_ONLY:
                faults[f"/{name}"] = "read-only"
            elif isinstance(shape[name], dict):
                faults |= self._nest(after, name, value, shape[name])
            elif type(value) is not type(shape[name]):
                faults[f"/{name}"] = "wrong type"
            else:
                after[name] = value
        if faults:
            raise invalid(faults)
        return after

    def _nest(self, after: dict[str, Any], name: str, value: Any, shape: Mapping[str, Any]) -> dict[str, str]:
        if not isinstance(value, dict):
            return {f"/{name}": "wrong type"}
        wrong = {
            f"/{name}/{key}": "wrong" for key, one in value.items() if key not in shape or not isinstance(one, str)
        }
        after[name] = {**(shape if self.setup.replaces else after[name]), **value}
        return wrong

    def _validate(self, customer: Mapping[str, Any], uid: int | None) -> None:
        faults = {}
        for pointer, value in _texts(customer):
            if len(value) > self.setup.longest and pointer != "/notes":
                faults[pointer] = f"longer than {self.setup.longest}"
            if pointer.endswith("/country") and value and (alpha2(value) != value):
                faults[pointer] = f"unknown country '{value}'"
        names = customer["address"]
        if not any(names.get(key) for key in ("firstName", "lastName", "company")):
            faults["/address/company"] = "name or company required"
        for pointer, value in _keys(customer):
            if value and self._unique.get(pointer, {}).get(value.casefold(), uid) != uid:
                faults[pointer] = f"not unique: '{value}'"
        if faults:
            raise invalid(faults)

    def _index(self) -> None:
        for uid in self.state.customers:
            self._remember(uid)

    def _remember(self, uid: int) -> None:
        for pointer, value in _keys(self.state.customers[uid]):
            if value:
                self._unique.setdefault(pointer, {})[value.casefold()] = uid

    def _forget(self, uid: int) -> None:
        for pointer, value in _keys(self.state.customers.get(uid, {})):
            if value and self._unique.get(pointer, {}).get(value.casefold()) == uid:
                del self._unique[pointer][value.casefold()]


def _keys(customer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What no two customers may have in common."""
    return [
        ("/customerNumber", customer.get("customerNumber") or ""),
        ("/username", customer.get("username") or ""),
        ("/info/email", (customer.get("info") or {}).get("email") or ""),
    ]


def _texts(customer: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for name, value in customer.items():
        if isinstance(value, dict):
            found += [(f"/{name}/{key}", one) for key, one in value.items() if isinstance(one, str)]
        elif isinstance(value, str):
            found.append((f"/{name}", value))
    return found
