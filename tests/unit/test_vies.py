"""Does only a plain yes or no of VIES count as an answer, over real HTTP?"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.certify.faults import Fault
from syncd.domain.country import VatAnswer
from syncd.errors import RateLimited
from syncd.vies import Answered, Vies
from syncd.vies.answer import read_answer
from syncd.vies.simulator import CAUSES, Outage, Simulated, simulate

SIEMENS = ("DE", "129274202")
OWN = "PL5260250274"


class Pauses:
    """A throttle that says yes, and remembers for how long it was to say no."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.waits = 0

    def wait(self) -> None:
        self.waits += 1

    def pause(self, seconds: float) -> None:
        self.asked.append(seconds)


@pytest.fixture
def service() -> Iterator[Simulated]:
    with simulate(["DE129274202"]) as service:
        yield service


@pytest.fixture
def throttle() -> Pauses:
    return Pauses()


@pytest.fixture
def vies(service: Simulated, throttle: Pauses) -> Iterator[Vies]:
    vies = Vies(service.url, requester=OWN, throttle=throttle)
    yield vies
    vies.close()


def test_a_registered_number_is_valid_and_its_consultation_has_a_number(vies: Vies) -> None:
    answered = vies.ask(*SIEMENS)
    assert answered.answer is VatAnswer.VALID
    assert answered.consultation.startswith("WAPI")


def test_a_number_that_is_not_registered_is_invalid(vies: Vies) -> None:
    assert vies.ask("DE", "143454214").answer is VatAnswer.INVALID


def test_without_a_requester_there_is_no_consultation_number(service: Simulated, throttle: Pauses) -> None:
    vies = Vies(service.url, requester="", throttle=throttle)
    assert vies.ask(*SIEMENS) == Answered(answer=VatAnswer.VALID)
    vies.close()


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("how", ["wrapped", "flagged", "refused"])
@pytest.mark.parametrize("status", [400, 500])
def test_what_the_service_says_in_place_of_an_answer_is_unknown(
    service: Simulated, vies: Vies, cause: str, how: Any, status: int
) -> None:
    service.outages["DE129274202"] = Outage(how=how, cause=cause, status=status)
    answered = vies.ask(*SIEMENS)
    assert answered.answer is VatAnswer.UNKNOWN
    assert answered.cause == ("outcome-unknown" if (how, status) == ("refused", 500) else cause)


@pytest.mark.parametrize("how", ["html", "empty", "text", "other", "both"])
def test_an_answer_that_is_none_is_unknown(service: Simulated, vies: Vies, how: Any) -> None:
    service.outages["DE129274202"] = Outage(how=how)
    assert vies.ask(*SIEMENS).answer is VatAnswer.UNKNOWN


@pytest.mark.parametrize("status", [301, 302, 401, 403, 404, 408, 409, 410, 418, 500, 502, 503, 504])
def test_a_status_that_is_no_success_is_unknown(service: Simulated, vies: Vies, status: int) -> None:
    service.outages["DE129274202"] = Outage(how="status", status=status)
    answered = vies.ask(*SIEMENS)
    assert answered.answer is VatAnswer.UNKNOWN
    assert answered.cause


@pytest.mark.parametrize("kind", ["drop", "cut", "lose_answer", "html", "status", "expired"])
def test_what_happens_between_is_unknown_and_is_not_tried_again_at_once(
    service: Simulated, vies: Vies, kind: Any
) -> None:
    service.faults.plan(Fault(kind=kind))
    answered = vies.ask(*SIEMENS)
    assert (answered.answer, answered.everybodys) == (VatAnswer.UNKNOWN, True)
    assert len(service.journal) == 1
    assert vies.ask(*SIEMENS).answer is VatAnswer.VALID


def test_a_service_that_is_not_there_is_unknown(throttle: Pauses) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    vies = Vies(url, requester=OWN, throttle=throttle)
    assert vies.ask(*SIEMENS) == Answered(answer=VatAnswer.UNKNOWN, cause="unavailable", everybodys=True)
    vies.close()


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_the_service_asks_for_reaches_all_processes(
    service: Simulated, vies: Vies, throttle: Pauses, status: int
) -> None:
    service.outages["DE129274202"] = Outage(how="refused", status=status, retry_after="120")
    answered = vies.ask(*SIEMENS)
    assert (answered.answer, answered.cause, answered.everybodys) == (VatAnswer.UNKNOWN, "rate-limited", True)
    assert throttle.asked == [120]


@pytest.mark.parametrize("number", ["", "1", "JAN@FIRMAPL", "JANKOWALSKI", "1234567890123", "12\n34"])
def test_what_cannot_be_a_number_is_not_sent(service: Simulated, vies: Vies, number: str) -> None:
    assert vies.ask("DE", number) == Answered(answer=VatAnswer.UNKNOWN, cause="INVALID_INPUT")
    assert service.journal == []


@pytest.mark.parametrize("status", [301, 401, 403, 404, 409, 410, 500])
def test_a_refusal_that_would_meet_any_number_ends_the_round(service: Simulated, vies: Vies, status: int) -> None:
    service.outages["DE129274202"] = Outage(how="status", status=status)
    assert vies.ask(*SIEMENS).everybodys


def test_our_own_limit_is_asked_once_for_each_question_and_refuses_before_anything_is_sent(
    service: Simulated, vies: Vies, throttle: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    vies.ask(*SIEMENS)
    assert throttle.waits == 1

    def refuse() -> None:
        raise RateLimited("not yet")

    monkeypatch.setattr(throttle, "wait", refuse)
    with pytest.raises(RateLimited):
        vies.ask(*SIEMENS)
    assert len(service.asked) == 1


def test_nothing_of_question_or_answer_is_logged(
    service: Simulated, vies: Vies, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vies.ask(*SIEMENS)
    service.outages["DE129274202"] = Outage(cause="IP_BLOCKED")
    vies.ask(*SIEMENS)
    assert "129274202" not in caplog.text
    assert "5260250274" not in caplog.text


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
JSON = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=8), SCALARS, max_size=3)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "valid": st.booleans() | JSON,
        "userError": st.sampled_from(["", "VALID", "INVALID", *CAUSES]) | JSON,
        "actionSucceed": st.booleans() | JSON,
        "errorWrappers": st.just([{"error": "TIMEOUT"}]) | JSON,
        "countryCode": st.sampled_from(["DE", "PL"]) | JSON,
        "vatNumber": st.sampled_from(["129274202", "1"]) | JSON,
        "requestIdentifier": JSON,
    },
)


@given(body=BODY | JSON)
def test_a_number_is_invalid_only_if_it_says_so_without_a_but(body: Any) -> None:
    answered = read_answer(body, *SIEMENS)
    if answered.answer is VatAnswer.UNKNOWN:
        assert answered.cause
        return
    assert body["valid"] is (answered.answer is VatAnswer.VALID)
    assert not body.get("errorWrappers")
    assert body.get("actionSucceed") is not False
    assert (body.get("userError") or "").upper() in {"", answered.answer.value.upper()}
    assert (body.get("countryCode") or "DE").upper() == "DE"
