"""Whatever happens in whatever order: when faults end, do both sides agree again with nobody's help?

One ERP and one shop, edited on both sides, read and written in any order, with answers lost, calls refused and
processes sent away. Every value that somebody writes is written once in a test's life, so that where it turns up
tells who let it through.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from syncd.certify.faults import Fault
from syncd.domain.contractor import Address, Contractor
from syncd.domain.country import Zone
from syncd.domain.policy import RULES
from syncd.registry import tables
from syncd.sync.attention import retry
from tests.fixtures.properties import SOAK

from .conftest import migrated
from .house import House, open_house

Which = Literal["erp", "shop"]

SIDES = st.sampled_from(["erp", "shop"])
GROUPS = ("Detal", "Hurt", "VIP")
EDITED = (
    "name",
    "email",
    "website",
    "contact_person",
    "phones",
    "addresses",
    "newsletter",
    "price_list",
    "payment_days",
)
FAULTS = {
    "answer lost": Fault(kind="lose_answer", only="write"),
    "dropped": Fault(kind="drop"),
    "failed": Fault(kind="status", status=500),
    "too many": Fault(kind="status", status=429, retry_after="30"),
    "refused": Fault(kind="status", status=422, only="write"),
    "cut off": Fault(kind="cut", only="write"),
}


@lru_cache(maxsize=1)
def template() -> bytes:
    """The file of a registry with tables, made once."""
    with tempfile.TemporaryDirectory(prefix="syncd-") as folder:
        file = Path(folder) / "registry.db"
        migrated(f"sqlite:///{file}")
        return file.read_bytes()


class Anything(RuleBasedStateMachine):
    """Anything that people, platforms and networks do."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="syncd-"))
        file = Path(folder) / "registry.db"
        file.write_bytes(template())
        self.house: House = self.stack.enter_context(open_house(f"sqlite:///{file}", push_tries=1000))
        # Groups are known before anybody joins one: what a shop calls its own stays its own until then.
        self.house.erp.add(Contractor(name="Założyciel", origin="first", number="first", country="PL", groups=GROUPS))
        self.house.run("erp")
        self.serial = 0
        self.forbidden: set[str] = set()
        self.blocked_by_shop: set[str] = set()

    customers = Bundle("customers")

    def token(self) -> str:
        self.serial += 1
        return f"x{self.serial:05d}"

    def value(self, field: str, token: str, was: Any) -> Any:
        """A value of a field that holds a token; collections keep what they held."""
        if field == "phones":
            return (*was[-1:], f"+48 600 {token[1:]}")
        if field == "addresses":
            return (*was[:1], Address(street=token, city="Kraków"))
        if field == "newsletter":
            return not was
        if field == "payment_days":
            return self.serial
        return f"{token}@firma.example" if field == "email" else token

    def at(self, side: Which, customer: str) -> str | None:
        """External id of a customer on a side, found by what nobody edits."""
        found = [id_ for id_, r in self.house.sides[side].holds().items() if r.contractor.origin == customer]
        assert len(found) <= 1, f"{customer} is there twice at the {side}"
        return found[0] if found else None

    def held(self, side: Which) -> list[Contractor]:
        return [remote.contractor for remote in self.house.sides[side].holds().values()]

    def bound(self, side: Which, external_id: str) -> dict[str, Any] | None:
        """The contractor's row, if the registry knows the record."""
        for row in self.house.rows(tables.Binding):
            if (row["connection_id"], row["external_id"]) == (self.house.id(side), external_id):
                return next(c for c in self.house.rows(tables.Contractor) if c["id"] == row["contractor_id"])
        return None

    # What people do

    @rule(target=customers, side=SIDES, country=st.sampled_from(["PL", "DE"]), active=st.booleans())
    def appears(self, side: Which, country: str, active: bool) -> str:
        customer = self.token()
        contractor = Contractor(
            name=f"Firma {customer}",
            origin=customer,
            country=country,
            email=f"{customer}@firma.example",
            number=customer if side == "erp" else "",
            groups=("Hurt",) if side == "erp" else (),
            active=active or side == "shop",
        )
        self.house.sides[side].add(contractor)
        return customer

    @rule(side=SIDES, customer=customers, field=st.sampled_from(EDITED))
    def edits(self, side: Which, customer: str, field: str) -> None:
        id_ = self.at(side, customer)
        if id_ is None:
            return
        token = self.token()
        known = self.bound(side, id_)
        if side == "shop" and known is not None and self.is_forbidden(field, known["zone"]):
            self.forbidden.add(token[1:])
        was = getattr(self.house.sides[side].holds()[id_].contractor, field)
        self.house.sides[side].edit(id_, **{field: self.value(field, token, was)})

    @staticmethod
    def is_forbidden(field: str, zone: str) -> bool:
        return Zone(zone) not in RULES[field].shop_edit

    @rule(side=SIDES, customer=customers)
    def switches(self, side: Which, customer: str) -> None:
        id_ = self.at(side, customer)
        if id_ is None:
            return
        active = self.house.sides[side].holds()[id_].contractor.active
        if side == "shop" and active:
            self.blocked_by_shop.add(customer)
        self.house.sides[side].edit(id_, active=not active)

    @rule(customer=customers, groups=st.sets(st.sampled_from(GROUPS)))
    def regroups_in_the_erp(self, customer: str, groups: set[str]) -> None:
        id_ = self.at("erp", customer)
        if id_ is not None:
            self.house.erp.edit(id_, groups=tuple(sorted(groups)))

    @rule(customer=customers, groups=st.sets(st.sampled_from((*GROUPS, "Klub"))))
    def regroups_in_the_shop(self, customer: str, groups: set[str]) -> None:
        id_ = self.at("shop", customer)
        if id_ is not None:
            self.house.shop.edit(id_, groups=tuple(sorted(groups)))

    # What syncd does

    @rule(side=SIDES, mode=st.sampled_from(["incremental", "incremental", "full"]))
    def runs(self, side: Which, mode: Any) -> None:
        self.house.run(side, mode)

    @rule(side=SIDES)
    def pushes(self, side: Which) -> None:
        self.house.push(side)

    @rule()
    def finishes_what_was_asked_for(self) -> None:
        self.house.finish()

    @rule(seconds=st.sampled_from([1, 40, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.house.pass_time(seconds=seconds)

    # What goes wrong

    @rule(side=SIDES, kinds=st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=3))
    def goes_wrong(self, side: Which, kinds: list[str]) -> None:
        self.house.sides[side].faults.plan(*(FAULTS[kind] for kind in kinds))

    # What has to hold at every moment

    @invariant()
    def nothing_that_a_shop_may_not_say_is_believed(self) -> None:
        said = " ".join(row["doc"] for row in self.house.rows(tables.Contractor))
        said += " ".join(repr(remote.contractor) for remote in self.house.erp.holds().values())
        assert [token for token in self.forbidden if token in said] == []

    @invariant()
    def the_shops_block_is_the_shops(self) -> None:
        for contractor, holds in zip(self.house.contractors(), self.house.holds(), strict=True):
            assert ("admin_block", "shop") not in holds or contractor.origin in self.blocked_by_shop

    # What has to hold when all is well again

    def teardown(self) -> None:
        with self.stack:
            self.heal()
            self.both_sides_agree()
            self.accounts_work_exactly_when_nothing_holds_them()
            self.nothing_is_left_to_do()

    def heal(self) -> None:
        for side in ("erp", "shop"):
            self.house.sides[side].faults.clear()
        self.retry_what_waits_for_a_person()
        assert self.house.settle(rounds=15) < 15, "it does not come to rest"

    def retry_what_waits_for_a_person(self) -> None:
        for row in self.house.rows(tables.Issue):
            if row["state"] == "open" and row["external_id"] is None:
                retry(self.house.app, row["id"], by="anna")

    def both_sides_agree(self) -> None:
        erp = {c.origin: c for c in self.held("erp")}
        shop = {c.origin: c for c in self.held("shop")}
        known = {c.origin: c for c in self.house.contractors()}
        assert len(known) == self.house.count(tables.Contractor)
        assert len(erp) == len(self.house.erp.holds())
        assert len(shop) == len(self.house.shop.holds())
        assert erp.keys() | shop.keys() == known.keys()
        managed = {row["name"] for row in self.house.rows(tables.Group)}
        for customer, contractor in known.items():
            for side, held in (("erp", erp.get(customer)), ("shop", shop.get(customer))):
                if held is None:
                    assert not contractor.active, f"{customer} is missing at the {side}"
                    continue
                for field in EDITED:
                    assert getattr(held, field) == getattr(contractor, field), f"{field} of {customer} at the {side}"
            if customer in shop:
                assert set(shop[customer].groups) & managed == set(contractor.groups)
            if customer in erp:
                assert erp[customer].groups == contractor.groups

    def accounts_work_exactly_when_nothing_holds_them(self) -> None:
        erp = {c.origin: c for c in self.held("erp")}
        shop = {c.origin: c for c in self.held("shop")}
        for contractor, holds in zip(self.house.contractors(), self.house.holds(), strict=True):
            off_in_erp = contractor.origin in erp and not erp[contractor.origin].active
            assert (("erp_inactive", "erp") in holds) is off_in_erp
            assert contractor.active is not bool(holds)
            assert contractor.origin not in shop or shop[contractor.origin].active is contractor.active

    def nothing_is_left_to_do(self) -> None:
        writes = [self.house.writes(side) for side in ("erp", "shop")]
        for side in ("erp", "shop"):
            assert self.house.lines(self.house.run(side, "full")["id"]) == []
        self.house.push()
        assert [self.house.writes(side) for side in ("erp", "shop")] == writes
        assert self.house.rows(tables.Push) == []
        assert set(self.house.issues()) <= {"edit-conflict"}


TestConvergence = Anything.TestCase
TestConvergence.settings = settings(
    max_examples=500 if settings.get_current_profile_name() == SOAK else 60,
    stateful_step_count=50 if settings.get_current_profile_name() == SOAK else 25,
    suppress_health_check=list(HealthCheck),
)
