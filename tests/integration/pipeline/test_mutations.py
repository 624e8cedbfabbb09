"""Would the suite see these mistakes? Each is planted, and what it breaks is shown by a few steps of a world.

A mistake here is one that tools of this kind make, or that a hurried change of this one could make. The steps hold
without it (that is a test, too), so what is caught is the mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from syncd.domain import consent, country, holds, match, policy
from syncd.domain.contractor import Consent, Contractor
from syncd.domain.country import Evidence, VatAnswer, Zone
from syncd.domain.holds import Reason
from syncd.domain.policy import EDITS, Empty, FieldRules, Rule
from syncd.domain.side import Side
from syncd.registry import application, bindings, lookups, outbox, tables
from syncd.sync import decide, deliver, erase, execute, holding, later, plan, pull, push, routes
from syncd.sync.change import plan_change
from syncd.sync.pursue import pursue
from syncd.sync.review import approve
from syncd.sync.standing import unblock
from tests.fixtures.contractors import firm
from tests.fixtures.registries import bare, fresh

from .admins import Admins
from .house import Through
from .world import World

Patch = pytest.MonkeyPatch


class Mistake(NamedTuple):
    """One planted mistake.

    Attributes:
        plant: Makes it.
        steps: What happens until its harm shows as a failed assertion.
        harm: What that assertion says: another one would mean that something else went wrong.
    """

    plant: Callable[[Patch], None]
    steps: Callable[[World], None]
    harm: str


# What happens


def settled_customer(world: World, country: str = "PL") -> str:
    customer = world.appears("erp", country)
    world.heals()
    return customer


def status_of(world: World, customer: str) -> str:
    row = world.row(customer)
    assert row is not None
    return str(row["status"])


def a_shop_states_another_country(world: World) -> None:
    customer = settled_customer(world, "DE")
    id_ = world.at("shop", customer)
    assert id_ is not None
    world.house.shop.edit(id_, country="PL")
    world.heals()
    row = world.row(customer)
    assert row is not None
    assert row["zone"] == Zone.INTRA_EU, "a customer moved by a shop's word"


def an_erp_switches_off_and_on_whom_an_admin_blocks(world: World) -> None:
    customer = settled_customer(world)
    world.admin_blocks_it(customer)
    for _ in range(2):
        world.switches("erp", customer)
        world.heals()
    world.check_at_rest()


def a_shop_switches_off_and_on_whom_the_erp_switched_off(world: World) -> None:
    customer = settled_customer(world)
    world.switches("erp", customer)
    world.heals()
    world.switches("shop", customer)
    world.heals()
    world.check_at_rest()


def both_sides_edit_other_fields(world: World) -> None:
    customer = settled_customer(world)
    world.edits("erp", customer, "name")
    name = world.held("erp")[customer].name
    world.runs("erp")
    world.edits("shop", customer, "website")
    website = world.held("shop")[customer].website
    world.runs("shop")
    world.heals()
    assert (world.held("erp")[customer].name, world.held("erp")[customer].website) == (name, website), "an edit is lost"
    world.check_at_rest()


def a_shop_edits_just_before_a_push(world: World) -> None:
    customer = settled_customer(world)
    world.edits("erp", customer, "phones")
    world.runs("erp")
    world.edits("shop", customer, "website")
    website = world.held("shop")[customer].website
    world.edits("erp", customer, "website")
    world.runs("erp")
    world.pushes("shop")
    world.heals()
    asked = [row["details"] for row in world.house.rows(tables.Issue) if row["code"] == "edit-conflict"]
    assert website in repr(asked), "an edit was overwritten, and nobody was told"


def a_shop_edits_and_is_read_while_a_push_is_under_way(world: World) -> None:
    customer = settled_customer(world)

    def happens() -> None:
        world.edits("shop", customer, "website")
        world.runs("shop")

    world.edits("erp", customer, "name")
    world.runs("erp")
    world.pushes_while("shop", happens)
    world.edits("shop", customer, "website")
    website = world.held("shop")[customer].website
    world.heals()
    assert world.held("erp")[customer].website == world.held("shop")[customer].website == website, "an edit is lost"


def our_own_write_comes_back_after_the_next_edit(world: World) -> None:
    customer = settled_customer(world)
    world.edits("erp", customer, "website")
    world.runs("erp")
    world.pushes("shop")
    world.edits("erp", customer, "website")
    website = world.held("erp")[customer].website
    world.runs("erp")
    world.runs("shop")
    world.heals()
    assert world.held("erp")[customer].website == website, "our own write was taken for an edit"
    assert world.house.issues() == [], "our own write was taken for an edit"


def a_foreign_customer_edits(world: World) -> None:
    customer = settled_customer(world, "DE")
    world.edits("shop", customer, "name")
    world.runs("shop")
    world.check_always()
    world.heals()
    world.check_at_rest()


def a_shop_changes_terms(world: World) -> None:
    customer = settled_customer(world)
    world.edits("shop", customer, "price_list")
    world.heals()
    world.check_at_rest()


def two_share_an_e_mail_but_not_the_tax_id(world: World) -> None:
    world.house.erp.add(firm("A1", email="biuro@firma.example", origin="a1"))
    world.heals()
    world.house.sides["erp2"].add(firm("B1", email="biuro@firma.example", origin="b1"))
    world.runs("erp2")
    assert world.house.count(tables.Contractor) == 4, "two companies are one"


def one_could_be_either_of_two(world: World) -> None:
    for name in ("a1", "a2"):
        world.house.erp.add(Contractor(name=name, number=name, origin=name, country="PL", email="biuro@firma.example"))
    world.heals()
    world.house.sides["erp2"].add(Contractor(name="b", origin="b", country="PL", email="biuro@firma.example"))
    world.runs("erp2")
    assert "ambiguous" in world.house.issues(), "nobody was asked who it is"


def two_erps_number_from_one_on(world: World) -> None:
    world.house.erp.add(Contractor(name="Jan Kowalski", number="1", origin="a1", country="PL", email="jan@a.example"))
    world.heals()
    other = Contractor(name="Hans Müller", number="1", origin="b1", country="PL", email="hans@b.example")
    world.house.sides["erp2"].add(other)
    world.runs("erp2")
    assert "ambiguous" in world.house.issues(), "nobody was asked who it is"
    world.heals()
    world.check_at_rest()


def a_list_lacks_one_once(world: World) -> None:
    customer = settled_customer(world)
    id_ = world.at("erp", customer)
    assert id_ is not None
    world.house.erp.remove(id_)
    world.runs("erp", "full")
    assert status_of(world, customer) == "active", "somebody was blocked whose absence is not proven"


def a_list_breaks_off(world: World) -> None:
    customer = settled_customer(world)
    id_ = world.at("erp", customer)
    assert id_ is not None
    world.house.erp.remove(id_)
    world.house.through("erp", Incomplete)
    for _ in range(3):
        world.runs("erp", "full")
    assert status_of(world, customer) == "active", "somebody was blocked whose absence is not proven"


class Incomplete(Through):
    """A side whose lists are never proven to be whole."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Any]:
        for page in self.inner.read(cursor, full=full):
            end = page.end and msgspec.structs.replace(page.end, complete=False, how="no count")
            yield msgspec.structs.replace(page, end=end)


def an_erp_empties_an_e_mail(world: World) -> None:
    world.house.erp.add(firm("A1", origin="a1"))
    world.heals()
    id_ = world.at("erp", "a1")
    assert id_ is not None
    world.house.erp.edit(id_, email="")
    world.heals()
    (known,) = (contractor for contractor in world.house.contractors() if contractor.origin == "a1")
    assert known.email == "a1@firma.example", "an e-mail was emptied by what was not said"


def a_customer_leaves_a_group(world: World) -> None:
    customer = settled_customer(world)
    world.regroups("erp", customer, {"VIP"})
    world.heals()
    assert world.held("shop")[customer].groups == ("VIP",), "a customer is in a group that it left"
    world.check_at_rest()


def the_answer_to_a_create_is_lost(world: World) -> None:
    customer = world.appears("erp")
    world.runs("erp")
    world.goes_wrong("shop", "answer lost")
    for _ in range(2):
        world.pushes("shop")
        world.time_passes(4000)
    world.heals()
    assert customer in world.held("shop")
    world.check_at_rest()


def an_answer_is_lost_and_the_next_try_refused(world: World) -> None:
    customer = settled_customer(world)
    world.edits("shop", customer, "email")
    world.runs("shop")
    for what in ("answer lost", "too many"):
        world.goes_wrong("erp", what)
        world.pushes("erp")
        world.time_passes(4000)
    world.edits("shop", customer, "email")
    email = world.held("shop")[customer].email
    world.runs("shop")
    world.runs("erp")
    world.heals()
    assert world.held("erp")[customer].email == world.held("shop")[customer].email == email, "an edit is lost"


def a_contractor_moves_between_plan_and_apply(world: World) -> None:
    customer = settled_customer(world)
    world.admin_blocks_it(customer)
    id_ = world.row(customer)["id"]  # type: ignore[index]
    (run_id,) = plan_change(world.house.app, [id_], unblock("piotr", world.house.now), by="piotr", dry_run=True)
    world.edits("erp", customer, "name")
    name = world.held("erp")[customer].name
    world.runs("erp")
    approve(world.house.app, run_id, by="piotr")
    execute.execute_run(world.house.app, run_id)
    row = world.row(customer)
    assert row is not None
    assert row["name"] == name, "a plan brought back what was there before"


def a_shop_ignores_a_block(world: World) -> None:
    world.house.through("shop", Deaf)
    customer = settled_customer(world)
    world.switches("erp", customer)
    world.runs("erp")
    world.pushes("shop")
    told = {row["code"] for row in world.house.rows(tables.Issue)}
    told |= {row["error_code"] for row in world.house.rows(tables.Push)}
    assert "block-not-effective" in told, "a block that is none was believed"


class Deaf(Through):
    """A shop that says that it switched a customer off, and did not."""

    def update(self, remote: Any, contractor: Contractor) -> Any:
        done = self.inner.update(remote, msgspec.structs.replace(contractor, active=True))
        told = msgspec.structs.replace(done.contractor, active=contractor.active)
        return msgspec.structs.replace(done, contractor=told)


def a_guest_buys(world: World) -> None:
    guest = Contractor(name="Gość", origin="gosc", country="PL", email="gosc@klient.example", registered=False)
    world.house.shop.add(guest)
    for side in ("shop", "erp"):
        world.runs(side)
        world.pushes(side)
    assert world.at("erp", "gosc") is None, "a guest is in the ERP"


def another_company_gets_a_shops_id(world: World) -> None:
    world.house.erp.add(firm("A1", origin="a1"))
    world.heals()
    id_ = world.at("shop", "a1")
    assert id_ is not None
    new = firm("B9")
    world.house.shop.edit(id_, name=new.name, number=new.number, tax_id=new.tax_id, email=new.email)
    world.runs("shop")
    assert "Firma A1" in {contractor.name for contractor in world.house.contractors()}, "a customer became another one"


def a_second_erp_has_the_same_company(world: World) -> None:
    customer = settled_customer(world)
    world.appears_in_the_other_erp(customer)
    world.heals()
    world.check_at_rest()


def somebody_erased_is_stated_anew(world: World) -> None:
    world.house.erp.add(firm("A1", origin="a1"))
    world.heals()
    row = world.row("a1")
    assert row is not None
    pursue(world.house.app, erase.erase(world.house.app, row["id"], by="anna"))
    world.house.erp.add(firm("A1", origin="a1"))
    world.runs("erp")
    assert "Firma A1" not in {contractor.name for contractor in world.house.contractors()}, "somebody erased is back"


def a_shop_makes_anew_whom_it_had(world: World) -> None:
    customer = settled_customer(world)
    world.edits("shop", customer, "price_list")
    world.is_made_again("shop", customer)
    world.check_always()


def an_erp_is_down_when_somebody_is_released(world: World) -> None:
    customer, admins = settled_customer(world), Admins(world)
    admins.hold(customer)
    world.edits("erp", customer, "name")
    world.runs("erp")
    world.goes_wrong("erp", "failed")
    admins.release(customer)
    world.heals()
    world.check_at_rest()


def a_register_is_out_of_service(_world: World) -> None:
    evidence = Evidence(home="PL", on=date(2026, 5, 4), tax_prefix="DE", tax_id="811907980", vat=VatAnswer.UNKNOWN)
    told = country.verdict(evidence)
    assert (told.zone, told.country) == (Zone.INTRA_EU, "DE"), "an outage moved a customer"


def a_no_is_followed_by_an_older_yes(_world: World) -> None:
    no = Consent(kind="newsletter", given=False, at=datetime(2026, 3, 1, tzinfo=UTC))
    yes = Consent(kind="newsletter", given=True, at=datetime(2026, 2, 1, tzinfo=UTC))
    assert consent.answer(consent.join((no,), (yes,)), "newsletter") is False, "a no was overruled by an older yes"


# What goes wrong in the program


def ruled(field: str, rule: Rule) -> Callable[[Patch], None]:
    """Another policy for one field."""

    def plant(patch: Patch) -> None:
        of = FieldRules.of
        patch.setattr(FieldRules, "of", lambda self, connection_id: {**of(self, connection_id), field: rule})

    return plant


def replaced(where: Any, name: str, mistake: Callable[..., Any]) -> Callable[[Patch], None]:
    """A function gives way to a mistaken one, which gets the right one first."""

    def plant(patch: Patch) -> None:
        right = getattr(where, name)
        patch.setattr(where, name, lambda *arguments, **named: mistake(right, *arguments, **named))

    return plant


def lift_anybodys(_right: Any, on: holds.Holds, reasons: Any, _by: str) -> holds.Holds:
    kept = tuple(hold for hold in on if hold.reason not in set(reasons) - {Reason.ERASED})
    return tuple(hold for hold in kept if hold.reason is not Reason.ADMIN_BLOCK)


def let_a_shop_lift_all(right: Any, self: Any, on: Any, told: Any, agreed: Any, **named: Any) -> Any:
    switched_on = agreed is not None and told.active and not agreed.active
    return () if self.station.side is Side.SHOP and switched_on else right(self, on, told, agreed, **named)


def compare_two(right: Any, known: Any, agreed: Any, told: Any, **named: Any) -> Any:
    return right(known, agreed and known, told, **named)


def tell_only_others(right: Any, self: Any, *arguments: Any, self_behind: bool = False) -> Any:
    del self_behind
    return right(self, *arguments)


def take_the_first(right: Any, *arguments: Any) -> Any:
    matched = right(*arguments)
    return match.Link(matched.contractor_ids[0], matched.evidence) if isinstance(matched, match.Ambiguity) else matched


def miss_at_once(right: Any, self: Any) -> Any:
    self.absent = [(external_id, id_, missed + 1) for external_id, id_, missed in self.absent]
    return right(self)


def believe_in_the_end(right: Any, self: Any, cursor: Any) -> Any:
    yield from right(self, cursor)
    self.proof = msgspec.structs.replace(self.proof, complete=True)


def only_add(right: Any, field: str, base: Any, here: Any, now: Any, **named: Any) -> Any:
    return right(field, () if field == "groups" else base, here, now, **named)


def forget_what_was_written(right: Any, connection: Any, sightings: Any) -> None:
    changed = []
    for one in sightings:
        before = lookups.bound(connection, one.connection_id, [one.contractor_id]).get(one.contractor_id)
        changed.append(one if before is None else msgspec.structs.replace(one, agreed=before.agreed))
    right(connection, changed)


def forget_the_version(right: Any, **named: Any) -> Any:
    return right(**{**named, "version": None})


def doubt_the_latest_try_only(right: Any, id_: int, due_at: Any, code: str, attempts: int, _in_doubt: bool) -> Any:
    return right(id_, due_at, code, attempts, code in outbox.IN_DOUBT)


def let_guests_in(right: Any, self: Any, route: Any, contractor: Any, zone: Any) -> Any:
    return right(self, route, msgspec.structs.replace(contractor, registered=True), zone)


def take_no_answer_for_a_no(right: Any, evidence: Any) -> Any:
    unknown = evidence.vat is VatAnswer.UNKNOWN
    return right(msgspec.structs.replace(evidence, vat=VatAnswer.INVALID) if unknown else evidence)


MISTAKES = {
    "a shop is believed about the country": Mistake(
        ruled("country", Rule(Side.SHOP, EDITS["always"])), a_shop_states_another_country, "moved by a shop's word"
    ),
    "what the ERP switches on is on, whoever blocked it": Mistake(
        replaced(holds, "lift", lift_anybodys), an_erp_switches_off_and_on_whom_an_admin_blocks, "anna's block on"
    ),
    "a shop lets in whom the ERP keeps out": Mistake(
        replaced(holding.Holding, "stated", let_a_shop_lift_all),
        a_shop_switches_off_and_on_whom_the_erp_switched_off,
        "erp's hold on",
    ),
    "two values are compared instead of three": Mistake(
        replaced(decide, "merge", compare_two), both_sides_edit_other_fields, "an edit is lost"
    ),
    "only the other sides are told": Mistake(
        replaced(decide.Decider, "_push_to", tell_only_others), a_shop_changes_terms, "price_list of .* at shop"
    ),
    "a foreign customer may edit": Mistake(
        replaced(policy, "_may_edit", lambda _right, rule, *_a, **_n: bool(rule.shop_edit)),
        a_foreign_customer_edits,
        "an edit that a shop may not make was believed",
    ),
    "an e-mail is a person, whatever the tax id": Mistake(
        replaced(match, "_are_two_taxpayers", lambda *_: False),
        two_share_an_e_mail_but_not_the_tax_id,
        "two companies are one",
    ),
    "of two that fit the first is taken": Mistake(
        replaced(match, "decide", take_the_first), one_could_be_either_of_two, "nobody was asked who it is"
    ),
    "a number is a customer, whichever ERP gave it": Mistake(
        replaced(match, "_agree_beside_number", lambda *_: True),
        two_erps_number_from_one_on,
        "nobody was asked who it is",
    ),
    "nobody is recognised": Mistake(
        replaced(match, "decide", lambda *_: match.New()), a_second_erp_has_the_same_company, "there twice"
    ),
    "who is missing once is gone": Mistake(
        replaced(plan.Planner, "plan_absent", miss_at_once), a_list_lacks_one_once, "whose absence is not proven"
    ),
    "every list is whole": Mistake(
        replaced(pull.Puller, "chunks", believe_in_the_end), a_list_breaks_off, "whose absence is not proven"
    ),
    "an empty value is a value": Mistake(
        ruled("email", Rule(Side.ERP, EDITS["domestic"], Empty.CLEARS)),
        an_erp_empties_an_e_mail,
        "emptied by what was not said",
    ),
    "groups are only ever added": Mistake(
        replaced(policy, "merge_members", only_add), a_customer_leaves_a_group, "in a group that it left"
    ),
    "a customer is made without a look": Mistake(
        replaced(deliver, "_refuse_twin", lambda *_: None), the_answer_to_a_create_is_lost, "there twice"
    ),
    "a write is not compared with what was read": Mistake(
        replaced(deliver, "Remote", forget_the_version), a_shop_edits_just_before_a_push, "an edit was overwritten"
    ),
    "what was written is not what was agreed": Mistake(
        replaced(bindings, "replace", forget_what_was_written),
        our_own_write_comes_back_after_the_next_edit,
        "our own write was taken for an edit",
    ),
    "whoever is made again was never there": Mistake(
        replaced(decide, "merge", lambda right, *said, had, **named: right(*said, **named)),
        a_shop_makes_anew_whom_it_had,
        "an edit that a shop may not make was believed",
    ),
    "who was asked in vain is not asked again": Mistake(
        replaced(execute, "ask_again", lambda *_: None), an_erp_is_down_when_somebody_is_released, "name of .* at erp"
    ),
    "what became of the latest try is all that counts": Mistake(
        replaced(later, "Postponed", doubt_the_latest_try_only),
        an_answer_is_lost_and_the_next_try_refused,
        "an edit is lost",
    ),
    "what was written last is what the side holds": Mistake(
        replaced(push, "overheard", lambda _usual, _connection, _id, _bound, outcomes: dict(outcomes)),
        a_shop_edits_and_is_read_while_a_push_is_under_way,
        "an edit is lost",
    ),
    "a plan is applied to whatever is there now": Mistake(
        replaced(application, "mark_stale", lambda *_: None),
        a_contractor_moves_between_plan_and_apply,
        "brought back what was there before",
    ),
    "a shop that says done is believed": Mistake(
        replaced(deliver, "confirm_block", lambda *_: "verified"),
        a_shop_ignores_a_block,
        "a block that is none was believed",
    ),
    "whoever buys is a contractor": Mistake(
        replaced(routes.Station, "admits", let_guests_in), a_guest_buys, "a guest is in the ERP"
    ),
    "an id is a customer for ever": Mistake(
        replaced(match, "is_somebody_else", lambda *_: False),
        another_company_gets_a_shops_id,
        "a customer became another one",
    ),
    "who was erased is new": Mistake(
        replaced(plan, "open_graves", lambda *_: None), somebody_erased_is_stated_anew, "somebody erased is back"
    ),
    "no answer of the register is a no": Mistake(
        replaced(country, "verdict", take_no_answer_for_a_no),
        a_register_is_out_of_service,
        "an outage moved a customer",
    ),
    "a yes is a yes, however old": Mistake(
        replaced(consent, "rank", lambda _right, one: (one.given, one.at)),
        a_no_is_followed_by_an_older_yes,
        "overruled by an older yes",
    ),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[[], World]]:
    """Makes the world; a mistake has to be planted before."""
    made: list[World] = []

    def make() -> World:
        made.append(World(f"sqlite:///{fresh(bare())}", tmp_path))
        return made[0]

    yield make
    for one in made:
        one.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_the_steps_hold_without_the_mistake(name: str, world: Callable[[], World]) -> None:
    MISTAKES[name].steps(world())


@pytest.mark.parametrize("name", MISTAKES)
def test_the_mistake_is_seen(name: str, world: Callable[[], World], monkeypatch: Patch) -> None:
    MISTAKES[name].plant(monkeypatch)
    with pytest.raises(AssertionError, match=MISTAKES[name].harm):
        MISTAKES[name].steps(world())


def test_all_kinds_of_mistakes_are_in_the_table() -> None:
    assert len(MISTAKES) >= 25
    assert len({mistake.plant for mistake in MISTAKES.values()}) == len(MISTAKES)
