"""Is what people did found again, by who, how, what, when and to what, however much it is?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from syncd.domain.via import Via, name_of, via
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.queries.audit import AuditFilter, AuditRow, audited_actions, list_audit, stream_audit

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ACTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("console:anna", "set-role", "user ola", {"before": {"role": "viewer"}, "after": {"role": "operator"}}),
    ("cli:root", "approve-plan", "run 12", {"reason": "new wholesalers"}),
    ("token:ci", "retry-issue", "issue 7", {}),
    ("console", "log-in-refused", "nobody we know", {"address": "198.51.100.7"}),
    ("schedule", "prune", "registry", {"before": 1, "after": None}),
    ("run 12", "match-merge", "customer K000231", {}),
]


@pytest.fixture
def engine(registry: Engine) -> Engine:
    with writing(registry) as connection:
        for hours, (actor, action, subject, details) in enumerate(ACTS):
            write_down(connection, NOON + timedelta(hours=hours), actor, action, subject, **details)
    return registry


def found(engine: Engine, **which: Any) -> list[AuditRow]:
    with reading(engine) as connection:
        return list_audit(connection, AuditFilter(**which))


def subjects(engine: Engine, **which: Any) -> list[str]:
    return [row.subject for row in found(engine, **which)]


def test_the_newest_act_is_first_with_what_it_changed_apart_from_what_else_is_known(engine: Engine) -> None:
    assert subjects(engine) == [subject for _, _, subject, _ in reversed(ACTS)]
    changed, known = found(engine)[-1], found(engine)[-2]
    assert (changed.before, changed.after, changed.details) == ({"role": "viewer"}, {"role": "operator"}, {})
    assert (known.via, known.details) == (Via.CLI, {"reason": "new wholesalers"})


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ({"actor": "ANNA"}, ["user ola"]),
        ({"action": "approve-plan"}, ["run 12"]),
        ({"subject": "k000231"}, ["customer K000231"]),
        ({"subject": "%"}, []),
        ({"via": Via.WEB}, ["nobody we know", "user ola"]),
        ({"via": Via.SCHEDULE}, ["registry"]),
        ({"via": Via.SYNCD}, ["customer K000231"]),
        ({"since": NOON + timedelta(hours=4)}, ["customer K000231", "registry"]),
        ({"until": NOON + timedelta(hours=1)}, ["user ola"]),
        ({"via": Via.WEB, "actor": "anna", "since": NOON + timedelta(hours=1)}, []),
    ],
)
def test_acts_are_found_by_who_how_what_and_when(engine: Engine, which: dict[str, Any], expected: list[str]) -> None:
    assert subjects(engine, **which) == expected


def test_pages_join_without_a_gap_or_a_repeat_while_more_is_done(engine: Engine) -> None:
    seen: list[int] = []
    before: int | None = None
    while True:
        with reading(engine) as connection:
            page = list_audit(connection, AuditFilter(), before=before, limit=2)
        if not page:
            break
        seen += [row.id for row in page]
        before = page[-1].id
        with writing(engine) as connection:
            write_down(connection, NOON, "cli:root", "more", "registry")
    assert seen == [6, 5, 4, 3, 2, 1]


def test_all_are_streamed_beyond_what_one_look_holds(engine: Engine) -> None:
    with writing(engine) as connection:
        for number in range(2050):
            write_down(connection, NOON, "cli:root", "more", f"thing {number}")
    ids = [row.id for row in stream_audit(engine, AuditFilter())]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 2056
    assert len(list(stream_audit(engine, AuditFilter(action="more")))) == 2050


def test_kinds_of_acts_are_named_once(engine: Engine) -> None:
    with reading(engine) as connection:
        assert audited_actions(connection) == sorted(action for _, action, _, _ in ACTS)


@pytest.mark.parametrize(
    ("actor", "way", "name"),
    [
        ("console:anna", Via.WEB, "anna"),
        ("cli:root", Via.CLI, "root"),
        ("token:a:b", Via.API, "a:b"),
        ("schedule", Via.SCHEDULE, "schedule"),
        ("run 12", Via.SYNCD, "run 12"),
        ("setup link", Via.SYNCD, "setup link"),
    ],
)
def test_who_and_how_are_told_apart(actor: str, way: Via, name: str) -> None:
    assert (via(actor), name_of(actor)) == (way, name)
