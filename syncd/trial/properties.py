"""What must the pipeline achieve between any platform and another? Each property is one sentence and its trial.

A property gets two sides that nothing has happened to. Those that need chance are in `syncd.trial.story`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from syncd.certify.faults import Fault
from syncd.certify.promises.case import MANY_FAULTS, Degraded, demand
from syncd.certify.sandbox import page_records, supports
from syncd.domain.country import Zone
from syncd.domain.policy import RULES
from syncd.trial.pair import Pair

__all__ = ["PROPERTIES", "Property"]

_CROWD: Final = 25
"""Customers of whom a fifth is more than the guard lets pass, and more than its least number."""


class Property(msgspec.Struct, frozen=True):
    """One sentence about the pipeline, and its trial.

    Attributes:
        check: Returns if it holds, raises if not.
    """

    check: Callable[[Pair], None]

    @property
    def sentence(self) -> str:
        return self.check.__name__.replace("_", " ")


def _crowd(pair: Pair) -> list[str]:
    """Many customers of the side under trial, whom the other side has as well; their external ids."""
    keys = [pair.appears(pair.mine) for _ in range(_CROWD)]
    pair.rest()
    opposite = pair.held(pair.other)
    demand(set(keys) <= set(opposite), f"{len(set(keys) - set(opposite))} customers did not arrive")
    ids = [pair.id_of(pair.mine, key) for key in keys]
    return [id_ for id_ in ids if id_ is not None]


def _needs(condition: object, reason: str) -> None:
    if not condition:
        raise Degraded(reason)


def edits_of_one_customer_on_both_sides_both_live(pair: Pair) -> None:
    """The ERP changes one field, the shop another, and neither has heard of it yet."""
    free = [field for field in pair.edited if Zone.DOMESTIC in RULES[field].shop_edit]
    ours = [field for field in pair.edited if field not in free[:1]]
    _needs(free and ours and pair.can.writes, "there are no two fields of which a shop may edit one")
    key = pair.appears("erp")
    pair.rest()
    edits = {"erp": ours[0], "shop": free[0]}
    row = pair.row(key)
    _needs(row and row["zone"] == Zone.DOMESTIC, "the platform does not say where a customer is")
    values = {}
    for side, field in edits.items():
        values[field] = pair.value(field, getattr(pair.held(side)[key], field))
        pair.sandbox(side).edit(pair.id_of(side, key), **{field: values[field]})
    pair.rest()
    for side in edits:
        for field, value in values.items():
            demand(getattr(pair.held(side)[key], field) == value, f"the edit of {field} is not at the {side}")


def a_create_whose_answer_was_lost_makes_one_customer(pair: Pair) -> None:
    """The pipeline looks before it tries again."""
    _needs(pair.can.writes, "the connection is only read")
    _needs("lose_answer" in supports(pair.sandbox(pair.mine)), "this platform cannot lose an answer")
    key = pair.appears(pair.other)
    pair.sandbox(pair.mine).faults.plan(Fault(kind="lose_answer", only="write"))
    pair.rest()
    demand(key in pair.held(pair.mine), "the customer did not arrive")


def a_customer_switched_off_in_the_erp_cannot_buy_until_switched_on(pair: Pair) -> None:
    """There and back."""
    _needs(pair.mine == "shop" or "active" in pair.can.reads, "the ERP does not say who is switched off")
    _needs(pair.mine == "erp" or pair.can.block != "none", "a contractor cannot be switched off there")
    key = pair.appears("erp")
    pair.rest()
    for active in (False, True):
        pair.sandbox("erp").edit(pair.id_of("erp", key), active=active)
        pair.rest()
        held = pair.held("shop")[key].active
        demand(held is active, f"switched {'on' if active else 'off'} in the ERP, and the shop has it otherwise")


def a_run_that_would_block_many_at_once_waits_for_a_person(pair: Pair) -> None:
    """Somebody ran the wrong query in the ERP, or the wrong company was exported."""
    _needs(pair.mine == "erp", "only an ERP switches customers off")
    edits = getattr(pair.sandbox("erp"), "edits", pair.can.reads)
    _needs("active" in pair.can.reads & edits, "the ERP does not say who is switched off")
    for id_ in _crowd(pair):
        pair.sandbox("erp").edit(id_, active=False)
    state = pair.house.run("erp", "full")["state"]
    demand(state == "held", f"the run is {state}")
    pair.house.push()
    off = [key for key, contractor in pair.held("shop").items() if not contractor.active]
    demand(not off, f"{len(off)} customers were switched off all the same")


def a_list_that_lost_most_of_its_customers_is_not_believed(pair: Pair) -> None:
    """A filter that somebody set, a right that somebody took away: nobody is gone because of it."""
    _needs(pair.can.delete != "none", "records are never deleted there")
    for id_ in _crowd(pair)[1:]:
        pair.sandbox(pair.mine).remove(id_)
    states = [pair.house.run(pair.mine, "full")["state"] for _ in range(2)]
    pair.house.push()
    gone = [key for key, contractor in pair.held(pair.other).items() if not contractor.active]
    demand(not gone, f"{len(gone)} customers were switched off; the runs are {' and '.join(states)}")
    demand(len(pair.held(pair.other)) >= _CROWD, "customers were deleted")
    demand("held" in states or pair.can.delete == "soft", f"the runs are {' and '.join(states)}")


def a_read_that_breaks_off_blocks_nobody(pair: Pair) -> None:
    """Whatever it was that came until then."""
    kinds = {"drop", "cut", "status"} & supports(pair.sandbox(pair.mine))
    _needs(kinds, "this platform cannot break off a read")
    for _ in range(page_records(pair.sandbox(pair.mine)) // 2):
        pair.appears(pair.mine)
    pair.rest()
    before = pair.held(pair.other)
    for kind in sorted(kinds):
        fault = Fault(kind=kind)  # type: ignore[arg-type]  # one of the kinds of faults
        pair.sandbox(pair.mine).faults.plan(*[fault] * MANY_FAULTS)
        state = pair.house.run(pair.mine, "full")["state"]
        untouched = pair.sandbox(pair.mine).faults.left == MANY_FAULTS
        pair.sandbox(pair.mine).faults.clear()
        _needs(not untouched, "faults of this platform do not hit its reads")
        demand(state == "failed", f"after {kind} the run is {state}")
        pair.house.push(pair.other)
    demand(pair.held(pair.other) == before, "the other side is another after it")
    pair.rest()


def a_change_whose_webhook_was_lost_arrives_with_the_next_run(pair: Pair) -> None:
    """A hook makes it sooner; that it arrives is the schedule's affair. One that comes twice changes nothing more."""
    hooks = getattr(pair.sandbox(pair.mine), "webhooks", None)
    if hooks is None:
        lacks: Mapping[str, str] = getattr(pair.sandbox(pair.mine), "lacks", {})
        raise Degraded(lacks.get("webhooks", "the platform sends no webhooks"))
    key = pair.appears(pair.mine)
    pair.rest()
    hooks.listen(lambda _external_id: pair.house.run(pair.mine))
    for times in (0, 2):
        hooks.times = times
        sent, writes = hooks.sent, pair.house.writes(pair.other)
        value = pair.value("name", pair.held(pair.mine)[key].name)
        pair.sandbox(pair.mine).edit(pair.id_of(pair.mine, key), name=value)
        demand(hooks.sent > sent, "the platform told nobody of the change")
        pair.rest()
        demand(pair.held(pair.other)[key].name == value, f"with a hook that came {times} times it did not arrive")
        written = pair.house.writes(pair.other) - writes
        demand(written == 1, f"with a hook that came {times} times it was written {written} times")


PROPERTIES: Final = tuple(
    map(
        Property,
        (
            edits_of_one_customer_on_both_sides_both_live,
            a_create_whose_answer_was_lost_makes_one_customer,
            a_customer_switched_off_in_the_erp_cannot_buy_until_switched_on,
            a_run_that_would_block_many_at_once_waits_for_a_person,
            a_list_that_lost_most_of_its_customers_is_not_believed,
            a_read_that_breaks_off_blocks_nobody,
            a_change_whose_webhook_was_lost_arrives_with_the_next_run,
        ),
    )
)
"""All properties that need no chance."""
