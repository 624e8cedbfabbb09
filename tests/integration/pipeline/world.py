"""What can people, platforms and networks do to two ERPs and two shops, and what must hold whatever they did?

One ERP feeds both shops, the other one of them. Every value that somebody writes is written once in a world's life, so
that where it turns up tells who let it through. What happens is a method; `check_always` must hold after each of
them, `check_at_rest` once faults have ended and everything had its time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from syncd.certify.faults import Fault
from syncd.domain.code import code_of
from syncd.domain.contractor import Address, Contractor
from syncd.domain.country import Zone
from syncd.domain.policy import RULES
from syncd.domain.side import Side
from syncd.registry import tables
from syncd.registry.issues import ANSWERED, UNANSWERED
from syncd.registry.runs import ENDED
from syncd.settings import RouteSettings
from syncd.sync.answers import answer
from syncd.sync.attention import retry
from syncd.sync.change import change
from syncd.sync.recognise import AMBIGUOUS
from syncd.sync.review import approve
from syncd.sync.standing import STANDING
from syncd.trial.house import contractor_of, holds_of
from tests.fixtures.contractors import tax_id

from .house import House, Through, open_house

__all__ = [
    "COUNTRIES", "EDITED", "EMPTIED", "ERPS", "FAULTS", "GROUPS", "PLATFORMS", "ROUTES", "SHOPS", "SIDES", "World",
]  # fmt: skip

ERPS: Final = ("erp", "erp2")
SHOPS: Final = ("shop", "shop2")
SIDES: Final = (*ERPS, *SHOPS)
PLATFORMS: Final = {**dict.fromkeys(ERPS, Side.ERP), **dict.fromkeys(SHOPS, Side.SHOP)}
GROUPS: Final = ("Detal", "Hurt", "VIP")
COUNTRIES: Final = ("PL", "DE", "NO")
EDITED: Final = (
    "name", "email", "website", "contact_person", "phones", "addresses", "newsletter", "price_list", "payment_days",
)  # fmt: skip
EMPTIED: Final = ("email", "country", "tax_id", "website", "phones", "addresses")
FAULTS: Final = {
    "answer lost": Fault(kind="lose_answer", only="write"),
    "dropped": Fault(kind="drop"),
    "failed": Fault(kind="status", status=500),
    "too many": Fault(kind="status", status=429, retry_after="30"),
    "refused": Fault(kind="status", status=422, only="write"),
    "cut off": Fault(kind="cut", only="write"),
}
ROUTES: Final = [
    RouteSettings(erp="erp", shop="shop"),
    RouteSettings(erp="erp", shop="shop2"),
    RouteSettings(erp="erp2", shop="shop2"),
]
_FED: Final = {"shop": frozenset({"erp"}), "shop2": frozenset({"erp", "erp2"})}
_IDENTITY: Final = ("country", "tax_id")
"""What no shop may change and nobody empties: a shop has it as the registry does, whatever happens."""
_GONE: Final = frozenset({"gone", "gone-from-shop"})


class _Interrupted(Through):
    """A side that lets something happen after it has written, or listed, and before it answers."""

    def __init__(self, inner: Any, interrupt: Callable[[], None]) -> None:
        super().__init__(inner)
        self._interrupt = interrupt

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Any]:
        for page in self.inner.read(cursor, full=full):
            self._interrupt()
            yield page

    def update(self, remote: Any, contractor: Contractor) -> Any:
        written = self.inner.update(remote, contractor)
        self._interrupt()
        return written

    def create(self, contractor: Contractor) -> Any:
        written = self.inner.create(contractor)
        self._interrupt()
        return written


class World:
    """Two ERPs, two shops, one registry, and what is remembered of what people did.

    Args:
        founded: The registry is a copy of another world's, made when that was new: it has read the founders already.

    Attributes:
        forbidden: What shops wrote where they may not, by customer.
        blocked_by_shop: Customers and shops that ever switched them off.
        admin_blocks: Customers whom an admin keeps blocked.
        unread: Sides of which only a full read tells all: a record was deleted there behind syncd's back, or a plan was
            approved in part.
        undone: Customers and their fields of which an undo ever took something back.
        of_both: Customers whom both ERPs ever had.
        tax_ids: By customer. Nobody edits one, so whoever has one has it to the end.
    """

    def __init__(self, database_url: str, folder: Path, *, founded: bool = False) -> None:
        self.stack = ExitStack()
        self.house: House = self.stack.enter_context(
            open_house(database_url, sides=PLATFORMS, routes=ROUTES, push_tries=1000, folder=folder)
        )
        self.serial = 0
        self.forbidden: dict[str, set[str]] = defaultdict(set)
        self.blocked_by_shop: set[tuple[str, str]] = set()
        self.admin_blocks: set[str] = set()
        self.unread: set[str] = set()
        self.undone: set[tuple[str, str]] = set()
        self.of_both: set[str] = set()
        self.tax_ids: dict[str, str] = {}
        # Groups are known before anybody joins one: what a shop calls its own stays its own until then. And no list of
        # an ERP is ever empty, which would be a reason to believe nothing.
        for erp in ERPS:
            founder = Contractor(name="Założyciel", origin=erp, number=erp, country="PL", groups=GROUPS)
            self.house.sides[erp].add(founder)
            if founded:
                self.house.pass_time(seconds=1)
            else:
                self.house.run(erp, "full")

    def close(self) -> None:
        self.stack.close()

    # What there is

    def at(self, side: str, customer: str) -> str | None:
        """External id of a customer on a side, found by what nobody edits."""
        found = [id_ for id_, r in self.house.sides[side].holds().items() if r.contractor.origin == customer]
        assert len(found) <= 1, f"{customer} is there twice at {side}"
        return found[0] if found else None

    def held(self, side: str) -> dict[str, Contractor]:
        return {remote.contractor.origin: remote.contractor for remote in self.house.sides[side].holds().values()}

    def row(self, customer: str) -> dict[str, Any] | None:
        """The customer's row, if the registry knows it."""
        rows = self.house.rows(tables.Contractor)
        return next((row for row in rows if contractor_of(row).origin == customer), None)

    def _is_known_at_erps(self, customer: str) -> bool:
        """Whether the registry read what each ERP has of the customer."""
        known = {(row["connection_id"], row["external_id"]) for row in self.house.rows(tables.Binding)}
        here = {self.house.app.connections[erp].id: self.at(erp, customer) for erp in ERPS}
        return all(id_ is None or (connection, id_) in known for connection, id_ in here.items())

    def token(self) -> str:
        """Something that nobody wrote before."""
        self.serial += 1
        return f"x{self.serial:05d}"

    # What people do

    def appears(self, side: str, country: str = "PL", *, active: bool = True, taxed: bool = False) -> str:
        customer = self.token()
        is_erp = side in ERPS
        if taxed and country == "PL":
            self.tax_ids[customer] = tax_id(15_873_015 + self.serial)  # in which no token is
        self.house.sides[side].add(
            Contractor(
                name=f"Firma {customer}",
                origin=customer,
                country=country,
                tax_id=self.tax_ids.get(customer, ""),
                email=f"{customer}@firma.example",
                number=customer if is_erp else "",
                groups=("Hurt",) if is_erp else (),
                active=active or not is_erp,
            )
        )
        return customer

    def appears_in_the_other_erp(self, customer: str) -> None:
        """The second ERP gets the same company, as it is in the first one now.

        With its number: by an e-mail alone it is nobody who is known once that is edited before it is read. Which no
        other record has there: an ERP gives each of its numbers once.
        """
        here = [erp for erp in ERPS if self.at(erp, customer) is not None]
        if len(here) == 1 and (number := self.held(here[0])[customer].number):
            (other,) = set(ERPS) - set(here)
            if number not in {one.number for one in self.held(other).values()}:
                self.house.sides[other].add(self.held(here[0])[customer])
                self.of_both.add(customer)

    def another_gets_its_number(self, customer: str) -> str | None:
        """The ERP that lacks a customer gives its number to somebody else: each counts by itself."""
        here = [erp for erp in ERPS if self.at(erp, customer) is not None]
        if len(here) != 1:
            return None
        (other,) = set(ERPS) - set(here)
        number = self.held(here[0])[customer].number
        if not number or number in {one.number for one in self.held(other).values()}:
            return None
        another = self.token()
        self.house.sides[other].add(
            Contractor(
                name=f"Spółka Inna {another}",
                origin=another,
                country="PL",
                email=f"{another}@spolka.example",
                number=number,
                groups=("Hurt",),
            )
        )
        return another

    def edits(self, side: str, customer: str, field: str) -> None:
        id_ = self.at(side, customer)
        if id_ is None:
            return
        token = self.token()
        known = self.row(customer)
        if side in SHOPS and known is not None and self._is_forbidden(field, customer, known["zone"]):
            self.forbidden[customer].add(token[1:])
        was = getattr(self.held(side)[customer], field)
        self.house.sides[side].edit(id_, **{field: self._value(field, token, was)})

    def empties(self, side: str, customer: str, *fields: str) -> None:
        """Somebody takes out what stands in fields of a customer who is known."""
        id_ = self.at(side, customer)
        if id_ is not None and self.row(customer) is not None:
            held = self.held(side)[customer]
            self.house.sides[side].edit(id_, **{field: type(getattr(held, field))() for field in fields})

    def _value(self, field: str, token: str, was: Any) -> Any:
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

    def _is_forbidden(self, field: str, customer: str, zone: str) -> bool:
        """Whether an edit can never count: neither by the zone that is known nor by the one that is on its way."""
        zones = RULES[field].shop_edit
        coming = {self.held(erp)[customer].country for erp in ERPS if customer in self.held(erp)}
        return Zone(zone) not in zones and not (zones and "PL" in coming)

    def moves(self, erp: str, customer: str, country: str) -> None:
        id_ = self.at(erp, customer)
        if id_ is not None and customer not in self.tax_ids:  # it would contradict the tax id
            # Whose edits count from now on is for the moment to decide at which they are heard.
            self.forbidden.pop(customer, None)
            self.house.sides[erp].edit(id_, country=country)

    def switches(self, side: str, customer: str) -> None:
        id_ = self.at(side, customer)
        if id_ is None:
            return
        active = self.held(side)[customer].active
        if side in SHOPS and active:
            self.blocked_by_shop.add((customer, side))
        self.house.sides[side].edit(id_, active=not active)

    def regroups(self, side: str, customer: str, groups: set[str]) -> None:
        id_ = self.at(side, customer)
        if id_ is not None:
            self.house.sides[side].edit(id_, groups=tuple(sorted(groups)))

    def vanishes(self, side: str, customer: str) -> None:
        id_ = self.at(side, customer)
        if id_ is not None:
            self.unread.add(side)
            self.house.sides[side].remove(id_)

    def is_made_again(self, side: str, customer: str) -> None:
        """Somebody deletes a record and enters it anew, under another number; it is read before anything else happens.

        Only where the registry has its name and e-mail as the side does: by them it is known again. And where it knows
        the customer's records elsewhere: one that it never read may be known by its former number alone.
        """
        id_, row = self.at(side, customer), self.row(customer)
        if id_ is None or row is None or ("sync_held", "anna") in holds_of(row) or not self._is_known_at_erps(customer):
            return
        if self.house.one(tables.Connection, name=side)["paused_by"] is not None:
            return
        held, known = self.held(side)[customer], contractor_of(row)
        if (held.name, held.email) != (known.name, known.email):
            return
        self.house.sides[side].faults.clear()
        self.house.sides[side].remove(id_)
        number = self.token() if side in ERPS else ""
        self.house.sides[side].add(msgspec.structs.replace(held, number=number))
        self.runs(side)

    def admin_blocks_it(self, customer: str) -> None:
        if self._act("block", customer):
            self.admin_blocks.add(customer)

    def admin_lets_it_in(self, customer: str) -> None:
        if self._act("unblock", customer):
            self.admin_blocks.discard(customer)

    def _act(self, name: str, customer: str) -> bool:
        row = self.row(customer)
        if row is not None:
            change(self.house.app, [row["id"]], STANDING[name].make("anna", self.house.now), by="anna", approved=True)
        return row is not None

    def somebody_says_who_it_is(self) -> bool:
        """Whoever knows the customers answers the oldest question of who a record is; whether there was one."""
        for row in self.house.rows(tables.Issue):
            asks = row["state"] == "open" and row["code"] == AMBIGUOUS and row["external_id"] is not None
            if asks and not self.is_answered(row):
                self._say_who_it_is(row)
                return True
        return False

    def is_answered(self, issue: dict[str, Any]) -> bool:
        """Whether a run that an answer asked for is still to come: nobody can answer meanwhile."""
        over = {row["id"] for row in self.house.rows(tables.Run) if row["state"] in ENDED}
        return not over.issuperset(issue["details"].get(ANSWERED, ()))

    def _say_who_it_is(self, issue: dict[str, Any]) -> None:
        (side,) = (name for name in SIDES if self.house.id(name) == issue["connection_id"])
        record = self.house.sides[side].holds().get(issue["external_id"])
        known = None if record is None else self.row(record.contractor.origin)
        if known is None:
            answer(self.house.app, issue["id"], "new", by="anna")
            return
        answers = [one for one in issue["details"]["answers"] if one["key"] == "link"]
        (place,) = (place for place, one in enumerate(answers, 1) if "asks" in one)
        answer(self.house.app, issue["id"], f"link:{place}", value=code_of(known["id"]), by="anna")

    # What syncd does

    def runs(self, side: str, mode: Literal["incremental", "full"] = "incremental") -> None:
        self.house.run(side, mode)

    def pushes(self, side: str) -> None:
        self.house.push(side)

    def pushes_while(self, side: str, happens: Callable[[], object]) -> None:
        """A push is under way: something happens between its first write and what became of that being stored."""
        with self._interrupted(side, happens):
            self.house.push(side)

    def runs_while(self, side: str, mode: Literal["incremental", "full"], happens: Callable[[], object]) -> None:
        """A read is under way: something happens between its first page and what is decided of that."""
        with self._interrupted(side, happens):
            self.house.run(side, mode)

    @contextmanager
    def _interrupted(self, side: str, happens: Callable[[], object]) -> Iterator[None]:
        usual = self.house.app.connections
        once = [happens]

        def interrupt() -> None:
            while once:
                self.house.change(connections=usual)
                once.pop()()

        self.house.through(side, lambda inner: _Interrupted(inner, interrupt))
        yield
        self.house.change(connections=usual)

    def finishes(self) -> None:
        """Whatever was asked for is done."""
        self.house.finish()

    def time_passes(self, seconds: int) -> None:
        self.house.pass_time(seconds=seconds)

    # What goes wrong

    def goes_wrong(self, side: str, *kinds: str) -> None:
        self.house.sides[side].faults.plan(*(FAULTS[kind] for kind in kinds))

    def heals(self) -> None:
        """Faults end, people retry what waits for them, and absence is read as often as it takes to be believed."""
        for side in SIDES:
            self.house.sides[side].faults.clear()
        self._settles()
        if UNANSWERED in self.house.issues():  # it is asked for again by itself, after a pause
            self.house.pass_time(hours=2)
            for side in SIDES:
                self.runs(side)
            self._settles()
        for _ in range(2 if self.unread else 0):
            for side in sorted(self.unread):
                self._reads_all(side)
            self._settles()

    def _reads_all(self, side: str) -> None:
        """Read a side in full; where nobody is left, an admin says that this is so, and it is read again."""
        run = self.house.run(side, "full")
        if run["state"] == "held":
            assert self.held(side) == {}, f"a read of {side} is held: {run['held_because']}"
            approve(self.house.app, run["id"], by="anna")
            self.house.execute(run["id"])
            assert self.house.run(side, "full")["state"] == "succeeded"

    def _settles(self) -> None:
        for _ in range(20):
            self._retry()
            assert self.house.settle(rounds=15) < 15, "it does not come to rest"
            if not self.somebody_says_who_it_is():
                return
            self.house.finish()
        raise AssertionError("it is asked again and again who a record is")

    def _retry(self) -> None:
        for row in self.house.rows(tables.Issue):
            if row["state"] == "open" and (row["external_id"] is None or row["code"] in _GONE):
                retry(self.house.app, row["id"], by="anna")

    # What must hold

    def check_always(self) -> None:
        """Nothing that a shop may not say is believed, and nobody's hold is taken for another's."""
        rows = self.house.rows(tables.Contractor)
        said = " ".join(row["doc"] for row in rows)
        said += " ".join(repr(remote.contractor) for erp in ERPS for remote in self.house.sides[erp].holds().values())
        believed = [token for tokens in self.forbidden.values() for token in tokens if token in said]
        assert believed == [], "an edit that a shop may not make was believed"
        for row in rows:
            contractor, holds = contractor_of(row), holds_of(row)
            assert contractor.country, f"{contractor.origin} is nowhere any more"
            assert contractor.name, f"{contractor.origin} has no name any more"
            assert contractor.tax_id == self.tax_ids.get(contractor.origin, ""), f"tax id of {contractor.origin}"
            assert contractor.email or contractor.origin in ERPS, f"{contractor.origin} has no e-mail any more"
            for reason, by in holds:
                if reason == "admin_block" and by in SHOPS:
                    assert (contractor.origin, by) in self.blocked_by_shop, f"{by} never blocked {contractor.origin}"
            assert contractor.active is not bool([reason for reason, _ in holds if reason != "sync_held"])

    def check_at_rest(self) -> None:
        """Both sides of every route agree, accounts work exactly when nothing holds them, nothing is left to do."""
        self.check_always()
        self._check_one_of_each()
        self._check_presence()
        self._check_fields()
        self._check_groups()
        self._check_holds()
        self._check_nothing_is_left()

    def _check_one_of_each(self) -> None:
        origins = [contractor.origin for contractor in self.house.contractors()]
        assert len(origins) == len(set(origins)), "a customer is there twice in the registry"
        for side in SIDES:
            held = self.held(side)
            assert len(held) == len(self.house.sides[side].holds()), f"a customer is there twice at {side}"
            assert held.keys() <= set(origins), f"{side} has a customer whom the registry does not know"

    def _check_presence(self) -> None:
        for contractor in self.house.contractors():
            if not contractor.active:
                continue
            erps = {erp for erp in ERPS if contractor.origin in self.held(erp)}
            assert erps, f"{contractor.origin} is in no ERP"
            for shop in SHOPS:
                if erps & _FED[shop]:
                    assert contractor.origin in self.held(shop), f"{contractor.origin} is missing at {shop}"

    def _check_fields(self) -> None:
        known = {contractor.origin: contractor for contractor in self.house.contractors()}
        for side in SIDES:
            for customer, held in self.held(side).items():
                # What only ERPs say of a customer whom two of them have is the latest of two words. It stands when the
                # record of whoever said it is gone.
                shared = side in ERPS and customer in self.of_both
                fields = [f for f in (*EDITED, *_IDENTITY) if not (shared and not RULES[f].shop_edit)]
                # An ERP that empties what nobody empties on purpose is not told either.
                fields = [f for f in fields if side not in ERPS or not self._keeps_its_own(customer, f)]
                fields = [f for f in fields if side not in ERPS or f not in _IDENTITY]
                for field in fields:
                    told, wanted = getattr(held, field), getattr(known[customer], field)
                    assert told == wanted, f"{field} of {customer} at {side}"

    def _keeps_its_own(self, customer: str, field: str) -> bool:
        """Whether an ERP may hold what was undone: it is not told what no shop may change."""
        return (customer, field) in self.undone and not RULES[field].shop_edit

    def _check_groups(self) -> None:
        managed = {row["name"] for row in self.house.rows(tables.Group)}
        for contractor in self.house.contractors():
            for shop in SHOPS:
                held = self.held(shop).get(contractor.origin)
                assert held is None or set(held.groups) & managed == set(contractor.groups), "groups at a shop"
            erps = [self.held(erp)[contractor.origin] for erp in ERPS if contractor.origin in self.held(erp)]
            # Of two that had it, the word of the one that lost it stands, and the other one is not told.
            alone = len(erps) == 1 and contractor.origin not in self.of_both
            if alone and not self._keeps_its_own(contractor.origin, "groups"):
                assert erps[0].groups == contractor.groups, "groups at the ERP"

    def _check_holds(self) -> None:
        for contractor, holds in zip(self.house.contractors(), self.house.holds(), strict=True):
            for erp in ERPS:
                held = self.held(erp).get(contractor.origin)
                # What an ERP said of a record that it has no more stands until it says something else, and so does what
                # was undone of it.
                if held is not None and (contractor.origin, "active") not in self.undone:
                    assert (("erp_inactive", erp) in holds) is not held.active, f"{erp}'s hold on {contractor.origin}"
            blocked = contractor.origin in self.admin_blocks
            assert (("admin_block", "anna") in holds) is blocked, f"anna's block on {contractor.origin}"
            for shop in SHOPS:
                held = self.held(shop).get(contractor.origin)
                assert held is None or held.active is contractor.active, f"{contractor.origin} at {shop}"

    def _check_nothing_is_left(self) -> None:
        writes = [self.house.writes(side) for side in SIDES]
        for side in SIDES:
            assert self.house.lines(self.house.run(side, "full")["id"]) == [], f"{side} has news that are none"
        self.house.push()
        assert [self.house.writes(side) for side in SIDES] == writes, "a second run writes"
        assert self.house.rows(tables.Push) == []
        assert set(self.house.issues()) <= {"edit-conflict"}
