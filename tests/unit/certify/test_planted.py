"""Does a whole certification fail, and name the mistake, when an adapter has one of the mistakes that all make?

The table of docs/reference/certification.md is this one.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from adapters.memory import ADAPTER, MemoryEndpoint
from adapters.memory.simulator import simulate
from syncd.certify.run import run
from tests.unit.certify import careless
from tests.unit.certify.test_promises import TokenOptions, simulate_with_token

PAGE = Path(__file__).parents[3] / "docs/reference/certification.md"

PLANTED = [
    (
        "skips records of the second that it has read",
        careless.SkipsTheSecondItHasRead,
        "two changes in the same second are both delivered",
    ),
    (
        "sends a create again after a time-out",
        careless.RetriesACreate,
        "a create answered too late is unknown and can be found",
    ),
    (
        "leaves out who is switched off",
        careless.HidesInactive,
        "an inactive contractor is delivered and inactive",
    ),
    (
        "writes `&` into XML as it is",
        careless.WritesMarkupByHand,
        "signs of markup in a name are stored as they are",
    ),
    (
        "ignores `Retry-After`",
        careless.TellsNobodyOfAPause,
        "after a pause was asked for no call arrives before its end",
    ),
    (
        "goes on without the page that failed",
        careless.LosesAPage,
        "a passing fault in the middle of a read loses no page",
    ),
    (
        "clears what it does not know",
        careless.ClearsWhatItDoesNotKnow,
        "an update clears nothing that the connection does not write",
    ),
    (
        "takes a list that broke off for the whole",
        careless.ClaimsCompletenessWithoutTheEnd,
        "a full read without its end is not claimed complete",
    ),
    (
        "names the token in the text of an error",
        careless.ShowsItsAddress,
        "no secret shows in an error",
    ),
    (
        "takes 404 for an empty list",
        careless.TakesNotFoundForNobody,
        "a list that is not found is not an empty list",
    ),
    (
        "takes whoever has the e-mail for the customer",
        careless.UpsertsByEmail,
        "a create with an email that another has overwrites nobody",
    ),
    (
        "asks for changes by its own clock",
        careless.GoesByItsOwnClock,
        "a platform whose clock is behind loses no change",
    ),
]


@pytest.mark.parametrize(("mistake", "endpoint", "sentence"), PLANTED, ids=[mistake for mistake, _, _ in PLANTED])
def test_a_planted_mistake_fails_the_certification_by_name(
    mistake: str, endpoint: type[MemoryEndpoint], sentence: str
) -> None:
    if endpoint is careless.ShowsItsAddress:
        planted = msgspec.structs.replace(ADAPTER, open=endpoint, options=TokenOptions)
        report = run("memory", adapter=planted, simulate=simulate_with_token)
    else:
        report = run("memory", adapter=msgspec.structs.replace(ADAPTER, open=endpoint), simulate=simulate)
    assert sentence in {failure.promise for failure in report.failed}, mistake


def test_the_manual_lists_them_all() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    missing = [mistake for mistake, _, sentence in PLANTED if f"| {mistake} | {sentence} |" not in lines]
    assert missing == [], f"write these rows into {PAGE.name}"
