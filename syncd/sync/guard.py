"""Is this plan plausible, or did something go wrong? A plan over a limit waits for a person, and nothing has changed.

Counts are of contractors and of what a mistake about them costs, not of rows: a hundred changed phones are a morning's
work, a hundred changed tax ids are a wrong export. The limits rest on what was bound before the run, so that a first
read is not compared with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from syncd.domain.risk import BUYER_DAYS, Risk
from syncd.sentence import Counted, Sentence, sentence_of
from syncd.settings import GuardSettings

__all__ = ["Buyers", "Facts", "enough", "objections"]


_UNCOUNTABLE: Final = 10**9
"""More records than any connection has."""


class Buyers(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a plan touches of those who buy.

    Attributes:
        touched: Buyers of the last 90 days about whom the plan changes something that a mistake makes costly.
        all: Buyers of the last 90 days.
        turnover_percent: Their share of what all buyers ever spent.
    """

    touched: int
    all: int
    turnover_percent: float


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the guard looks at. The defaults are those of a plan that rests on no read.

    Attributes:
        full: The read claims to be of everything.
        listed: Records that the list has; ``None`` where the read was not of a list of everybody.
        bound: Records that were bound before it and not known to have left; not more than `enough` need be counted.
        met: Records of people whom another side told of, where none was bound before: what the limits rest on then.
        absent: Those of them that the list does not have.
        accepted: So many absent ones a person has said yes to.
        complete: Whether the end of the list was proven, and `how`.
        creates: Contractors that nobody knew.
        released: Records that state somebody else than before.
        risks: Contractors by what the plan puts at risk.
        blocked_before: Contractors that runs of the last `blocks_hours` blocked and nobody was asked about.
        buyers: Left out where no shop tells who buys, or too few are touched to be counted.
        first: Nothing was ever applied for this connection, and the plan would change something.
    """

    bound: int
    full: bool = False
    listed: int | None = None
    met: int = 0
    absent: int = 0
    accepted: int = 0
    complete: bool = True
    how: str = ""
    creates: int = 0
    released: int = 0
    risks: Mapping[Risk, int] = {}
    blocked_before: int = 0
    buyers: Buyers | None = None
    first: bool = False

    @property
    def basis(self) -> int:
        """So many the shares are of."""
        return self.bound or self.met

    @property
    def blocks(self) -> int:
        """Contractors that would be blocked."""
        return self.risks.get(Risk.BLOCK, 0)

    @property
    def blocks_together(self) -> int:
        """The same with those of the runs before."""
        return self.blocks + self.blocked_before


class _Limit(NamedTuple):
    """One limit on how many contractors a plan may change in one way."""

    risks: tuple[Risk, ...]
    setting: str
    sentence: Counted


_LIMITS: Final = (
    _Limit((Risk.BLOCK,), "blocks_percent", Counted("%(count)s of %(bound)s contractors would be blocked")),
    _Limit(
        (Risk.LEAVES_GROUP,),
        "group_removals_percent",
        Counted("%(count)s of %(bound)s contractors would leave a group"),
    ),
    _Limit((Risk.TAX_ID,), "tax_ids_percent", Counted("%(count)s of %(bound)s contractors would get another tax id")),
    _Limit(
        (Risk.EMAIL, Risk.LOGIN),
        "emails_percent",
        Counted("%(count)s of %(bound)s contractors would get another e-mail or log-in"),
    ),
    _Limit((Risk.ZONE,), "zones_percent", Counted("%(count)s of %(bound)s contractors would move to another zone")),
)
_CREATES: Final = Counted(
    "%(count)s contractor would be created beside the %(bound)s that are there",
    "%(count)s contractors would be created beside the %(bound)s that are there",
)


def enough(facts: Facts, limits: GuardSettings) -> int | None:
    """How many bound records are so many that nothing in the plan can be too much; ``None`` where no number is."""
    needed = 0
    counted = [(count, percent) for count, percent, _ in _counted(facts, limits)]
    for count, percent in [*counted, *((n, limits.blocks_percent) for n in (facts.blocks_together, facts.released))]:
        if count < limits.at_least:
            continue
        if count * 100 >= _UNCOUNTABLE * percent:
            return None
        needed = max(needed, int(count * 100 / percent) + 1)
    return needed


def objections(facts: Facts, limits: GuardSettings) -> list[Sentence]:
    """Sentences that say why a person should look first; empty for a plan that may go on."""
    found = [*_of_the_read(facts, limits), *_of_the_plan(facts, limits)]
    if facts.first and limits.first_run == "approve":
        found.append(Sentence("this is the connection's first run: look at what it would do"))
    return found


def _of_the_read(facts: Facts, limits: GuardSettings) -> list[Sentence]:
    if facts.listed == 0 and facts.bound > facts.accepted:
        return [
            Sentence(
                Counted(
                    "the list is empty, and %(count)s record was there before (did the account lose its rights, "
                    "or was an empty database exported?)",
                    "the list is empty, and %(count)s records were there before (did the account lose its rights, "
                    "or was an empty database exported?)",
                ),
                count=facts.bound,
            )
        ]
    if facts.full and not facts.complete and (facts.bound or facts.listed):
        return [Sentence("the list is not proven complete: %(how)s", how=sentence_of(facts.how))]
    if _lost_too_many(facts, limits):
        return [
            Sentence(
                Counted(
                    "%(count)s of %(bound)s records is not in the list any more; "
                    "more than %(percent)s %% is not plausible (did a filter or a view change, or is part of the "
                    "export missing?)",
                    "%(count)s of %(bound)s records are not in the list any more; "
                    "more than %(percent)s %% is not plausible (did a filter or a view change, or is part of the "
                    "export missing?)",
                ),
                count=facts.absent,
                bound=facts.bound,
                percent=float(limits.shrink_percent),
            )
        ]
    return []


def _lost_too_many(facts: Facts, limits: GuardSettings) -> bool:
    """Whether the list lost more than is plausible, beside what a person said yes to."""
    absent = facts.absent - facts.accepted
    return _over(absent, facts.bound - facts.accepted, limits.shrink_percent, limits.at_least)


def _of_the_plan(facts: Facts, limits: GuardSettings) -> list[Sentence]:
    found = [
        Sentence(
            "%(what)s; the limit is %(percent)s %% and at least %(at_least)s",
            what=Sentence(sentence, count=count, bound=facts.basis),
            percent=float(percent),
            at_least=limits.at_least,
        )
        for count, percent, sentence in _counted(facts, limits)
        if _over(count, facts.basis, percent, limits.at_least)
    ]
    if not found:
        found += _of_blocks(facts, limits)
    if _over(facts.released, facts.bound, limits.blocks_percent, limits.at_least):
        found.append(
            Sentence(
                Counted(
                    "%(count)s of %(bound)s records is somebody else than before: is this the same system, and was it "
                    "restored from a backup?",
                    "%(count)s of %(bound)s records are somebody else than before: is this the same system, and was "
                    "it restored from a backup?",
                ),
                count=facts.released,
                bound=facts.bound,
            )
        )
    return found if facts.buyers is None else [*found, *_of_buyers(facts.buyers, limits)]


def _of_blocks(facts: Facts, limits: GuardSettings) -> list[Sentence]:
    """Whether there are too many blocks where no share is: in one plan, or together with those of the plans before."""
    if facts.blocks > limits.blocks_most:
        return [
            Sentence(
                Counted(
                    "%(count)s contractor would be blocked; the limit is %(most)s",
                    "%(count)s contractors would be blocked; the limit is %(most)s",
                ),
                count=facts.blocks,
                most=limits.blocks_most,
            )
        ]
    sum_ = facts.blocks_together
    too_many = sum_ > limits.blocks_most or _over(sum_, facts.basis, limits.blocks_percent, limits.at_least)
    if not facts.blocks or not too_many:
        return []
    return [
        Sentence(
            Counted(
                "%(count)s contractor would be blocked beside %(before)s of the last %(hours)s h, which makes "
                "%(sum)s of %(bound)s; the limit is %(percent)s %% and at least %(at_least)s, or %(most)s",
                "%(count)s contractors would be blocked beside %(before)s of the last %(hours)s h, which makes "
                "%(sum)s of %(bound)s; the limit is %(percent)s %% and at least %(at_least)s, or %(most)s",
            ),
            count=facts.blocks,
            before=facts.blocked_before,
            hours=limits.blocks_hours,
            sum=sum_,
            bound=facts.basis,
            percent=float(limits.blocks_percent),
            at_least=limits.at_least,
            most=limits.blocks_most,
        )
    ]


def _of_buyers(buyers: Buyers, limits: GuardSettings) -> list[Sentence]:
    if _over(buyers.touched, buyers.all, limits.buyers_percent, limits.at_least):
        return [
            Sentence(
                Counted(
                    "%(count)s of the %(all)s customers who bought in the last %(days)s days is touched; the limit is "
                    "%(percent)s %%",
                    "%(count)s of the %(all)s customers who bought in the last %(days)s days are touched; the limit is "
                    "%(percent)s %%",
                ),
                count=buyers.touched,
                all=buyers.all,
                days=BUYER_DAYS,
                percent=float(limits.buyers_percent),
            )
        ]
    if buyers.turnover_percent > limits.turnover_percent:
        return [
            Sentence(
                "customers with %(share)s %% of the turnover are touched; the limit is %(percent)s %%",
                share=round(buyers.turnover_percent),
                percent=float(limits.turnover_percent),
            )
        ]
    return []


def _counted(facts: Facts, limits: GuardSettings) -> list[tuple[int, float, Counted]]:
    """What is compared with what was bound: number, limit in percent, and what happens to so many."""
    found = [
        (max(facts.risks.get(risk, 0) for risk in limit.risks), getattr(limits, limit.setting), limit.sentence)
        for limit in _LIMITS
    ]
    # Of a connection that has nothing yet everybody is new, which is for the rule of the first run.
    creates = facts.creates if facts.bound else 0
    return [*found, (creates, limits.creates_percent, _CREATES)]


def _over(count: int, of: int, percent: float, at_least: int) -> bool:
    return count >= max(at_least, 1) and count * 100 > of * percent
