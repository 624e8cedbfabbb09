"""Which properties hold between a platform and syncd? Tries them on every side that the platform can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from syncd.certify.promises.case import Broken, Degraded
from syncd.certify.quality import quality_of
from syncd.certify.run import Degradation, Failure, Report, run
from syncd.domain.side import Side
from syncd.errors import SyncError
from syncd.plugins import load
from syncd.ports import Adapter
from syncd.trial.pair import open_pair
from syncd.trial.properties import PROPERTIES, Property
from syncd.trial.story import CHECKS, Story

__all__ = ["STEPS", "STORIES", "Trial", "certificate", "sentences", "try_out"]

STORIES: Final = 20
"""Stories told of a platform, divided among the sides that it can be."""

STEPS: Final = 12
"""Events in each of them."""


class Trial(msgspec.Struct, frozen=True):
    """What was found about one property.

    Attributes:
        broken: What was seen, if it does not hold.
        degraded: Why it could not be asked on any side; it holds where both are empty.
    """

    sentence: str
    broken: str = ""
    degraded: str = ""


def sentences() -> list[str]:
    """All properties, in the order of their trial."""
    return [sentence for sentence, _ in CHECKS] + [one.sentence for one in PROPERTIES]


def try_out(
    kind: str,
    *,
    stories: int = STORIES,
    steps: int = STEPS,
    adapter: Adapter | None = None,
    properties: Sequence[Property] = PROPERTIES,
) -> list[Trial]:
    """Try every property.

    Args:
        adapter: In the place of the one called `kind`, of whose simulator it is.
        properties: Those that need no story.

    Raises:
        Misconfigured: If there is no such adapter, or it lacks its simulator or its quality.toml.
    """
    tried = adapter or load(kind)
    declared = quality_of(tried).degraded
    broken: dict[str, str] = {}
    for number in range(stories):
        sides = sorted(tried.sides)
        for sentence, why in _tell(tried, sides[number % len(sides)], number, steps):
            broken.setdefault(sentence, why)
    trials = [_judged(Trial(sentence, broken.get(sentence, "")), declared) for sentence, _ in CHECKS]
    for one in properties:
        reasons, why = [], ""
        for side in sorted(tried.sides):
            try:
                with open_pair(tried, side) as pair:
                    one.check(pair)
            except Degraded as reason:
                reasons.append(str(reason))
            except Exception as error:  # noqa: BLE001 - one property that fails is not the end of the report
                why = why or f"as {side}: {_text(error)}"
        nowhere = reasons[0] if len(reasons) == len(tried.sides) else ""
        trials.append(_judged(Trial(one.sentence, why, nowhere), declared))
    return trials


def certificate(kind: str, *, stories: int = STORIES) -> Report:
    """Everything that can be found out about an adapter without its platform: all promises and all properties.

    Raises:
        Misconfigured: As `try_out` does.
    """
    promised, tried = run(kind), try_out(kind, stories=stories)
    broken = [Failure(one.sentence, one.broken) for one in tried if one.broken]
    degraded = [Degradation(one.sentence, one.degraded) for one in tried if one.degraded and not one.broken]
    return Report(
        kind,
        promised.passed + len(tried) - len(broken) - len(degraded),
        (*promised.failed, *broken),
        (*promised.degraded, *degraded),
    )


def _tell(adapter: Adapter, side: Side, number: int, steps: int) -> Iterator[tuple[str, str]]:
    """Tell one story; which properties did not hold at its end, and what was seen."""
    with open_pair(adapter, side) as pair:
        story = Story(pair, number)
        where = f"as {side}, in story {number}"
        try:
            story.begin()
            story.go_on(steps)
            story.end()
        except Exception as error:  # noqa: BLE001 - the same
            yield CHECKS[0][0], f"{where}: {_text(error)}"
            return
        for sentence, check in CHECKS:
            try:
                check(story)
            except Exception as error:  # noqa: BLE001 - the same
                yield sentence, f"{where}: {_text(error)}"


def _judged(trial: Trial, declared: Mapping[str, str]) -> Trial:
    """A property that the adapter says its platform cannot have is no failure, and no success either."""
    excuse = declared.get(trial.sentence.replace(" ", "_"))
    if excuse is None:
        return trial
    if trial.broken:
        return Trial(trial.sentence, degraded=excuse)
    return Trial(trial.sentence, broken="it holds although quality.toml declares it degraded: strike it off there")


def _text(error: Exception) -> str:
    known = isinstance(error, Broken | SyncError)
    return str(error) if isinstance(error, Broken) else f"{type(error).__name__}: {error}" if known else repr(error)
