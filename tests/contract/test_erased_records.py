"""Does a platform's record say nothing of a person once everything that can be written there was overwritten?"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest

from syncd.certify.promises.case import Case
from syncd.certify.run import simulate_of
from syncd.domain.contractor import Consent
from syncd.domain.erasure import overwritten, remains, residue
from syncd.plugins import kinds, load

CODE = "K000231"
SAID = tuple(
    Consent(kind=kind, given=True, at=datetime(2024, 2, 29, 23, 59, tzinfo=UTC), source="form, 203.0.113.7")
    for kind in ("terms", "newsletter")
)


@pytest.mark.parametrize("kind", kinds())
def test_nothing_that_can_be_written_is_left_of_an_erased_record(kind: str) -> None:
    with simulate_of(kind)() as sandbox:
        case = Case(load(kind), sandbox)
        with contextlib.closing(case):
            case.settle()
            consents = case.pairs["consents"][0] if "consents" in case.pairs else SAID
            made = case.endpoint.create(case.contractor(5, newsletter=True, consents=consents))
            before = case.endpoint.get(made.external_id)
            left = remains(before.contractor, CODE, ())
            case.endpoint.update(before, overwritten(before.contractor, left, CODE, case.can.writes))
            after = case.endpoint.get(made.external_id).contractor
            assert set(residue(after, left, CODE)) & case.can.writes == set()
            assert not after.newsletter
            assert overwritten(after, left, CODE, case.can.writes) == after
