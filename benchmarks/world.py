"""What do the ERP's contractors look like at each step of the chain?

Everything follows from the number of contractors: the process that serves them and the one that checks the end state
each make the same world by themselves.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

import msgspec

__all__ = ["PAGE", "STEPS", "World"]

PAGE: Final = 250

STEPS: Final[dict[str, str]] = {
    "w1": "initial load",
    "w4": "the same full list again",
    "w3": "modified since: 1 % changed, 0.1 % deactivated, 0.1 % new",
    "w2": "a full list with the same shares, detection is ours",
    "w5": "a full list from which 0.1 % is missing",
    "w5b": "the same list again: missing for the second time",
}
"""The chain, in its order, with what each step is."""

_GROUPS: Final = tuple(
    f"Grupa {name} {number}" for name in ("Hurt", "Detal", "Eksport", "Serwis") for number in range(10)
)
_CITIES: Final = ("Warszawa", "Łódź", "Kraków", "Wrocław", "Poznań", "Gdańsk", "Szczecin", "Białystok")
_FORMS: Final = ("sp. z o.o.", "S.A.", "sp.j.", "i Synowie", "P.H.U.")
_WEIGHTS: Final = (6, 5, 7, 2, 3, 4, 5, 6, 7)

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class World:
    """All contractors now, by code; each with the number of its last change.

    Attributes:
        contractors: Each in the shape of the bridge protocol.
        missing: Codes that the list does not have any more.
        last_change: Rises with each change.
    """

    def __init__(self, count: int) -> None:
        self.contractors: dict[str, dict[str, Any]] = {}
        self.missing: set[str] = set()
        self.last_change = 0
        self._changed: dict[str, int] = {}
        self._count = count
        self._next = 0
        self._phones = 0

    def advance(self, step: str) -> None:
        """Go on to `step`; steps that only read again change nothing.

        ``mix`` changes records, loses some and brings one back that was lost.
        """
        random = Random(f"{step} after {self.last_change} changes")
        if step == "w1":
            for _ in range(self._count):
                self._add()
        if step in {"w3", "w2", "mix"}:
            self._mutate(random)
        if step == "mix" and self.missing:
            self._bring_back(min(self.missing))
        if step in {"w5", "mix"}:
            self.missing |= set(random.sample(self._listed(), self._share(0.001)))

    def change_all_phones(self) -> None:
        """Let every contractor differ in one field, from any time before."""
        self._phones = self._phones % 9 + 1
        for code, contractor in self.contractors.items():
            self._put(code, contractor | {"phones": [f"+48 {self._phones}{contractor['phones'][0][5:]}"]})

    def items(self, since: int | None = None) -> list[bytes]:
        """Records as they go over the wire: all in the order of their making, or those changed after `since`."""
        codes = [code for code in self.contractors if code not in self.missing]
        if since is not None:
            codes = sorted((code for code in codes if self._changed[code] > since), key=self._changed.__getitem__)
        return [self.item(code) for code in codes]

    def item(self, code: str) -> bytes:
        """One record as it goes over the wire."""
        change = self._changed[code]
        modified = f"2026-0{1 + change % 9}-{10 + change % 19}T12:00:{10 + change % 50}Z"
        contractor = self.contractors[code]
        return _encode({"id": code, "version": str(change), "modified": modified, "contractor": contractor})

    def _bring_back(self, code: str) -> None:
        self.missing.remove(code)
        self._put(code, self.contractors[code])

    def _listed(self) -> list[str]:
        return sorted(self.contractors.keys() - self.missing)

    def _share(self, share: float) -> int:
        return max(1, round(self._count * share))

    def _mutate(self, random: Random) -> None:
        changed = random.sample(self._listed(), self._share(0.01) + 2 * self._share(0.001))
        for number, code in enumerate(changed[: self._share(0.01)]):
            self._put(code, self.contractors[code] | self._edit(number, self.contractors[code], random))
        off = [code for code in changed[self._share(0.01) :] if self.contractors[code].get("active", True)]
        for code in off[: self._share(0.001)]:
            self._put(code, self.contractors[code] | {"active": False})
        for _ in range(self._share(0.001)):
            self._add()

    @staticmethod
    def _edit(number: int, contractor: dict[str, Any], random: Random) -> dict[str, Any]:
        match number % 10:
            case 0 | 1 | 2 | 3:
                return {"phones": [f"+48 8{contractor['phones'][0][5:]}"]}
            case 4 | 5 | 6:
                return {"email": f"nowy.{random.randrange(1000)}.{contractor['email']}"}
            case 7 | 8:
                first, *others = contractor["addresses"]
                return {"addresses": [first | {"street": f"{first['street']}/{random.randrange(1, 99)}"}, *others]}
            case _:
                return {"groups": _some_groups(random)}

    def _add(self) -> None:
        number = self._next
        self._next += 1
        self._put(f"K/{number:06d}", _contractor(number))

    def _put(self, code: str, contractor: dict[str, Any]) -> None:
        self.last_change += 1
        self.contractors[code] = contractor
        self._changed[code] = self.last_change


def _contractor(number: int) -> dict[str, Any]:
    random = Random(number)
    city = random.choice(_CITIES)
    name = f"Przedsiębiorstwo {city} {random.choice(_FORMS)} nr {number}"
    foreign = number % 50 == 7
    country = "NO" if foreign else "PL"
    street = f"ul. Żurawia {number % 200 + 1}"
    where = {"postal_code": f"{number % 90 + 10}-{number % 900 + 100}", "city": city, "country": country}
    contractor = {
        "name": name,
        "number": f"K/{number:06d}",
        "tax_id": "" if foreign else _tax_id(number),
        "tax_prefix": "" if foreign else "PL",
        "country": country,
        "email": f"biuro{number}@firma{number % 997}.example",
        "phones": [f"+48 6{number:08d}"],
        "addresses": [
            {"kind": "main", "street": street, **where},
            {"kind": "delivery", "name": f"Magazyn {number % 9}", "street": f"{street}a", **where},
        ],
        "groups": _some_groups(random),
    }
    return {key: value for key, value in contractor.items() if value} | ({"active": False} if number % 50 == 3 else {})


def _some_groups(random: Random) -> list[str]:
    """One to four; most contractors are in one."""
    count = random.choices((1, 2, 3, 4), (60, 25, 10, 5))[0]
    return sorted(random.sample(_GROUPS, count))


def _tax_id(number: int) -> str:
    """A Polish NIP with the right check digit, another one for each number."""
    for last in range(number % 10, number % 10 + 10):
        digits = f"{10_000_000 + number * 37}{last % 10}"
        check = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
    raise AssertionError("one of ten digits leaves a check digit below ten")
