"""While Redis does not answer: is everything read, and does every action say why nothing begins, and what helps?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from syncd.access.roles import Role
from syncd.languages import LANGUAGES
from syncd.registry import tables
from tests.fixtures.contractors import firm
from tests.integration.pipeline.house import House

from .conftest import Site, serving
from .test_bulk import confirm
from .test_customer import text_of
from .test_dashboard import REFUSED

WAITS = (
    "Redis does not answer, so no worker can be woken: what is to be read, applied or sent for this does not begin "
    "now. It is kept, and begins by itself as soon as Redis answers again. "
    "Start Redis, or correct REDIS_URL; syncd doctor tells what is wrong."
)
BANNER = "everything can be read; what you ask for is kept"


class Deaf:
    """A doorbell that nobody can hear."""

    def run(self, _run_id: int) -> bool:
        return False

    def push(self, _connection_id: int) -> bool:
        return False


@pytest.fixture
def away(staffed: House) -> Iterator[Site]:
    """Three customers, of whom the shop refused one and has not been told of the others' news; a plan waits."""
    ids = [staffed.erp.add(firm(f"A{number}")) for number in range(3)]
    staffed.settle()
    for number, id_ in enumerate(ids):
        staffed.erp.edit(id_, name=f"Nowa {number}")
    staffed.run("erp")
    staffed.shop.faults.plan(REFUSED)
    staffed.push("shop")
    for number, id_ in enumerate(ids):
        staffed.erp.edit(id_, name=f"Nowsza {number}")
    staffed.run("erp", dry_run=True)
    staffed.change(doorbell=Deaf())
    with serving(staffed) as site:
        yield site


def press(browser: httpx.Client, path: str, **form: str | list[str]) -> str:
    """Press a button, and read the page to which it leads."""
    answer = browser.post(path, data=form)
    assert answer.status_code == 303, answer.text[:500]
    return text_of(browser.get(answer.headers["location"].partition("#")[0]))


ACTS: dict[str, Callable[[Site, httpx.Client], str]] = {
    "sync now": lambda _site, admin: press(admin, "/connections/erp/sync"),
    "preview first": lambda _site, admin: press(admin, "/connections/erp/plan"),
    "apply a plan": lambda site, admin: press(admin, f"/plans/{last_run(site)}/approve", reason="seen"),
    "retry what failed of a run": lambda site, admin: press(admin, f"/runs/{failed_run(site)}/retry"),
    "tell one side now": lambda site, admin: press(admin, f"/customers/{failed(site)}/retry", connection="shop"),
    "sync a customer": lambda _site, admin: press(admin, "/customers/K000002/sync"),
    "block a customer": lambda _site, admin: press(admin, "/customers/K000002/block"),
    "answer an issue": lambda site, admin: press(admin, f"/attention/{issue(site)}/retry"),
    "try all of a cause again": lambda site, admin: press(admin, "/retry", code=cause(site)),
    "an operation on many": lambda _site, admin: many(admin),
}


def last_run(site: Site) -> int:
    return max(int(run["id"]) for run in site.house.rows(tables.Run))


def failed_run(site: Site) -> int:
    return int(site.house.rows(tables.Push)[0]["run_id"])


def failed(site: Site) -> str:
    return f"K{site.house.rows(tables.Push)[0]['contractor_id']:06d}"


def issue(site: Site) -> int:
    return int(site.house.rows(tables.Issue)[0]["id"])


def cause(site: Site) -> str:
    return str(site.house.rows(tables.Issue)[0]["code"])


def many(admin: httpx.Client) -> str:
    answer = confirm(admin, "block", code=["K000001", "K000002"])
    return text_of(admin.get(answer.headers["location"]))


@pytest.mark.parametrize("act", ACTS)
def test_an_action_says_why_nothing_begins_what_becomes_of_it_and_what_helps(away: Site, act: str) -> None:
    admin = away.browser(Role.ADMIN)
    assert BANNER not in text_of(admin.get("/runs"))
    said = ACTS[act](away, admin)
    assert said.count(WAITS) == 1
    shown = text_of(admin.get("/runs")), admin.get("/runs").text
    assert (WAITS in shown[0], BANNER in shown[1]) == (False, True), "it is said once, and then of everything"


def test_what_needs_no_worker_is_done_as_ever(away: Site) -> None:
    admin = away.browser(Role.ADMIN)
    run = last_run(away)
    assert WAITS not in press(admin, f"/plans/{run}/discard", reason="no")
    assert away.house.row(run)["state"] == "cancelled"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_it_is_said_in_the_language_of_whoever_asked(away: Site, language: str) -> None:
    said = press(away.browser(Role.ADMIN, **{"accept-language": language}), "/connections/erp/sync")
    assert (WAITS in said, said.count("Redis")) == (False, 3)


def test_a_program_is_told_in_the_answer_itself(away: Site) -> None:
    program = away.program(away.token(Role.ADMIN, "admin"))
    said = program.post("/api/v1/connections/erp/sync", json={}).json()
    assert (said["run"], said["waits"]["code"]) == (last_run(away), "redis-away")
    assert f"{said['waits']['detail']} {said['waits']['cure']}".replace("`", "") == WAITS
    discarded = program.post(f"/api/v1/plans/{last_run(away) - 1}/discard", json={"reason": "no"})
    assert (discarded.json(), "set-cookie" in discarded.headers) == ({"state": "cancelled"}, False)
