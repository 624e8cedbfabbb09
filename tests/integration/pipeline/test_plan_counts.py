"""Is a plan counted and searched by what its lines name as it would be by a look at their documents?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine

from syncd.domain.contractor import Address
from syncd.registry.engine import reading
from syncd.registry.queries.changes import Change, changes
from syncd.registry.queries.plans import RISKS, Chosen, choose, count_lines, list_lines, summarise
from syncd.sync.review import leave_out
from tests.fixtures.contractors import firm
from tests.fixtures.registries import bare, fresh
from tests.fixtures.servers import POSTGRESQL, SQLITE, CreateRegistry

from .house import House, open_house

NAMES = ("Łódź-Bud", "Żubr S.A.", "Северсталь", "Éclair SARL", "Hurt 100%", "O'Hara & Söhne")


def planned(house: House) -> int:
    """New customers, and known ones that change in several ways, get blocked, join groups and leave them."""
    ids = [house.erp.add(firm(f"A{n}", groups=("Hurt", 'q"u,o')[: n % 3])) for n in range(9)]
    house.settle()
    for n, id_ in enumerate(ids):
        if n % 3 == 0:
            house.erp.edit(id_, name=NAMES[n % 6], groups=("VIP", "100%"))
        elif n % 3 == 1:
            house.erp.edit(id_, groups=(), addresses=(Address(city="Łódź", country="PL"),))
        elif n == 2:
            house.erp.edit(id_, active=False)
    house.erp.add(firm("B1", name="Nowa firma"))
    run: int = house.run("erp", dry_run=True)["id"]
    return run


@pytest.fixture(scope="module", params=[SQLITE, POSTGRESQL])
def database_url(request: pytest.FixtureRequest) -> str:
    if request.param == SQLITE:
        return f"sqlite:///{fresh(bare(), 'plan')}"
    create: CreateRegistry = request.getfixturevalue("create_registry")
    return create("plan")


@pytest.fixture(scope="module")
def looked_at(database_url: str) -> Iterator[tuple[Engine, int]]:
    """A registry with such a plan, for tests that only look."""
    with open_house(database_url) as house:
        yield house.app.engine, planned(house)


@pytest.fixture
def engine(looked_at: tuple[Engine, int]) -> Engine:
    return looked_at[0]


@pytest.fixture
def plan(looked_at: tuple[Engine, int]) -> int:
    return looked_at[1]


def fits(change: Change, chosen: Chosen) -> bool:
    moved = change.fields.get("groups")
    groups = set(moved.before or ()) ^ set(moved.after or ()) if moved else set()
    return (
        (not chosen.seqs or change.seq in chosen.seqs)
        and (not chosen.customers or bool(chosen.customers & {change.code, change.external_id}))
        and (not chosen.actions or change.action in chosen.actions)
        and (not chosen.fields or bool(chosen.fields & set(change.fields)))
        and (not chosen.groups or bool(chosen.groups & groups))
        and (not chosen.risks or bool(chosen.risks & {change.risk, *change.risks}))
    )


CHOICES: list[dict[str, Any]] = [
    {},
    *({"fields": {name}} for name in ("name", "groups", "addresses", "active", "phones")),
    *({"groups": {name}} for name in ("VIP", "100%", "Hurt", 'q"u,o', "%", "nix")),
    *({"actions": {name}} for name in ("create", "update", "block")),
    *({"risks": {str(name)}} for name in RISKS),
    {"fields": {"name", "active"}, "risks": {"medium", "high"}},
    {"seqs": {1, 4}},
    {"customers": {"K000001", "10"}},
]


@pytest.mark.parametrize("choice", CHOICES, ids=[str(number) for number in range(len(CHOICES))])
def test_lines_are_found_by_what_they_change(engine: Engine, plan: int, choice: dict[str, set[Any]]) -> None:
    chosen = Chosen(**{name: frozenset(values) for name, values in choice.items()})
    wanted = [one.seq for one in changes(engine, plan) if fits(one, chosen)]
    with reading(engine) as connection:
        listed = list_lines(connection, plan, chosen, limit=100)
        assert [row.change.seq for row in listed] == wanted
        assert count_lines(connection, plan, chosen) == len(wanted)
    every = {one.seq for one in changes(engine, plan)}
    if chosen:
        assert choose(engine, plan, only=chosen) == sorted(every - set(wanted))
        assert choose(engine, plan, exclude=[chosen]) == wanted


def test_what_a_plan_amounts_to_is_what_its_documents_say(house: House) -> None:
    plan = planned(house)
    leave_out(house.app, plan, [2], by="anna")
    found = [one for one in changes(house.app.engine, plan) if one.outcome is msgspec.UNSET]
    told = summarise(house.app.engine, plan)
    assert told.lines == len(found) + 1
    assert told.left_out == {"left_out": 1}
    assert told.by_action == Counter(one.action for one in found)
    assert told.by_level == Counter(one.risk for one in found)
    assert told.by_risk == Counter(risk for one in found for risk in one.risks)
    assert told.by_field == Counter(name for one in found if one.action != "create" for name in one.fields)
    assert told.by_group["VIP"].join == sum("VIP" in str(one.fields.get("groups")) for one in found)
    assert told.pushes == sum(len(one.push_to) for one in found)


@pytest.mark.parametrize(
    ("search", "number"),
    [("lodz", 2), ("HURT", 0), ("éCLAIR", 1), ("eclair", 1), ("nowa", 1), ("K000003", 1), ("A4", 1), ("", 8)],
)
def test_a_line_is_found_by_who_it_is_about(engine: Engine, plan: int, search: str, number: int) -> None:
    with reading(engine) as connection:
        found = list_lines(connection, plan, search=search)
    assert len(found) == number
    assert all(row.name for row in found)


def test_a_long_plan_is_read_a_page_at_a_time(engine: Engine, plan: int) -> None:
    seen: list[int] = []
    with reading(engine) as connection:
        while page := list_lines(connection, plan, after=seen[-1] if seen else 0, limit=3):
            assert len(page) <= 3
            seen += [row.change.seq for row in page]
    assert seen == [one.seq for one in changes(engine, plan)]
