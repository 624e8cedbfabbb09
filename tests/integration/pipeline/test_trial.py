"""Does the trial of whole platforms see mistakes that no single promise shows?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from adapters.memory import ADAPTER, MemoryEndpoint
from syncd.certify import quality
from syncd.domain.contractor import Contractor
from syncd.domain.side import Side
from syncd.ports import Context, Endpoint, Remote
from syncd.sync import guard
from syncd.trial.run import Trial, certificate, try_out
from tests.unit.certify import careless


def found(open_: Callable[[Any, Context], Endpoint] = MemoryEndpoint, stories: int = 8) -> dict[str, Trial]:
    """What the trial says of an adapter that can be a shop only; for a short trial."""
    adapter = msgspec.structs.replace(ADAPTER, open=open_, sides=frozenset({Side.SHOP}))
    return {trial.sentence: trial for trial in try_out("memory", stories=stories, adapter=adapter)}


class AnswersWhatItWasAsked(MemoryEndpoint):
    """Stores half of the groups and says that it stored all."""

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        answer = super().update(remote, msgspec.structs.replace(contractor, groups=contractor.groups[:1]))
        return msgspec.structs.replace(answer, contractor=contractor)


def test_the_memory_side_converges_with_itself() -> None:
    trials = found(stories=2)
    assert [trial.broken for trial in trials.values() if trial.broken] == []
    assert trials["a run that would block many at once waits for a person"].degraded


def test_the_same_story_is_told_twice() -> None:
    assert found(AnswersWhatItWasAsked, stories=2) == found(AnswersWhatItWasAsked, stories=2)


def test_a_write_that_is_not_what_it_answers_is_seen() -> None:
    trials = found(AnswersWhatItWasAsked)
    assert trials["when faults end both sides agree by themselves"].broken


def test_a_create_that_is_sent_again_blind_makes_doubles() -> None:
    trials = found(careless.RetriesACreate, stories=1)
    assert "twice" in trials["a create whose answer was lost makes one customer"].broken


def test_a_list_without_its_end_is_seen_to_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_over", lambda *_: False)
    trials = found(careless.ClaimsCompletenessWithoutTheEnd, stories=1)
    assert trials["a read that breaks off blocks nobody"].broken


def test_a_guard_that_lets_everything_pass_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_over", lambda *_: False)
    adapter = msgspec.structs.replace(ADAPTER, sides=frozenset({Side.ERP}))
    trials = {trial.sentence: trial for trial in try_out("memory", stories=1, adapter=adapter)}
    assert trials["a run that would block many at once waits for a person"].broken
    assert trials["a list that lost most of its customers is not believed"].broken


def test_a_property_that_the_platform_cannot_have_is_degraded(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "a_create_whose_answer_was_lost_makes_one_customer"
    said = msgspec.structs.replace(quality.quality_of(ADAPTER), degraded={name: "It sends twice."})
    monkeypatch.setattr("syncd.trial.run.quality_of", lambda _adapter: said)
    sentence = name.replace("_", " ")
    assert found(careless.RetriesACreate, stories=1)[sentence].degraded == "It sends twice."
    assert "strike it off" in found(stories=1)[sentence].broken


def test_a_certificate_counts_promises_and_properties(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = [Trial("one"), Trial("two", broken="seen"), Trial("three", degraded="no room")]
    monkeypatch.setattr("syncd.trial.run.try_out", lambda *_args, **_more: trials)
    report = certificate("memory")
    assert [(failure.promise, failure.why) for failure in report.failed] == [("two", "seen")]
    assert ("three", "no room") in [(one.promise, one.reason) for one in report.degraded]
