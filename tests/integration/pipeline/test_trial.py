"""Does the trial of whole platforms see mistakes that no single promise shows?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest

from adapters.memory import ADAPTER, MemoryEndpoint
from syncd.certify import quality
from syncd.domain.contractor import Contractor
from syncd.domain.side import Side
from syncd.ports import Context, Endpoint, Remote
from syncd.sync import guard
from syncd.trial.properties import PROPERTIES
from syncd.trial.run import Trial, certificate, try_out
from tests.unit.certify import careless

LOST: Final = "a create whose answer was lost makes one customer"
BROKEN_OFF: Final = "a read that breaks off blocks nobody"
TOO_MANY: Final = "a run that would block many at once waits for a person"
SHRUNK: Final = "a list that lost most of its customers is not believed"


def found(
    open_: Callable[[Any, Context], Endpoint] = MemoryEndpoint,
    *sentences: str,
    stories: int = 0,
    side: Side = Side.SHOP,
) -> dict[str, Trial]:
    """What so many stories and these properties say of an adapter on one side."""
    adapter = msgspec.structs.replace(ADAPTER, open=open_, sides=frozenset({side}))
    asked = [one for one in PROPERTIES if one.sentence in sentences]
    tried = try_out("memory", stories=stories, adapter=adapter, properties=asked)
    return {trial.sentence: trial for trial in tried}


class AnswersWhatItWasAsked(MemoryEndpoint):
    """Stores half of the groups and says that it stored all."""

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        answer = super().update(remote, msgspec.structs.replace(contractor, groups=contractor.groups[:1]))
        return msgspec.structs.replace(answer, contractor=contractor)


def test_the_memory_side_converges_with_itself() -> None:
    trials = found(MemoryEndpoint, LOST, TOO_MANY, stories=2)
    assert [trial.broken for trial in trials.values() if trial.broken] == []
    assert trials[TOO_MANY].degraded == "only an ERP switches customers off"


def test_the_same_story_is_told_twice() -> None:
    assert found(AnswersWhatItWasAsked, stories=2) == found(AnswersWhatItWasAsked, stories=2)


def test_a_write_that_is_not_what_it_answers_is_seen() -> None:
    assert found(AnswersWhatItWasAsked, stories=6)["when faults end both sides agree by themselves"].broken


def test_a_create_that_is_sent_again_blind_makes_doubles() -> None:
    assert "twice" in found(careless.RetriesACreate, LOST)[LOST].broken


def test_a_list_without_its_end_is_seen_to_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_over", lambda *_: False)
    assert found(careless.ClaimsCompletenessWithoutTheEnd, BROKEN_OFF)[BROKEN_OFF].broken


def test_a_guard_that_lets_everything_pass_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_over", lambda *_: False)
    trials = found(MemoryEndpoint, TOO_MANY, SHRUNK, side=Side.ERP)
    assert trials[TOO_MANY].broken
    assert trials[SHRUNK].broken


def test_a_property_that_the_platform_cannot_have_is_degraded(monkeypatch: pytest.MonkeyPatch) -> None:
    said = msgspec.structs.replace(quality.quality_of(ADAPTER), degraded={LOST.replace(" ", "_"): "It sends twice."})
    monkeypatch.setattr("syncd.trial.run.quality_of", lambda _adapter: said)
    assert found(careless.RetriesACreate, LOST)[LOST].degraded == "It sends twice."
    assert "strike it off" in found(MemoryEndpoint, LOST)[LOST].broken


def test_a_certificate_counts_promises_and_properties(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = [Trial("one"), Trial("two", broken="seen"), Trial("three", degraded="no room")]
    monkeypatch.setattr("syncd.trial.run.try_out", lambda *_args, **_more: trials)
    report = certificate("memory")
    assert [(failure.promise, failure.why) for failure in report.failed] == [("two", "seen")]
    assert ("three", "no room") in [(one.promise, one.reason) for one in report.degraded]
