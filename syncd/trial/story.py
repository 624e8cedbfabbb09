"""What happens in a trial, one thing after the other, and what must be true when it has ended?

A story is drawn by chance from a number, so that the same number tells the same story again. Every text that somebody
writes is written once in a story: where it turns up tells who let it through.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

from syncd.certify.faults import Fault
from syncd.certify.promises.case import demand
from syncd.certify.sandbox import supports
from syncd.domain.country import Zone
from syncd.domain.policy import RULES
from syncd.registry import tables
from syncd.sync.change import change
from syncd.sync.standing import STANDING
from syncd.trial.pair import Pair, is_token

__all__ = ["CHECKS", "Story"]

_FAULTS: Final = (
    Fault(kind="lose_answer", only="write"),
    Fault(kind="drop"),
    Fault(kind="status", status=500),
    Fault(kind="status", status=429, retry_after="30"),
    Fault(kind="status", status=422, only="write"),
    Fault(kind="cut"),
    Fault(kind="html", only="read"),
    Fault(kind="expired"),
)


class Story:
    """One sequence of events between two sides.

    Attributes:
        told: What happened, for whoever has to find out why.
        edits: Values that counted when they were written, by customer and field, with the side that wrote them.
        refused: Texts that a shop wrote where it may not.
    """

    def __init__(self, pair: Pair, seed: int) -> None:
        self.pair = pair
        self.chance = random.Random(seed)  # noqa: S311 - a story to be told again, no secret
        self.told: list[str] = []
        self.edits: dict[tuple[str, str], list[tuple[str, Any]]] = defaultdict(list)
        self.refused: list[str] = []
        self.vanished = False
        self._customers: list[str] = []
        for name in ("erp", "shop"):
            hooks = getattr(pair.sandbox(name), "webhooks", None)
            if hooks is not None:
                hooks.listen(lambda _external_id, name=name: self._rings.append(name))
        self._rings: list[str] = []

    def begin(self) -> None:
        """Two customers of the ERP whom nothing happens to: no list is empty, and all groups exist."""
        for _ in range(2):
            self.pair.appears("erp", groups=self.pair.groups)
        self._customers = [self.pair.appears("erp")]
        self.pair.rest()

    def go_on(self, steps: int) -> None:
        """Let so many things happen."""
        events = self._events()
        names = [name for name, (weight, _) in events.items() for _ in range(weight)]
        for _ in range(steps):
            name = self.chance.choice(names)
            self.told.append(name)
            events[name][1]()
            self._answer_hooks()

    def end(self) -> None:
        """Faults end, and everything has its time."""
        self.pair.heal(vanished=self.vanished)

    def _events(self) -> dict[str, tuple[int, Callable[[], object]]]:
        pair = self.pair
        events: dict[str, tuple[int, Callable[[], object]]] = {
            "a customer appears in the ERP": (1, lambda: self._customers.append(pair.appears("erp"))),
            "the ERP edits": (3, lambda: self._edit("erp")),
            "the shop edits": (3, lambda: self._edit("shop")),
            "the ERP switches": (2, lambda: self._switch("erp")),
            "an admin blocks or unblocks": (1, self._act),
            "the ERP is read": (2, lambda: self._run("erp")),
            "the shop is read": (2, lambda: self._run("shop")),
            "the ERP is written": (2, lambda: pair.house.push("erp")),
            "the shop is written": (2, lambda: pair.house.push("shop")),
            "time passes": (1, lambda: pair.house.pass_time(seconds=self.chance.choice((1, 40, 4000)))),
            "the ERP goes wrong": (2, lambda: self._goes_wrong("erp")),
            "the shop goes wrong": (2, lambda: self._goes_wrong("shop")),
            "hooks are lost or doubled": (1, self._disturb_hooks),
        }
        if pair.mine == "shop" or pair.can.writes:
            events["a customer registers in the shop"] = (1, lambda: self._customers.append(pair.appears("shop")))
        if pair.can.delete != "none" or pair.mine == "shop":
            events["the ERP deletes"] = (1, self._delete)
        return events

    # What people do

    def _somebody(self) -> str:
        return self.chance.choice(self._customers)

    def _edit(self, side: str) -> None:
        pair, key = self.pair, self._somebody()
        id_ = pair.id_of(side, key)
        if id_ is None or not pair.edited:
            return
        field = self.chance.choice(pair.edited)
        value = pair.value(field, getattr(pair.held(side)[key], field))
        row = pair.row(key)
        zone = Zone(row["zone"]) if row is not None else None
        if side == "erp" or (zone is not None and zone in RULES[field].shop_edit):
            self.edits[key, field].append((side, value))
        elif zone is not None and not RULES[field].shop_edit and is_token(value):
            self.refused.append(value)
        self.told[-1] += f" {field}"
        pair.sandbox(side).edit(id_, **{field: value})

    def _switch(self, side: str) -> None:
        pair, key = self.pair, self._somebody()
        id_ = pair.id_of(side, key)
        if id_ is not None and self._states_active(side):
            pair.sandbox(side).edit(id_, active=not pair.held(side)[key].active)

    def _states_active(self, side: str) -> bool:
        edits = getattr(self.pair.sandbox(side), "edits", self.pair.can.reads)
        return side == self.pair.other or "active" in edits & self.pair.can.reads

    def _act(self) -> None:
        row = self.pair.row(self._somebody())
        if row is not None:
            act = STANDING[self.chance.choice(("block", "unblock"))].make("trial", self.pair.house.now)
            change(self.pair.house.app, [row["id"]], act, by="trial", approved=True)

    def _delete(self) -> None:
        key = self._somebody()
        id_ = self.pair.id_of("erp", key)
        if id_ is not None and len(self._customers) > 1:
            self.vanished = True
            self.pair.sandbox("erp").remove(id_)
            self._customers.remove(key)
            for edited in [edited for edited in self.edits if edited[0] == key]:
                del self.edits[edited]

    # What syncd and the network do

    def _run(self, side: str) -> None:
        self.pair.house.run(side, self.chance.choice((self.pair.house.news.get(side, "incremental"), "full")))

    def _goes_wrong(self, side: str) -> None:
        sandbox = self.pair.sandbox(side)
        possible = [fault for fault in _FAULTS if fault.kind in supports(sandbox)]
        if possible:
            faults = [self.chance.choice(possible) for _ in range(self.chance.randint(1, 3))]
            self.told[-1] += f" {[fault.kind for fault in faults]}"
            sandbox.faults.plan(*faults)

    def _disturb_hooks(self) -> None:
        for name in ("erp", "shop"):
            hooks = getattr(self.pair.sandbox(name), "webhooks", None)
            if hooks is not None:
                hooks.times = self.chance.choice((0, 1, 2))

    def _answer_hooks(self) -> None:
        """Each hook that arrives lets the side be read, once more if it arrives twice; one in three comes late."""
        rings, self._rings = self._rings, []
        for name in rings:
            if self.chance.random() < 0.3:
                self.pair.house.run(name)


# What must be true at the end


def _both_sides_agree(story: Story) -> None:
    pair = story.pair
    erp, shop = pair.held("erp"), pair.held("shop")
    for key, contractor in zip(_keys(pair), pair.house.contractors(), strict=True):
        if contractor.active and key in erp:
            demand(key in shop, f"a customer is in the ERP, and not in the shop: {_issues(pair)}")
    for key in erp.keys() & shop.keys():
        wrong = [field for field in pair.edited if getattr(erp[key], field) != getattr(shop[key], field)]
        demand(not wrong, f"the sides differ in {', '.join(wrong)}; issues {_issues(pair)}")
    if pair.mine == "erp" or pair.can.block != "none":
        for key, contractor in zip(_keys(pair), pair.house.contractors(), strict=True):
            told = shop[key].active if key in shop else contractor.active
            demand(told is contractor.active, f"an account is {'on' if told else 'off'} at the shop and should not be")
            if key in erp and not erp[key].active:
                demand(not contractor.active, "a customer who is switched off in the ERP is active")


def _keys(pair: Pair) -> list[str]:
    return [getattr(contractor, pair.key) for contractor in pair.house.contractors()]


def _issues(pair: Pair) -> list[str]:
    return pair.house.issues()


def _no_edit_is_lost(story: Story) -> None:
    pair = story.pair
    sides = {name: pair.held(name) for name in ("erp", "shop")}
    for (key, field), edits in story.edits.items():
        authors = {side for side, _ in edits}
        counts = [value for _, value in edits]
        for name, held in sides.items():
            if key not in held:
                continue
            told = getattr(held[key], field)
            if len(authors) == 1:
                demand(
                    told == counts[-1], f"the last edit of {field}, made in the {edits[-1][0]}, is not at the {name}"
                )
            elif isinstance(told, tuple):
                # Two edits of a list are merged by member.
                demand(set(told) & {one for value in counts for one in value}, f"no edit of {field} is at the {name}")
            else:
                demand(told in counts, f"{field} at the {name} is what it was before all edits")


def _nobody_is_there_twice(story: Story) -> None:
    for side in ("erp", "shop"):
        story.pair.held(side)
    keys = _keys(story.pair)
    demand(len(keys) == len(set(keys)), "a customer is there twice in the registry")


def _a_forbidden_edit_is_believed_by_nobody(story: Story) -> None:
    erp = repr(list(story.pair.held("erp").values()))
    rows = " ".join(row["doc"] for row in story.pair.house.rows(tables.Contractor))
    demand(not any(text in erp for text in story.refused), "the ERP holds a text that only a shop may have said")
    demand(not any(text in rows for text in story.refused), "the registry holds an edit that a shop may not make")


def _our_own_writes_are_no_news(story: Story) -> None:
    house = story.pair.house
    writes = [house.writes(side) for side in ("erp", "shop")]
    for side in ("erp", "shop"):
        lines = house.lines(house.run(side, "full")["id"])
        demand(not lines, f"a full read of the {side} plans {len(lines)} changes after everything was settled")
    house.push()
    demand([house.writes(side) for side in ("erp", "shop")] == writes, "a read without news is followed by writes")


CHECKS: Final[Sequence[tuple[str, Callable[[Story], None]]]] = (
    ("when faults end both sides agree by themselves", _both_sides_agree),
    ("no edit is lost in any order of events", _no_edit_is_lost),
    ("nobody is there twice after lost answers", _nobody_is_there_twice),
    ("an edit that a shop may not make is believed by nobody", _a_forbidden_edit_is_believed_by_nobody),
    ("what syncd wrote itself is no news", _our_own_writes_are_no_news),
)
"""What must be true at the end of every story, by its sentence, in the order of asking."""
